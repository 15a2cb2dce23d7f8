#include "tests/runtime/npu/fake_runner.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_format.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"

namespace culvert::npu {
namespace {

class FakeProgram : public PreparedProgram {
 public:
  FakeProgram(FakeKernel kernel, const FakeKernelOptions& options) : kernel_(std::move(kernel)) {
    program_.info.name = options.name;
    program_.info.static_scratchpad_bytes = options.static_scratchpad_bytes;
    program_.info.local_bytes = options.local_bytes;
    program_.has_spin_loops = options.has_spin_loops;
  }
  const Program& program() const override { return program_; }
  SliceResult Run(FakeBlock& block) const { return kernel_(block); }

 private:
  FakeKernel kernel_;
  Program program_;
};

class FakeRunner : public BlockRunner {
 public:
  FakeRunner(std::shared_ptr<const PreparedProgram> program, culvert_launch_state* launch, const BlockMemory& memory)
      : program_(std::static_pointer_cast<const FakeProgram>(std::move(program))) {
    block_.launch = launch;
    block_.memory = memory;
  }
  void Rebind(culvert_launch_state* launch) override { block_.launch = launch; }
  void Start(uint64_t block_index, uint32_t core) override {
    block_.index = block_index;
    block_.core = core;
    block_.slices = 0;
  }
  SliceResult RunSlice() override {
    if (__atomic_load_n(&block_.launch->stop, __ATOMIC_RELAXED) != 0) return SliceResult::kStopped;
    SliceResult result = program_->Run(block_);
    ++block_.slices;
    return result;
  }
  std::vector<WarpReport> Report() const override {
    return {{.warp = 0, .lane_mask = 1, .instruction = 0, .state = "fake"}};
  }

 private:
  std::shared_ptr<const FakeProgram> program_;
  FakeBlock block_;
};

}  // namespace

bool FakeBlock::Allows(uint64_t address, uint32_t bytes, uint32_t access) const {
  uint64_t offset = address - launch->window_base;
  if (offset <= launch->window_bytes - bytes) {
    bool allowed = true;
    for (uint64_t i = offset / kAccessGranuleBytes; i <= (offset + bytes - 1) / kAccessGranuleBytes; ++i) {
      allowed = allowed && (__atomic_load_n(&launch->granules[i], __ATOMIC_RELAXED) & access) == access;
    }
    if (allowed) return true;
  }
  return launch->services->check_access(launch, address, bytes, access) != 0;
}

SliceResult FakeBlock::Fault(uint32_t kind, uint64_t address) const {
  culvert_fault fault = {};
  fault.kind = kind;
  fault.address = address;
  fault.access = address == 0 ? 0 : CULVERT_ACCESS_WRITE;
  fault.bytes = 4;
  fault.block[0] = static_cast<uint32_t>(index);
  launch->services->report_fault(launch, &fault);
  return SliceResult::kStopped;
}

std::shared_ptr<const PreparedProgram> MakeFakeKernel(FakeKernel kernel, const FakeKernelOptions& options) {
  return std::make_shared<FakeProgram>(std::move(kernel), options);
}

absl::StatusOr<std::shared_ptr<const PreparedProgram>> PreparedProgram::Prepare(
    std::shared_ptr<const Program> program, absl::Span<const uint64_t> symbol_addresses) {
  return MakeError(ErrorKind::kNotSupported, "the fake runner runs no bytecode");
}

std::unique_ptr<BlockRunner> BlockRunner::Create(std::shared_ptr<const PreparedProgram> program,
                                                 culvert_launch_state* launch, const BlockMemory& memory) {
  return std::make_unique<FakeRunner>(std::move(program), launch, memory);
}

std::string DescribeInstruction(const Program& program, uint32_t instruction) {
  return absl::StrFormat("%s instruction %d", program.info.name, instruction);
}

}  // namespace culvert::npu

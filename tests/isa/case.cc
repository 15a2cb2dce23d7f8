#include "tests/isa/case.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "compiler/compiler.h"
#include "include/culvert/error.h"
#include "runtime/npu/device.h"
#include "runtime/npu/interp/block_runner.h"

namespace culvert::isa {
namespace {

constexpr uint64_t kWindowBytes = uint64_t{1} << 34;
constexpr uint64_t kMemoryBytes = uint64_t{8} << 30;

}  // namespace

std::string ModuleHeader() { return ".version 9.2\n.target sm_121\n.address_size 64\n"; }

std::string Judge(const Case& test, const absl::StatusOr<std::vector<Bytes>>& after) {
  if (!test.expected_fault.empty()) {
    if (after.ok()) return "no fault, expected: " + test.expected_fault;
    if (absl::StrContains(after.status().message(), test.expected_fault)) return "";
  }
  if (!after.ok()) return "fault: " + std::string(after.status().message());
  return test.check(*after);
}

// Device memory and a queue. A fault ends a domain, so each one costs a new domain.
struct CaseRunner::State {
  explicit State(uint32_t workers) {
    device = npu::CreateSoftwareDevice({.workers = workers, .reported_cores = workers});
    // Kept for ever: a worker may let go of a domain after the runner has gone.
    static auto* budgets = new std::deque<npu::MemoryBudget>;
    budget = &budgets->emplace_back();
    budget->total_bytes = kMemoryBytes;
  }
  absl::Status Open() {
    if (domain != nullptr && !domain->failed()) return absl::OkStatus();
    Close();
    CULVERT_ASSIGN_OR_RETURN(
        domain,
        device->CreateDomain({.window_bytes = kWindowBytes, .budget = budget, .owner_id = 1, .report_faults = false}));
    queue = device->CreateQueue(domain, 0);
    return absl::OkStatus();
  }
  void Close() {
    if (domain == nullptr) return;
    device->EndDomain(*domain, Error(ErrorKind::kContextIsDestroyed, "the case is over"));
    queue = nullptr;
    domain = nullptr;
  }
  absl::StatusOr<uint64_t> Allocate(uint64_t bytes, bool is_constant) {
    return domain->memory().Allocate(
        {.bytes = std::max<uint64_t>(bytes, 1),
         .align_bytes = 512,
         .kind = is_constant ? npu::AllocationKind::kConstant : npu::AllocationKind::kDevice});
  }

  std::unique_ptr<npu::Device> device;
  npu::MemoryBudget* budget;
  std::shared_ptr<npu::Domain> domain;
  std::shared_ptr<npu::Queue> queue;
};

CaseRunner::CaseRunner(uint32_t workers) : state_(std::make_unique<State>(workers)) {}
CaseRunner::~CaseRunner() { state_->Close(); }

namespace {

absl::StatusOr<std::shared_ptr<compiler::CompiledModule>> Load(const Case& test) {
  return compiler::CompiledModule::Load(test.ptx, {.check_all = true, .display_name = test.name});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Program>> CaseRunner::Compile(const Case& test) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<compiler::CompiledModule> module, Load(test));
  return module->CompileEntry(test.entry);
}

namespace {

// Frees what a case has allocated.
struct Allocations {
  explicit Allocations(npu::MemorySpace& memory) : memory(memory) {}
  ~Allocations() {
    for (uint64_t address : addresses) memory.Free(address).IgnoreError();
  }
  npu::MemorySpace& memory;
  std::vector<uint64_t> addresses;
};

}  // namespace

absl::StatusOr<std::vector<Bytes>> CaseRunner::Execute(const Case& test, std::shared_ptr<const Program> program,
                                                       uint32_t limit_ms) {
  CULVERT_RETURN_IF_ERROR(state_->Open());
  std::shared_ptr<npu::Domain> domain = state_->domain;
  Allocations allocations(domain->memory());
  auto allocate = [&](uint64_t bytes, bool is_constant) -> absl::StatusOr<uint64_t> {
    CULVERT_ASSIGN_OR_RETURN(uint64_t address, state_->Allocate(bytes, is_constant));
    allocations.addresses.push_back(address);
    return address;
  };
  // Variables of the module.
  std::vector<uint64_t> symbols;
  if (!program->symbols.empty()) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<compiler::CompiledModule> module, Load(test));
    for (const std::string& symbol : program->symbols) {
      auto variable = std::find_if(module->Variables().begin(), module->Variables().end(),
                                   [&](const ModuleVariable& v) { return v.name == symbol; });
      if (variable == module->Variables().end() || !variable->addresses.empty()) {
        return Error(ErrorKind::kNotFound, "variable %s has no plain definition", symbol);
      }
      CULVERT_ASSIGN_OR_RETURN(uint64_t address, allocate(variable->size_bytes, variable->is_constant));
      std::memset(reinterpret_cast<void*>(address), 0, variable->size_bytes);
      std::copy(variable->initial.begin(), variable->initial.end(), reinterpret_cast<uint8_t*>(address));
      symbols.push_back(address);
    }
  }
  npu::LaunchCommand launch;
  CULVERT_ASSIGN_OR_RETURN(launch.program, npu::PreparedProgram::Prepare(program, symbols));
  std::copy_n(test.grid, 3, launch.grid);
  std::copy_n(test.block, 3, launch.block);
  launch.dynamic_scratchpad_bytes = test.dynamic_shared_bytes;
  launch.cooperative = test.cooperative;
  launch.resident_limit = uint64_t{test.grid[0]} * test.grid[1] * test.grid[2];
  const KernelInfo& info = program->info;
  if (info.parameters.size() != test.buffers.size() + test.parameters.size()) {
    return Error(ErrorKind::kInvalidValue, "%d buffers and %d values for %d parameters", test.buffers.size(),
                 test.parameters.size(), info.parameters.size());
  }
  uint8_t* bank = launch.parameters.Resize(info.parameter_bytes);
  std::vector<uint64_t> addresses;
  for (size_t i = 0; i < test.buffers.size(); ++i) {
    CULVERT_ASSIGN_OR_RETURN(uint64_t address, allocate(test.buffers[i].size(), false));
    std::copy(test.buffers[i].begin(), test.buffers[i].end(), reinterpret_cast<uint8_t*>(address));
    std::memcpy(bank + info.parameters[i].offset_bytes, &address, sizeof(address));
    addresses.push_back(address);
  }
  for (size_t i = 0; i < test.parameters.size(); ++i) {
    const auto& parameter = info.parameters[test.buffers.size() + i];
    if (parameter.size_bytes != test.parameters[i].size()) {
      return Error(ErrorKind::kInvalidValue, "a parameter of %d bytes, given %d", parameter.size_bytes,
                   test.parameters[i].size());
    }
    std::copy(test.parameters[i].begin(), test.parameters[i].end(), bank + parameter.offset_bytes);
  }
  CULVERT_ASSIGN_OR_RETURN(uint64_t done, state_->device->Submit(*state_->queue, npu::MakeCommand(std::move(launch))));
  // A changed program may never end; a thread that waits would help to run it, so this one looks on from outside.
  auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
  for (int turn = 0; !state_->queue->Reached(done); ++turn) {
    if (std::chrono::steady_clock::now() > deadline) {
      domain->Fail(Error(ErrorKind::kLaunchTimeout, "no end after %d ms", limit_ms));
      break;
    }
    if (turn > 200) std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  state_->device->Wait(*state_->queue, done, true);
  CULVERT_RETURN_IF_ERROR(domain->status());
  std::vector<Bytes> after;
  for (size_t i = 0; i < test.buffers.size(); ++i) {
    auto* data = reinterpret_cast<const uint8_t*>(addresses[i]);
    after.emplace_back(data, data + test.buffers[i].size());
  }
  return after;
}

std::string CaseRunner::Run(const Case& test) {
  absl::StatusOr<std::shared_ptr<const Program>> program = Compile(test);
  if (!program.ok()) return "does not compile: " + std::string(program.status().message());
  return Judge(test, Execute(test, *program));
}

}  // namespace culvert::isa

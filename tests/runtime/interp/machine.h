// A machine for interpreter tests: a program assembled by hand, a small memory window, services that record.
#ifndef CULVERT_TESTS_RUNTIME_INTERP_MACHINE_H_
#define CULVERT_TESTS_RUNTIME_INTERP_MACHINE_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "include/culvert/program.h"
#include "runtime/npu/interp/block_runner.h"

namespace culvert::npu {

using bytecode::ConstantInit;
using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::kNoOperand;
using bytecode::Op;

// Assembles functions. Slots are numbered by the test; 8 predicates take slot 0.
class Assembler {
 public:
  explicit Assembler(uint32_t slots = 64) : slots_(slots) { Begin("kernel"); }

  void Begin(const std::string& name, uint32_t local_bytes = 0) {
    Finish();
    ProgramFunction function;
    function.name = name;
    function.first_instruction = static_cast<uint32_t>(program_->code.size());
    function.predicate_count = 8;
    function.slot_count = slots_;
    function.first_constant = static_cast<uint32_t>(program_->constants.size());
    function.local_bytes = local_bytes;
    program_->functions.push_back(function);
  }
  // Position of the next instruction in its function.
  int32_t Here() const {
    return static_cast<int32_t>(program_->code.size() - program_->functions.back().first_instruction);
  }
  int32_t Add(Op op, uint16_t dst = kNoOperand, uint16_t a = kNoOperand, uint16_t b = kNoOperand,
              uint16_t c = kNoOperand, uint16_t x = 0, int32_t imm = 0) {
    int32_t at = Here();
    program_->code.push_back({op, dst, a, b, c, x, imm});
    return at;
  }
  void Extend(std::vector<uint16_t> slots) {
    bytecode::Extension extension;
    std::fill_n(extension.slot, 8, kNoOperand);
    std::copy(slots.begin(), slots.end(), extension.slot);
    Instruction raw;
    std::memcpy(&raw, &extension, sizeof(raw));
    program_->code.push_back(raw);
  }
  void Patch(int32_t at, int32_t target) {
    program_->code[program_->functions.back().first_instruction + static_cast<uint32_t>(at)].imm = target;
  }
  void Constant(uint16_t slot, ConstantKind kind, uint64_t value = 0, uint8_t width = 4, uint32_t symbol = 0) {
    ConstantInit init;
    init.slot = slot;
    init.kind = kind;
    init.value = value;
    init.width_bytes = width;
    init.source_bytes = width;
    init.symbol = symbol;
    program_->constants.push_back(init);
    ++program_->functions.back().constant_count;
  }
  Program& program() { return *program_; }
  std::shared_ptr<const Program> Done() {
    Finish();
    program_->info.name = "kernel";
    program_->info.parameter_bytes = 64;
    return program_;
  }

 private:
  void Finish() {
    if (program_->functions.empty()) return;
    ProgramFunction& last = program_->functions.back();
    last.instruction_count = static_cast<uint32_t>(program_->code.size()) - last.first_instruction;
  }
  std::shared_ptr<Program> program_ = std::make_shared<Program>();
  uint32_t slots_;
};

class Machine {
 public:
  static constexpr uint64_t kBytes = 64 << 10;    // of the window; the last 8 KiB are not allocated
  static constexpr uint64_t kScratch = 32 << 10;  // offset of the scratchpad (4 KiB) in the window
  static constexpr uint64_t kLocal = 40 << 10;    // offset of local memory (256 bytes for each of 64 threads)

  Machine()
      : memory_(static_cast<uint8_t*>(std::aligned_alloc(4096, kBytes))), granules_(kBytes / kAccessGranuleBytes, 3) {
    std::memset(memory_, 0, kBytes);
    for (size_t i = (kBytes - 8192) / kAccessGranuleBytes; i < granules_.size(); ++i) granules_[i] = 0;
    services_.version = CULVERT_KERNEL_ABI_VERSION;
    services_.size_bytes = sizeof(services_);
    services_.check_access = [](const culvert_launch_state*, uint64_t, uint32_t, uint32_t) { return 0; };
    services_.report_fault = [](culvert_launch_state* launch, const culvert_fault* fault) {
      static_cast<Machine*>(launch->device)->faults.push_back(*fault);
      launch->stop = 1;
    };
    services_.heap_alloc = [](culvert_launch_state*, uint64_t) -> uint64_t { return 0; };
    services_.heap_free = [](culvert_launch_state*, uint64_t) { return 0; };
    services_.print = [](culvert_launch_state* launch, const char* text, uint64_t length) {
      static_cast<Machine*>(launch->device)->printed.append(text, length);
      return 0;
    };
    services_.assert_message = services_print_as_assert;
  }
  ~Machine() { std::free(memory_); }

  uint64_t address(uint64_t offset = 0) const { return reinterpret_cast<uint64_t>(memory_) + offset; }
  template <typename T>
  T* at(uint64_t offset) {
    return reinterpret_cast<T*>(memory_ + offset);
  }

  // Runs the blocks one after the other. The result of the last slice; kYielded if `max_yields` was reached.
  SliceResult Run(std::shared_ptr<const Program> program, uint32_t threads, uint32_t blocks = 1,
                  int max_yields = 1000) {
    auto prepared = PreparedProgram::Prepare(program, {});
    EXPECT_TRUE(prepared.ok()) << prepared.status();
    if (!prepared.ok()) return SliceResult::kStopped;
    launch_ = {};
    launch_.version = CULVERT_KERNEL_ABI_VERSION;
    launch_.services = &services_;
    launch_.window_base = address();
    launch_.window_bytes = kBytes;
    launch_.granules = granules_.data();
    launch_.parameters = parameters;
    launch_.parameter_bytes = sizeof(parameters);
    launch_.grid[0] = blocks;
    launch_.grid[1] = launch_.grid[2] = 1;
    launch_.block[0] = threads;
    launch_.block[1] = launch_.block[2] = 1;
    launch_.cluster[0] = launch_.cluster[1] = launch_.cluster[2] = 1;
    launch_.stack_bytes = 256;
    launch_.device = this;
    BlockMemory memory;
    memory.scratchpad_address = address(kScratch);
    memory.scratchpad_bytes = 4096;
    memory.local_address = address(kLocal);
    memory.local_bytes_per_lane = 256;
    runner = BlockRunner::Create(*prepared, &launch_, memory);
    SliceResult result = SliceResult::kFinished;
    for (uint32_t block = 0; block < blocks; ++block) {
      runner->Start(block, 0);
      int yields = 0;
      while ((result = runner->RunSlice()) == SliceResult::kYielded && ++yields < max_yields) {
      }
      if (result != SliceResult::kFinished) return result;
    }
    return result;
  }

  std::unique_ptr<BlockRunner> runner;
  std::vector<culvert_fault> faults;
  std::string printed;
  uint8_t parameters[64] = {};

 private:
  static void services_print_as_assert(culvert_launch_state* launch, const char* text, uint64_t length) {
    static_cast<Machine*>(launch->device)->printed.append(text, length);
  }
  uint8_t* memory_;
  std::vector<uint8_t> granules_;
  culvert_services services_ = {};
  culvert_launch_state launch_ = {};
};

}  // namespace culvert::npu

#endif  // CULVERT_TESTS_RUNTIME_INTERP_MACHINE_H_

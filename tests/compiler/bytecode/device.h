// A device for tests of the lowering: compiles PTX, lays module variables into a small memory window and runs kernels
// with the interpreter on this thread.
#ifndef CULVERT_TESTS_COMPILER_BYTECODE_DEVICE_H_
#define CULVERT_TESTS_COMPILER_BYTECODE_DEVICE_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/bytecode/disassemble.h"
#include "compiler/compiler.h"
#include "gtest/gtest.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "include/culvert/program.h"
#include "runtime/npu/interp/block_runner.h"

namespace culvert {

// Adds the module directives to a body.
inline std::string Ptx(const std::string& text) { return ".version 8.8\n.target sm_120\n.address_size 64\n" + text; }

class TestDevice {
 public:
  static constexpr uint64_t kBytes = 1 << 20;
  static constexpr uint64_t kScratch = 512 << 10;  // scratchpad: 64 KiB
  static constexpr uint64_t kLocal = 576 << 10;    // local memory: 4 KiB for each of 96 threads
  static constexpr uint32_t kLocalBytes = 4096;

  explicit TestDevice(const std::string& ptx) : TestDevice(compiler::CompiledModule::Load(ptx, {})) {}
  explicit TestDevice(const absl::StatusOr<std::shared_ptr<compiler::CompiledModule>>& module)
      : memory_(static_cast<uint8_t*>(std::aligned_alloc(4096, kBytes))), granules_(kBytes / kAccessGranuleBytes, 3) {
    std::memset(memory_, 0, kBytes);
    EXPECT_TRUE(module.ok()) << module.status().message();
    if (!module.ok()) return;
    module_ = *module;
    for (const ModuleVariable& variable : module_->Variables()) {
      next_ = (next_ + 255) / 256 * 256;
      symbols_[variable.name] = next_;
      std::copy(variable.initial.begin(), variable.initial.end(), memory_ + next_);
      next_ += variable.size_bytes;
    }
    for (const ModuleVariable& variable : module_->Variables()) {
      for (const ModuleVariable::AddressInit& init : variable.addresses) {
        uint64_t value = (init.is_function ? kFunctionAddressBase + uint64_t{init.function_id} * 16
                                           : Address(symbols_[init.symbol])) +
                         static_cast<uint64_t>(init.addend);
        std::memcpy(memory_ + symbols_[variable.name] + init.offset_bytes, &value, init.width_bytes);
      }
    }
    next_ = (next_ + 255) / 256 * 256;
  }
  ~TestDevice() { std::free(memory_); }

  // Device memory for `count` elements, filled from `values`; its offset.
  template <typename T>
  uint64_t Put(const std::vector<T>& values) {
    uint64_t offset = next_;
    if (!values.empty()) std::memcpy(memory_ + offset, values.data(), values.size() * sizeof(T));
    next_ += (values.size() * sizeof(T) + 255) / 256 * 256;
    return offset;
  }
  template <typename T>
  std::vector<T> Get(uint64_t offset, size_t count) const {
    std::vector<T> out(count);
    if (count != 0) std::memcpy(out.data(), memory_ + offset, count * sizeof(T));
    return out;
  }
  uint64_t Address(uint64_t offset) const { return reinterpret_cast<uint64_t>(memory_) + offset; }

  // Parameters are appended in order with their natural alignment.
  template <typename T>
  TestDevice& Arg(const T& value) {
    size_t at = (arguments_.size() + alignof(T) - 1) / alignof(T) * alignof(T);
    arguments_.resize(at + sizeof(T));
    std::memcpy(arguments_.data() + at, &value, sizeof(T));
    return *this;
  }
  TestDevice& Pointer(uint64_t offset) { return Arg(Address(offset)); }

  absl::StatusOr<std::shared_ptr<const Program>> Compile(const std::string& name) {
    return module_->CompileEntry(name);
  }

  // Runs `blocks` blocks of `threads` threads one after the other.
  npu::SliceResult Run(const std::string& name, uint32_t threads, uint32_t blocks = 1) {
    auto program = Compile(name);
    EXPECT_TRUE(program.ok()) << program.status().message();
    return program.ok() ? RunProgram(*program, threads, blocks) : npu::SliceResult::kStopped;
  }
  npu::SliceResult RunProgram(const std::shared_ptr<const Program>& program, uint32_t threads, uint32_t blocks = 1) {
    std::vector<uint64_t> addresses;
    for (const std::string& symbol : program->symbols) addresses.push_back(Address(symbols_.at(symbol)));
    auto prepared = npu::PreparedProgram::Prepare(program, addresses);
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    if (!prepared.ok()) return npu::SliceResult::kStopped;
    culvert_services services = {};
    services.version = CULVERT_KERNEL_ABI_VERSION;
    services.size_bytes = sizeof(services);
    services.check_access = [](const culvert_launch_state*, uint64_t, uint32_t, uint32_t) { return 0; };
    services.report_fault = [](culvert_launch_state* launch, const culvert_fault* fault) {
      static_cast<TestDevice*>(launch->device)->faults.push_back(*fault);
      launch->stop = 1;
    };
    services.heap_alloc = [](culvert_launch_state* launch, uint64_t bytes) {
      auto* self = static_cast<TestDevice*>(launch->device);
      uint64_t at = self->next_;
      self->next_ += (bytes + 255) / 256 * 256;
      return self->Address(at);
    };
    services.heap_free = [](culvert_launch_state*, uint64_t) { return 1; };
    services.print = [](culvert_launch_state* launch, const char* text, uint64_t length) {
      static_cast<TestDevice*>(launch->device)->printed.append(text, length);
      return 0;
    };
    services.assert_message = [](culvert_launch_state* launch, const char* text, uint64_t length) {
      static_cast<TestDevice*>(launch->device)->printed.append(text, length);
    };
    culvert_launch_state launch = {};
    launch.version = CULVERT_KERNEL_ABI_VERSION;
    launch.services = &services;
    launch.window_base = Address(0);
    launch.window_bytes = kBytes;
    launch.granules = granules_.data();
    uint64_t bank = Put(arguments_);
    launch.parameters = memory_ + bank;
    launch.parameter_bytes = static_cast<uint32_t>(arguments_.size());
    launch.parameter_address = Address(bank);
    launch.grid[0] = blocks;
    launch.grid[1] = launch.grid[2] = 1;
    launch.block[0] = threads;
    launch.block[1] = launch.block[2] = 1;
    launch.cluster[0] = launch.cluster[1] = launch.cluster[2] = 1;
    launch.stack_bytes = kLocalBytes;
    launch.device = this;
    npu::BlockMemory memory;
    memory.scratchpad_address = Address(kScratch);
    memory.scratchpad_bytes = 64 << 10;
    memory.local_address = Address(kLocal);
    memory.local_bytes_per_lane = kLocalBytes;
    auto runner = npu::BlockRunner::Create(*prepared, &launch, memory);
    npu::SliceResult result = npu::SliceResult::kFinished;
    for (uint32_t block = 0; block < blocks && result == npu::SliceResult::kFinished; ++block) {
      runner->Start(block, 0);
      for (int yields = 0; (result = runner->RunSlice()) == npu::SliceResult::kYielded && yields < 1000; ++yields) {
      }
    }
    arguments_.clear();
    return result;
  }

  std::vector<culvert_fault> faults;
  std::string printed;

 private:
  uint8_t* memory_;
  std::vector<uint8_t> granules_;
  std::shared_ptr<compiler::CompiledModule> module_;
  std::map<std::string, uint64_t> symbols_;
  std::vector<uint8_t> arguments_;
  uint64_t next_ = 4096;
};

// Runs `body` in `threads` threads of one block after the module directives `header`; each leaves its result in %r0. It
// finds its thread in %r1, its lane in %r9, and 64 words of shared memory `s`.
inline std::vector<uint32_t> ResultPerThread(const std::string& header, const std::string& body, uint32_t threads) {
  TestDevice device(header + R"(
.visible .entry k(.param .u64 out) {
  .shared .align 4 .u32 s[64];
  .reg .b32 %r<20>; .reg .b64 %rd<20>; .reg .b64 %out; .reg .pred %p<10>; .reg .f32 %f<10>;
  mov.u32 %r1, %tid.x; mov.u32 %r9, %laneid;
)" + body + R"(
  ld.param.u64 %out, [out]; mul.wide.u32 %rd19, %r1, 4; add.u64 %out, %out, %rd19; st.global.u32 [%out], %r0;
  ret;
})");
  uint64_t out = device.Put(std::vector<uint32_t>(threads, 0xdead));
  device.Pointer(out);
  EXPECT_EQ(device.Run("k", threads), npu::SliceResult::kFinished);
  return device.Get<uint32_t>(out, threads);
}

}  // namespace culvert

#endif  // CULVERT_TESTS_COMPILER_BYTECODE_DEVICE_H_

// Kernels written as C++ functions, for tests of the device around the interpreter. Linked into a test, fake_runner.cc
// takes the place of the interpreter: it defines what block_runner.h declares.
#ifndef CULVERT_TESTS_RUNTIME_NPU_FAKE_RUNNER_H_
#define CULVERT_TESTS_RUNTIME_NPU_FAKE_RUNNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/npu/interp/block_runner.h"

namespace culvert::npu {

// What a slice of a block sees.
struct FakeBlock {
  uint64_t index = 0;
  uint32_t core = 0;
  uint32_t slices = 0;  // slices of this block before this one
  culvert_launch_state* launch = nullptr;
  BlockMemory memory;

  // As running code does: an access of n bytes to device memory is allowed.
  bool Allows(uint64_t address, uint32_t bytes, uint32_t access) const;
  // Reports a fault of thread 0 and returns what the slice must return.
  SliceResult Fault(uint32_t kind, uint64_t address = 0) const;
};

using FakeKernel = std::function<SliceResult(FakeBlock&)>;

struct FakeKernelOptions {
  std::string name = "kernel";
  bool has_spin_loops = false;
  uint32_t static_scratchpad_bytes = 0;
  uint32_t local_bytes = 0;
};
std::shared_ptr<const PreparedProgram> MakeFakeKernel(FakeKernel kernel, const FakeKernelOptions& options = {});

}  // namespace culvert::npu

#endif  // CULVERT_TESTS_RUNTIME_NPU_FAKE_RUNNER_H_

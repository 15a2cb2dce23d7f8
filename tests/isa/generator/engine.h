// Runs a printed kernel on the engine, in process: PTX front end, lowering, interpreter. Without the runtime, so that a
// kernel takes a fraction of a millisecond; runtime_engine.h is the long way.
#ifndef CULVERT_TESTS_ISA_GENERATOR_ENGINE_H_
#define CULVERT_TESTS_ISA_GENERATOR_ENGINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

// A kernel as text with everything that is needed to run it.
struct Job {
  std::string ptx;  // entry "kernel", see print.h
  uint32_t grid[2] = {1, 1};
  uint32_t block[3] = {1, 1, 1};
  std::vector<uint8_t> input, params;
  size_t output_bytes = 0;  // the cells, kCellBytes, are the last ones
};
Job MakeJob(const Kernel& kernel);

struct EngineOptions {
  bool plain = false;    // LowerOptions::plain
  uint32_t workers = 1;  // threads that run blocks
};

class Engine {
 public:
  Engine();
  ~Engine();
  // What the kernel leaves; an error if it does not compile, faults or does not end.
  absl::StatusOr<Output> Run(const Job& job, const EngineOptions& options);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_ENGINE_H_

// Compares one kernel on the machine and on the engine.
#ifndef CULVERT_TESTS_ISA_GENERATOR_CHECK_H_
#define CULVERT_TESTS_ISA_GENERATOR_CHECK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/isa/generator/engine.h"
#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

struct Verdict {
  enum class Kind : uint8_t {
    kAgree,
    kDiffer,   // an output byte
    kRefused,  // the engine does not compile the kernel, faults or does not end
    kInvalid,  // the machine: the kernel has no defined result
  };
  Kind kind = Kind::kAgree;
  std::string detail;
  EngineOptions options;  // with which it happened
};

// Changes the text before the engine sees it: for tests of the checker itself.
using Mutation = std::function<void(std::string*)>;

// In which ways the kernel of a seed is run: always as users would, some also plainly lowered or on several workers.
std::vector<EngineOptions> RunsOf(const Kernel& kernel);

Verdict Check(const Kernel& kernel, Engine& engine, const Mutation& mutate = nullptr);
Verdict CheckWith(const Kernel& kernel, Engine& engine, const std::vector<EngineOptions>& runs,
                  const Mutation& mutate = nullptr);

// Reduces a kernel with a bad verdict to a small one with a verdict of the same kind.
Kernel ReduceFailure(const Kernel& kernel, const Verdict& verdict, Engine& engine, const Mutation& mutate = nullptr);

// Writes the kernel, its inputs and the machine's answer to a file that regression.h reads.
bool WriteRegression(const Kernel& kernel, const std::string& comment, const std::string& path);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_CHECK_H_

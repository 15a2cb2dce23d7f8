// The machine's own form of a kernel: the tree of statements as a list with jumps, so that a thread can stop anywhere.
#ifndef CULVERT_TESTS_ISA_GENERATOR_MACHINE_CODE_H_
#define CULVERT_TESTS_ISA_GENERATOR_MACHINE_CODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/isa/generator/kernel.h"

namespace culvert::gen {

struct Code {
  enum class Kind : uint8_t {
    kStatement,  // everything without blocks
    kUnless,     // goes to target if sources[0] does not hold
    kJump,
    kLoopStart,  // counter = 0
    kLoopTest,   // goes to target unless counter < count
    kLoopNext,   // counter += 1, goes to target
    kSwitch,     // goes to targets[sources[0]]
    kEnd,        // of the function
  };
  Kind kind = Kind::kStatement;
  const Statement* statement = nullptr;
  const isa::Evaluator* evaluator = nullptr;  // kCompute, and atomics on floats
  uint32_t target = 0;
  std::vector<uint32_t> targets;
};
using CodeList = std::vector<Code>;

// The code of one function. *problem is set if an opcode has no evaluator.
CodeList Flatten(const Function& function, std::string* problem);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_MACHINE_CODE_H_

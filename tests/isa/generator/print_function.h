// Prints one function of a kernel. Internal to print*.cc.
#ifndef CULVERT_TESTS_ISA_GENERATOR_PRINT_FUNCTION_H_
#define CULVERT_TESTS_ISA_GENERATOR_PRINT_FUNCTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/isa/generator/kernel.h"
#include "tests/isa/generator/random.h"

namespace culvert::gen {

// What all functions of a kernel have in common.
struct ModuleStyle {
  bool pass_pointers = false;  // device functions take input, output and cells as further parameters
  bool shared32 = false;       // .shared addresses in 32-bit registers
  bool shared_in_kernel = false;
};
// Text of a function table is collected here: one .global variable per indirect call.
struct ModuleText {
  std::string tables;
  int table_count = 0;
};

class FunctionPrinter {
 public:
  FunctionPrinter(const Kernel& kernel, uint32_t index, const ModuleStyle& style, Random& random, ModuleText* module);
  std::string Print();
  // ".func (...) name (...)" without body.
  std::string Signature();

 private:
  struct Uses {  // of a register, for its declared type
    bool integer = false, real = false, half = false, packed = false, other = false;
  };

  // print_function.cc
  void CollectUses(const Block& block);
  void Use(Reg reg, Ty type);
  void Use(const Operand& operand);
  std::string Declarations();
  std::string Prologue();
  std::string ParameterList(bool results);
  void PrintBlock(const Block& block);
  void PrintStatement(const Statement& statement);
  void PrintIf(const Statement& statement);
  void PrintLoop(const Statement& statement);
  void PrintSwitch(const Statement& statement);
  void PrintCall(const Statement& statement);
  void PrintReturn(const Statement& statement);
  void PrintResult(const Operand& value);
  void PrintMemory(const Statement& statement);
  void PrintPlain(const Statement& statement);

  // print_operands.cc
  std::string Name(Reg reg) const;
  std::string Text(const Operand& operand);
  std::string Literal(uint64_t bits, Ty type);
  std::string Guard(const Statement& statement) const;
  // The address of an access; instructions that compute it are printed before.
  std::string Address(const Statement& statement);
  std::string Predicate(const Operand& operand, bool inverted) const;  // "@!%p1 "

  void Line(const std::string& text);
  std::string NewLabel() { return label_prefix_ + std::to_string(labels_++); }

  const Kernel& kernel_;
  const uint32_t index_;
  const Function& function_;
  const ModuleStyle& style_;
  Random& random_;
  ModuleText* const module_;
  std::vector<Uses> uses_;
  std::vector<std::string> declared_types_, names_;
  bool uses_space_[8] = {}, uses_own_ = false, uses_generic_ = false;
  uint32_t uses_special_ = 0;  // bit per Special
  std::string text_;
  std::string label_prefix_;
  int labels_ = 0, temporaries_ = 0;
  struct Loop {
    std::string next, end;
  };
  std::vector<Loop> loops_;
};

// Abi::kPacked: the offset of each parameter, then the size; the three pointers are the last 24 bytes.
std::vector<uint32_t> PackedOffsets(const Function& function, bool pointers);

std::string TypeSuffix(Width width);  // "b32", "pred"

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_PRINT_FUNCTION_H_

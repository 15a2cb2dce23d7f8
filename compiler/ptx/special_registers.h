// Special registers by name.
#ifndef CULVERT_COMPILER_PTX_SPECIAL_REGISTERS_H_
#define CULVERT_COMPILER_PTX_SPECIAL_REGISTERS_H_

#include <cstdint>
#include <string_view>

#include "compiler/ptx/ast.h"

namespace culvert::ptx {

struct SpecialRegisterInfo {
  enum class Shape : uint8_t { kScalar, kVector, kNumbered };
  std::string_view name;  // without component or number
  SpecialRegister first = SpecialRegister::kNone;
  Shape shape = Shape::kScalar;
  uint8_t bytes = 4;  // 0: predicate
  uint16_t since = 10;
  uint16_t sm = 0;
};

// The register written `name`: "%tid", "%laneid", "%envreg3" (*number = 3), "%pm0_64" (wide form: *is_wide).
// nullptr if there is none.
const SpecialRegisterInfo* FindSpecialRegister(std::string_view name, uint32_t* number, bool* is_wide);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_SPECIAL_REGISTERS_H_

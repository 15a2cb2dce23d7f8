// Handlers: comparisons to a predicate. PTX ISA 9.7.6 (setp). Float comparisons: the plain ones are false when an
// operand is NaN, those ending in U true.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_COMPARE_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_COMPARE_H_

#include "runtime/npu/interp/define_handlers.h"

namespace culvert::npu {
namespace {

CULVERT_COMPARE(SETP_EQ_I32, U32x, a == b)
CULVERT_COMPARE(SETP_EQ_I64, U64x, a == b)
CULVERT_COMPARE(SETP_NE_I32, U32x, a != b)
CULVERT_COMPARE(SETP_NE_I64, U64x, a != b)

#define CULVERT_COMPARE_INTEGER(NAME, OPERATOR)          \
  CULVERT_COMPARE(SETP_##NAME##_S32, I32x, a OPERATOR b) \
  CULVERT_COMPARE(SETP_##NAME##_U32, U32x, a OPERATOR b) \
  CULVERT_COMPARE(SETP_##NAME##_S64, I64x, a OPERATOR b) \
  CULVERT_COMPARE(SETP_##NAME##_U64, U64x, a OPERATOR b)
CULVERT_COMPARE_INTEGER(LT, <)
CULVERT_COMPARE_INTEGER(LE, <=)
CULVERT_COMPARE_INTEGER(GT, >)
CULVERT_COMPARE_INTEGER(GE, >=)

// Subnormals become zeros where the instruction has .ftz; a comparison does not see the zero's sign.
CULVERT_INLINE F32x FlushForCompare(const bytecode::Instruction* ip, F32x a) {
  if (ip->x & bytecode::kFtz) {
    U32x magnitude = Bits<U32x>(a) & 0x7fffffffu;
    return Select(magnitude < 0x00800000u, F32x{}, a);
  }
  return a;
}
CULVERT_INLINE F64x FlushForCompare(const bytecode::Instruction*, F64x a) { return a; }

#define CULVERT_COMPARE_FLOAT_TYPE(NAME, T, ...)                                                          \
  struct NAME {                                                                                           \
    CULVERT_RUN {                                                                                         \
      T a = FlushForCompare(ip, Load<T>(window, ip->a)), b = FlushForCompare(ip, Load<T>(window, ip->b)); \
      StorePredicate<kFull>(window, ip->dst, mask, __VA_ARGS__);                                          \
      CULVERT_DISPATCH(ip + 1);                                                                           \
    }                                                                                                     \
  };
#define CULVERT_COMPARE_FLOAT(NAME, ...)                           \
  CULVERT_COMPARE_FLOAT_TYPE(SETP_##NAME##_F32, F32x, __VA_ARGS__) \
  CULVERT_COMPARE_FLOAT_TYPE(SETP_##NAME##_F64, F64x, __VA_ARGS__)
CULVERT_COMPARE_FLOAT(EQ, Compress(a == b))
CULVERT_COMPARE_FLOAT(NE, Compress((a < b) | (a > b)))
CULVERT_COMPARE_FLOAT(LT, Compress(a < b))
CULVERT_COMPARE_FLOAT(LE, Compress(a <= b))
CULVERT_COMPARE_FLOAT(GT, Compress(a > b))
CULVERT_COMPARE_FLOAT(GE, Compress(a >= b))
CULVERT_COMPARE_FLOAT(EQU, ~Compress((a < b) | (a > b)))
CULVERT_COMPARE_FLOAT(NEU, Compress(a != b))
CULVERT_COMPARE_FLOAT(LTU, ~Compress(a >= b))
CULVERT_COMPARE_FLOAT(LEU, ~Compress(a > b))
CULVERT_COMPARE_FLOAT(GTU, ~Compress(a <= b))
CULVERT_COMPARE_FLOAT(GEU, ~Compress(a < b))
CULVERT_COMPARE_FLOAT(NUM, Compress((a == a) & (b == b)))
CULVERT_COMPARE_FLOAT(NAN, Compress((a != a) | (b != b)))

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_COMPARE_H_

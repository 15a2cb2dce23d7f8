// Macros with which the handler files define operations on registers. A definition gives the formula once; the full and
// the partial handler come from it. In a formula `a`, `b`, `c` are the sources as vectors of the given type, `ip` is
// the instruction (flags in ip->x, ip->imm).
//
//   CULVERT_UNARY(POPC_64, U32x, U64x, expression)            dst type, type of a
//   CULVERT_BINARY(ADD_I32, U32x, U32x, U32x, a + b)          dst type, types of a, b
//   CULVERT_TERNARY(MAD_LO_I32, U32x, U32x, U32x, U32x, a * b + c)
//   CULVERT_COMPARE(SETP_LT_S32, I32x, a < b)                 type of a and b; the formula gives a vector comparison
//
// Each defines a struct named after the operation, which the tables find by name. An operation that fits none of them
// is written by hand:
//   struct NAME { template <bool kFull> static CULVERT_PRESERVE_NONE void Run(CULVERT_HANDLER_PARAMETERS) { ... } };
#ifndef CULVERT_RUNTIME_NPU_INTERP_DEFINE_HANDLERS_H_
#define CULVERT_RUNTIME_NPU_INTERP_DEFINE_HANDLERS_H_

#include "runtime/npu/interp/handler.h"
#include "runtime/npu/interp/lanes.h"

#define CULVERT_RUN     \
  template <bool kFull> \
  static CULVERT_PRESERVE_NONE void Run(CULVERT_HANDLER_PARAMETERS)

#define CULVERT_UNARY(NAME, D, A, ...)                                                                             \
  struct NAME {                                                                                                    \
    static CULVERT_INLINE D Compute(A a, [[maybe_unused]] const bytecode::Instruction* ip) { return __VA_ARGS__; } \
    CULVERT_RUN {                                                                                                  \
      Store<kFull>(window, ip->dst, mask, Compute(Load<A>(window, ip->a), ip));                                    \
      CULVERT_DISPATCH(ip + 1);                                                                                    \
    }                                                                                                              \
  };

#define CULVERT_BINARY(NAME, D, A, B, ...)                                                              \
  struct NAME {                                                                                         \
    static CULVERT_INLINE D Compute(A a, B b, [[maybe_unused]] const bytecode::Instruction* ip) {       \
      return __VA_ARGS__;                                                                               \
    }                                                                                                   \
    CULVERT_RUN {                                                                                       \
      Store<kFull>(window, ip->dst, mask, Compute(Load<A>(window, ip->a), Load<B>(window, ip->b), ip)); \
      CULVERT_DISPATCH(ip + 1);                                                                         \
    }                                                                                                   \
  };

#define CULVERT_TERNARY(NAME, D, A, B, C, ...)                                                           \
  struct NAME {                                                                                          \
    static CULVERT_INLINE D Compute(A a, B b, C c, [[maybe_unused]] const bytecode::Instruction* ip) {   \
      return __VA_ARGS__;                                                                                \
    }                                                                                                    \
    CULVERT_RUN {                                                                                        \
      Store<kFull>(window, ip->dst, mask,                                                                \
                   Compute(Load<A>(window, ip->a), Load<B>(window, ip->b), Load<C>(window, ip->c), ip)); \
      CULVERT_DISPATCH(ip + 1);                                                                          \
    }                                                                                                    \
  };

#define CULVERT_COMPARE(NAME, T, ...)                                      \
  struct NAME {                                                            \
    CULVERT_RUN {                                                          \
      T a = Load<T>(window, ip->a), b = Load<T>(window, ip->b);            \
      StorePredicate<kFull>(window, ip->dst, mask, Compress(__VA_ARGS__)); \
      CULVERT_DISPATCH(ip + 1);                                            \
    }                                                                      \
  };

#endif  // CULVERT_RUNTIME_NPU_INTERP_DEFINE_HANDLERS_H_

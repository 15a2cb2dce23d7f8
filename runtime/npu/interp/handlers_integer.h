// Handlers: moves, width changes, integer arithmetic. PTX ISA 9.7.1 (integer), 9.7.2 (extended precision), 9.7.9 (mov).
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_INTEGER_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_INTEGER_H_

#include "runtime/npu/interp/define_handlers.h"

namespace culvert::npu {
namespace {

CULVERT_UNARY(MOV32, U32x, U32x, a)
CULVERT_BINARY(ADD_I32, U32x, U32x, U32x, a + b)
CULVERT_COMPARE(SETP_LT_S32, I32x, a < b)

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_INTEGER_H_

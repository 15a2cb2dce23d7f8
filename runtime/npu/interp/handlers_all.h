// Every handler, and the two tables of one instruction set. Included once per instruction set (handlers_<isa>.cc), each
// time compiled with that set's flags; nothing here has external linkage.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_ALL_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_ALL_H_

#include "runtime/npu/interp/handlers_address.h"
#include "runtime/npu/interp/handlers_approx.h"
#include "runtime/npu/interp/handlers_bits.h"
#include "runtime/npu/interp/handlers_compare.h"
#include "runtime/npu/interp/handlers_control.h"
#include "runtime/npu/interp/handlers_convert.h"
#include "runtime/npu/interp/handlers_float.h"
#include "runtime/npu/interp/handlers_half.h"
#include "runtime/npu/interp/handlers_integer.h"
#include "runtime/npu/interp/handlers_memory.h"
#include "runtime/npu/interp/handlers_vector.h"

namespace culvert::npu {
namespace {

constexpr HandlerTable kFullTable = {{
#define CULVERT_OP(name, operands, comment) &name::Run<true>,
#include "include/culvert/bytecode.def"
#undef CULVERT_OP
}};
constexpr HandlerTable kPartialTable = {{
#define CULVERT_OP(name, operands, comment) &name::Run<false>,
#include "include/culvert/bytecode.def"
#undef CULVERT_OP
}};

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_ALL_H_

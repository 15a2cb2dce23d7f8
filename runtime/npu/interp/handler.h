// Handler: the code of one bytecode operation, and how one passes control to the next.
//
// A handler gets the whole machine state in registers and ends in a tail call of the next operation's handler, so the
// interpreter has no dispatch loop: it leaves this chain only where a warp must stop (see Exec::stop in exec.h). There
// are two tables of handlers. Those of kFullTable write all 32 lanes: it is in force while every lane of the warp that
// has not exited runs together (what they leave in registers of exited lanes does not matter). Those of kPartialTable
// keep lanes outside `mask`. Handlers that touch memory obey `mask` in both.
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLER_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLER_H_

#include <cstdint>

#include "include/culvert/bytecode.h"

namespace culvert::npu {

struct Exec;
struct HandlerTable;

#define CULVERT_PRESERVE_NONE __attribute__((preserve_none))

// ip: the instruction. window: the call frame's registers. mask: active lanes, never 0. x: the running warp.
// table: the table in force.
#define CULVERT_HANDLER_PARAMETERS                                                               \
  [[maybe_unused]] const ::culvert::bytecode::Instruction *ip, [[maybe_unused]] uint8_t *window, \
      [[maybe_unused]] uint32_t mask, [[maybe_unused]] ::culvert::npu::Exec *x,                  \
      [[maybe_unused]] const ::culvert::npu::HandlerTable *table

using Handler = void(CULVERT_PRESERVE_NONE*)(CULVERT_HANDLER_PARAMETERS);

struct HandlerTable {
  Handler handlers[static_cast<int>(bytecode::Op::kCount)];
};

// Ends a handler: goes on with the instruction at `next`.
#define CULVERT_DISPATCH(next)                                                                                        \
  do {                                                                                                                \
    const ::culvert::bytecode::Instruction* culvert_next_ = (next);                                                   \
    __attribute__((musttail)) return table->handlers[static_cast<uint16_t>(culvert_next_->op)](culvert_next_, window, \
                                                                                               mask, x, table);       \
  } while (false)

// The handlers compiled for one instruction set of the host.
struct HandlerSet {
  const char* name;
  HandlerTable full;
  HandlerTable partial;
};

// The best set this CPU can run ("v4": AVX-512, "v3": AVX2 and FMA, "baseline"); CULVERT_INTERPRETER_ISA names another
// one. All sets give the same bits.
const HandlerSet& HandlersForThisCpu();
// For tests: a set by name, null if this CPU cannot run it or there is none.
const HandlerSet* HandlersNamed(const char* name);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLER_H_

// Exec: what handlers see of the running warp beyond their register parameters, and how they stop it.
#ifndef CULVERT_RUNTIME_NPU_INTERP_EXEC_H_
#define CULVERT_RUNTIME_NPU_INTERP_EXEC_H_

#include <cstdint>

#include "include/culvert/bytecode.h"
#include "include/culvert/error.h"
#include "include/culvert/kernel_abi.h"
#include "runtime/npu/interp/handler.h"

namespace culvert::npu {

struct Warp;
struct Frame;
class BlockState;

// Why the chain of handlers was left. Exec::stop_ip and stop_mask say where and with which lanes.
enum class Stop : uint8_t {
  kReschedule,  // go on at stop_ip, but another group of lanes may come first (or is to be merged with)
  kSpin,        // a spin loop or nanosleep had its turns: let others run, then go on at stop_ip
  kBudget,      // many back edges without any other stop: poll, then go on at stop_ip
  kBarrier,     // stop_ip is a BAR
  kRendezvous,  // stop_ip is a warp operation whose lanes have not all arrived
  kCall,        // stop_ip is a CALL or CALL_INDIRECT
  kReturn,      // stop_ip is a RET
  kExit,        // the lanes have ended
  kFault,       // reported; the block ends
};

// Turns of a spin loop, and back edges of any loop, between two looks at the rest of the world.
inline constexpr int32_t kSpinTurns = 16;
inline constexpr int32_t kBackEdgeBudget = 1 << 20;

struct Exec {
  // Control.
  const bytecode::Instruction* wait_ip;  // lowest instruction at which lanes of this frame wait to run, or kNowhere
  const bytecode::Instruction* code;     // first instruction of the frame's function: base of branch targets
  const HandlerTable* full;
  const HandlerTable* partial;
  uint32_t live;                           // lanes of the warp that have not exited
  uint32_t guard_mask;                     // in a GUARD region: the mask to restore at its end
  const bytecode::Instruction* guard_end;  // in a GUARD region: its UNGUARD; null outside
  int32_t budget;
  int32_t spin_budget;

  // Memory, see culvert_launch_state.
  uint64_t window_base;
  uint64_t window_bytes;
  const uint8_t* granules;
  uint8_t* scratchpad;
  uint64_t scratchpad_bytes;
  uint8_t* local;        // of lane 0 of this warp
  uint64_t local_bytes;  // per lane
  uint64_t local_base;   // offset of the running frame in every lane's local memory
  culvert_launch_state* launch;

  Frame* frame;
  Warp* warp;
  BlockState* block;

  // Result of a stop.
  Stop stop;
  uint32_t stop_mask;
  const bytecode::Instruction* stop_ip;
};

inline const bytecode::Instruction* const kNowhere = reinterpret_cast<const bytecode::Instruction*>(UINTPTR_MAX);

// Parks the lanes outside a GUARD region's predicate, so that those inside may stop: called when a handler inside a
// region has to leave the chain.
void SplitGuard(Exec* x, uint32_t mask);

// Ends the chain: `return Leave(...)` in a handler.
__attribute__((always_inline)) inline void Leave(Exec* x, Stop stop, const bytecode::Instruction* ip, uint32_t mask) {
  x->stop = stop;
  x->stop_ip = ip;
  x->stop_mask = mask;
}

// Reports a fault of one lane at instruction ip; the handler then leaves with Stop::kFault.
void ReportFault(Exec* x, const bytecode::Instruction* ip, ErrorKind kind, int lane, uint64_t address, uint32_t bytes,
                 uint32_t access, bytecode::Space space);

// Slow path of an access check (see culvert_services.check_access).
bool AllowedElsewhere(const Exec* x, uint64_t address, uint32_t bytes, uint32_t access);

// Takes lanes apart at a branch: those of `mask` & `taken` go to `target`, the others to `next`. One part is parked,
// the other one is returned as the lanes to go on with (*mask) and where.
const bytecode::Instruction* Diverge(Exec* x, const bytecode::Instruction* target, const bytecode::Instruction* next,
                                     uint32_t taken, uint32_t* mask);
// The same for an indexed branch; index[lane] selects the target. Null after a fault.
const bytecode::Instruction* DivergeIndexed(Exec* x, const bytecode::Instruction* ip, const uint32_t* index,
                                            uint32_t* mask);

// Warp operations (shfl, vote, ...) of lanes that run together. False: lanes named in a membermask have not arrived,
// the handler leaves with Stop::kRendezvous.
bool RunCollective(Exec* x, const bytecode::Instruction* ip, uint8_t* window, uint32_t mask);

// Operations with too much behind them for a handler. False after a fault.
bool RunAtomic(Exec* x, const bytecode::Instruction* ip, uint8_t* window, uint32_t mask);
bool RunSyscall(Exec* x, const bytecode::Instruction* ip, uint8_t* window, uint32_t mask);
// A clock in nanoseconds that all cores share (%globaltimer).
uint64_t GlobalTimerNs();
bool RunAlloca(Exec* x, const bytecode::Instruction* ip, uint8_t* window, uint32_t mask);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_EXEC_H_

// Handlers: control flow, barriers and what else stops or splits a warp. PTX ISA 9.7.12 (control flow), 9.7.13
// (barriers).
//
// A branch target and a JOIN are the places where waiting lanes may come first or be merged with: a handler that goes
// to instruction t while lanes wait at or before t leaves the chain, and the scheduler picks who runs (scheduling.cc).
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_CONTROL_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_CONTROL_H_

#include "runtime/npu/interp/define_handlers.h"
#include "runtime/npu/interp/exec.h"

namespace culvert::npu {
namespace {

using bytecode::Instruction;

#define CULVERT_GO(target)                                       \
  do {                                                           \
    const Instruction* culvert_target_ = (target);               \
    if (culvert_target_ >= x->wait_ip) [[unlikely]] {            \
      return Leave(x, Stop::kReschedule, culvert_target_, mask); \
    }                                                            \
    CULVERT_DISPATCH(culvert_target_);                           \
  } while (false)

// Counts a back edge that `mask` is about to take to `target`; leaves the chain when others must get a turn.
#define CULVERT_BACK_EDGE(flags, target)                                       \
  do {                                                                         \
    if ((flags) & bytecode::kBackEdge) {                                       \
      if (--x->budget <= 0) [[unlikely]]                                       \
        return Leave(x, Stop::kBudget, (target), mask);                        \
      if (((flags) & bytecode::kSpin) && --x->spin_budget <= 0) [[unlikely]] { \
        return Leave(x, Stop::kSpin, (target), mask);                          \
      }                                                                        \
    }                                                                          \
  } while (false)

struct JOIN {
  CULVERT_RUN { CULVERT_GO(ip + 1); }
};

struct BRA {
  CULVERT_RUN {
    const Instruction* target = x->code + ip->imm;
    CULVERT_BACK_EDGE(ip->x, target);
    CULVERT_GO(target);
  }
};

struct BRP {
  CULVERT_RUN {
    uint32_t predicate = LoadPredicate(window, ip->a);
    if (ip->x & bytecode::kNegate) predicate = ~predicate;
    uint32_t taken = predicate & mask;
    const Instruction* target = x->code + ip->imm;
    if (taken == 0) CULVERT_DISPATCH(ip + 1);
    if (taken != mask) {
      const Instruction* next = Diverge(x, target, ip + 1, taken, &mask);
      table = x->partial;
      if (next != target) CULVERT_GO(next);
    }
    CULVERT_BACK_EDGE(ip->x, target);
    CULVERT_GO(target);
  }
};

struct BRX {
  CULVERT_RUN {
    const Instruction* next =
        DivergeIndexed(x, ip, reinterpret_cast<const uint32_t*>(window + ip->a * bytecode::kSlotBytes), &mask);
    if (next == nullptr) return Leave(x, Stop::kFault, ip, mask);
    if (mask != x->live) table = x->partial;
    if (next <= ip && --x->budget <= 0) return Leave(x, Stop::kBudget, next, mask);
    CULVERT_GO(next);
  }
};

struct GUARD {
  CULVERT_RUN {
    uint32_t predicate = LoadPredicate(window, ip->a);
    if (ip->x & bytecode::kNegate) predicate = ~predicate;
    uint32_t inside = mask & predicate;
    const Instruction* end = ip + 1 + ip->imm;
    if (inside == 0) CULVERT_DISPATCH(end + 1);
    if (inside == mask) {  // nothing to restore: UNGUARD finds the same mask
      x->guard_mask = mask;
      x->guard_end = end;
      CULVERT_DISPATCH(ip + 1);
    }
    x->guard_mask = mask;
    x->guard_end = end;
    mask = inside;
    table = x->partial;
    CULVERT_DISPATCH(ip + 1);
  }
};

struct UNGUARD {
  CULVERT_RUN {
    mask = x->guard_mask;
    x->guard_end = nullptr;
    table = mask == x->live ? x->full : x->partial;
    CULVERT_DISPATCH(ip + 1);
  }
};

#define CULVERT_STOPPING(NAME, STOP)                 \
  struct NAME {                                      \
    CULVERT_RUN { return Leave(x, STOP, ip, mask); } \
  };
CULVERT_STOPPING(BAR, Stop::kBarrier)
CULVERT_STOPPING(CALL, Stop::kCall)
CULVERT_STOPPING(CALL_INDIRECT, Stop::kCall)
CULVERT_STOPPING(RET, Stop::kReturn)

struct EXIT {
  CULVERT_RUN {
    if (x->guard_end != nullptr) SplitGuard(x, mask);
    return Leave(x, Stop::kExit, ip, mask);
  }
};

struct NANOSLEEP {
  CULVERT_RUN {
    if (x->guard_end != nullptr) SplitGuard(x, mask);
    return Leave(x, Stop::kSpin, ip + 1, mask);
  }
};

struct TRAP {
  CULVERT_RUN {
    ReportFault(x, ip, ErrorKind::kLaunchFailed, __builtin_ctz(mask), 0, 0, 0, bytecode::Space::kGeneric);
    return Leave(x, Stop::kFault, ip, mask);
  }
};

struct BRKPT {  // without a debugger a breakpoint ends the kernel, as a trap
  CULVERT_RUN {
    ReportFault(x, ip, ErrorKind::kLaunchFailed, __builtin_ctz(mask), 0, 0, 0, bytecode::Space::kGeneric);
    return Leave(x, Stop::kFault, ip, mask);
  }
};

struct FAULT {
  CULVERT_RUN {
    ReportFault(x, ip, static_cast<ErrorKind>(ip->imm), __builtin_ctz(mask), 0, 0, 0, bytecode::Space::kGeneric);
    return Leave(x, Stop::kFault, ip, mask);
  }
};

// Warp operations: one code for all, chosen by the operation (collectives.cc).
#define CULVERT_COLLECTIVE(NAME)                              \
  struct NAME {                                               \
    CULVERT_RUN {                                             \
      if (!RunCollective(x, ip, window, mask)) [[unlikely]] { \
        if (x->guard_end != nullptr) SplitGuard(x, mask);     \
        return Leave(x, Stop::kRendezvous, ip, mask);         \
      }                                                       \
      CULVERT_DISPATCH(ip + NAME##_length);                   \
    }                                                         \
  };
inline constexpr int SHFL_length = 2;
inline constexpr int VOTE_length = 1, MATCH_ANY_length = 1, MATCH_ALL_length = 1, REDUX_length = 1, ELECT_length = 1,
                     WARPSYNC_length = 1;
CULVERT_COLLECTIVE(SHFL)
CULVERT_COLLECTIVE(VOTE)
CULVERT_COLLECTIVE(MATCH_ANY)
CULVERT_COLLECTIVE(MATCH_ALL)
CULVERT_COLLECTIVE(REDUX)
CULVERT_COLLECTIVE(ELECT)
CULVERT_COLLECTIVE(WARPSYNC)

struct ACTIVEMASK {
  CULVERT_RUN {
    Store<kFull>(window, ip->dst, mask, U32x{} + mask);
    CULVERT_DISPATCH(ip + 1);
  }
};

// Operations behind a function call.
#define CULVERT_OUT_OF_LINE(NAME, CALL_)                                        \
  struct NAME {                                                                 \
    CULVERT_RUN {                                                               \
      if (!CALL_(x, ip, window, mask)) return Leave(x, Stop::kFault, ip, mask); \
      CULVERT_DISPATCH(ip + NAME##_length);                                     \
    }                                                                           \
  };
inline constexpr int ATOM_G_length = 1, ATOM_X_length = 1, ATOM_S_length = 1, SYSCALL_length = 2, ALLOCA_length = 1,
                     STACKSAVE_length = 1, STACKRESTORE_length = 1;
CULVERT_OUT_OF_LINE(ATOM_G, RunAtomic)
CULVERT_OUT_OF_LINE(ATOM_X, RunAtomic)
CULVERT_OUT_OF_LINE(ATOM_S, RunAtomic)
CULVERT_OUT_OF_LINE(SYSCALL, RunSyscall)
CULVERT_OUT_OF_LINE(ALLOCA, RunAlloca)
CULVERT_OUT_OF_LINE(STACKSAVE, RunAlloca)
CULVERT_OUT_OF_LINE(STACKRESTORE, RunAlloca)

struct FENCE {
  CULVERT_RUN {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    CULVERT_DISPATCH(ip + 1);
  }
};

struct SREG {
  CULVERT_RUN {
    using R = bytecode::DynamicRegister;
    R which = static_cast<R>(ip->x);
    uint64_t value = which >= R::kGlobalTimer ? GlobalTimerNs() : __builtin_readcyclecounter();
    if (which == R::kClock64 || which == R::kGlobalTimer) {
      Store<kFull>(window, ip->dst, mask, U64x{} + value);
    } else {
      bool high = which == R::kClockHi || which == R::kGlobalTimerHi;
      Store<kFull>(window, ip->dst, mask, U32x{} + static_cast<uint32_t>(high ? value >> 32 : value));
    }
    CULVERT_DISPATCH(ip + 1);
  }
};

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_CONTROL_H_

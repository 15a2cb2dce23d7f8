// Handlers: conversions between state spaces, PTX ISA 9.7.9 (cvta, isspacep) and 5.1 (state spaces).
#ifndef CULVERT_RUNTIME_NPU_INTERP_HANDLERS_ADDRESS_H_
#define CULVERT_RUNTIME_NPU_INTERP_HANDLERS_ADDRESS_H_

#include "runtime/npu/interp/handlers_memory.h"

namespace culvert::npu {
namespace {

// The generic address of shared offset o is the scratchpad's address + o; of local offset o, the lane's local memory +
// o.

CULVERT_INLINE U64x LocalBases(const Exec* x) {
  return LaneNumbers() * x->local_bytes + reinterpret_cast<uint64_t>(x->local);
}

struct CVTA_SHARED {
  CULVERT_RUN {
    Store<kFull>(window, ip->dst, mask, Load<U64x>(window, ip->a) + reinterpret_cast<uint64_t>(x->scratchpad));
    CULVERT_DISPATCH(ip + 1);
  }
};
struct CVTA_TO_SHARED {
  CULVERT_RUN {
    Store<kFull>(window, ip->dst, mask, Load<U64x>(window, ip->a) - reinterpret_cast<uint64_t>(x->scratchpad));
    CULVERT_DISPATCH(ip + 1);
  }
};
struct CVTA_LOCAL {
  CULVERT_RUN {
    Store<kFull>(window, ip->dst, mask, Load<U64x>(window, ip->a) + LocalBases(x));
    CULVERT_DISPATCH(ip + 1);
  }
};
struct CVTA_TO_LOCAL {
  CULVERT_RUN {
    Store<kFull>(window, ip->dst, mask, Load<U64x>(window, ip->a) - LocalBases(x));
    CULVERT_DISPATCH(ip + 1);
  }
};
struct LOCAL_ADDRESS {
  CULVERT_RUN {
    Store<kFull>(window, ip->dst, mask, U64x{} + (x->local_base + static_cast<uint64_t>(int64_t{ip->imm})));
    CULVERT_DISPATCH(ip + 1);
  }
};

// Lanes whose address lies in constant memory: what a kernel may read and not write.
CULVERT_INLINE uint32_t InConstantMemory(const Exec* x, U64x addresses) {
  uint32_t lanes = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t offset = addresses[lane] - x->window_base;
    if (offset >= x->window_bytes) continue;
    uint32_t access = x->granules[offset / kAccessGranuleBytes] & (CULVERT_GRANULE_READ | CULVERT_GRANULE_WRITE);
    if (access == CULVERT_GRANULE_READ) lanes |= 1u << lane;
  }
  return lanes;
}

// PTX ISA, "Generic Addressing": global is what lies in no window of constant, local or shared memory; kernel
// parameters lie inside global memory.
struct ISSPACEP {
  CULVERT_RUN {
    U64x address = Load<U64x>(window, ip->a);
    uint32_t shared = Compress(address - reinterpret_cast<uint64_t>(x->scratchpad) < U64x{} + x->scratchpad_bytes);
    uint32_t local = Compress(address - LocalBases(x) < U64x{} + x->local_bytes);
    uint32_t result = 0;
    switch (static_cast<Space>(ip->x)) {
      case Space::kShared:
        result = shared;
        break;
      case Space::kLocal:
        result = local;
        break;
      case Space::kGlobal:
        result = ~(shared | local | InConstantMemory(x, address));
        break;
      case Space::kConst:
        result = InConstantMemory(x, address);
        break;
      case Space::kParam:
        result = Compress(address - x->launch->parameter_address < U64x{} + x->launch->parameter_bytes);
        break;
      case Space::kGeneric:
        result = ~0u;
        break;
    }
    StorePredicate<kFull>(window, ip->dst, mask, result);
    CULVERT_DISPATCH(ip + 1);
  }
};

}  // namespace
}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_INTERP_HANDLERS_ADDRESS_H_

// Reductions over tiles and coalesced groups (CUDA C++ Programming Guide, "Cooperative Groups", reduce). The order of
// the operations is fixed: a butterfly over tiles, by rank over coalesced groups.
#ifndef CULVERT_CUDA_COOPERATIVE_GROUPS_REDUCE_H_
#define CULVERT_CUDA_COOPERATIVE_GROUPS_REDUCE_H_

#include "cooperative_groups.h"

#if defined(__CUDA__) && defined(__clang__)

namespace cooperative_groups {

#define CULVERT_CG_OPERATION(NAME, EXPRESSION)        \
  template <typename T>                               \
  struct NAME {                                       \
    __device__ T operator()(T a, T b) const { return EXPRESSION; } \
  };
CULVERT_CG_OPERATION(plus, a + b)
CULVERT_CG_OPERATION(less, b < a ? b : a)
CULVERT_CG_OPERATION(greater, a < b ? b : a)
CULVERT_CG_OPERATION(bit_and, a & b)
CULVERT_CG_OPERATION(bit_or, a | b)
CULVERT_CG_OPERATION(bit_xor, a ^ b)
#undef CULVERT_CG_OPERATION

template <unsigned kSize, typename Parent, typename T, typename Operation>
__device__ T reduce(const thread_block_tile<kSize, Parent>& group, T value, Operation operation) {
  for (unsigned lanes = kSize / 2; lanes > 0; lanes /= 2) value = operation(value, group.shfl_xor(value, lanes));
  return value;
}

template <typename T, typename Operation>
__device__ T reduce(const coalesced_group& group, T value, Operation operation) {
  T result = group.shfl(value, 0);
  for (unsigned rank = 1; rank < group.size(); ++rank) result = operation(result, group.shfl(value, rank));
  return result;
}

}  // namespace cooperative_groups

#endif  // CUDA by clang
#endif  // CULVERT_CUDA_COOPERATIVE_GROUPS_REDUCE_H_

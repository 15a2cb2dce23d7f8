// Cooperative groups (CUDA C++ Programming Guide, "Cooperative Groups"): the block, tiles of up to 32 threads of a warp,
// the coalesced threads of a warp, and the grid of a cooperative launch. Tiles wider than a warp, clusters and several
// devices are not provided: they do not compile.
#ifndef CULVERT_CUDA_COOPERATIVE_GROUPS_H_
#define CULVERT_CUDA_COOPERATIVE_GROUPS_H_

#include "cuda_runtime.h"

#if defined(__CUDA__) && defined(__clang__)

#define CULVERT_CG __device__ __inline__ __attribute__((always_inline))

namespace cooperative_groups {

class grid_group;
class thread_block;
class coalesced_group;
template <unsigned kSize, typename Parent = void>
class thread_block_tile;

namespace detail {

CULVERT_CG unsigned BlockRank() {
  return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
}
CULVERT_CG unsigned BlockSize() { return blockDim.x * blockDim.y * blockDim.z; }
CULVERT_CG unsigned LaneId() {
  unsigned lane;
  asm("mov.u32 %0, %%laneid;" : "=r"(lane));
  return lane;
}
CULVERT_CG unsigned LanesBelow() {
  unsigned mask;
  asm("mov.u32 %0, %%lanemask_lt;" : "=r"(mask));
  return mask;
}
CULVERT_CG unsigned long long BlockIndex() {
  return blockIdx.x + (unsigned long long)gridDim.x * (blockIdx.y + (unsigned long long)gridDim.y * blockIdx.z);
}
CULVERT_CG unsigned long long BlockCount() { return (unsigned long long)gridDim.x * gridDim.y * gridDim.z; }

// The workspace that a cooperative launch prepares: {bytes, barrier}; its address is in %envreg1 (high) and 2 (low).
struct GridWorkspace {
  unsigned bytes;
  unsigned barrier;
};
CULVERT_CG GridWorkspace* Workspace() {
  unsigned high, low;
  asm("mov.u32 %0, %%envreg1;" : "=r"(high));
  asm("mov.u32 %0, %%envreg2;" : "=r"(low));
  return reinterpret_cast<GridWorkspace*>((unsigned long long)high << 32 | low);
}

// The arrivals of one round add up to 2^31, whoever comes last, so the top bit flips when all blocks have arrived.
CULVERT_CG unsigned GridArrive(volatile unsigned* barrier) {
  __syncthreads();
  unsigned before = 0;
  if (BlockRank() == 0) {
    const unsigned step = BlockIndex() == 0 ? 0x80000000u - ((unsigned)BlockCount() - 1) : 1;
    __threadfence();
    before = atomicAdd(const_cast<unsigned*>(barrier), step);
  }
  return before;
}
CULVERT_CG void GridWait(volatile unsigned* barrier, unsigned before) {
  if (BlockRank() == 0) {
    while (((before ^ *barrier) & 0x80000000u) == 0) {
    }
    __threadfence();
  }
  __syncthreads();
}

}  // namespace detail

class grid_group {
 public:
  struct arrival_token {
    unsigned before;
  };
  CULVERT_CG bool is_valid() const { return detail::Workspace() != nullptr; }
  CULVERT_CG void sync() const {
    if (!is_valid()) __trap();  // not a cooperative launch
    detail::GridWait(&detail::Workspace()->barrier, detail::GridArrive(&detail::Workspace()->barrier));
  }
  CULVERT_CG arrival_token barrier_arrive() const {
    if (!is_valid()) __trap();
    return {detail::GridArrive(&detail::Workspace()->barrier)};
  }
  CULVERT_CG void barrier_wait(arrival_token&& token) const {
    detail::GridWait(&detail::Workspace()->barrier, token.before);
  }
  CULVERT_CG unsigned long long thread_rank() const {
    return detail::BlockIndex() * detail::BlockSize() + detail::BlockRank();
  }
  CULVERT_CG unsigned long long num_threads() const { return detail::BlockCount() * detail::BlockSize(); }
  CULVERT_CG unsigned long long size() const { return num_threads(); }
  CULVERT_CG unsigned long long block_rank() const { return detail::BlockIndex(); }
  CULVERT_CG unsigned long long num_blocks() const { return detail::BlockCount(); }
  CULVERT_CG dim3 dim_blocks() const { return dim3(gridDim.x, gridDim.y, gridDim.z); }
  CULVERT_CG dim3 group_dim() const { return dim_blocks(); }
  CULVERT_CG dim3 block_index() const { return dim3(blockIdx.x, blockIdx.y, blockIdx.z); }
};

class thread_block {
 public:
  static CULVERT_CG void sync() { __syncthreads(); }
  static CULVERT_CG unsigned thread_rank() { return detail::BlockRank(); }
  static CULVERT_CG unsigned num_threads() { return detail::BlockSize(); }
  static CULVERT_CG unsigned size() { return detail::BlockSize(); }
  static CULVERT_CG dim3 group_index() { return dim3(blockIdx.x, blockIdx.y, blockIdx.z); }
  static CULVERT_CG dim3 thread_index() { return dim3(threadIdx.x, threadIdx.y, threadIdx.z); }
  static CULVERT_CG dim3 dim_threads() { return dim3(blockDim.x, blockDim.y, blockDim.z); }
  static CULVERT_CG dim3 group_dim() { return dim_threads(); }
};

// Operations that a tile and a coalesced group share. `mask` holds the group's lanes of the warp.
template <typename Group>
class warp_group {
 public:
  CULVERT_CG unsigned num_threads() const { return self().size(); }
  CULVERT_CG void sync() const { __syncwarp(self().mask()); }
  CULVERT_CG int any(int predicate) const { return __any_sync(self().mask(), predicate); }
  CULVERT_CG int all(int predicate) const { return __all_sync(self().mask(), predicate); }
  CULVERT_CG unsigned ballot(int predicate) const { return self().Pack(__ballot_sync(self().mask(), predicate)); }
  template <typename T>
  CULVERT_CG unsigned match_any(T value) const {
    return self().Pack(__match_any_sync(self().mask(), value));
  }
  template <typename T>
  CULVERT_CG unsigned match_all(T value, int& predicate) const {
    return self().Pack(__match_all_sync(self().mask(), value, &predicate));
  }

 private:
  CULVERT_CG const Group& self() const { return static_cast<const Group&>(*this); }
};

// kSize consecutive threads of a warp; kSize is a power of two up to 32.
template <unsigned kSize, typename Parent>
class thread_block_tile : public warp_group<thread_block_tile<kSize, Parent>> {
  static_assert(kSize >= 1 && kSize <= 32 && (kSize & (kSize - 1)) == 0,
                "tiles have 1, 2, 4, 8, 16 or 32 threads");

 public:
  // `parent_threads` is 0 for tiles of the block.
  explicit CULVERT_CG thread_block_tile(unsigned parent_threads) : parent_threads_(parent_threads) {}
  // The parent's type may be dropped.
  template <typename Other>
  CULVERT_CG thread_block_tile(const thread_block_tile<kSize, Other>& other) : parent_threads_(other.parent_threads()) {}
  CULVERT_CG unsigned parent_threads() const { return parent_threads_; }

  static CULVERT_CG unsigned thread_rank() { return detail::BlockRank() & (kSize - 1); }
  static constexpr __device__ unsigned size() { return kSize; }
  static constexpr __device__ unsigned num_threads() { return kSize; }
  // Which tile of the group it was made from this is, and how many there are.
  CULVERT_CG unsigned meta_group_rank() const {
    return (parent_threads_ == 0 ? detail::BlockRank() : detail::BlockRank() & (parent_threads_ - 1)) / kSize;
  }
  CULVERT_CG unsigned meta_group_size() const {
    return ((parent_threads_ == 0 ? detail::BlockSize() : parent_threads_) + kSize - 1) / kSize;
  }
  template <typename T>
  CULVERT_CG T shfl(T value, int rank) const {
    return __shfl_sync(mask(), value, rank, kSize);
  }
  template <typename T>
  CULVERT_CG T shfl_up(T value, unsigned delta) const {
    return __shfl_up_sync(mask(), value, delta, kSize);
  }
  template <typename T>
  CULVERT_CG T shfl_down(T value, unsigned delta) const {
    return __shfl_down_sync(mask(), value, delta, kSize);
  }
  template <typename T>
  CULVERT_CG T shfl_xor(T value, unsigned lanes) const {
    return __shfl_xor_sync(mask(), value, lanes, kSize);
  }

  static CULVERT_CG unsigned mask() { return kLow << FirstLane(); }
  static CULVERT_CG unsigned Pack(unsigned lanes) { return lanes >> FirstLane() & kLow; }

 private:
  static constexpr unsigned kLow = kSize == 32 ? 0xFFFFFFFFu : (1u << (kSize % 32)) - 1;
  static CULVERT_CG unsigned FirstLane() { return detail::LaneId() & ~(kSize - 1); }
  unsigned parent_threads_;
};

// The threads of a warp that were converged when it was made, ranked by lane.
class coalesced_group : public warp_group<coalesced_group> {
 public:
  explicit CULVERT_CG coalesced_group(unsigned mask) : mask_(mask) {}
  CULVERT_CG unsigned thread_rank() const { return __popc(mask_ & detail::LanesBelow()); }
  CULVERT_CG unsigned size() const { return __popc(mask_); }
  CULVERT_CG unsigned num_threads() const { return size(); }
  template <typename T>
  CULVERT_CG T shfl(T value, unsigned rank) const {
    return __shfl_sync(mask_, value, LaneOf(rank));
  }
  template <typename T>
  CULVERT_CG T shfl_up(T value, unsigned delta) const {
    const unsigned rank = thread_rank();
    return __shfl_sync(mask_, value, LaneOf(rank < delta ? rank : rank - delta));
  }
  template <typename T>
  CULVERT_CG T shfl_down(T value, unsigned delta) const {
    const unsigned rank = thread_rank();
    return __shfl_sync(mask_, value, LaneOf(rank + delta < size() ? rank + delta : rank));
  }
  CULVERT_CG unsigned mask() const { return mask_; }
  // The bits of `lanes` at the group's lanes, by rank.
  CULVERT_CG unsigned Pack(unsigned lanes) const {
    unsigned packed = 0, rank = 0;
    for (unsigned left = mask_; left != 0; left &= left - 1, ++rank) {
      packed |= (lanes >> (__ffs(left) - 1) & 1) << rank;
    }
    return packed;
  }

 private:
  // The lane of the thread with `rank`.
  CULVERT_CG unsigned LaneOf(unsigned rank) const {
    unsigned left = mask_;
    for (; rank > 0; --rank) left &= left - 1;
    return __ffs(left) - 1;
  }
  unsigned mask_;
};

CULVERT_CG grid_group this_grid() { return {}; }
CULVERT_CG thread_block this_thread_block() { return {}; }
CULVERT_CG coalesced_group coalesced_threads() { return coalesced_group(__activemask()); }

template <unsigned kSize>
CULVERT_CG thread_block_tile<kSize, thread_block> tiled_partition(const thread_block&) {
  return thread_block_tile<kSize, thread_block>(0);
}
template <unsigned kSize, unsigned kParentSize, typename Grandparent>
CULVERT_CG auto tiled_partition(const thread_block_tile<kParentSize, Grandparent>&) {
  static_assert(kSize <= kParentSize, "a tile is not wider than the group it is made from");
  return thread_block_tile<kSize, thread_block_tile<kParentSize, Grandparent>>(kParentSize);
}

template <typename Group>
CULVERT_CG void sync(const Group& group) {
  group.sync();
}
template <typename Group>
CULVERT_CG auto thread_rank(const Group& group) {
  return group.thread_rank();
}
template <typename Group>
CULVERT_CG auto group_size(const Group& group) {
  return group.size();
}

// The threads of `group` for which `predicate` is true, and the others: each thread gets its own half.
template <typename Group>
CULVERT_CG coalesced_group binary_partition(const Group& group, bool predicate) {
  const unsigned yes = __ballot_sync(group.mask(), predicate);
  return coalesced_group(predicate ? yes : group.mask() & ~yes);
}
template <typename Group, typename Label>
CULVERT_CG coalesced_group labeled_partition(const Group& group, Label label) {
  return coalesced_group(__match_any_sync(group.mask(), label));
}

}  // namespace cooperative_groups

#undef CULVERT_CG
#endif  // CUDA by clang
#endif  // CULVERT_CUDA_COOPERATIVE_GROUPS_H_

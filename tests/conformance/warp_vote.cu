// Votes, match, activemask, syncwarp, and block-wide votes; converged and diverged, in full and partial warps.
#include "check.h"

struct Result {
  unsigned ballot, all, any, uniform, match_any, match_all, match_all_predicate, active;
};

__global__ void Votes(const int* in, Result* out, int limit) {
  int i = threadIdx.x, v = in[i];
  unsigned mask = 0xffffffffu;
  Result r;
  r.ballot = __ballot_sync(mask, v < limit);
  r.all = __all_sync(mask, v < limit) != 0;
  r.any = __any_sync(mask, v < limit) != 0;
  r.uniform = __uni_sync(mask, v < limit) != 0;
  r.match_any = __match_any_sync(mask, v);
  int predicate;
  r.match_all = __match_all_sync(mask, (unsigned long long)(v / 100), &predicate);
  r.match_all_predicate = predicate != 0;
  r.active = __activemask();
  out[i] = r;
}

// Groups of lanes that vote in separate branches see only their own group.
__global__ void Diverged(unsigned* out) {
  int lane = threadIdx.x & 31;
  unsigned r = 0;
  if (lane < 10) {
    r = __ballot_sync(0x3ffu, lane & 1);
  } else if (lane < 20) {
    r = __ballot_sync(0xffc00u, lane % 3 == 0);
    if (lane >= 15) r ^= __ballot_sync(0xf8000u, 1);
  } else {
    r = __any_sync(0xfff00000u, lane == 25) ? 77 : 0;
  }
  __syncwarp();
  r += __popc(__ballot_sync(0xffffffffu, r != 0)) << 24;
  out[threadIdx.x] = r;
}

__global__ void BlockVotes(int* out) {
  int i = threadIdx.x;
  out[i * 3] = __syncthreads_count(i % 3 == 0);
  out[i * 3 + 1] = __syncthreads_and(i < 1000);
  out[i * 3 + 2] = __syncthreads_or(i == int(blockDim.x) - 1);
}

// Aggregated atomics: one atomicAdd per group of equal keys.
__global__ void Aggregate(const int* keys, int* counters, int* positions, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  unsigned live = __ballot_sync(0xffffffffu, i < n);
  if (i >= n) return;
  unsigned peers = __match_any_sync(live, keys[i]);
  int lane = threadIdx.x & 31, leader = __ffs(int(peers)) - 1, rank = __popc(peers & ((1u << lane) - 1)), base = 0;
  if (lane == leader) base = atomicAdd(&counters[keys[i]], __popc(peers));
  positions[i] = __shfl_sync(peers, base, leader) + rank;
}

// syncwarp orders shared-memory traffic between lanes: a ring of exchanges without a block barrier.
__global__ void Exchange(int* out) {
  __shared__ int ring[64];
  int t = threadIdx.x, base = t & ~31;
  ring[t] = t;
  for (int round = 0; round < 10; ++round) {
    __syncwarp();
    int v = ring[base + ((t + 1) & 31)];
    __syncwarp();
    ring[t] = v + 1;
  }
  __syncwarp();
  out[t] = ring[t];
}

int main() {
  const int threads = 96;
  std::vector<int> in(threads);
  for (int i = 0; i < threads; ++i) in[i] = i < 32 ? 7 : i < 64 ? int(check::Hash32(i) % 5) : 100 + i % 2;
  check::Device<int> din(in);
  check::Device<Result> out(threads);
  for (int limit : {0, 3, 8, 101, 1000}) {
    Votes<<<1, threads>>>(din, out, limit);
    CHECK_LAUNCH();
    std::vector<Result> got = out.Get();
    for (int i = 0; i < threads; ++i) {
      unsigned ballot = 0, same = 0;
      bool coarse = true;
      for (int l = 0; l < 32; ++l) {
        int v = in[i / 32 * 32 + l];
        ballot |= unsigned(v < limit) << l;
        same |= unsigned(v == in[i]) << l;
        coarse &= v / 100 == in[i] / 100;
      }
      EXPECT_EQ(got[i].ballot, ballot);
      EXPECT_EQ(got[i].all, ballot == ~0u);
      EXPECT_EQ(got[i].any, ballot != 0);
      EXPECT_EQ(got[i].uniform, ballot == ~0u || ballot == 0);
      EXPECT_EQ(got[i].match_any, same);
      EXPECT_EQ(got[i].match_all, coarse ? ~0u : 0u);
      EXPECT_EQ(got[i].match_all_predicate, coarse);
      EXPECT(got[i].active >> (i % 32) & 1);
    }
  }
  check::Device<unsigned> diverged(64);
  Diverged<<<1, 64>>>(diverged);
  CHECK_LAUNCH();
  std::vector<unsigned> votes(64);
  for (int i = 0; i < 64; ++i) {
    int lane = i & 31;
    unsigned third = 0;
    for (int l = 10; l < 20; ++l) third |= unsigned(l % 3 == 0) << l;
    unsigned r = lane < 10 ? 0x2aa : lane < 15 ? third : lane < 20 ? third ^ 0xf8000u : 77;
    votes[i] = r + (32u << 24);
  }
  check::Equal("diverged votes", diverged.Get(), votes);

  for (int size : {1, 32, 100, 1024}) {
    check::Device<int> block(size * 3);
    BlockVotes<<<1, size>>>(block);
    CHECK_LAUNCH();
    std::vector<int> got = block.Get();
    for (int i = 0; i < size; ++i) {
      EXPECT_EQ(got[i * 3], (size + 2) / 3);
      EXPECT_EQ(got[i * 3 + 1] != 0, size <= 1000);
      EXPECT_EQ(got[i * 3 + 2] != 0, true);
    }
  }

  const int n = 1999, kinds = 5;
  std::vector<int> keys(n), counts(kinds, 0);
  for (int i = 0; i < n; ++i) keys[i] = int(check::Hash32(i) % kinds), ++counts[keys[i]];
  check::Device<int> dkeys(keys), counters(kinds), positions(n);
  counters.Zero();
  Aggregate<<<(n + 127) / 128, 128>>>(dkeys, counters, positions, n);
  CHECK_LAUNCH();
  check::Equal("aggregated counts", counters.Get(), counts);
  std::vector<int> got = positions.Get();
  std::vector<std::vector<int>> taken(kinds);
  for (int k = 0; k < kinds; ++k) taken[k].assign(counts[k], 0);
  for (int i = 0; i < n; ++i) EXPECT(got[i] >= 0 && got[i] < counts[keys[i]] && taken[keys[i]][got[i]]++ == 0);

  check::Device<int> ring(64);
  Exchange<<<1, 64>>>(ring);
  CHECK_LAUNCH();
  std::vector<int> ring_want(64);
  for (int t = 0; t < 64; ++t) ring_want[t] = (t & ~31) + ((t + 10) & 31) + 10;
  check::Equal("ring", ring.Get(), ring_want);
  return check::Finish("warp_vote");
}

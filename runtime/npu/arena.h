// Arena: bookkeeping of which parts of an address window are in use. It hands out offsets and never touches the memory.
// Small requests come from slabs of one size class, large ones from the best-fitting free range. Not thread-safe.
#ifndef CULVERT_RUNTIME_NPU_ARENA_H_
#define CULVERT_RUNTIME_NPU_ARENA_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace culvert::npu {

class Arena {
 public:
  static constexpr uint64_t kUnitBytes = 512;  // every offset and size is a multiple of it
  static constexpr uint64_t kSlabBytes = 256 << 10;
  static constexpr uint64_t kLargestSmallBytes = 32 << 10;
  static constexpr uint64_t kGuardBytes = 4096;  // never handed out, after every large block: an overrun finds nothing

  explicit Arena(uint64_t total_bytes);

  struct Block {
    uint64_t offset = 0;
    uint64_t reserved_bytes = 0;  // what the block takes from the window, guard included
  };
  // align_bytes: a power of two; nothing if no free range fits.
  std::optional<Block> Allocate(uint64_t bytes, uint64_t align_bytes);
  // `offset` must come from Allocate. Returns the freed block, so that its pages can be given back.
  Block Free(uint64_t offset);

  uint64_t free_bytes() const { return free_bytes_; }  // in ranges; slabs' inner free space not counted

 private:
  struct Slab {
    uint32_t size_class = 0;
    uint32_t live = 0;
    uint32_t untouched = 0;      // index of the first object never handed out
    std::vector<uint16_t> free;  // objects handed back
  };
  struct SizeClass {
    uint64_t bytes = 0;
    std::set<uint64_t> partial;  // offsets of slabs with room, lowest first
  };
  std::optional<uint64_t> TakeRange(uint64_t bytes, uint64_t align_bytes);
  void ReturnRange(uint64_t offset, uint64_t bytes);
  std::optional<Block> AllocateSmall(uint32_t size_class);
  void AddFree(uint64_t offset, uint64_t bytes);
  void RemoveFree(std::map<uint64_t, uint64_t>::iterator range);

  std::map<uint64_t, uint64_t> free_by_offset_;
  std::set<std::pair<uint64_t, uint64_t>> free_by_size_;
  absl::flat_hash_map<uint64_t, uint64_t> large_;  // offset -> bytes
  absl::flat_hash_map<uint64_t, Slab> slabs_;      // offset of the slab
  std::vector<SizeClass> classes_;
  uint64_t free_bytes_ = 0;
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_ARENA_H_

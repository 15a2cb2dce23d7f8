#include "cuda_api/handles.h"

#include <sched.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <new>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "cuda_api/boundary.h"
#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/stream.h"

namespace culvert::api {
namespace {

constexpr uint32_t kSlotsPerChunk = 1024;
constexpr uint32_t kMaxChunks = 16384;  // 2^24 handles
constexpr uint32_t kLastGeneration = (1u << 24) - 1;
// Slots freed before the first is used again: the older a stale handle, the sooner its generation might come round.
constexpr size_t kMinFreeSlots = 256;

// `state`: upper half the upper half of the live handle, 0 if none; lower half the number of lookups that are looking
// at `object` now. A lookup adds itself first and then compares; a removal clears the upper half first and then waits
// for the lookups to leave, so `object` changes only while nobody reads it.
struct Slot {
  std::atomic<uint64_t> state{0};
  std::shared_ptr<void> object;
  const void* owner = nullptr;
  uint32_t generation = 0;  // of the latest handle
};

constexpr uint32_t Tag(HandleKind kind) { return 0x80u + static_cast<uint32_t>(kind); }
constexpr uint32_t Upper(uint64_t handle) { return static_cast<uint32_t>(handle >> 32); }
constexpr uint32_t Index(uint64_t handle) { return static_cast<uint32_t>(handle); }
constexpr HandleKind KindIn(uint64_t handle) { return static_cast<HandleKind>((handle >> 56) - 0x80); }

const char* Name(HandleKind kind) {
  switch (kind) {
    case HandleKind::kContext:
      return "context";
    case HandleKind::kStream:
      return "stream";
    case HandleKind::kEvent:
      return "event";
    case HandleKind::kModule:
      return "module";
    case HandleKind::kLibrary:
      return "library";
    case HandleKind::kKernel:
      return "kernel";
    case HandleKind::kFunction:
      return "function";
    case HandleKind::kMemoryPool:
      return "memory pool";
    case HandleKind::kLinkState:
      return "link state";
  }
  return nullptr;
}

class Table {
 public:
  static Table& Get() {
    static Table* table = new Table;
    return *table;
  }

  uint64_t HandleOf(HandleKind kind, std::shared_ptr<void> object, const void* owner) {
    std::lock_guard lock(mutex_);
    auto [it, added] = handles_.try_emplace(object.get(), 0);
    if (!added) return it->second;
    uint32_t index;
    try {
      index = TakeSlot();
    } catch (...) {
      handles_.erase(it);
      throw;
    }
    Slot& slot = *SlotAt(index);
    slot.generation = slot.generation == kLastGeneration ? 1 : slot.generation + 1;
    uint64_t handle = (uint64_t{Tag(kind)} << 56) | (uint64_t{slot.generation} << 32) | index;
    it->second = handle;
    slot.object = std::move(object);
    slot.owner = owner;
    if (owner != nullptr) owned_[owner].insert(handle);
    slot.state.fetch_add(uint64_t{Upper(handle)} << 32, std::memory_order_release);
    return handle;
  }

  std::shared_ptr<void> Find(HandleKind kind, uint64_t handle) noexcept {
    Slot* slot = (handle >> 56) == Tag(kind) ? SlotAt(Index(handle)) : nullptr;
    if (slot == nullptr) return nullptr;
    std::shared_ptr<void> object;
    if (Upper(slot->state.fetch_add(1, std::memory_order_acquire)) == Upper(handle)) object = slot->object;
    slot->state.fetch_sub(1, std::memory_order_release);
    return object;
  }

  std::shared_ptr<void> Remove(HandleKind kind, uint64_t handle) {
    if ((handle >> 56) != Tag(kind)) return nullptr;
    std::lock_guard lock(mutex_);
    return RemoveLocked(handle);
  }

  // The objects, for the caller to let go without the lock: their destructors may do anything.
  std::vector<std::shared_ptr<void>> RemoveOwnedBy(const void* owner) {
    std::vector<std::shared_ptr<void>> removed;
    std::vector<const void*> owners = {owner};
    std::lock_guard lock(mutex_);
    while (!owners.empty()) {
      auto it = owned_.find(owners.back());
      owners.pop_back();
      if (it == owned_.end()) continue;
      auto handles = std::move(it->second);
      owned_.erase(it);
      for (uint64_t handle : handles) {
        removed.push_back(RemoveLocked(handle));
        owners.push_back(removed.back().get());
      }
    }
    return removed;
  }

  // Whether a handle with this value was given out at some time, as far as the slot's history tells.
  bool WasValid(uint64_t handle) {
    Slot* slot = Name(KindIn(handle)) != nullptr ? SlotAt(Index(handle)) : nullptr;
    if (slot == nullptr) return false;
    std::lock_guard lock(mutex_);
    uint32_t generation = Upper(handle) & kLastGeneration;
    return generation != 0 && generation <= slot->generation;
  }

  bool Has(const void* object) {
    std::lock_guard lock(mutex_);
    return handles_.contains(object);
  }

  size_t Count(HandleKind kind) {
    std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& [object, handle] : handles_) count += KindIn(handle) == kind;
    return count;
  }

 private:
  Slot* SlotAt(uint32_t index) {
    uint32_t chunk = index / kSlotsPerChunk;
    if (chunk >= kMaxChunks) return nullptr;
    Slot* slots = chunks_[chunk].load(std::memory_order_acquire);
    return slots == nullptr ? nullptr : slots + index % kSlotsPerChunk;
  }

  uint32_t TakeSlot() {
    if (free_.size() <= kMinFreeSlots && chunk_count_ < kMaxChunks) {
      chunks_[chunk_count_].store(new Slot[kSlotsPerChunk], std::memory_order_release);
      uint32_t first = chunk_count_++ * kSlotsPerChunk;
      for (uint32_t i = 0; i < kSlotsPerChunk; ++i) free_.push_back(first + i);
    }
    if (free_.empty()) throw std::bad_alloc();
    uint32_t index = free_.front();
    free_.pop_front();
    return index;
  }

  std::shared_ptr<void> RemoveLocked(uint64_t handle) {
    Slot* slot = SlotAt(Index(handle));
    if (slot == nullptr || Upper(slot->state.load(std::memory_order_relaxed)) != Upper(handle)) return nullptr;
    slot->state.fetch_sub(uint64_t{Upper(handle)} << 32, std::memory_order_acq_rel);
    while (slot->state.load(std::memory_order_acquire) != 0) sched_yield();
    std::shared_ptr<void> object = std::move(slot->object);
    slot->object = nullptr;
    if (slot->owner != nullptr) {
      auto it = owned_.find(slot->owner);
      if (it != owned_.end()) {
        it->second.erase(handle);
        if (it->second.empty()) owned_.erase(it);
      }
      slot->owner = nullptr;
    }
    handles_.erase(object.get());
    free_.push_back(Index(handle));
    return object;
  }

  std::atomic<Slot*> chunks_[kMaxChunks] = {};
  std::mutex mutex_;  // guards what follows, and generation and owner of the slots
  uint32_t chunk_count_ = 0;
  std::deque<uint32_t> free_;
  absl::flat_hash_map<const void*, uint64_t> handles_;
  absl::flat_hash_map<const void*, absl::flat_hash_set<uint64_t>> owned_;
};

constexpr int kMaxObservers = 4;
std::atomic<void (*)(Context&)> observers[kMaxObservers] = {};

}  // namespace

namespace internal {

uint64_t HandleOf(HandleKind kind, std::shared_ptr<void> object, const void* owner) {
  return Table::Get().HandleOf(kind, std::move(object), owner);
}

std::shared_ptr<void> Find(HandleKind kind, uint64_t handle) noexcept { return Table::Get().Find(kind, handle); }

std::shared_ptr<void> Remove(HandleKind kind, uint64_t handle) { return Table::Get().Remove(kind, handle); }

absl::Status WhyInvalid(HandleKind kind, uint64_t handle) {
  bool is_context = kind == HandleKind::kContext;
  ErrorKind error = is_context ? ErrorKind::kInvalidContext : ErrorKind::kInvalidHandle;
  if (handle == 0) return Error(error, "the %s is null", Name(kind));
  const char* other = Name(KindIn(handle));
  if (other == nullptr || !Table::Get().WasValid(handle)) return Error(error, "0x%x is no %s", handle, Name(kind));
  if (KindIn(handle) != kind) return Error(error, "0x%x is a %s, not a %s", handle, other, Name(kind));
  if (is_context) error = ErrorKind::kContextIsDestroyed;
  return Error(error, "%s 0x%x was destroyed", Name(kind), handle);
}

}  // namespace internal

bool HasKind(const void* handle, HandleKind kind) { return (reinterpret_cast<uint64_t>(handle) >> 56) == Tag(kind); }

bool HasHandle(const void* object) { return Table::Get().Has(object); }

void RemoveHandlesOwnedBy(const void* owner) { Table::Get().RemoveOwnedBy(owner); }

void ContextEnded(Context& context) {
  RemoveHandlesOwnedBy(&context);
  for (auto& slot : observers) {
    if (auto observer = slot.load(std::memory_order_acquire)) observer(context);
  }
}

void ObserveContextEnd(void (*observer)(Context& context)) {
  for (auto& slot : observers) {
    void (*expected)(Context&) = nullptr;
    if (slot.compare_exchange_strong(expected, observer, std::memory_order_acq_rel) || expected == observer) return;
  }
  abort();  // a bug of ours: the observers are known at build time
}

size_t LiveHandles(HandleKind kind) { return Table::Get().Count(kind); }

absl::StatusOr<std::shared_ptr<Stream>> StreamFromHandle(Context& current, const void* handle) {
  switch (reinterpret_cast<uint64_t>(handle)) {
    case 0:
      return PerThreadDefaultStream() ? current.PerThreadStream() : current.LegacyStream();
    case 1:
      return current.LegacyStream();
    case 2:
      return current.PerThreadStream();
    default:
      return FromHandle<Stream>(handle);
  }
}

}  // namespace culvert::api

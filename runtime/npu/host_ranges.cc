#include "runtime/npu/host_ranges.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "include/culvert/error.h"

namespace culvert::npu {
namespace {

using Table = std::vector<HostRange>;  // sorted by base, disjoint

struct State {
  std::mutex mutex;
  std::atomic<const Table*> current = new Table;
  std::vector<std::unique_ptr<const Table>> retired;  // guarded by mutex
  std::atomic<int64_t> users = 0;
};

State& GetState() {
  static State* state = new State;
  return *state;
}

// The range that contains `address`, or null.
const HostRange* Find(const Table& table, uint64_t address) {
  auto after = std::upper_bound(table.begin(), table.end(), address,
                                [](uint64_t value, const HostRange& range) { return value < range.base; });
  if (after == table.begin()) return nullptr;
  const HostRange& range = *std::prev(after);
  return address - range.base < range.bytes ? &range : nullptr;
}

// Swaps the table in. A grid that loads the pointer after the swap cannot see the old table, so with no users left
// after the swap nobody can (both sides use sequentially consistent operations).
void Publish(State& state, std::unique_ptr<const Table> table) {
  state.retired.emplace_back(state.current.exchange(table.release()));
  if (state.users.load() == 0) state.retired.clear();
}

}  // namespace

absl::Status AddHostRange(const HostRange& range) {
  if (range.base == 0 || range.bytes == 0 || range.base + range.bytes < range.base) {
    return MakeError(ErrorKind::kInvalidValue, "empty or wrapping host range");
  }
  State& state = GetState();
  std::lock_guard lock(state.mutex);
  auto table = std::make_unique<Table>(*state.current.load());
  auto next = std::lower_bound(table->begin(), table->end(), range.base,
                               [](const HostRange& r, uint64_t base) { return r.base < base; });
  bool overlaps_next = next != table->end() && next->base < range.base + range.bytes;
  if (overlaps_next || Find(*table, range.base) != nullptr) {
    return Error(ErrorKind::kHostMemoryAlreadyRegistered, "part of [0x%x, +%d) is registered already", range.base,
                 range.bytes);
  }
  table->insert(next, range);
  Publish(state, std::move(table));
  return absl::OkStatus();
}

absl::Status RemoveHostRange(uint64_t base) {
  State& state = GetState();
  std::lock_guard lock(state.mutex);
  auto table = std::make_unique<Table>(*state.current.load());
  auto found = std::find_if(table->begin(), table->end(), [&](const HostRange& range) { return range.base == base; });
  if (found == table->end()) return Error(ErrorKind::kHostMemoryNotRegistered, "no registration starts at 0x%x", base);
  table->erase(found);
  Publish(state, std::move(table));
  return absl::OkStatus();
}

void RemoveHostRangesOf(uint64_t owner) {
  State& state = GetState();
  std::lock_guard lock(state.mutex);
  auto table = std::make_unique<Table>(*state.current.load());
  if (std::erase_if(*table, [&](const HostRange& range) { return range.owner == owner; }) != 0) {
    Publish(state, std::move(table));
  }
}

std::optional<HostRange> FindHostRange(uint64_t address) {
  State& state = GetState();
  std::lock_guard lock(state.mutex);
  const HostRange* range = Find(*state.current.load(), address);
  return range == nullptr ? std::nullopt : std::optional(*range);
}

bool HostRangeAllows(uint64_t address, uint64_t bytes, bool write) {
  const HostRange* range = Find(*GetState().current.load(), address);
  return range != nullptr && bytes <= range->bytes - (address - range->base) && !(write && range->read_only);
}

void BeginHostRangeUse() { GetState().users.fetch_add(1); }
void EndHostRangeUse() { GetState().users.fetch_sub(1); }

}  // namespace culvert::npu

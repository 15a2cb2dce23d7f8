#include "runtime/npu/window.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"

namespace culvert::npu {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kCommitStepBytes = uint64_t{64} << 20;  // one mprotect per so much: calls stay rare
constexpr uint64_t kBaseAlignBytes = Window::kMaxAlignBytes;
constexpr uint64_t kZoneUnits = 4, kProgramZoneUnits = 3;  // three quarters for the program
constexpr uint64_t kSmallestWindowBytes = uint64_t{256} << 20;

struct Registry {
  std::mutex mutex;
  std::vector<Window*> returned;  // guarded by mutex
  std::atomic<uint32_t> count = 0;
  std::atomic<Window*> windows[kMaxWindows] = {};
};

Registry& GetRegistry() {
  static Registry* registry = new Registry;
  return *registry;
}

constexpr uint64_t RoundUp(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

absl::Status NoWindow(uint64_t bytes, int error) {
  rlimit limit = {};
  getrlimit(RLIMIT_AS, &limit);
  if (limit.rlim_cur != RLIM_INFINITY) {
    return Error(ErrorKind::kOutOfMemory,
                 "cannot reserve a context's address window: RLIMIT_AS (ulimit -v) allows %d MiB, "
                 "a window needs at least %d MiB",
                 limit.rlim_cur >> 20, kSmallestWindowBytes >> 20);
  }
  return Error(ErrorKind::kOutOfMemory, "cannot reserve an address window of %d MiB: %s", bytes >> 20, strerror(error));
}

}  // namespace

Window* Window::Reserve(uint64_t bytes, int* error) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  // More than needed, then cut to a multiple of kBaseAlignBytes.
  void* reserved = mmap(nullptr, bytes + kBaseAlignBytes, PROT_NONE, kFlags, -1, 0);
  if (reserved == MAP_FAILED) {
    *error = errno;
    return nullptr;
  }
  auto first = reinterpret_cast<uint64_t>(reserved);
  uint64_t lead = RoundUp(first, kBaseAlignBytes) - first;
  void* base = reinterpret_cast<void*>(first + lead);
  if (lead != 0) munmap(reserved, lead);
  munmap(reinterpret_cast<void*>(first + lead + bytes), kBaseAlignBytes - lead);
  void* granules = mmap(nullptr, bytes / kAccessGranuleBytes, PROT_READ | PROT_WRITE, kFlags, -1, 0);
  if (granules == MAP_FAILED) {
    *error = errno;
    munmap(base, bytes);
    return nullptr;
  }
  madvise(base, bytes, MADV_DONTDUMP);
  auto* window = new Window;
  window->base_ = reinterpret_cast<uint64_t>(base);
  window->bytes_ = bytes;
  window->granules_ = static_cast<uint8_t*>(granules);
  window->device_zone_offset_ = bytes / kZoneUnits * kProgramZoneUnits / kCommitStepBytes * kCommitStepBytes;
  return window;
}

absl::StatusOr<Window*> Window::Acquire(uint64_t bytes) {
  Registry& registry = GetRegistry();
  std::lock_guard lock(registry.mutex);
  bytes = RoundUp(std::max(bytes, kSmallestWindowBytes), kCommitStepBytes);
  if (!registry.returned.empty()) {  // every context asks for the same size
    Window* window = registry.returned.back();
    registry.returned.pop_back();
    return window;
  }
  if (registry.count.load() == kMaxWindows) {
    return Error(ErrorKind::kOutOfMemory, "more than %d contexts exist", kMaxWindows);
  }
  int error = 0;
  rlimit limit = {};
  getrlimit(RLIMIT_AS, &limit);
  // Under a limit leave most of the address space to the program.
  if (limit.rlim_cur != RLIM_INFINITY) bytes = std::min<uint64_t>(bytes, RoundUp(limit.rlim_cur / 2, kCommitStepBytes));
  for (uint64_t size = bytes; size >= kSmallestWindowBytes; size = RoundUp(size / 2, kCommitStepBytes)) {
    Window* window = Reserve(size, &error);
    if (window == nullptr) continue;
    window->index_ = registry.count.load();
    registry.windows[window->index_].store(window, std::memory_order_release);
    registry.count.store(window->index_ + 1, std::memory_order_release);
    return window;
  }
  return NoWindow(bytes, error);
}

void Window::Return() {
  Registry& registry = GetRegistry();
  std::lock_guard lock(registry.mutex);
  for (uint32_t i = 0; i < registry.count.load(); ++i) {
    Window* other = registry.windows[i].load();
    other->SetPeer(*this, false);
    SetPeer(*other, false);
  }
  madvise(granules_, bytes_ / kAccessGranuleBytes, MADV_DONTNEED);
  registry.returned.push_back(this);
}

absl::Status Window::Commit(Zone zone, uint64_t bytes) {
  uint64_t& committed = committed_bytes_[zone];
  if (bytes <= committed) return absl::OkStatus();
  uint64_t end = std::min(RoundUp(bytes, kCommitStepBytes), zone_bytes(zone));
  auto* first = reinterpret_cast<void*>(base_ + zone_offset(zone) + committed);
  if (mprotect(first, end - committed, PROT_READ | PROT_WRITE) != 0) {
    return Error(ErrorKind::kOutOfMemory, "the system refuses %d MiB of memory: %s", (end - committed) >> 20,
                 strerror(errno));
  }
  committed = end;
  return absl::OkStatus();
}

void Window::Discard(uint64_t address, uint64_t bytes) {
  uint64_t begin = RoundUp(address, kPageBytes);
  uint64_t end = (address + bytes) / kPageBytes * kPageBytes;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void Window::DiscardAll() {
  for (Zone zone : {kProgramZone, kDeviceZone}) {
    auto* first = reinterpret_cast<void*>(base_ + zone_offset(zone));
    if (committed_bytes_[zone] != 0) madvise(first, committed_bytes_[zone], MADV_DONTNEED);
  }
}

// Running kernels read the map without a lock: a byte is either old or new, both are right answers while an allocation
// changes under a kernel. Kept from the thread sanitizer for that reason (and from becoming a call of the intercepted
// memset).
__attribute__((no_sanitize("thread"), no_builtin("memset"))) void Window::SetGranules(uint64_t address, uint64_t bytes,
                                                                                      uint8_t bits) {
  if (bytes == 0) return;
  uint64_t first = (address - base_) / kAccessGranuleBytes;
  uint64_t last = (address - base_ + bytes - 1) / kAccessGranuleBytes;
  for (uint64_t i = first; i <= last; ++i) granules_[i] = bits;
}

__attribute__((no_sanitize("thread"))) bool Window::Covers(uint64_t address, uint64_t bytes, uint8_t bits) const {
  uint64_t offset = address - base_;
  if (offset >= bytes_ || bytes > bytes_ - offset) return false;
  if (bytes == 0) return true;
  uint64_t last = (offset + bytes - 1) / kAccessGranuleBytes;
  for (uint64_t i = offset / kAccessGranuleBytes; i <= last; ++i) {
    if ((granules_[i] & bits) != bits) return false;
  }
  return true;
}

void Window::SetPeer(const Window& other, bool allowed) {
  uint64_t bit = uint64_t{1} << (other.index_ % 64);
  if (allowed) {
    peers_[other.index_ / 64].fetch_or(bit);
  } else {
    peers_[other.index_ / 64].fetch_and(~bit);
  }
}

bool Window::AllowsPeer(const Window& other) const {
  return (peers_[other.index_ / 64].load(std::memory_order_relaxed) >> (other.index_ % 64)) & 1;
}

Window* Window::Find(uint64_t address) {
  Registry& registry = GetRegistry();
  uint32_t count = registry.count.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    Window* window = registry.windows[i].load(std::memory_order_relaxed);
    if (window->Contains(address)) return window;
  }
  return nullptr;
}

}  // namespace culvert::npu

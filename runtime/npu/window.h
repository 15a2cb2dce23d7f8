// Window: a reserved range of addresses and its granule map. A context owns one; windows are never unmapped, so an
// access that comes too late finds zeros, not a signal: a window given back is emptied and serves another context
// later.
#ifndef CULVERT_RUNTIME_NPU_WINDOW_H_
#define CULVERT_RUNTIME_NPU_WINDOW_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert::npu {

// Bits of a granule byte beside CULVERT_GRANULE_READ and _WRITE (1 and 2).
inline constexpr uint8_t kGranuleHostVisible = 4;  // pinned or managed: usable by kernels of every context

inline constexpr uint32_t kMaxWindows = 1024;

class Window {
 public:
  // Of base() and of the zones: what an allocation may be aligned to.
  static constexpr uint64_t kMaxAlignBytes = uint64_t{64} << 20;

  // A window of `bytes`, or of a half, quarter ... of it where the address space does not allow more (RLIMIT_AS); the
  // same memory a former owner has returned if there is one. kOutOfMemory names the limit.
  static absl::StatusOr<Window*> Acquire(uint64_t bytes);
  // Empties the window: pages go back to the system, granules are cleared, permissions of and for others end.
  void Return();

  uint64_t base() const { return base_; }
  uint64_t bytes() const { return bytes_; }
  const uint8_t* granules() const { return granules_; }
  uint32_t index() const { return index_; }

  // A window has two zones: the first holds what the program allocates, the second what the device needs for itself, so
  // that memory the program has freed is not at once in use again by the device, unseen, and late accesses to it are
  // found.
  enum Zone : uint32_t { kProgramZone, kDeviceZone, kZones };
  uint64_t zone_offset(Zone zone) const { return zone == kProgramZone ? 0 : device_zone_offset_; }
  uint64_t zone_bytes(Zone zone) const {
    return zone == kProgramZone ? device_zone_offset_ : bytes_ - device_zone_offset_;
  }
  // Makes the first `bytes` of the zone readable and writable for the host. kOutOfMemory.
  absl::Status Commit(Zone zone, uint64_t bytes);
  // Gives the whole pages inside the range back; they read as zeros afterwards.
  void Discard(uint64_t address, uint64_t bytes);
  void DiscardAll();

  // Sets the bits of all granules that the range touches.
  void SetGranules(uint64_t address, uint64_t bytes, uint8_t bits);
  // True if every granule of the range has all of `bits`. Lock-free.
  bool Covers(uint64_t address, uint64_t bytes, uint8_t bits) const;
  bool Contains(uint64_t address) const { return address - base_ < bytes_; }

  // Whether kernels of `other` may use this window's device memory.
  void SetPeer(const Window& other, bool allowed);
  bool AllowsPeer(const Window& other) const;

  // The window that `address` lies in, or null. Lock-free.
  static Window* Find(uint64_t address);

 private:
  Window() = default;
  static Window* Reserve(uint64_t bytes, int* error);
  uint64_t base_ = 0;
  uint64_t bytes_ = 0;
  uint8_t* granules_ = nullptr;
  uint32_t index_ = 0;
  uint64_t device_zone_offset_ = 0;
  uint64_t committed_bytes_[kZones] = {};  // guarded by the owner
  std::atomic<uint64_t> peers_[kMaxWindows / 64] = {};
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_WINDOW_H_

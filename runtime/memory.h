// Memory: allocation, host registration, pointer queries, copies and fills. All functions are thread-safe. Addresses
// are device addresses; in this build every allocation is also readable by the host at the same address.
#ifndef CULVERT_RUNTIME_MEMORY_H_
#define CULVERT_RUNTIME_MEMORY_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert {

class Context;
class Device;
class MemoryPool;
class Stream;

enum class MemoryKind : uint8_t {
  kUnregistered,  // host memory we know nothing of
  kRegistered,    // host memory given to RegisterHost
  kHost,          // from AllocateHost
  kDevice,        // from Allocate, AllocateAsync, or a module variable
  kManaged,
};

struct PointerInfo {
  MemoryKind kind = MemoryKind::kUnregistered;
  uint64_t base = 0;        // of the allocation
  uint64_t size_bytes = 0;  // as asked for
  uint64_t buffer_id = 0;   // unique per allocation in the process
  uint32_t flags = 0;       // those given to AllocateHost, RegisterHost or AllocateManaged
  std::shared_ptr<Context> context;
  int device_ordinal = -1;
  bool from_pool = false;
  bool sync_memops = false;
  std::shared_ptr<MemoryPool> pool;
};
// What lies at `address` (also inside an allocation). kUnregistered is an answer, not an error.
PointerInfo DescribePointer(uint64_t address);
// Sets the SYNC_MEMOPS attribute of the allocation; kInvalidValue if the address is no device allocation.
absl::Status SetSyncMemops(uint64_t address, bool value);

// ---- Allocation -----------------------------------------------------------------------------------------------------
// Sizes of 0 give kInvalidValue (the runtime API's boundary handles its own zero cases). kOutOfMemory is never sticky.
absl::StatusOr<uint64_t> Allocate(Context& context, uint64_t bytes);
// Rows of at least width_bytes; *pitch_bytes is a multiple of 512. element_bytes must be 4, 8 or 16 (0 = unchecked).
absl::StatusOr<uint64_t> AllocatePitched(Context& context, uint64_t width_bytes, uint64_t height,
                                         uint32_t element_bytes, uint64_t* pitch_bytes);
absl::StatusOr<uint64_t> AllocateHost(Context& context, uint64_t bytes, uint32_t flags);
absl::StatusOr<uint64_t> AllocateManaged(Context& context, uint64_t bytes, uint32_t flags);
// Waits for the work of the owning context, then frees. kInvalidValue if `address` is not the base of a live allocation
// of a kind this call frees. 0 is OK. Memory of any context may be freed.
absl::Status Free(uint64_t address);      // device and managed
absl::Status FreeHost(uint64_t address);  // AllocateHost

// Base and size of the allocation that `address` lies in; kInvalidValue (kNotFound for the caller to choose) if none.
absl::StatusOr<PointerInfo> FindAllocation(uint64_t address);

// Registered memory is usable by kernels of every context at its host address. kHostMemoryAlreadyRegistered if any part
// is registered or one of our allocations; kHostMemoryNotRegistered if `address` was not the start of a registration.
absl::Status RegisterHost(Context& context, uint64_t address, uint64_t bytes, uint32_t flags);
absl::Status UnregisterHost(uint64_t address);
// The device address and flags of host memory from AllocateHost or RegisterHost; kInvalidValue otherwise.
absl::StatusOr<uint64_t> HostDeviceAddress(uint64_t host_address);
absl::StatusOr<uint32_t> HostFlags(uint64_t host_address);

// ---- Stream-ordered allocation --------------------------------------------------------------------------------------
enum class PoolAttribute : uint8_t {
  kReuseFollowEventDependencies,
  kReuseAllowOpportunistic,
  kReuseAllowInternalDependencies,  // flags; hints
  kReleaseThreshold,                // bytes
  kReservedCurrent,
  kReservedHigh,
  kUsedCurrent,
  kUsedHigh,  // bytes; the High ones may be set to 0, the others not at all
};

class MemoryPool : public std::enable_shared_from_this<MemoryPool> {
 public:
  static absl::StatusOr<std::shared_ptr<MemoryPool>> Create(Device* device, uint64_t max_bytes /* 0 = device's */);
  ~MemoryPool();
  Device* device() const { return device_; }
  uint64_t id() const { return id_; }
  absl::StatusOr<uint64_t> GetAttribute(PoolAttribute attribute) const;
  absl::Status SetAttribute(PoolAttribute attribute, uint64_t value);
  absl::Status TrimTo(uint64_t bytes_to_keep);

  // Internal to runtime/.
  absl::Status Charge(uint64_t bytes);
  void Discharge(uint64_t bytes);

 private:
  friend class Device;
  friend class Platform;
  MemoryPool(Device* device, uint64_t max_bytes);
  struct Impl;
  Device* device_;
  uint64_t id_;
  std::unique_ptr<Impl> impl_;
};

// The memory is usable by work submitted to `stream` afterwards. pool null: the device's current pool. 0 bytes:
// kInvalidValue.
absl::StatusOr<uint64_t> AllocateAsync(Stream& stream, uint64_t bytes, std::shared_ptr<MemoryPool> pool);
// Frees when the stream gets there. Any device allocation may be freed so; kInvalidValue if it is none.
absl::Status FreeAsync(Stream& stream, uint64_t address);

// ---- Copies ---------------------------------------------------------------------------------------------------------
enum class CopyDirection : uint8_t { kDefault, kHostToHost, kHostToDevice, kDeviceToHost, kDeviceToDevice };

// A box of bytes: width_bytes x height x depth. Pitches are bytes between rows, slices bytes between planes; for height
// 1 and depth 1 they are not read. Strides smaller than the row (plane): kInvalidValue. Zero volume: does nothing.
struct CopyParams {
  uint64_t dst = 0;
  uint64_t src = 0;
  uint64_t width_bytes = 0;
  uint64_t height = 1;
  uint64_t depth = 1;
  uint64_t dst_pitch_bytes = 0, src_pitch_bytes = 0;
  uint64_t dst_slice_bytes = 0, src_slice_bytes = 0;
  CopyDirection direction = CopyDirection::kDefault;
};

// The box is checked at the call: a device address must lie in live allocations (kInvalidValue), a side declared device
// by the direction must be known memory, not pageable host memory (kInvalidValue).
//
// CopySync: ordered in `stream`; the host waits as CUDA says: host to device from pageable memory returns when the
// source may be reused, device to device returns at once, all others when done. CopyAsync: may return before the copy;
// host pageable memory is staged (small) or makes the call wait (large).
absl::Status CopySync(Stream& stream, const CopyParams& params);
absl::Status CopyAsync(Stream& stream, const CopyParams& params);

// ---- Fills ----------------------------------------------------------------------------------------------------------
// Sets width_elems x height elements of element_bytes (1, 2, 4) at dst to the low bits of value; rows are pitch_bytes
// apart (not read for height 1). dst and pitch must be multiples of element_bytes; memory must be known
// (kInvalidValue).
struct FillParams {
  uint64_t dst = 0;
  uint32_t element_bytes = 1;
  uint32_t value = 0;
  uint64_t width_elems = 0;
  uint64_t height = 1;
  uint64_t depth = 1;
  uint64_t pitch_bytes = 0;
  uint64_t slice_bytes = 0;
};
// FillSync waits for pinned-host and managed targets and does not for device memory. FillAsync never waits.
absl::Status FillSync(Stream& stream, const FillParams& params);
absl::Status FillAsync(Stream& stream, const FillParams& params);

// Advice and prefetch of managed memory have nothing to do here: OK if the whole range is managed (or, for host memory
// that is registered, known), kInvalidValue otherwise.
absl::Status CheckManagedRange(uint64_t address, uint64_t bytes);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_MEMORY_H_

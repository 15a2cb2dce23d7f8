// Allocation of device and managed memory.
#include "runtime/memory.h"

#include <utility>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "runtime/allocate.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/device.h"

namespace culvert {
namespace {

constexpr uint64_t kPitchUnitBytes = kAllocationAlignment;

}  // namespace

absl::StatusOr<uint64_t> AllocateIn(ContextState& state, const npu::AllocationRequest& request) {
  CULVERT_RETURN_IF_ERROR(state.status());
  const bool frees_on_their_way = state.pending_frees() != 0;  // read first: they may end during the attempt
  absl::StatusOr<uint64_t> address = state.memory().Allocate(request);
  if (address.ok() || KindOf(address.status()) != ErrorKind::kOutOfMemory || !frees_on_their_way) return address;
  CULVERT_RETURN_IF_ERROR(state.Wait(nullptr));
  return state.memory().Allocate(request);
}

absl::StatusOr<uint64_t> Allocate(Context& context, uint64_t bytes) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  return AllocateIn(*state, {.bytes = bytes});
}

absl::StatusOr<uint64_t> AllocatePitched(Context& context, uint64_t width_bytes, uint64_t height,
                                         uint32_t element_bytes, uint64_t* pitch_bytes) {
  if (element_bytes != 0 && element_bytes != 4 && element_bytes != 8 && element_bytes != 16) {
    return Error(ErrorKind::kInvalidValue, "elements of %d bytes: 4, 8 and 16 are possible", element_bytes);
  }
  uint64_t max_pitch = static_cast<uint64_t>(context.device()->properties().max_pitch_bytes);
  if (width_bytes == 0 || height == 0 || width_bytes > max_pitch) {
    return Error(ErrorKind::kInvalidValue, "an area of %d bytes by %d", width_bytes, height);
  }
  uint64_t pitch = (width_bytes + kPitchUnitBytes - 1) / kPitchUnitBytes * kPitchUnitBytes;
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(pitch, height, &bytes)) {
    return Error(ErrorKind::kOutOfMemory, "an area of %d bytes by %d", width_bytes, height);
  }
  CULVERT_ASSIGN_OR_RETURN(uint64_t address, Allocate(context, bytes));
  *pitch_bytes = pitch;
  return address;
}

absl::StatusOr<uint64_t> AllocateManaged(Context& context, uint64_t bytes, uint32_t flags) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  return AllocateIn(*state, {.bytes = bytes, .kind = npu::AllocationKind::kManaged, .flags = flags});
}

absl::Status FreeAs(uint64_t address, npu::AllocationKind kind, npu::AllocationKind other_kind) {
  if (address == 0) return absl::OkStatus();
  std::shared_ptr<ContextState> state = FindStateOfAddress(address);
  if (state == nullptr) return Error(ErrorKind::kInvalidValue, "0x%x is no memory of ours", address);
  CULVERT_RETURN_IF_ERROR(state->status());
  CULVERT_RETURN_IF_ERROR(state->memory().Retire(address, kind, other_kind));
  absl::Status status = state->Wait(nullptr);
  // Gone already if the context has ended meanwhile.
  state->memory().Free(address).IgnoreError();
  return status;
}

absl::Status Free(uint64_t address) {
  return FreeAs(address, npu::AllocationKind::kDevice, npu::AllocationKind::kManaged);
}

}  // namespace culvert

// Fills, and when the host waits for them (CUDA Runtime API manual, "API synchronization behavior").
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/memory.h"
#include "runtime/memory_box.h"
#include "runtime/stream.h"

namespace culvert {
namespace {

absl::Status Fill(Stream& stream, const FillParams& params, bool is_sync) {
  ContextState& state = *stream.state();
  CULVERT_RETURN_IF_ERROR(state.status());
  uint32_t size = params.element_bytes;
  if (size != 1 && size != 2 && size != 4) return Error(ErrorKind::kInvalidValue, "elements of %d bytes", size);
  if (params.width_elems == 0 || params.height == 0 || params.depth == 0) return absl::OkStatus();
  bool pitch_is_used = params.height > 1;
  bool slice_is_used = params.depth > 1;
  if (params.dst % size != 0 || (pitch_is_used && params.pitch_bytes % size != 0) ||
      (slice_is_used && params.slice_bytes % size != 0)) {
    return Error(ErrorKind::kInvalidValue, "address 0x%x and pitch %d of a fill must be multiples of %d", params.dst,
                 params.pitch_bytes, size);
  }
  uint64_t width_bytes = 0;
  if (__builtin_mul_overflow(params.width_elems, uint64_t{size}, &width_bytes)) {
    return Error(ErrorKind::kInvalidValue, "a fill of %d elements", params.width_elems);
  }
  MemoryBox box = {params.dst, width_bytes, params.height, params.depth, params.pitch_bytes, params.slice_bytes};
  CULVERT_ASSIGN_OR_RETURN(MemoryKind kind, CheckBox(box, /*must_be_known=*/true));
  npu::FillCommand command = {.dst = params.dst,
                              .element_bytes = size,
                              .value = params.value,
                              .width_elems = params.width_elems,
                              .height = params.height,
                              .depth = params.depth,
                              .pitch_bytes = params.pitch_bytes,
                              .slice_bytes = params.slice_bytes};
  bool wait = is_sync && kind != MemoryKind::kDevice;
  // The box has been checked: its volume does not overflow.
  bool is_short = width_bytes * params.height * params.depth <= kInPlaceBytes;
  if ((wait || is_short) && state.IsIdle(stream)) {
    npu::Execute(command);
    return state.status();
  }
  CULVERT_ASSIGN_OR_RETURN(uint64_t value, stream.Submit(npu::MakeCommand(std::move(command))));
  return wait ? stream.WaitValue(value) : absl::OkStatus();
}

}  // namespace

absl::Status FillSync(Stream& stream, const FillParams& params) { return Fill(stream, params, /*is_sync=*/true); }
absl::Status FillAsync(Stream& stream, const FillParams& params) { return Fill(stream, params, /*is_sync=*/false); }

}  // namespace culvert

// Copies: what lies at either end, and when the host waits (CUDA Runtime API manual, "API synchronization behavior").
#include <cstring>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/memory.h"
#include "runtime/memory_box.h"
#include "runtime/stream.h"

namespace culvert {
namespace {

// Copies from pageable memory up to this size are put aside, so that the host need not wait for the stream.
constexpr uint64_t kStagingBytes = 64 << 10;

bool IsPageable(MemoryKind kind) { return kind == MemoryKind::kUnregistered; }

// A copy that has been checked: both ends known, rows merged where they follow each other without a gap.
struct Plan {
  CopyParams box;
  MemoryKind dst = MemoryKind::kUnregistered;
  MemoryKind src = MemoryKind::kUnregistered;
  uint64_t bytes = 0;
};

void MergeRows(CopyParams* box) {
  if (box->height > 1 && box->dst_pitch_bytes == box->width_bytes && box->src_pitch_bytes == box->width_bytes) {
    box->width_bytes *= box->height;
    box->height = 1;
  }
  if (box->height == 1 && box->depth > 1 && box->dst_slice_bytes == box->width_bytes &&
      box->src_slice_bytes == box->width_bytes) {
    box->width_bytes *= box->depth;
    box->depth = 1;
  }
}

absl::StatusOr<Plan> MakePlan(const CopyParams& params) {
  Plan plan = {.box = params};
  bool dst_is_device =
      params.direction == CopyDirection::kHostToDevice || params.direction == CopyDirection::kDeviceToDevice;
  bool src_is_device =
      params.direction == CopyDirection::kDeviceToHost || params.direction == CopyDirection::kDeviceToDevice;
  MemoryBox dst = {params.dst,   params.width_bytes,     params.height,
                   params.depth, params.dst_pitch_bytes, params.dst_slice_bytes};
  MemoryBox src = {params.src,   params.width_bytes,     params.height,
                   params.depth, params.src_pitch_bytes, params.src_slice_bytes};
  CULVERT_ASSIGN_OR_RETURN(plan.dst, CheckBox(dst, dst_is_device));
  CULVERT_ASSIGN_OR_RETURN(plan.src, CheckBox(src, src_is_device));
  MergeRows(&plan.box);
  plan.bytes = plan.box.width_bytes * plan.box.height * plan.box.depth;
  return plan;
}

npu::CopyCommand MakeCopy(const CopyParams& box) {
  return {.dst = box.dst,
          .src = box.src,
          .width_bytes = box.width_bytes,
          .height = box.height,
          .depth = box.depth,
          .dst_pitch_bytes = box.dst_pitch_bytes,
          .src_pitch_bytes = box.src_pitch_bytes,
          .dst_slice_bytes = box.dst_slice_bytes,
          .src_slice_bytes = box.src_slice_bytes};
}

absl::Status SubmitCopy(Stream& stream, const CopyParams& box, bool wait) {
  CULVERT_ASSIGN_OR_RETURN(uint64_t value, stream.Submit(npu::MakeCommand(MakeCopy(box))));
  return wait ? stream.WaitValue(value) : absl::OkStatus();
}

// Puts the source aside, tightly packed.
absl::Status SubmitStaged(Stream& stream, const Plan& plan) {
  npu::CopyCommand command = MakeCopy(plan.box);
  command.staging.reset(new uint8_t[plan.bytes]);
  npu::CopyCommand stage = MakeCopy(plan.box);
  stage.dst = reinterpret_cast<uint64_t>(command.staging.get());
  stage.dst_pitch_bytes = plan.box.width_bytes;
  stage.dst_slice_bytes = plan.box.width_bytes * plan.box.height;
  npu::Execute(stage);
  command.src = stage.dst;
  command.src_pitch_bytes = stage.dst_pitch_bytes;
  command.src_slice_bytes = stage.dst_slice_bytes;
  return stream.Submit(npu::MakeCommand(std::move(command))).status();
}

absl::Status Copy(Stream& stream, const CopyParams& params, bool is_sync) {
  ContextState& state = *stream.state();
  CULVERT_RETURN_IF_ERROR(state.status());
  if (params.width_bytes == 0 || params.height == 0 || params.depth == 0) return absl::OkStatus();
  CULVERT_ASSIGN_OR_RETURN(Plan plan, MakePlan(params));
  bool has_pageable = IsPageable(plan.src) || IsPageable(plan.dst);
  bool is_on_device = plan.src == MemoryKind::kDevice && plan.dst == MemoryKind::kDevice;
  bool wait = has_pageable || (is_sync && !is_on_device);
  // Nothing to be ordered after: the calling thread does it, where it would wait anyway or the copy is short.
  if ((wait || plan.bytes <= kInPlaceBytes) && state.IsIdle(stream)) {
    npu::Execute(MakeCopy(plan.box));
    if (is_sync) state.domain().print_buffer().Flush();
    return state.status();
  }
  if (IsPageable(plan.src) && !IsPageable(plan.dst) && plan.bytes <= kStagingBytes) return SubmitStaged(stream, plan);
  absl::Status status = SubmitCopy(stream, plan.box, wait);
  if (wait) state.domain().print_buffer().Flush();
  return status;
}

}  // namespace

absl::Status CopySync(Stream& stream, const CopyParams& params) { return Copy(stream, params, /*is_sync=*/true); }
absl::Status CopyAsync(Stream& stream, const CopyParams& params) { return Copy(stream, params, /*is_sync=*/false); }

}  // namespace culvert

// Events (CUDA Runtime API, "Event Management").
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/event.h"

namespace culvert::libcudart {

absl::Status cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int flags) {
  constexpr unsigned kKnown = cudaEventBlockingSync | cudaEventDisableTiming | cudaEventInterprocess;
  if ((flags & ~kKnown) != 0) return Error(ErrorKind::kInvalidValue, "unknown event flags 0x%x", flags & ~kKnown);
  EventOptions options;
  options.blocking_sync = (flags & cudaEventBlockingSync) != 0;
  options.disable_timing = (flags & cudaEventDisableTiming) != 0;
  options.interprocess = (flags & cudaEventInterprocess) != 0;
  if (options.interprocess && !options.disable_timing) {
    return Error(ErrorKind::kInvalidValue, "an interprocess event must have timing disabled");
  }
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> created, Event::Create(context->shared_from_this(), options));
  *event = api::ToHandle<cudaEvent_t>(created, context);
  return absl::OkStatus();
}

absl::Status cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, cudaEventDefault); }

absl::Status cudaEventDestroy(cudaEvent_t event) { return EndHandle<Event>(event); }

// The external flag concerns capture only.
absl::Status cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned int flags) {
  if ((flags & ~static_cast<unsigned>(cudaEventRecordExternal)) != 0) {
    return Error(ErrorKind::kInvalidValue, "unknown flags 0x%x", flags);
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> target, UseEvent(event));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> source, UseStream(stream));
  return target->Record(source);
}

absl::Status cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return cudaEventRecordWithFlags(event, stream, cudaEventRecordDefault);
}

absl::Status cudaEventQuery(cudaEvent_t event) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> target, UseEvent(event));
  CULVERT_ASSIGN_OR_RETURN(bool complete, target->Query());
  return complete ? absl::OkStatus() : Error(ErrorKind::kNotReady, "the event is not complete");
}

absl::Status cudaEventSynchronize(cudaEvent_t event) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> target, UseEvent(event));
  return target->Synchronize();
}

absl::Status cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> first, UseEvent(start));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> last, UseEvent(end));
  CULVERT_ASSIGN_OR_RETURN(*ms, Event::ElapsedMs(*first, *last));
  return absl::OkStatus();
}

}  // namespace culvert::libcudart

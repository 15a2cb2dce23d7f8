// Events (CUDA Driver API, "Event Management").
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {
namespace {

absl::Status DestroyEvent(CUevent handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::RemoveHandle<Event>(handle).status();
}

absl::Status Elapsed(float* milliseconds, CUevent start_handle, CUevent end_handle) {
  if (milliseconds == nullptr) return Error(ErrorKind::kInvalidValue, "pMilliseconds must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> start, UseEvent(start_handle));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> end, UseEvent(end_handle));
  CULVERT_ASSIGN_OR_RETURN(*milliseconds, Event::ElapsedMs(*start, *end));
  return absl::OkStatus();
}

}  // namespace

absl::Status cuEventCreate(CUevent* phEvent, unsigned int Flags) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  constexpr unsigned kFlags = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING | CU_EVENT_INTERPROCESS;
  if ((Flags & ~kFlags) != 0) return Error(ErrorKind::kInvalidValue, "0x%x is no set of event flags", Flags);
  EventOptions options;
  options.blocking_sync = (Flags & CU_EVENT_BLOCKING_SYNC) != 0;
  options.disable_timing = (Flags & CU_EVENT_DISABLE_TIMING) != 0;
  options.interprocess = (Flags & CU_EVENT_INTERPROCESS) != 0;
  if (options.interprocess && !options.disable_timing) {
    return Error(ErrorKind::kInvalidValue, "an interprocess event must be created with CU_EVENT_DISABLE_TIMING");
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, Event::Create(context->shared_from_this(), options));
  *phEvent = api::ToHandle<CUevent>(event, context);
  return absl::OkStatus();
}

absl::Status cuEventDestroy_v2(CUevent hEvent) { return DestroyEvent(hEvent); }

absl::Status cuEventDestroy(CUevent hEvent) { return DestroyEvent(hEvent); }

absl::Status cuEventRecordWithFlags(CUevent hEvent, CUstream hStream, unsigned int flags) {
  if ((flags & ~unsigned{CU_EVENT_RECORD_EXTERNAL}) != 0) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no set of record flags", flags);
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, UseEvent(hEvent));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  return event->Record(stream);
}

absl::Status cuEventRecord(CUevent hEvent, CUstream hStream) { return cuEventRecordWithFlags(hEvent, hStream, 0); }

absl::Status cuEventQuery(CUevent hEvent) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, UseEvent(hEvent));
  CULVERT_ASSIGN_OR_RETURN(bool done, event->Query());
  return done ? absl::OkStatus() : Error(ErrorKind::kNotReady, "the event is not complete");
}

absl::Status cuEventSynchronize(CUevent hEvent) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, UseEvent(hEvent));
  return event->Synchronize();
}

absl::Status cuEventElapsedTime_v2(float* pMilliseconds, CUevent hStart, CUevent hEnd) {
  return Elapsed(pMilliseconds, hStart, hEnd);
}

absl::Status cuEventElapsedTime(float* pMilliseconds, CUevent hStart, CUevent hEnd) {
  return Elapsed(pMilliseconds, hStart, hEnd);
}

}  // namespace culvert::libcuda

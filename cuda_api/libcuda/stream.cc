// Streams and host functions (CUDA Driver API, "Stream Management", "Execution Control").
#include "cuda_api/boundary.h"
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"

namespace culvert::libcuda {
namespace {

absl::Status DestroyStream(CUstream handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  // The default streams live as long as their context. The work of a destroyed stream is still done.
  return api::RemoveHandle<Stream>(handle).status();
}

}  // namespace

absl::Status cuStreamCreateWithPriority(CUstream* phStream, unsigned int flags, int priority) {
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseCurrentContext());
  if ((flags & ~unsigned{CU_STREAM_NON_BLOCKING}) != 0) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no set of stream flags", flags);
  }
  StreamOptions options;
  options.non_blocking = (flags & CU_STREAM_NON_BLOCKING) != 0;
  options.priority = priority;
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, Stream::Create(context->shared_from_this(), options));
  *phStream = api::ToHandle<CUstream>(stream, context);
  return absl::OkStatus();
}

absl::Status cuStreamCreate(CUstream* phStream, unsigned int Flags) {
  return cuStreamCreateWithPriority(phStream, Flags, 0);
}

absl::Status cuStreamDestroy_v2(CUstream hStream) { return DestroyStream(hStream); }

absl::Status cuStreamDestroy(CUstream hStream) { return DestroyStream(hStream); }

absl::Status cuStreamSynchronize(CUstream hStream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  return stream->Synchronize();
}

absl::Status cuStreamQuery(CUstream hStream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  CULVERT_ASSIGN_OR_RETURN(bool done, stream->Query());
  return done ? absl::OkStatus() : Error(ErrorKind::kNotReady, "the stream has unfinished work");
}

absl::Status cuStreamWaitEvent(CUstream hStream, CUevent hEvent, unsigned int Flags) {
  if ((Flags & ~unsigned{CU_EVENT_WAIT_EXTERNAL}) != 0) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no set of wait flags", Flags);
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, UseEvent(hEvent));
  return stream->WaitEvent(event);
}

absl::Status cuStreamGetFlags(CUstream hStream, unsigned int* flags) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *flags = stream->non_blocking() ? CU_STREAM_NON_BLOCKING : CU_STREAM_DEFAULT;
  return absl::OkStatus();
}

absl::Status cuStreamGetPriority(CUstream hStream, int* priority) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *priority = stream->priority();
  return absl::OkStatus();
}

absl::Status cuStreamGetId(CUstream hStream, unsigned long long* streamId) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *streamId = stream->id();
  return absl::OkStatus();
}

absl::Status cuStreamGetCtx(CUstream hStream, CUcontext* pctx) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *pctx = HandleOf(stream->context());
  return absl::OkStatus();
}

// There are no green contexts, so a stream never belongs to one.
absl::Status cuStreamGetCtx_v2(CUstream hStream, CUcontext* pCtx, CUgreenCtx* pGreenCtx) {
  if (pGreenCtx != nullptr) *pGreenCtx = nullptr;
  return cuStreamGetCtx(hStream, pCtx);
}

absl::Status cuStreamGetDevice(CUstream hStream, CUdevice* device) {
  if (device == nullptr) return Error(ErrorKind::kInvalidValue, "device must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *device = stream->context()->device()->ordinal();
  return absl::OkStatus();
}

absl::Status cuLaunchHostFunc(CUstream hStream, CUhostFn fn, void* userData) {
  if (fn == nullptr) return Error(ErrorKind::kInvalidValue, "fn must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  return stream->HostFunction([fn, userData] { fn(userData); });
}

absl::Status cuStreamAddCallback(CUstream hStream, CUstreamCallback callback, void* userData, unsigned int flags) {
  if (callback == nullptr) return Error(ErrorKind::kInvalidValue, "callback must not be null");
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  return stream->AddCallback([hStream, callback, userData](const absl::Status& status) {
    callback(hStream, static_cast<CUresult>(api::CodeOf(api::Library::kDriver, status)), userData);
  });
}

// Managed memory is always visible to host and device alike; to which streams it is attached changes nothing.
absl::Status cuStreamAttachMemAsync(CUstream hStream, CUdeviceptr dptr, size_t length, unsigned int flags) {
  CULVERT_RETURN_IF_ERROR(UseStream(hStream).status());
  if (flags != CU_MEM_ATTACH_GLOBAL && flags != CU_MEM_ATTACH_HOST && flags != CU_MEM_ATTACH_SINGLE) {
    return Error(ErrorKind::kInvalidValue, "0x%x is no attachment", flags);
  }
  return CheckManagedRange(dptr, length == 0 ? 1 : length);
}

}  // namespace culvert::libcuda

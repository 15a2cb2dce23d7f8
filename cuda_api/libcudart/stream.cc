// Streams (CUDA Runtime API, "Stream Management") except capture.
#include <algorithm>
#include <memory>

#include "cuda_api/generated/libcudart_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcudart/session.h"
#include "include/culvert/error.h"
#include "runtime/memory.h"
#include "runtime/stream.h"

namespace culvert::libcudart {
namespace {

absl::Status CreateStream(cudaStream_t* out, unsigned flags, int priority) {
  if ((flags & ~static_cast<unsigned>(cudaStreamNonBlocking)) != 0) {
    return Error(ErrorKind::kInvalidValue, "unknown stream flags 0x%x", flags);
  }
  CULVERT_ASSIGN_OR_RETURN(Context * context, UseContext());
  StreamOptions options;
  options.non_blocking = flags == cudaStreamNonBlocking;
  options.priority = std::clamp(priority, kGreatestStreamPriority, kLeastStreamPriority);
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, Stream::Create(context->shared_from_this(), options));
  *out = api::ToHandle<cudaStream_t>(stream, context);
  return absl::OkStatus();
}

}  // namespace

absl::Status cudaStreamCreate(cudaStream_t* pStream) { return CreateStream(pStream, cudaStreamDefault, 0); }

absl::Status cudaStreamCreateWithFlags(cudaStream_t* pStream, unsigned int flags) {
  return CreateStream(pStream, flags, 0);
}

absl::Status cudaStreamCreateWithPriority(cudaStream_t* pStream, unsigned int flags, int priority) {
  return CreateStream(pStream, flags, priority);
}

// Returns at once; work in the stream completes (manual, cudaStreamDestroy). The default streams cannot be destroyed.
absl::Status cudaStreamDestroy(cudaStream_t stream) { return EndHandle<Stream>(stream); }

absl::Status cudaStreamSynchronize(cudaStream_t stream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  return target->Synchronize();
}

absl::Status cudaStreamQuery(cudaStream_t stream) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  CULVERT_ASSIGN_OR_RETURN(bool complete, target->Query());
  return complete ? absl::OkStatus() : Error(ErrorKind::kNotReady, "work in the stream is not complete");
}

// The external flag concerns capture only.
absl::Status cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int flags) {
  if ((flags & ~static_cast<unsigned>(cudaEventWaitExternal)) != 0) {
    return Error(ErrorKind::kInvalidValue, "unknown flags 0x%x", flags);
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> awaited, UseEvent(event));
  return target->WaitEvent(awaited);
}

absl::Status cudaStreamAddCallback(cudaStream_t stream, cudaStreamCallback_t callback, void* userData,
                                   unsigned int flags) {
  if (flags != 0) return Error(ErrorKind::kInvalidValue, "flags must be 0, not 0x%x", flags);
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> target, UseStream(stream));
  return target->AddCallback([stream, callback, userData](const absl::Status& status) {
    callback(stream, static_cast<cudaError_t>(KindOf(status)), userData);
  });
}

absl::Status cudaStreamGetPriority(cudaStream_t hStream, int* priority) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *priority = stream->priority();
  return absl::OkStatus();
}

absl::Status cudaStreamGetFlags(cudaStream_t hStream, unsigned int* flags) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *flags = stream->non_blocking() ? cudaStreamNonBlocking : cudaStreamDefault;
  return absl::OkStatus();
}

absl::Status cudaStreamGetId(cudaStream_t hStream, unsigned long long* streamId) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *streamId = stream->id();
  return absl::OkStatus();
}

absl::Status cudaStreamGetDevice(cudaStream_t hStream, int* device) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> stream, UseStream(hStream));
  *device = stream->context()->device()->ordinal();
  return absl::OkStatus();
}

// Managed memory is visible to host and device at all times, so attaching it changes nothing; the arguments are
// checked.
absl::Status cudaStreamAttachMemAsync(cudaStream_t stream, void* devPtr, size_t length, unsigned int flags) {
  if (flags != cudaMemAttachGlobal && flags != cudaMemAttachHost && flags != cudaMemAttachSingle) {
    return Error(ErrorKind::kInvalidValue, "flags 0x%x", flags);
  }
  CULVERT_RETURN_IF_ERROR(UseStream(stream).status());
  PointerInfo info = DescribePointer(reinterpret_cast<uint64_t>(devPtr));
  bool whole = length == 0 || length == info.size_bytes;
  if (info.kind != MemoryKind::kManaged || info.base != reinterpret_cast<uint64_t>(devPtr) || !whole) {
    return Error(ErrorKind::kInvalidValue, "%p is not the start of a managed allocation of %u bytes", devPtr, length);
  }
  return absl::OkStatus();
}

}  // namespace culvert::libcudart

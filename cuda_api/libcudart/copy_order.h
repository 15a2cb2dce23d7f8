// The order of copies in the default stream that touch memory of another device.
//
// Such a copy "does not start until all commands previously issued to either device have completed and runs to
// completion before any commands issued after the copy to either device can start" (CUDA C++ Programming Guide,
// "Peer-to-Peer Memory Copy"). Here it waits for, and is waited for by, the default stream of the other device.
#ifndef CULVERT_CUDA_API_LIBCUDART_COPY_ORDER_H_
#define CULVERT_CUDA_API_LIBCUDART_COPY_ORDER_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "runtime/memory.h"
#include "runtime/stream.h"

namespace culvert::libcudart {

// Calls `copy`, which submits a copy with `params` to `stream`, in that order. In streams other than the default one,
// and for memory of one device, it only calls `copy`.
absl::Status InPeerOrder(Stream& stream, const CopyParams& params, absl::FunctionRef<absl::Status()> copy);

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_COPY_ORDER_H_

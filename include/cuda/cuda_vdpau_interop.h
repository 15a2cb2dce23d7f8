// Interoperability of the runtime API with VDPAU; foreign types by their ABI
//
// Declarations of the CUDA 13.0 binary interface, written by tools/import_cuda_facts.py from its names, types and
// values. Reference: CUDA Runtime API manual.
#ifndef CULVERT_INCLUDE_CUDA_CUDA_VDPAU_INTEROP_H_
#define CULVERT_INCLUDE_CUDA_CUDA_VDPAU_INTEROP_H_

#include "cuda_runtime_api.h"
#include "detail/interop_types.h"

#ifdef __cplusplus
extern "C" {
#endif

cudaError_t cudaVDPAUGetDevice(int* device, unsigned int vdpDevice, void* vdpGetProcAddress);
cudaError_t cudaVDPAUSetVDPAUDevice(int device, unsigned int vdpDevice, void* vdpGetProcAddress);
cudaError_t cudaGraphicsVDPAURegisterVideoSurface(
    struct cudaGraphicsResource** resource, unsigned int vdpSurface, unsigned int flags);
cudaError_t cudaGraphicsVDPAURegisterOutputSurface(
    struct cudaGraphicsResource** resource, unsigned int vdpSurface, unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif  // CULVERT_INCLUDE_CUDA_CUDA_VDPAU_INTEROP_H_

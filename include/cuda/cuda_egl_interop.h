// Interoperability of the runtime API with EGL; foreign types by their ABI
//
// Declarations of the CUDA 13.0 binary interface, written by tools/import_cuda_facts.py from its names, types and
// values. Reference: CUDA Runtime API manual.
#ifndef CULVERT_INCLUDE_CUDA_CUDA_EGL_INTEROP_H_
#define CULVERT_INCLUDE_CUDA_CUDA_EGL_INTEROP_H_

#include "cuda_runtime_api.h"
#include "detail/interop_types.h"

#ifdef __cplusplus
extern "C" {
#endif

cudaError_t cudaGraphicsEGLRegisterImage(struct cudaGraphicsResource** pCudaResource, void* image, unsigned int flags);
cudaError_t cudaEGLStreamConsumerConnect(cudaEglStreamConnection* conn, void* eglStream);
cudaError_t cudaEGLStreamConsumerConnectWithFlags(cudaEglStreamConnection* conn, void* eglStream, unsigned int flags);
cudaError_t cudaEGLStreamConsumerDisconnect(cudaEglStreamConnection* conn);
cudaError_t cudaEGLStreamConsumerAcquireFrame(
    cudaEglStreamConnection* conn, cudaGraphicsResource_t* pCudaResource, cudaStream_t* pStream, unsigned int timeout);
cudaError_t cudaEGLStreamConsumerReleaseFrame(
    cudaEglStreamConnection* conn, cudaGraphicsResource_t pCudaResource, cudaStream_t* pStream);
cudaError_t cudaEGLStreamProducerConnect(cudaEglStreamConnection* conn, void* eglStream, int width, int height);
cudaError_t cudaEGLStreamProducerDisconnect(cudaEglStreamConnection* conn);
cudaError_t cudaEGLStreamProducerPresentFrame(
    cudaEglStreamConnection* conn, cudaEglFrame eglframe, cudaStream_t* pStream);
cudaError_t cudaEGLStreamProducerReturnFrame(
    cudaEglStreamConnection* conn, cudaEglFrame* eglframe, cudaStream_t* pStream);
cudaError_t cudaGraphicsResourceGetMappedEglFrame(
    cudaEglFrame* eglFrame, cudaGraphicsResource_t resource, unsigned int index, unsigned int mipLevel);
cudaError_t cudaEventCreateFromEGLSync(cudaEvent_t* phEvent, void* eglSync, unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif  // CULVERT_INCLUDE_CUDA_CUDA_EGL_INTEROP_H_

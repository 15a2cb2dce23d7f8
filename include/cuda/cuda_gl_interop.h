// Interoperability of the runtime API with OpenGL; foreign types by their ABI
//
// Declarations of the CUDA 13.0 binary interface, written by tools/import_cuda_facts.py from its names, types and
// values. Reference: CUDA Runtime API manual.
#ifndef CULVERT_INCLUDE_CUDA_CUDA_GL_INTEROP_H_
#define CULVERT_INCLUDE_CUDA_CUDA_GL_INTEROP_H_

#include "cuda_runtime_api.h"
#include "detail/interop_types.h"

#ifdef __cplusplus
extern "C" {
#endif

cudaError_t cudaGLGetDevices(
    unsigned int* pCudaDeviceCount, int* pCudaDevices, unsigned int cudaDeviceCount, enum cudaGLDeviceList deviceList);
cudaError_t cudaGraphicsGLRegisterImage(
    struct cudaGraphicsResource** resource, unsigned int image, unsigned int target, unsigned int flags);
cudaError_t cudaGraphicsGLRegisterBuffer(
    struct cudaGraphicsResource** resource, unsigned int buffer, unsigned int flags);
cudaError_t cudaGLSetGLDevice(int device);
cudaError_t cudaGLRegisterBufferObject(unsigned int bufObj);
cudaError_t cudaGLMapBufferObject(void** devPtr, unsigned int bufObj);
cudaError_t cudaGLUnmapBufferObject(unsigned int bufObj);
cudaError_t cudaGLUnregisterBufferObject(unsigned int bufObj);
cudaError_t cudaGLSetBufferObjectMapFlags(unsigned int bufObj, unsigned int flags);
cudaError_t cudaGLMapBufferObjectAsync(void** devPtr, unsigned int bufObj, cudaStream_t stream);
cudaError_t cudaGLUnmapBufferObjectAsync(unsigned int bufObj, cudaStream_t stream);

#ifdef __cplusplus
}
#endif

#endif  // CULVERT_INCLUDE_CUDA_CUDA_GL_INTEROP_H_

// Functions that compiled host code calls to register and launch kernels
//
// Declarations of the CUDA 13.0 binary interface, written by tools/import_cuda_facts.py from its names, types and
// values. Reference: none; known from what compilers emit.
#ifndef CULVERT_INCLUDE_CUDA_DETAIL_REGISTRATION_H_
#define CULVERT_INCLUDE_CUDA_DETAIL_REGISTRATION_H_

#include "../driver_types.h"

#ifdef __cplusplus
extern "C" {
#endif

void** __cudaRegisterFatBinary(void* fatCubin);
void __cudaRegisterFatBinaryEnd(void** fatCubinHandle);
void __cudaUnregisterFatBinary(void** fatCubinHandle);
void __cudaRegisterFunction(
    void** fatCubinHandle, const char* hostFun, char* deviceFun, const char* deviceName, int thread_limit, uint3* tid,
    uint3* bid, dim3* bDim, dim3* gDim, int* wSize);
void __cudaRegisterVar(
    void** fatCubinHandle, char* hostVar, char* deviceAddress, const char* deviceName, int ext, size_t size,
    int constant, int global);
void __cudaRegisterManagedVar(
    void** fatCubinHandle, void** hostVarPtrAddress, char* deviceAddress, const char* deviceName, int ext, size_t size,
    int constant, int global);
void __cudaRegisterHostVar(void** fatCubinHandle, const char* deviceName, char* hostVar, size_t size);
void __cudaRegisterUnifiedTable(void** fatCubinHandle, void* table);
char __cudaInitModule(void** fatCubinHandle);
unsigned int __cudaPushCallConfiguration(dim3 gridDim, dim3 blockDim, size_t sharedMem, cudaStream_t stream);
cudaError_t __cudaPopCallConfiguration(dim3* gridDim, dim3* blockDim, size_t* sharedMem, void* stream);
cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* hostFun);
cudaError_t __cudaLaunchKernel(
    cudaKernel_t kernel, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem, cudaStream_t stream);
cudaError_t __cudaLaunchKernel_ptsz(
    cudaKernel_t kernel, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem, cudaStream_t stream);
void* __cudaGetProcAddress(const char* symbol);

#ifdef __cplusplus
}
#endif

#endif  // CULVERT_INCLUDE_CUDA_DETAIL_REGISTRATION_H_

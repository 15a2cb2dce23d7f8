// Functions of the runtime API whose default stream is the calling thread's
//
// Declarations of the CUDA 13.0 binary interface, written by tools/import_cuda_facts.py from its names, types and
// values. Reference: CUDA Runtime API manual.
#ifndef CULVERT_INCLUDE_CUDA_DETAIL_RUNTIME_FUNCTIONS_PER_THREAD_H_
#define CULVERT_INCLUDE_CUDA_DETAIL_RUNTIME_FUNCTIONS_PER_THREAD_H_

#include "runtime_functions.h"

#ifdef __cplusplus
extern "C" {
#endif

cudaError_t cudaStreamGetPriority_ptsz(cudaStream_t hStream, int* priority);
cudaError_t cudaStreamGetFlags_ptsz(cudaStream_t hStream, unsigned int* flags);
cudaError_t cudaStreamGetId_ptsz(cudaStream_t hStream, unsigned long long* streamId);
cudaError_t cudaStreamGetDevice_ptsz(cudaStream_t hStream, int* device);
cudaError_t cudaStreamCopyAttributes_ptsz(cudaStream_t dst, cudaStream_t src);
cudaError_t cudaStreamGetAttribute_ptsz(
    cudaStream_t hStream, cudaLaunchAttributeID attr, cudaLaunchAttributeValue* value_out);
cudaError_t cudaStreamSetAttribute_ptsz(
    cudaStream_t hStream, cudaLaunchAttributeID attr, const cudaLaunchAttributeValue* value);
cudaError_t cudaStreamWaitEvent_ptsz(cudaStream_t stream, cudaEvent_t event, unsigned int flags CULVERT_DEFAULT(0));
cudaError_t cudaStreamAddCallback_ptsz(
    cudaStream_t stream, cudaStreamCallback_t callback, void* userData, unsigned int flags);
cudaError_t cudaStreamSynchronize_ptsz(cudaStream_t stream);
cudaError_t cudaStreamQuery_ptsz(cudaStream_t stream);
cudaError_t cudaStreamAttachMemAsync_ptsz(
    cudaStream_t stream, void* devPtr, size_t length CULVERT_DEFAULT(0),
    unsigned int flags CULVERT_DEFAULT(cudaMemAttachSingle));
cudaError_t cudaStreamBeginCapture_ptsz(cudaStream_t stream, enum cudaStreamCaptureMode mode);
cudaError_t cudaStreamBeginCaptureToGraph_ptsz(
    cudaStream_t stream, cudaGraph_t graph, const cudaGraphNode_t* dependencies,
    const cudaGraphEdgeData* dependencyData, size_t numDependencies, enum cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture_ptsz(cudaStream_t stream, cudaGraph_t* pGraph);
cudaError_t cudaStreamIsCapturing_ptsz(cudaStream_t stream, enum cudaStreamCaptureStatus* pCaptureStatus);
cudaError_t cudaStreamGetCaptureInfo_ptsz(
    cudaStream_t stream, enum cudaStreamCaptureStatus* captureStatus_out, unsigned long long* id_out CULVERT_DEFAULT(0),
    cudaGraph_t* graph_out CULVERT_DEFAULT(0), const cudaGraphNode_t** dependencies_out CULVERT_DEFAULT(0),
    const cudaGraphEdgeData** edgeData_out CULVERT_DEFAULT(0), size_t* numDependencies_out CULVERT_DEFAULT(0));
cudaError_t cudaStreamUpdateCaptureDependencies_ptsz(
    cudaStream_t stream, cudaGraphNode_t* dependencies, const cudaGraphEdgeData* dependencyData, size_t numDependencies,
    unsigned int flags CULVERT_DEFAULT(0));
cudaError_t cudaEventRecord_ptsz(cudaEvent_t event, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaEventRecordWithFlags_ptsz(
    cudaEvent_t event, cudaStream_t stream CULVERT_DEFAULT(0), unsigned int flags CULVERT_DEFAULT(0));
cudaError_t cudaSignalExternalSemaphoresAsync_ptsz(
    const cudaExternalSemaphore_t* extSemArray, const struct cudaExternalSemaphoreSignalParams* paramsArray,
    unsigned int numExtSems, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaWaitExternalSemaphoresAsync_ptsz(
    const cudaExternalSemaphore_t* extSemArray, const struct cudaExternalSemaphoreWaitParams* paramsArray,
    unsigned int numExtSems, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaLaunchKernel_ptsz(
    const void* func, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem, cudaStream_t stream);
cudaError_t cudaLaunchKernelExC_ptsz(const cudaLaunchConfig_t* config, const void* func, void** args);
cudaError_t cudaLaunchCooperativeKernel_ptsz(
    const void* func, dim3 gridDim, dim3 blockDim, void** args, size_t sharedMem, cudaStream_t stream);
cudaError_t cudaLaunchHostFunc_ptsz(cudaStream_t stream, cudaHostFn_t fn, void* userData);
cudaError_t cudaMemcpy3D_ptds(const struct cudaMemcpy3DParms* p);
cudaError_t cudaMemcpy3DPeer_ptds(const struct cudaMemcpy3DPeerParms* p);
cudaError_t cudaMemcpy3DAsync_ptsz(const struct cudaMemcpy3DParms* p, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpy3DPeerAsync_ptsz(const struct cudaMemcpy3DPeerParms* p, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpy_ptds(void* dst, const void* src, size_t count, enum cudaMemcpyKind kind);
cudaError_t cudaMemcpy2D_ptds(
    void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height, enum cudaMemcpyKind kind);
cudaError_t cudaMemcpy2DToArray_ptds(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void* src, size_t spitch, size_t width, size_t height,
    enum cudaMemcpyKind kind);
cudaError_t cudaMemcpy2DFromArray_ptds(
    void* dst, size_t dpitch, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t width, size_t height,
    enum cudaMemcpyKind kind);
cudaError_t cudaMemcpy2DArrayToArray_ptds(
    cudaArray_t dst, size_t wOffsetDst, size_t hOffsetDst, cudaArray_const_t src, size_t wOffsetSrc, size_t hOffsetSrc,
    size_t width, size_t height, enum cudaMemcpyKind kind CULVERT_DEFAULT(cudaMemcpyDeviceToDevice));
cudaError_t cudaMemcpyToSymbol_ptds(
    const void* symbol, const void* src, size_t count, size_t offset CULVERT_DEFAULT(0),
    enum cudaMemcpyKind kind CULVERT_DEFAULT(cudaMemcpyHostToDevice));
cudaError_t cudaMemcpyFromSymbol_ptds(
    void* dst, const void* symbol, size_t count, size_t offset CULVERT_DEFAULT(0),
    enum cudaMemcpyKind kind CULVERT_DEFAULT(cudaMemcpyDeviceToHost));
cudaError_t cudaMemcpyAsync_ptsz(
    void* dst, const void* src, size_t count, enum cudaMemcpyKind kind, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpyBatchAsync_ptsz(
    void* const* dsts, const void* const* srcs, const size_t* sizes, size_t count, struct cudaMemcpyAttributes* attrs,
    size_t* attrsIdxs, size_t numAttrs, cudaStream_t stream);
cudaError_t cudaMemcpy3DBatchAsync_ptsz(
    size_t numOps, struct cudaMemcpy3DBatchOp* opList, unsigned long long flags, cudaStream_t stream);
cudaError_t cudaMemcpy2DAsync_ptsz(
    void* dst, size_t dpitch, const void* src, size_t spitch, size_t width, size_t height, enum cudaMemcpyKind kind,
    cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpy2DToArrayAsync_ptsz(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void* src, size_t spitch, size_t width, size_t height,
    enum cudaMemcpyKind kind, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpy2DFromArrayAsync_ptsz(
    void* dst, size_t dpitch, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t width, size_t height,
    enum cudaMemcpyKind kind, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpyToSymbolAsync_ptsz(
    const void* symbol, const void* src, size_t count, size_t offset, enum cudaMemcpyKind kind,
    cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpyFromSymbolAsync_ptsz(
    void* dst, const void* symbol, size_t count, size_t offset, enum cudaMemcpyKind kind,
    cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemset_ptds(void* devPtr, int value, size_t count);
cudaError_t cudaMemset2D_ptds(void* devPtr, size_t pitch, int value, size_t width, size_t height);
cudaError_t cudaMemset3D_ptds(struct cudaPitchedPtr pitchedDevPtr, int value, struct cudaExtent extent);
cudaError_t cudaMemsetAsync_ptsz(void* devPtr, int value, size_t count, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemset2DAsync_ptsz(
    void* devPtr, size_t pitch, int value, size_t width, size_t height, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemset3DAsync_ptsz(
    struct cudaPitchedPtr pitchedDevPtr, int value, struct cudaExtent extent, cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemPrefetchAsync_ptsz(
    const void* devPtr, size_t count, struct cudaMemLocation location, unsigned int flags,
    cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemPrefetchBatchAsync_ptsz(
    void** dptrs, size_t* sizes, size_t count, struct cudaMemLocation* prefetchLocs, size_t* prefetchLocIdxs,
    size_t numPrefetchLocs, unsigned long long flags, cudaStream_t stream);
cudaError_t cudaMemDiscardBatchAsync_ptsz(
    void** dptrs, size_t* sizes, size_t count, unsigned long long flags, cudaStream_t stream);
cudaError_t cudaMemDiscardAndPrefetchBatchAsync_ptsz(
    void** dptrs, size_t* sizes, size_t count, struct cudaMemLocation* prefetchLocs, size_t* prefetchLocIdxs,
    size_t numPrefetchLocs, unsigned long long flags, cudaStream_t stream);
cudaError_t cudaMemcpyToArray_ptds(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void* src, size_t count, enum cudaMemcpyKind kind);
cudaError_t cudaMemcpyFromArray_ptds(
    void* dst, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t count, enum cudaMemcpyKind kind);
cudaError_t cudaMemcpyArrayToArray_ptds(
    cudaArray_t dst, size_t wOffsetDst, size_t hOffsetDst, cudaArray_const_t src, size_t wOffsetSrc, size_t hOffsetSrc,
    size_t count, enum cudaMemcpyKind kind CULVERT_DEFAULT(cudaMemcpyDeviceToDevice));
cudaError_t cudaMemcpyToArrayAsync_ptsz(
    cudaArray_t dst, size_t wOffset, size_t hOffset, const void* src, size_t count, enum cudaMemcpyKind kind,
    cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMemcpyFromArrayAsync_ptsz(
    void* dst, cudaArray_const_t src, size_t wOffset, size_t hOffset, size_t count, enum cudaMemcpyKind kind,
    cudaStream_t stream CULVERT_DEFAULT(0));
cudaError_t cudaMallocAsync_ptsz(void** devPtr, size_t size, cudaStream_t hStream);
cudaError_t cudaFreeAsync_ptsz(void* devPtr, cudaStream_t hStream);
cudaError_t cudaMallocFromPoolAsync_ptsz(void** ptr, size_t size, cudaMemPool_t memPool, cudaStream_t stream);
cudaError_t cudaGraphInstantiateWithParams_ptsz(
    cudaGraphExec_t* pGraphExec, cudaGraph_t graph, cudaGraphInstantiateParams* instantiateParams);
cudaError_t cudaGraphUpload_ptsz(cudaGraphExec_t graphExec, cudaStream_t stream);
cudaError_t cudaGraphLaunch_ptsz(cudaGraphExec_t graphExec, cudaStream_t stream);
cudaError_t cudaGetDriverEntryPoint_ptsz(
    const char* symbol, void** funcPtr, unsigned long long flags,
    enum cudaDriverEntryPointQueryResult* driverStatus CULVERT_DEFAULT(NULL));
cudaError_t cudaGetDriverEntryPointByVersion_ptsz(
    const char* symbol, void** funcPtr, unsigned int cudaVersion, unsigned long long flags,
    enum cudaDriverEntryPointQueryResult* driverStatus CULVERT_DEFAULT(NULL));

#ifdef __cplusplus
}
#endif

#endif  // CULVERT_INCLUDE_CUDA_DETAIL_RUNTIME_FUNCTIONS_PER_THREAD_H_

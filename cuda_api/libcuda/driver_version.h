// The CUDA version this driver speaks: major * 1000 + minor * 10 (CUDA Driver API, cuDriverGetVersion).
#ifndef CULVERT_CUDA_API_LIBCUDA_DRIVER_VERSION_H_
#define CULVERT_CUDA_API_LIBCUDA_DRIVER_VERSION_H_

namespace culvert::libcuda {

inline constexpr int kDriverVersion = 13000;

}  // namespace culvert::libcuda

#endif  // CULVERT_CUDA_API_LIBCUDA_DRIVER_VERSION_H_

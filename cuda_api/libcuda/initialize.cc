// Initialization and version (CUDA Driver API, "Initialization", "Version Management").
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/libcuda/driver_version.h"
#include "include/culvert/error.h"
#include "runtime/platform.h"

namespace culvert::libcuda {

absl::Status cuInit(unsigned int Flags) {
  if (Flags != 0) return Error(ErrorKind::kInvalidValue, "Flags must be 0, not %u", Flags);
  Platform& platform = Platform::Get();
  if (!platform.initialized()) return platform.Initialize();
  // Also what tells a forked child that it has no driver.
  return platform.CheckUsable();
}

// Works before cuInit.
absl::Status cuDriverGetVersion(int* driverVersion) {
  *driverVersion = kDriverVersion;
  return absl::OkStatus();
}

}  // namespace culvert::libcuda

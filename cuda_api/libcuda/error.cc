// Names and texts of error codes (CUDA Driver API, "Error Handling"). Both work before cuInit.
#include "include/culvert/error.h"
#include "absl/status/statusor.h"
#include "cuda_api/error_table.h"
#include "cuda_api/generated/libcuda_impl.h"

namespace culvert::libcuda {
namespace {

// The entry of a code the driver API knows; sets *text to null and fails otherwise.
absl::StatusOr<const api::ErrorText*> Find(CUresult error, const char** text) {
  if (text == nullptr) return Error(ErrorKind::kInvalidValue, "pStr must not be null");
  const api::ErrorText* found = api::FindError(static_cast<uint32_t>(error));
  if (found != nullptr && found->driver_name != nullptr) return found;
  *text = nullptr;
  return Error(ErrorKind::kInvalidValue, "%d is no error code", static_cast<int>(error));
}

}  // namespace

absl::Status cuGetErrorName(CUresult error, const char** pStr) {
  CULVERT_ASSIGN_OR_RETURN(const api::ErrorText* found, Find(error, pStr));
  *pStr = found->driver_name;
  return absl::OkStatus();
}

absl::Status cuGetErrorString(CUresult error, const char** pStr) {
  CULVERT_ASSIGN_OR_RETURN(const api::ErrorText* found, Find(error, pStr));
  *pStr = found->text;
  return absl::OkStatus();
}

}  // namespace culvert::libcuda

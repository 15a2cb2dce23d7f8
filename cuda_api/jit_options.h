// The options of just-in-time compilation and its log buffers (CUDA Driver API, CUjit_option; cudaJitOption has the
// same numbers).
#ifndef CULVERT_CUDA_API_JIT_OPTIONS_H_
#define CULVERT_CUDA_API_JIT_OPTIONS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/cuda/detail/driver_structs.h"
#include "runtime/module.h"

namespace culvert::api {

// The program's option arrays as one load or link call sees them. Buffers are written by Report() only, that is during
// the call: they may be gone afterwards.
class JitOptions {
 public:
  // Unknown options are refused (kInvalidValue), also null arrays with a count above 0.
  static absl::StatusOr<JitOptions> Read(unsigned count, const CUjit_option* options, void** values);

  // A program that gives log buffers wants everything checked now.
  ImageOptions ForImage() const;
  // Writes the logs (the message of a failure, or nothing), the sizes filled and the wall time since Read(). Returns
  // `status`.
  absl::Status Report(absl::Status status) const;

 private:
  // Logs are cut to the buffer with a final zero; *size_slot becomes the count of characters before it.
  struct Log {
    char* buffer = nullptr;
    size_t size_bytes = 0;
    void** size_slot = nullptr;
    void Write(const std::string& text) const;
  };
  Log info_;
  Log error_;
  void** wall_time_slot_ = nullptr;
  int64_t start_ns_ = 0;
};

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_JIT_OPTIONS_H_

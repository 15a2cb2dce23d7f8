// The options of just-in-time compilation and its log buffers (CUDA Driver API, CUjit_option; cudaJitOption has the
// same numbers).
#ifndef CULVERT_CUDA_API_JIT_OPTIONS_H_
#define CULVERT_CUDA_API_JIT_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/cuda/detail/driver_structs.h"
#include "runtime/linker.h"
#include "runtime/module.h"

namespace culvert::api {

// The program's option arrays as one load call or one link sees them. Buffers are written by Report() only, that is
// during a call: after a load call, or when a link is destroyed, they may be gone.
class JitOptions {
 public:
  enum class Use : uint8_t {
    kLoad,
    kLink,       // cuLinkCreate: no fallback strategy, no symbols of the dynamic linker
    kLinkInput,  // one input of a link: neither logs, time nor targets
  };
  // Refused with kInvalidValue: unknown options, those that `use` does not take, values outside their enumeration, two
  // options that exclude each other, null arrays with a count above 0.
  static absl::StatusOr<JitOptions> Read(unsigned count, const CUjit_option* options, void** values,
                                         Use use = Use::kLoad);

  // A program that gives log buffers wants everything checked now.
  ImageOptions ForImage() const;
  LinkOptions ForLink() const;
  // A further call under the same options begins: the wall time counts from here.
  void Resume();
  // Adds to the logs (the message of a failure, `info` otherwise), to the sizes filled and to the wall time. Returns
  // `status`.
  absl::Status Report(absl::Status status, const std::string& info = "");

 private:
  // Logs are cut to the buffer with a final zero; *size_slot becomes the count of characters before it.
  struct Log {
    char* buffer = nullptr;
    size_t size_bytes = 0;
    void** size_slot = nullptr;
    size_t filled = 0;
    void Add(const std::string& text);
  };
  absl::Status ReadOption(CUjit_option option, void** value, Use use);
  absl::Status ReadSymbols();

  Log info_;
  Log error_;
  bool verbose_ = false;
  void** wall_time_slot_ = nullptr;
  int64_t start_ns_ = 0;
  int64_t spent_ns_ = 0;
  uint32_t target_ = 0;  // major * 10 + minor; 0: the device's
  bool has_threads_per_block_ = false;
  const char* const* symbol_names_ = nullptr;  // of the program; read during Read() only
  void* const* symbol_addresses_ = nullptr;
  uint32_t symbol_count_ = 0;
  std::vector<std::pair<std::string, uint64_t>> symbols_;
};

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_JIT_OPTIONS_H_

#include "cuda_api/jit_options.h"

#include <time.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "include/culvert/error.h"

namespace culvert::api {
namespace {

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

// Option values are passed and returned in the array's pointers themselves.
uint32_t AsNumber(const void* value) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(value)); }

}  // namespace

absl::StatusOr<JitOptions> JitOptions::Read(unsigned count, const CUjit_option* options, void** values) {
  JitOptions out;
  out.start_ns_ = NowNs();
  if (count > 0 && (options == nullptr || values == nullptr)) {
    return Error(ErrorKind::kInvalidValue, "%u options are announced and an array is null", count);
  }
  for (unsigned i = 0; i < count; ++i) {
    switch (options[i]) {
      case CU_JIT_INFO_LOG_BUFFER:
        out.info_.buffer = static_cast<char*>(values[i]);
        break;
      case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
        out.info_.size_bytes = AsNumber(values[i]);
        out.info_.size_slot = &values[i];
        break;
      case CU_JIT_ERROR_LOG_BUFFER:
        out.error_.buffer = static_cast<char*>(values[i]);
        break;
      case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES:
        out.error_.size_bytes = AsNumber(values[i]);
        out.error_.size_slot = &values[i];
        break;
      case CU_JIT_WALL_TIME:
        out.wall_time_slot_ = &values[i];
        break;
      case CU_JIT_GLOBAL_SYMBOL_COUNT:
        if (AsNumber(values[i]) != 0) {
          return Error(ErrorKind::kNotSupported, "CU_JIT_GLOBAL_SYMBOL_NAMES: linking to host addresses");
        }
        break;
      case CU_JIT_GLOBAL_SYMBOL_NAMES:
      case CU_JIT_GLOBAL_SYMBOL_ADDRESSES:
        break;
      default:
        // The rest tunes a compiler for hardware (registers, levels, targets, caches) and changes no result here.
        if (static_cast<unsigned>(options[i]) >= CU_JIT_NUM_OPTIONS) {
          return Error(ErrorKind::kInvalidValue, "%d is no option of compilation", static_cast<int>(options[i]));
        }
    }
  }
  return out;
}

ImageOptions JitOptions::ForImage() const {
  ImageOptions options;
  options.check_all =
      (info_.buffer != nullptr && info_.size_bytes > 0) || (error_.buffer != nullptr && error_.size_bytes > 0);
  return options;
}

absl::Status JitOptions::Report(absl::Status status) const {
  info_.Write("");
  error_.Write(status.ok() ? "" : std::string(status.message()));
  if (wall_time_slot_ != nullptr) {
    float milliseconds = static_cast<float>(NowNs() - start_ns_) * 1e-6f;
    memcpy(wall_time_slot_, &milliseconds, sizeof milliseconds);
  }
  return status;
}

void JitOptions::Log::Write(const std::string& text) const {
  size_t count = 0;
  if (buffer != nullptr && size_bytes > 0) {
    count = std::min(text.size(), size_bytes - 1);
    memcpy(buffer, text.data(), count);
    buffer[count] = '\0';
  }
  if (size_slot != nullptr) *size_slot = reinterpret_cast<void*>(count);
}

}  // namespace culvert::api

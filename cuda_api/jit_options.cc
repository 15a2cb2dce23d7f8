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

absl::StatusOr<JitOptions> JitOptions::Read(unsigned count, const CUjit_option* options, void** values, Use use) {
  JitOptions out;
  out.Resume();
  if (count > 0 && (options == nullptr || values == nullptr)) {
    return Error(ErrorKind::kInvalidValue, "%u options are announced and an array is null", count);
  }
  for (unsigned i = 0; i < count; ++i) CULVERT_RETURN_IF_ERROR(out.ReadOption(options[i], &values[i], use));
  if (out.target_ != 0 && out.has_threads_per_block_) {
    return Error(ErrorKind::kInvalidValue, "CU_JIT_TARGET and CU_JIT_THREADS_PER_BLOCK exclude each other");
  }
  CULVERT_RETURN_IF_ERROR(out.ReadSymbols());
  return out;
}

absl::Status JitOptions::ReadOption(CUjit_option option, void** value, Use use) {
  const auto number = [&](uint32_t most, const char* name) {
    if (AsNumber(*value) <= most) return absl::OkStatus();
    return Error(ErrorKind::kInvalidValue, "%u is no value of %s", AsNumber(*value), name);
  };
  const bool is_input = use == Use::kLinkInput;
  const auto refuse = [](const char* name) {
    return Error(ErrorKind::kInvalidValue, "%s is not taken by this call", name);
  };
  switch (option) {
    case CU_JIT_INFO_LOG_BUFFER:
      if (is_input) return refuse("CU_JIT_INFO_LOG_BUFFER");
      info_.buffer = static_cast<char*>(*value);
      break;
    case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
      info_.size_bytes = AsNumber(*value);
      info_.size_slot = value;
      break;
    case CU_JIT_ERROR_LOG_BUFFER:
      if (is_input) return refuse("CU_JIT_ERROR_LOG_BUFFER");
      error_.buffer = static_cast<char*>(*value);
      break;
    case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES:
      error_.size_bytes = AsNumber(*value);
      error_.size_slot = value;
      break;
    case CU_JIT_WALL_TIME:
      if (is_input) return refuse("CU_JIT_WALL_TIME");
      wall_time_slot_ = value;
      break;
    case CU_JIT_LOG_VERBOSE:
      verbose_ = AsNumber(*value) != 0;
      break;
    case CU_JIT_TARGET_FROM_CUCONTEXT:
      if (is_input) return refuse("CU_JIT_TARGET_FROM_CUCONTEXT");
      target_ = 0;
      break;
    case CU_JIT_TARGET: {
      if (is_input) return refuse("CU_JIT_TARGET");
      // Targets of one architecture or family carry a mark in the upper half.
      target_ = AsNumber(*value) & 0xffff;
      const uint32_t mark = AsNumber(*value) >> 16;
      if (target_ < CU_TARGET_COMPUTE_30 || target_ > CU_TARGET_COMPUTE_121 || mark > 2) {
        return Error(ErrorKind::kInvalidValue, "0x%x is no value of CU_JIT_TARGET", AsNumber(*value));
      }
      break;
    }
    case CU_JIT_THREADS_PER_BLOCK:  // the count given is the count targeted
      has_threads_per_block_ = true;
      break;
    case CU_JIT_OPTIMIZATION_LEVEL:
      return number(4, "CU_JIT_OPTIMIZATION_LEVEL");
    case CU_JIT_CACHE_MODE:
      return number(CU_JIT_CACHE_OPTION_CA, "CU_JIT_CACHE_MODE");
    case CU_JIT_FALLBACK_STRATEGY:
      if (use != Use::kLoad) return refuse("CU_JIT_FALLBACK_STRATEGY");
      return number(CU_PREFER_BINARY, "CU_JIT_FALLBACK_STRATEGY");
    case CU_JIT_GLOBAL_SYMBOL_COUNT:
      symbol_count_ = AsNumber(*value);
      if (symbol_count_ != 0 && use != Use::kLoad) return refuse("CU_JIT_GLOBAL_SYMBOL_COUNT");
      break;
    case CU_JIT_GLOBAL_SYMBOL_NAMES:
      symbol_names_ = static_cast<const char* const*>(*value);
      break;
    case CU_JIT_GLOBAL_SYMBOL_ADDRESSES:
      symbol_addresses_ = static_cast<void* const*>(*value);
      break;
    default:
      // The rest tunes a compiler for hardware (registers, caches, link-time optimisation) and changes no result here.
      if (static_cast<unsigned>(option) >= CU_JIT_NUM_OPTIONS) {
        return Error(ErrorKind::kInvalidValue, "%d is no option of compilation", static_cast<int>(option));
      }
  }
  return absl::OkStatus();
}

// Device symbols at host addresses: one address for each name.
absl::Status JitOptions::ReadSymbols() {
  if (symbol_count_ != 0 && (symbol_names_ == nullptr || symbol_addresses_ == nullptr)) {
    return Error(ErrorKind::kInvalidValue, "CU_JIT_GLOBAL_SYMBOL_COUNT is %u and an array is missing", symbol_count_);
  }
  for (uint32_t i = 0; i < symbol_count_; ++i) {
    if (symbol_names_[i] == nullptr || symbol_addresses_[i] == nullptr) {
      return Error(ErrorKind::kInvalidValue, "symbol %u of CU_JIT_GLOBAL_SYMBOL_NAMES has no name or no address", i);
    }
    for (const auto& [name, address] : symbols_) {
      if (name == symbol_names_[i]) return Error(ErrorKind::kInvalidValue, "the symbol %s has two addresses", name);
    }
    symbols_.emplace_back(symbol_names_[i], reinterpret_cast<uintptr_t>(symbol_addresses_[i]));
  }
  symbol_names_ = nullptr;
  symbol_addresses_ = nullptr;
  return absl::OkStatus();
}

ImageOptions JitOptions::ForImage() const {
  ImageOptions options;
  options.check_all =
      (info_.buffer != nullptr && info_.size_bytes > 0) || (error_.buffer != nullptr && error_.size_bytes > 0);
  options.external_addresses = symbols_;
  return options;
}

LinkOptions JitOptions::ForLink() const { return {.check_all = ForImage().check_all, .target = target_}; }

void JitOptions::Resume() { start_ns_ = NowNs(); }

absl::Status JitOptions::Report(absl::Status status, const std::string& info) {
  info_.Add(status.ok() && verbose_ ? info : "");
  error_.Add(status.ok() ? "" : std::string(status.message()));
  spent_ns_ += NowNs() - start_ns_;
  if (wall_time_slot_ != nullptr) {
    float milliseconds = static_cast<float>(spent_ns_) * 1e-6f;
    memcpy(wall_time_slot_, &milliseconds, sizeof milliseconds);
  }
  return status;
}

void JitOptions::Log::Add(const std::string& text) {
  if (buffer != nullptr && size_bytes > 0) {
    const size_t count = std::min(text.size(), size_bytes - 1 - filled);
    memcpy(buffer + filled, text.data(), count);
    filled += count;
    buffer[filled] = '\0';
  }
  if (size_slot != nullptr) *size_slot = reinterpret_cast<void*>(filled);
}

}  // namespace culvert::api

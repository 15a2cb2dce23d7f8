// ErrorKind: the reason of a failure, carried as a payload on absl::Status from the layer that found it to the API
// boundary. Below the boundary code writes `return Error(ErrorKind::kInvalidValue, "stream 0x%x is destroyed", h)`.
//
// Numeric values are the public codes shared by the driver and the runtime API (CUDA Driver API manual, CUresult; CUDA
// Runtime API manual, cudaError_t; the two have used the same numbers since CUDA 10.1), so the boundary converts by
// cast.
#ifndef CULVERT_INCLUDE_CULVERT_ERROR_H_
#define CULVERT_INCLUDE_CULVERT_ERROR_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace culvert {

enum class ErrorKind : uint32_t {
  kOk = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kNotInitialized = 3,
  kDeinitialized = 4,
  kInvalidConfiguration = 9,  // launch dimensions; the driver API reports kInvalidValue instead
  kInvalidPitch = 12,
  kInvalidSymbol = 13,
  kInvalidTexture = 18,
  kInvalidMemcpyDirection = 21,
  kInsufficientDriver = 35,
  kMissingConfiguration = 52,
  kInvalidDeviceFunction = 98,
  kNoDevice = 100,
  kInvalidDevice = 101,
  kInvalidImage = 200,
  kInvalidContext = 201,
  kNoBinaryForDevice = 209,
  kUnsupportedLimit = 215,
  kPeerAccessUnsupported = 217,
  kInvalidPtx = 218,
  kUnsupportedPtxVersion = 222,
  kInvalidSource = 300,
  kFileNotFound = 301,
  kSymbolNotFoundInLibrary = 302,
  kOperatingSystem = 304,
  kInvalidHandle = 400,
  kIllegalState = 401,
  kNotFound = 500,
  kNotReady = 600,
  kIllegalAddress = 700,        // sticky from here ...
  kLaunchOutOfResources = 701,  // (not sticky)
  kLaunchTimeout = 702,
  kPeerAccessAlreadyEnabled = 704,
  kPeerAccessNotEnabled = 705,
  kPrimaryContextActive = 708,
  kContextIsDestroyed = 709,
  kAssert = 710,
  kHostMemoryAlreadyRegistered = 712,
  kHostMemoryNotRegistered = 713,
  kHardwareStackError = 714,
  kIllegalInstruction = 715,
  kMisalignedAddress = 716,
  kInvalidAddressSpace = 717,
  kInvalidPc = 718,
  kLaunchFailed = 719,
  kCooperativeLaunchTooLarge = 720,
  kNotPermitted = 800,
  kNotSupported = 801,
  kStreamCaptureUnsupported = 900,
  kStreamCaptureInvalidated = 901,
  kStreamCaptureMerge = 902,
  kStreamCaptureUnmatched = 903,
  kStreamCaptureUnjoined = 904,
  kStreamCaptureIsolation = 905,
  kStreamCaptureImplicit = 906,
  kCapturedEvent = 907,
  kStreamCaptureWrongThread = 908,
  kUnknown = 999,
};

// True for the faults that leave a context unusable: every later call on it returns the same code
// (CUDA Driver API manual, the descriptions of these codes).
constexpr bool IsSticky(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kIllegalAddress:
    case ErrorKind::kLaunchTimeout:
    case ErrorKind::kAssert:
    case ErrorKind::kHardwareStackError:
    case ErrorKind::kIllegalInstruction:
    case ErrorKind::kMisalignedAddress:
    case ErrorKind::kInvalidAddressSpace:
    case ErrorKind::kInvalidPc:
    case ErrorKind::kLaunchFailed:
      return true;
    default:
      return false;
  }
}

inline constexpr char kErrorKindPayload[] = "culvert/error_kind";

// A status that carries `kind` and `message`. kOk gives an OK status.
inline absl::Status MakeError(ErrorKind kind, std::string message) {
  if (kind == ErrorKind::kOk) return absl::OkStatus();
  absl::Status status(absl::StatusCode::kUnknown, message);
  status.SetPayload(kErrorKindPayload, absl::Cord(std::to_string(static_cast<uint32_t>(kind))));
  return status;
}

template <typename... Args>
absl::Status Error(ErrorKind kind, const absl::FormatSpec<Args...>& format, const Args&... args) {
  return MakeError(kind, absl::StrFormat(format, args...));
}

// The kind a status carries; a failure without payload is kUnknown (a bug of ours: every failure names its kind).
inline ErrorKind KindOf(const absl::Status& status) {
  if (status.ok()) return ErrorKind::kOk;
  auto payload = status.GetPayload(kErrorKindPayload);
  if (!payload.has_value()) return ErrorKind::kUnknown;
  return static_cast<ErrorKind>(std::stoul(std::string(*payload)));
}

#define CULVERT_RETURN_IF_ERROR(expr)                                                         \
  do {                                                                                        \
    if (absl::Status culvert_status_ = (expr); !culvert_status_.ok()) return culvert_status_; \
  } while (false)

#define CULVERT_CONCAT_INNER_(a, b) a##b
#define CULVERT_CONCAT_(a, b) CULVERT_CONCAT_INNER_(a, b)
// CULVERT_ASSIGN_OR_RETURN(auto x, ExpressionOfStatusOr());
#define CULVERT_ASSIGN_OR_RETURN(lhs, expr) CULVERT_ASSIGN_OR_RETURN_(CULVERT_CONCAT_(culvert_or_, __LINE__), lhs, expr)
#define CULVERT_ASSIGN_OR_RETURN_(temp, lhs, expr) \
  auto temp = (expr);                              \
  if (!temp.ok()) return std::move(temp).status(); \
  lhs = *std::move(temp)

}  // namespace culvert

#endif  // CULVERT_INCLUDE_CULVERT_ERROR_H_

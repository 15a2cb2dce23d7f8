// The one place where calls of the C APIs enter and leave Culvert: tracing, catch-all, conversion of absl::Status to
// CUresult and cudaError_t, and the last error of the runtime API. Generated entries (cuda_api/generated) use Call()
// and CallRaw(); implementations return absl::Status and never see this file except for the last error and the default
// stream.
//
// Threads: everything here may be called from any thread at any time, also before constructors ran and after
// destructors. Cost: an entry adds one load, one branch and the conversion of an OK status when tracing is off.
#ifndef CULVERT_CUDA_API_BOUNDARY_H_
#define CULVERT_CUDA_API_BOUNDARY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "cuda_api/generated/enum_names.h"

namespace culvert::api {

enum class Library : uint8_t { kDriver, kRuntime };

// An exported function as the boundary sees it. `params` is the comma-separated list of parameter names; '*' before a
// name means "points to one result value, print it after success", '&' means "an address, not a C string".
struct Function {
  const char* name;
  Library library;
  const char* params;
};

// The status of a call whose parameter must not be null.
absl::Status NullArgument(const char* parameter);

// The code of `status` in the numbering of `library`. The two share their numbers except for the codes that only the
// runtime API has; the driver API reports those as the driver code of the same meaning (launch configuration 9 -> 1).
uint32_t CodeOf(Library library, const absl::Status& status);

// Marks a failure of a driver call that a statically linked runtime library makes for its program: the driver reports
// its kind unchanged, because that library hands the code on (it was observed to pass every code through).
absl::Status ForRuntimeLibrary(absl::Status status);

// CodeOf(), and for the runtime API records the code as the thread's last error (600 not ready is not recorded).
uint32_t Fail(const Function& function, const absl::Status& status) noexcept;

// The last error of the calling thread (CUDA Runtime API manual, "Error Handling"). Take resets it to 0.
uint32_t TakeLastError() noexcept;
uint32_t PeekLastError() noexcept;

// What the stream 0 means in the call being served: the calling thread's default stream (symbols that end in _ptsz or
// _ptds) or the legacy one.
bool PerThreadDefaultStream() noexcept;

class PerThreadDefaultStreamScope {
 public:
  PerThreadDefaultStreamScope() noexcept;
  ~PerThreadDefaultStreamScope();
  PerThreadDefaultStreamScope(const PerThreadDefaultStreamScope&) = delete;
  PerThreadDefaultStreamScope& operator=(const PerThreadDefaultStreamScope&) = delete;

 private:
  bool outer_;
};

// Says on stderr that `name` is not implemented, the first time or when tracing is on; returns 801 and records it for
// the runtime API.
uint32_t Unimplemented(Library library, const char* name, bool first_time) noexcept;

// One argument or result, ready to be printed.
struct TraceValue {
  enum class Kind : uint8_t { kNone, kSigned, kUnsigned, kFloat, kPointer, kString, kEnum, kStruct };
  Kind kind = Kind::kNone;
  uint8_t pointee_bytes = 0;  // of a pointer to a scalar that may hold a result
  uint64_t bits = 0;          // the value; for kStruct its size in bytes
  double real = 0;
  EnumNames names;
};

template <typename T>
TraceValue ValueOf(const T& value) {
  using Kind = TraceValue::Kind;
  TraceValue v;
  if constexpr (std::is_enum_v<T>) {
    v.kind = Kind::kEnum;
    v.bits = static_cast<uint64_t>(value);
    v.names = NamesOf(value);
  } else if constexpr (std::is_same_v<T, const char*>) {
    v.kind = Kind::kString;
    v.bits = reinterpret_cast<uint64_t>(value);
  } else if constexpr (std::is_pointer_v<T>) {
    using Pointee = std::remove_pointer_t<T>;
    v.kind = Kind::kPointer;
    if constexpr (std::is_scalar_v<Pointee> && !std::is_const_v<Pointee>) v.pointee_bytes = sizeof(Pointee);
    if constexpr (std::is_function_v<Pointee>) {
      v.bits = reinterpret_cast<uint64_t>(value);
    } else {
      v.bits = reinterpret_cast<uint64_t>(static_cast<const volatile void*>(value));
    }
  } else if constexpr (std::is_floating_point_v<T>) {
    v.kind = Kind::kFloat;
    v.real = value;
  } else if constexpr (std::is_integral_v<T>) {
    v.kind = std::is_signed_v<T> ? Kind::kSigned : Kind::kUnsigned;
    v.bits = static_cast<uint64_t>(value);
  } else {
    v.kind = Kind::kStruct;
    v.bits = sizeof(T);
  }
  return v;
}

namespace internal {

// -1 until CULVERT_TRACE was read, then 0 or 1.
extern std::atomic<int> trace_state;
bool ReadTraceState() noexcept;

absl::Status StatusOfException() noexcept;
uint32_t TracedCall(const Function& function, absl::FunctionRef<absl::Status()> body,
                    std::initializer_list<TraceValue> arguments) noexcept;
void TraceRaw(const Function& function, std::initializer_list<TraceValue> arguments, const TraceValue& result) noexcept;
void ReportException(const Function& function) noexcept;

}  // namespace internal

inline bool TraceOn() noexcept {
  int state = internal::trace_state.load(std::memory_order_relaxed);
  return __builtin_expect(state != 0, 0) && (state > 0 || internal::ReadTraceState());
}

// Serves one call that returns a status: `body` is the implementation with its argument checks.
template <typename Result, typename Body, typename... Args>
inline Result Call(const Function& function, Body&& body, const Args&... args) noexcept {
  if (TraceOn()) return static_cast<Result>(internal::TracedCall(function, body, {ValueOf(args)...}));
  absl::Status status;
  try {
    status = body();
  } catch (...) {
    status = internal::StatusOfException();
  }
  if (__builtin_expect(status.ok(), 1)) return static_cast<Result>(0);
  return static_cast<Result>(Fail(function, status));
}

// Serves one call whose result is not an outcome (a string, a handle, the last error). An exception gives a zero
// result.
template <typename Result, typename Body, typename... Args>
inline Result CallRaw(const Function& function, Body&& body, const Args&... args) noexcept {
  try {
    if constexpr (std::is_void_v<Result>) {
      body();
      if (TraceOn()) internal::TraceRaw(function, {ValueOf(args)...}, TraceValue{});
    } else {
      Result result = body();
      if (TraceOn()) internal::TraceRaw(function, {ValueOf(args)...}, ValueOf(result));
      return result;
    }
  } catch (...) {
    internal::ReportException(function);
    return Result();
  }
}

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_BOUNDARY_H_

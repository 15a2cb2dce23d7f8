#include "cuda_api/boundary.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cuda_api/error_table.h"
#include "include/culvert/error.h"
#include "runtime/environment.h"

namespace culvert::api {
namespace {

constinit thread_local uint32_t last_error = 0;
constinit thread_local bool per_thread_default_stream = false;

constexpr size_t kMaxTracedStringBytes = 80;

void WriteLine(std::string line) {
  line += '\n';
  const char* data = line.data();
  size_t left = line.size();
  while (left > 0) {
    ssize_t written = write(STDERR_FILENO, data, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    data += written;
    left -= static_cast<size_t>(written);
  }
}

constexpr char kForRuntimeLibraryPayload[] = "culvert/for_runtime_library";

// A code of the runtime API alone as the driver code of the same meaning.
ErrorKind ForDriver(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidConfiguration:
    case ErrorKind::kInvalidPitch:
    case ErrorKind::kInvalidTexture:
    case ErrorKind::kInvalidMemcpyDirection:
    case ErrorKind::kMissingConfiguration:
      return ErrorKind::kInvalidValue;
    case ErrorKind::kInvalidSymbol:
      return ErrorKind::kNotFound;
    case ErrorKind::kInvalidDeviceFunction:
      return ErrorKind::kInvalidHandle;
    case ErrorKind::kInsufficientDriver:
      return ErrorKind::kNotInitialized;
    default:
      return kind;
  }
}

void AppendString(std::string& line, const char* text) {
  std::string_view view(text, strnlen(text, kMaxTracedStringBytes + 1));
  bool cut = view.size() > kMaxTracedStringBytes;
  line += '"';
  for (char c : view.substr(0, kMaxTracedStringBytes)) line += (c < ' ' || c > '~') ? '.' : c;
  line += cut ? "...\"" : "\"";
}

void AppendValue(std::string& line, const TraceValue& value) {
  using Kind = TraceValue::Kind;
  switch (value.kind) {
    case Kind::kNone:
      line += "void";
      break;
    case Kind::kSigned:
      absl::StrAppend(&line, static_cast<int64_t>(value.bits));
      break;
    case Kind::kUnsigned:
      // Device addresses and flags read better in hexadecimal, counts in decimal.
      if (value.bits > 0xffffffff) {
        absl::StrAppendFormat(&line, "0x%x", value.bits);
      } else {
        absl::StrAppend(&line, value.bits);
      }
      break;
    case Kind::kFloat:
      absl::StrAppendFormat(&line, "%g", value.real);
      break;
    case Kind::kPointer:
      absl::StrAppendFormat(&line, "0x%x", value.bits);
      break;
    case Kind::kString:
      if (value.bits == 0) {
        line += "null";
      } else {
        AppendString(line, reinterpret_cast<const char*>(value.bits));
      }
      break;
    case Kind::kEnum:
      if (const char* name = value.names.Find(static_cast<uint32_t>(value.bits))) {
        line += name;
      } else {
        absl::StrAppend(&line, static_cast<int64_t>(value.bits));
      }
      break;
    case Kind::kStruct:
      absl::StrAppendFormat(&line, "{%u bytes}", value.bits);
      break;
  }
}

// "[tid] name(a=1, b=0x2 -> 5)": results are printed when the call succeeded.
std::string CallText(const Function& function, std::initializer_list<TraceValue> arguments, bool succeeded) {
  std::string line = absl::StrFormat("culvert: [%d] %s(", static_cast<int>(syscall(SYS_gettid)), function.name);
  std::string_view names = function.params;
  bool first = true;
  for (TraceValue value : arguments) {
    std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    bool result = name.starts_with('*');
    bool address = name.starts_with('&');
    if (result || address) name.remove_prefix(1);
    if (address) value.kind = TraceValue::Kind::kPointer;
    if (!first) line += ", ";
    first = false;
    line.append(name).append("=");
    AppendValue(line, value);
    if (!result || !succeeded || value.bits == 0) continue;
    if (value.pointee_bytes == 8) {
      absl::StrAppendFormat(&line, " -> 0x%x", *reinterpret_cast<const uint64_t*>(value.bits));
    } else if (value.pointee_bytes == 4) {
      absl::StrAppend(&line, " -> ", *reinterpret_cast<const int32_t*>(value.bits));
    }
  }
  line += ')';
  return line;
}

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

}  // namespace

absl::Status NullArgument(const char* parameter) {
  return Error(ErrorKind::kInvalidValue, "%s must not be null", parameter);
}

absl::Status ForRuntimeLibrary(absl::Status status) {
  if (!status.ok()) status.SetPayload(kForRuntimeLibraryPayload, absl::Cord());
  return status;
}

uint32_t CodeOf(Library library, const absl::Status& status) {
  ErrorKind kind = KindOf(status);
  bool keeps = library == Library::kRuntime || status.GetPayload(kForRuntimeLibraryPayload).has_value();
  return static_cast<uint32_t>(keeps ? kind : ForDriver(kind));
}

uint32_t Fail(const Function& function, const absl::Status& status) noexcept {
  uint32_t code = CodeOf(function.library, status);
  if (function.library == Library::kRuntime && code != static_cast<uint32_t>(ErrorKind::kNotReady)) last_error = code;
  return code;
}

uint32_t TakeLastError() noexcept {
  uint32_t code = last_error;
  last_error = 0;
  return code;
}

uint32_t PeekLastError() noexcept { return last_error; }

bool PerThreadDefaultStream() noexcept { return per_thread_default_stream; }

PerThreadDefaultStreamScope::PerThreadDefaultStreamScope() noexcept : outer_(per_thread_default_stream) {
  per_thread_default_stream = true;
}

PerThreadDefaultStreamScope::~PerThreadDefaultStreamScope() { per_thread_default_stream = outer_; }

uint32_t Unimplemented(Library library, const char* name, bool first_time) noexcept {
  constexpr auto kCode = static_cast<uint32_t>(ErrorKind::kNotSupported);
  const ErrorText* error = FindError(kCode);
  if (first_time || TraceOn()) {
    WriteLine(absl::StrFormat("culvert: %s is not implemented (returns %d %s)", name, kCode,
                              library == Library::kDriver ? error->driver_name : error->runtime_name));
  }
  if (library == Library::kRuntime) last_error = kCode;
  return kCode;
}

namespace internal {

constinit std::atomic<int> trace_state{-1};

bool ReadTraceState() noexcept {
  bool on = GetEnvironment().trace;
  trace_state.store(on ? 1 : 0, std::memory_order_relaxed);
  return on;
}

absl::Status StatusOfException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::kOutOfMemory, "the host is out of memory");
  } catch (const std::exception& e) {
    return Error(ErrorKind::kUnknown, "internal error: %s", e.what());
  } catch (...) {
    return Error(ErrorKind::kUnknown, "internal error: an exception of unknown type");
  }
}

uint32_t TracedCall(const Function& function, absl::FunctionRef<absl::Status()> body,
                    std::initializer_list<TraceValue> arguments) noexcept {
  int64_t begin_ns = NowNs();
  absl::Status status;
  try {
    status = body();
  } catch (...) {
    status = StatusOfException();
  }
  int64_t took_ns = NowNs() - begin_ns;
  uint32_t code = status.ok() ? 0 : Fail(function, status);
  std::string line = CallText(function, arguments, status.ok());
  const ErrorText* error = FindError(code);
  const char* name = nullptr;
  if (error != nullptr) name = function.library == Library::kDriver ? error->driver_name : error->runtime_name;
  absl::StrAppendFormat(&line, " = %u %s, %d ns", code, name != nullptr ? name : "(no name)", took_ns);
  if (!status.ok()) absl::StrAppend(&line, ": ", status.message());
  WriteLine(std::move(line));
  return code;
}

void TraceRaw(const Function& function, std::initializer_list<TraceValue> arguments,
              const TraceValue& result) noexcept {
  std::string line = CallText(function, arguments, true);
  line += " = ";
  AppendValue(line, result);
  WriteLine(std::move(line));
}

void ReportException(const Function& function) noexcept {
  absl::Status status = StatusOfException();
  WriteLine(absl::StrFormat("culvert: %s: %s", function.name, status.message()));
}

}  // namespace internal
}  // namespace culvert::api

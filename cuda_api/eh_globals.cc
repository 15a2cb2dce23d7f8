// The per-thread exception state of the C++ runtime (Itanium C++ ABI, "2.2.2 Caught Exception Stack"), defined here
// instead of taken from libstdc++.a: the archive reaches its thread-local variables through __tls_get_addr, which would
// make libculvert.so need ld-linux. Ours use static TLS like everything else in the library.
namespace {

struct ExceptionGlobals {
  void* caught_exceptions;
  unsigned int uncaught_exceptions;
};

constinit thread_local ExceptionGlobals globals = {};

}  // namespace

extern "C" {

__attribute__((visibility("hidden"))) void* __cxa_get_globals() noexcept { return &globals; }
__attribute__((visibility("hidden"))) void* __cxa_get_globals_fast() noexcept { return &globals; }

}  // extern "C"

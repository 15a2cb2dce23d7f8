// Chooses the handlers for the CPU this process runs on.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "runtime/npu/interp/handler.h"

namespace culvert::npu {

extern const HandlerSet kHandlers_baseline;
extern const HandlerSet kHandlers_v3;
extern const HandlerSet kHandlers_v4;

const HandlerSet* HandlersNamed(const char* name) {
  __builtin_cpu_init();
  if (std::strcmp(name, "v4") == 0) return __builtin_cpu_supports("x86-64-v4") ? &kHandlers_v4 : nullptr;
  if (std::strcmp(name, "v3") == 0) return __builtin_cpu_supports("x86-64-v3") ? &kHandlers_v3 : nullptr;
  return std::strcmp(name, "baseline") == 0 ? &kHandlers_baseline : nullptr;
}

const HandlerSet& HandlersForThisCpu() {
  static const HandlerSet& chosen = []() -> const HandlerSet& {
    if (const char* name = std::getenv("CULVERT_INTERPRETER_ISA"); name != nullptr) {
      if (const HandlerSet* set = HandlersNamed(name); set != nullptr) return *set;
      std::fprintf(stderr,
                   "culvert: CULVERT_INTERPRETER_ISA=%s: not one of baseline, v3, v4, or not for this CPU; ignored\n",
                   name);
    }
    for (const char* name : {"v4", "v3"}) {
      if (const HandlerSet* set = HandlersNamed(name); set != nullptr) return *set;
    }
    return kHandlers_baseline;
  }();
  return chosen;
}

}  // namespace culvert::npu

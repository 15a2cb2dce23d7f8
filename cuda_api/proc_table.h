// Which entry answers cuGetProcAddress(name, version, flags). The rule (known from watching what the runtime library
// asks for): of the versions in which a function appeared or changed, the greatest one that is not newer than the
// version asked for; with the per-thread flag its _ptsz or _ptds variant where one is exported.
#ifndef CULVERT_CUDA_API_PROC_TABLE_H_
#define CULVERT_CUDA_API_PROC_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace culvert::api {

// One generation of one lookup name; indices count in the table of libcuda's entries, which is the sorted list of
// symbols.
struct ProcRow {
  std::string_view lookup;
  int32_t since;       // CUDA version as cuDriverGetVersion encodes it (12080 = 12.8)
  int16_t index;       // entry
  int16_t per_thread;  // entry of the per-thread default stream variant, or -1
};

enum class ProcOutcome { kFound, kUnknownName, kVersionTooOld };

struct ProcAnswer {
  ProcOutcome outcome;
  const char* symbol;    // the exported name, null when not found
  const void* function;  // callable entry, null when not found
};

// `version` in the encoding above. `per_thread` is flag 2 of cuGetProcAddress.
ProcAnswer FindProc(std::string_view lookup, int version, bool per_thread);

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_PROC_TABLE_H_

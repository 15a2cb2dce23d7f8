// Functions that device code may call and no text defines: the device runtime brings them (PTX Writer's Guide to
// Interoperability, "System Calls").
#ifndef CULVERT_COMPILER_PTX_SYSTEM_CALLS_H_
#define CULVERT_COMPILER_PTX_SYSTEM_CALLS_H_

#include <cstddef>
#include <string_view>

namespace culvert::ptx {

struct SystemCall {
  std::string_view name;
  size_t parameters;
  size_t returns;
};
inline constexpr SystemCall kSystemCalls[] = {
    {"vprintf", 2, 1}, {"__assertfail", 5, 0}, {"malloc", 1, 1}, {"free", 1, 0}};

// nullptr if `name` is none of them.
constexpr const SystemCall* FindSystemCall(std::string_view name) {
  for (const SystemCall& call : kSystemCalls) {
    if (call.name == name) return &call;
  }
  return nullptr;
}

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_SYSTEM_CALLS_H_

#include "tools/culvert/relocatable.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace culvert::tools {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

// Calls visit(name, begin) for every word of `text` that can be a symbol: neither a directive nor a register.
template <typename Visit>
void ForEachName(std::string_view text, Visit visit) {
  for (size_t i = 0; i < text.size();) {
    if (!IsNameCharacter(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && IsNameCharacter(text[i])) ++i;
    const char before = begin > 0 ? text[begin - 1] : ' ';
    if (before != '%' && before != '.') visit(text.substr(begin, i - begin), begin);
  }
}

// The variable in ".extern .global .align 4 .u32 name;" or ".extern .const .b8 name[16];"; empty for other lines.
std::string_view ExternVariable(std::string_view line) {
  if (!line.starts_with(".extern .global ") && !line.starts_with(".extern .const ")) return {};
  std::string_view last;
  ForEachName(line.substr(0, line.find_first_of("[;")), [&](std::string_view name, size_t) { last = name; });
  return last;
}

}  // namespace

std::string WithStaticNames(const std::string& ptx) {
  constexpr std::string_view kMark = "__static__";
  const std::string_view text = ptx;
  std::map<std::string_view, std::string_view> definitions;  // name before the mark -> whole name
  ForEachName(text, [&](std::string_view name, size_t) {
    const size_t mark = name.find(kMark);
    if (mark != std::string_view::npos && mark > 0) definitions.emplace(name.substr(0, mark), name);
  });
  if (definitions.empty()) return ptx;
  std::string without;  // the declarations that go
  std::set<std::string_view> renamed;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view name = ExternVariable(text.substr(begin, end - begin));
    if (definitions.contains(name)) {
      renamed.insert(name);
    } else {
      without.append(text, begin, end - begin);
    }
    begin = end;
  }
  std::string out;
  size_t copied = 0;
  ForEachName(without, [&](std::string_view name, size_t begin) {
    const auto found = renamed.find(name);
    if (found == renamed.end()) return;
    out.append(without, copied, begin - copied);
    out += definitions.at(*found);
    copied = begin + name.size();
  });
  return out.append(without, copied);
}

std::string WithLinkRegistration(std::string assembly) {
  constexpr std::string_view kCall = "__cudaRegisterLinkedBinary_";
  constexpr std::string_view kOurs = "culvert_register_linked_object";
  bool found = false;
  for (size_t at = assembly.find(kCall); at != std::string::npos; at = assembly.find(kCall, at)) {
    size_t end = at + kCall.size();
    while (end < assembly.size() && IsNameCharacter(assembly[end])) ++end;
    assembly.replace(at, end - at, kOurs);
    at += kOurs.size();
    found = true;
  }
  if (found) assembly += "\n\t.section culvert_linked_objects,\"awR\",@progbits\n\t.p2align 3\n\t.quad 0\n";
  return assembly;
}

const char* LinkStub() {
  return R"(#include <stdint.h>
#include <stdlib.h>
extern "C" {
void** __cudaRegisterFatBinary(void* wrapper);
void __cudaRegisterFatBinaryEnd(void** handle);
void __cudaUnregisterFatBinary(void** handle);
// One word for every linked object; null addresses if there is none.
extern __attribute__((weak, visibility("hidden"))) uint64_t __start_culvert_linked_objects[], __stop_culvert_linked_objects[];
}
namespace {
struct Wrapper { uint32_t magic, version; const void* data; const void* const* objects; };
struct Header { uint32_t magic; uint16_t version, header_bytes; uint64_t entries_bytes; };
Header empty = {0xBA55ED50, 1, 16, 0};  // the device linker's output: nothing
Wrapper linked = {0x466243B1, 2, &empty, nullptr};
const void** fatbins;
void (**registrations)(void**);
size_t count;
void** handle;
void Unregister() { __cudaUnregisterFatBinary(handle); }
}  // namespace
extern "C" __attribute__((weak, visibility("hidden"))) void culvert_register_linked_object(
    void (*registration)(void**), const Wrapper* wrapper, void*, void (*)(void*)) {
  const size_t all = __stop_culvert_linked_objects - __start_culvert_linked_objects;
  if (fatbins == nullptr) {
    fatbins = static_cast<const void**>(calloc(all + 1, sizeof *fatbins));
    registrations = static_cast<void (**)(void**)>(calloc(all, sizeof *registrations));
    if (fatbins == nullptr || registrations == nullptr) abort();
  }
  fatbins[count] = wrapper->data;
  registrations[count] = registration;
  if (++count < all) return;
  linked.objects = fatbins;
  handle = __cudaRegisterFatBinary(&linked);
  for (size_t i = 0; i < all; ++i) if (registrations[i] != nullptr) registrations[i](handle);
  __cudaRegisterFatBinaryEnd(handle);
  atexit(Unregister);
}
)";
}

}  // namespace culvert::tools

#include "compiler/fatbin/linked_image.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "compiler/fatbin/fatbin_reader.h"
#include "compiler/fatbin/ptx_choice.h"
#include "include/culvert/error.h"

namespace culvert::compiler::fatbin {
namespace {

// More objects than any program links; an array without its null ends here.
constexpr size_t kMaxImages = 1 << 16;

// What device code may call without defining it (PTX interoperability guide, "System Calls").
bool IsSystemCall(std::string_view name) {
  return name == "vprintf" || name == "malloc" || name == "free" || name == "__assertfail";
}

std::string_view WithoutLeadingSpace(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

// Removes `word` and the space behind it from the front of `line`.
bool ConsumeWord(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  line = WithoutLeadingSpace(line.substr(word.size()));
  return true;
}

// The name in ".extern .func  (.param .b32 result) name" or ".extern .func name"; empty if the line is something else.
std::string_view ExternFunction(std::string_view line) {
  line = WithoutLeadingSpace(line);
  if (!ConsumeWord(line, ".extern") || !ConsumeWord(line, ".func")) return {};
  if (const size_t result_end = line.find(')'); line.starts_with('(') && result_end != std::string_view::npos) {
    line = WithoutLeadingSpace(line.substr(result_end + 1));
  }
  return line.substr(0, line.find_first_of(" \t\r(;"));
}

// Functions that the text declares and does not define, without system calls. The compilers write a declaration on a
// line of its own, and a function both declared and defined is declared without .extern.
std::set<std::string> Undefined(std::string_view ptx) {
  std::set<std::string> names;
  while (!ptx.empty()) {
    const size_t end = std::min(ptx.find('\n'), ptx.size());
    const std::string_view name = ExternFunction(ptx.substr(0, end));
    if (!name.empty() && !IsSystemCall(name)) names.emplace(name);
    ptx.remove_prefix(std::min(end + 1, ptx.size()));
  }
  return names;
}

// The device runtime is the object that itself calls the driver's launch services, whose names start with "cnp".
bool IsDeviceRuntime(const std::set<std::string>& undefined) {
  for (const std::string& name : undefined) {
    if (name.starts_with("cnp")) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<SelectedImage> SelectLinked(const void* const* images, uint32_t device_capability) {
  if (images == nullptr) {
    return Error(ErrorKind::kInvalidImage, "the wrapper of a linked program has no list of its objects");
  }
  std::vector<SelectedImage> objects;
  std::vector<Entry> without_ptx;
  std::set<std::string> undefined;
  size_t count = 0;
  for (; count < kMaxImages && images[count] != nullptr; ++count) {
    CULVERT_ASSIGN_OR_RETURN(std::string_view bytes, FatbinBytes(images[count], 0));
    CULVERT_ASSIGN_OR_RETURN(std::vector<Entry> entries, ReadEntries(bytes));
    absl::StatusOr<Entry> chosen = ChoosePtx(entries, device_capability);
    if (!chosen.ok()) {
      without_ptx.insert(without_ptx.end(), entries.begin(), entries.end());
      continue;
    }
    CULVERT_ASSIGN_OR_RETURN(std::string text, PtxText(*chosen));
    std::set<std::string> names = Undefined(text);
    if (IsDeviceRuntime(names)) continue;
    undefined.merge(names);
    objects.push_back({.ptx = std::move(text), .arch = chosen->arch, .name = std::string(chosen->name)});
  }
  if (count == kMaxImages) return Error(ErrorKind::kInvalidImage, "the list of a linked program's objects has no end");
  if (objects.empty()) return ChoosePtx(without_ptx, device_capability).status();
  if (objects.size() > 1 || !without_ptx.empty() || !undefined.empty()) {
    return Error(
        ErrorKind::kNotSupported,
        "device code of a program built with -rdc=true would have to be linked (%u objects with PTX, %u images "
        "without, undefined: %s); the device linker is not implemented: rebuild without -rdc=true",
        objects.size(), without_ptx.size(), undefined.empty() ? "nothing" : absl::StrJoin(undefined, ", "));
  }
  return std::move(objects.front());
}

}  // namespace culvert::compiler::fatbin

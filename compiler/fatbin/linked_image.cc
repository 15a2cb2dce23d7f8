#include "compiler/fatbin/linked_image.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/fatbin/ptx_choice.h"
#include "include/culvert/error.h"

namespace culvert::compiler::fatbin {
namespace {

// More objects than any program links; an array without its null ends here.
constexpr size_t kMaxImages = 1 << 16;

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

// The device runtime is the object that itself calls the driver's launch services, whose names start with "cnp". The
// compilers write a declaration on a line of its own.
bool IsDeviceRuntime(std::string_view ptx) {
  for (size_t at = ptx.find("cnp"); at != std::string_view::npos; at = ptx.find("cnp", at)) {
    const size_t begin = ptx.rfind('\n', at) + 1;  // npos + 1 is 0
    const size_t end = ptx.find('\n', at);
    if (ExternFunction(ptx.substr(begin, end - begin)).starts_with("cnp")) return true;
    if (end == std::string_view::npos) return false;
    at = end;
  }
  return false;
}

}  // namespace

absl::Status AddText(const Entry& entry, uint64_t* budget_bytes, SelectedImage* image) {
  CULVERT_ASSIGN_OR_RETURN(std::string text, PtxText(entry));
  if (text.size() > *budget_bytes) {
    return Error(ErrorKind::kInvalidImage, "PTX of more than %u bytes in one image", kMaxTextBytes);
  }
  *budget_bytes -= text.size();
  image->texts.push_back({.ptx = std::move(text), .arch = entry.arch, .name = std::string(entry.name)});
  return absl::OkStatus();
}

absl::StatusOr<SelectedImage> SelectLinked(const void* const* images, uint32_t device_capability) {
  if (images == nullptr) {
    return Error(ErrorKind::kInvalidImage, "the wrapper of a linked program has no list of its objects");
  }
  SelectedImage image;
  uint64_t budget_bytes = kMaxTextBytes;
  std::vector<Entry> without_ptx;
  size_t count = 0;
  for (; count < kMaxImages && images[count] != nullptr; ++count) {
    CULVERT_ASSIGN_OR_RETURN(std::string_view bytes, FatbinBytes(images[count], 0));
    CULVERT_ASSIGN_OR_RETURN(std::vector<Entry> entries, ReadEntries(bytes));
    absl::StatusOr<Entry> chosen = ChoosePtx(entries, device_capability);
    if (!chosen.ok()) {
      without_ptx.insert(without_ptx.end(), entries.begin(), entries.end());
      ++image.objects_without_ptx;
      continue;
    }
    CULVERT_RETURN_IF_ERROR(AddText(*chosen, &budget_bytes, &image));
    if (IsDeviceRuntime(image.texts.back().ptx)) image.texts.pop_back();
  }
  if (count == kMaxImages) return Error(ErrorKind::kInvalidImage, "the list of a linked program's objects has no end");
  if (image.texts.empty()) return ChoosePtx(without_ptx, device_capability).status();
  return image;
}

absl::StatusOr<SelectedImage> SelectLinkedImage(const void* data, size_t size_bytes) {
  CULVERT_ASSIGN_OR_RETURN(std::string_view bytes, FatbinBytes(data, size_bytes, kLinkedMagic));
  CULVERT_ASSIGN_OR_RETURN(std::vector<Entry> entries, ReadEntries(bytes, kLinkedMagic));
  SelectedImage image;
  uint64_t budget_bytes = kMaxTextBytes;
  for (const Entry& entry : entries) {
    if (entry.kind != EntryKind::kPtx) {
      return Error(ErrorKind::kInvalidImage, "a linked image holds %s, expected PTX", Describe(entry));
    }
    CULVERT_RETURN_IF_ERROR(AddText(entry, &budget_bytes, &image));
  }
  if (image.texts.empty()) return Error(ErrorKind::kInvalidImage, "the linked image is empty");
  return image;
}

}  // namespace culvert::compiler::fatbin

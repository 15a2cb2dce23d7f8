// SelectImage (compiler/compiler.h): from whatever a load call was given to PTX.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/compiler.h"
#include "compiler/fatbin/elf_image.h"
#include "compiler/fatbin/fatbin_format.h"
#include "compiler/fatbin/fatbin_reader.h"
#include "compiler/fatbin/linked_image.h"
#include "compiler/fatbin/ptx_choice.h"
#include "include/culvert/error.h"

namespace culvert::compiler {
namespace {

using fatbin::Entry;

// Reads no byte beyond the first that differs, so a short text behind a bare pointer is safe.
bool StartsWithMagic(const void* data, size_t size_bytes, uint32_t magic) {
  if (size_bytes != 0 && size_bytes < sizeof(magic)) return false;
  char expected[sizeof(magic)];
  std::memcpy(expected, &magic, sizeof(magic));
  for (size_t i = 0; i < sizeof(magic); ++i) {
    if (static_cast<const volatile char*>(data)[i] != expected[i]) return false;
  }
  return true;
}

// PTX starts with white space, a comment or a directive.
bool LooksLikeText(char first) {
  return first == '.' || first == '/' || first == ' ' || first == '\t' || first == '\n' || first == '\r';
}

absl::StatusOr<SelectedImage> SelectText(const char* text, size_t size_bytes) {
  std::string ptx = size_bytes == 0 ? std::string(text) : std::string(text, strnlen(text, size_bytes));
  if (ptx.empty()) return Error(ErrorKind::kInvalidPtx, "the image is an empty text");
  if (ptx.size() > fatbin::kMaxTextBytes) {
    return Error(ErrorKind::kInvalidPtx, "PTX of %u bytes; the limit is %u", ptx.size(), fatbin::kMaxTextBytes);
  }
  SelectedImage image;
  image.texts.push_back({.ptx = std::move(ptx), .arch = 0, .name = ""});
  return image;
}

absl::StatusOr<SelectedImage> SelectFatbin(const void* data, size_t size_bytes, uint32_t device_capability) {
  CULVERT_ASSIGN_OR_RETURN(std::string_view bytes, fatbin::FatbinBytes(data, size_bytes));
  CULVERT_ASSIGN_OR_RETURN(std::vector<Entry> entries, fatbin::ReadEntries(bytes));
  CULVERT_ASSIGN_OR_RETURN(Entry entry, fatbin::ChoosePtx(entries, device_capability));
  SelectedImage image;
  uint64_t budget_bytes = fatbin::kMaxTextBytes;
  CULVERT_RETURN_IF_ERROR(fatbin::AddText(entry, &budget_bytes, &image));
  return image;
}

absl::StatusOr<SelectedImage> SelectWrapper(const void* data, size_t size_bytes, uint32_t device_capability) {
  fatbin::WrapperLayout wrapper;
  if (size_bytes != 0 && size_bytes < sizeof(wrapper)) {
    return Error(ErrorKind::kInvalidImage, "fatbin wrapper of %u bytes, expected %u", size_bytes, sizeof(wrapper));
  }
  std::memcpy(&wrapper, data, sizeof(wrapper));
  if (wrapper.version != fatbin::kWrapperPlain && wrapper.version != fatbin::kWrapperLinked) {
    return Error(ErrorKind::kInvalidImage, "fatbin wrapper version %u, expected %u or %u", wrapper.version,
                 fatbin::kWrapperPlain, fatbin::kWrapperLinked);
  }
  if (wrapper.data == 0) return Error(ErrorKind::kInvalidImage, "fatbin wrapper without a fatbin");
  const void* const fatbin = reinterpret_cast<const void*>(wrapper.data);
  if (wrapper.version == fatbin::kWrapperPlain) return SelectFatbin(fatbin, 0, device_capability);
  // The linked fatbin holds the device linker's machine code, or nothing; PTX in it is complete and comes first.
  absl::StatusOr<SelectedImage> linked = SelectFatbin(fatbin, 0, device_capability);
  if (linked.ok() || KindOf(linked.status()) != ErrorKind::kNoBinaryForDevice) return linked;
  return fatbin::SelectLinked(reinterpret_cast<const void* const*>(wrapper.prelink_images), device_capability);
}

}  // namespace

ImageKind KindOfImage(const void* data, size_t size_bytes) {
  if (StartsWithMagic(data, size_bytes, fatbin::kWrapperMagic)) return ImageKind::kFatbinWrapper;
  if (StartsWithMagic(data, size_bytes, fatbin::kFatbinMagic)) return ImageKind::kFatbin;
  if (StartsWithMagic(data, size_bytes, fatbin::kLinkedMagic)) return ImageKind::kLinked;
  if (StartsWithMagic(data, size_bytes, fatbin::kElfMagic)) return ImageKind::kElf;
  const char first = *static_cast<const char*>(data);
  return LooksLikeText(first) || first == '\0' ? ImageKind::kPtx : ImageKind::kUnknown;
}

absl::StatusOr<SelectedImage> SelectImage(const void* data, size_t size_bytes, uint32_t device_capability) {
  if (data == nullptr) return Error(ErrorKind::kInvalidValue, "the image is a null pointer");
  switch (KindOfImage(data, size_bytes)) {
    case ImageKind::kFatbinWrapper:
      return SelectWrapper(data, size_bytes, device_capability);
    case ImageKind::kFatbin:
      return SelectFatbin(data, size_bytes, device_capability);
    case ImageKind::kPtx:
      return SelectText(static_cast<const char*>(data), size_bytes);
    case ImageKind::kLinked:
      return fatbin::SelectLinkedImage(data, size_bytes);
    case ImageKind::kElf: {
      const size_t bytes = size_bytes == 0 ? fatbin::kElfHeaderBytes : size_bytes;
      return fatbin::RefuseElf(std::string_view(static_cast<const char*>(data), bytes));
    }
    case ImageKind::kUnknown:
      break;
  }
  return Error(ErrorKind::kInvalidImage, "the image is neither PTX text nor a fatbin (first byte 0x%02x)",
               unsigned{*static_cast<const unsigned char*>(data)});
}

}  // namespace culvert::compiler

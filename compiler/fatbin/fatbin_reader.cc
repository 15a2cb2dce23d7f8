#include "compiler/fatbin/fatbin_reader.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/fatbin/decompress.h"
#include "include/culvert/error.h"

namespace culvert::compiler::fatbin {
namespace {

template <typename T>
T Load(const void* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

// `size` bytes at `offset` of `bytes`, or nothing if they are not all inside.
bool Slice(std::string_view bytes, uint64_t offset, uint64_t size, std::string_view& out) {
  if (offset > bytes.size() || size > bytes.size() - offset) return false;
  out = bytes.substr(offset, size);
  return true;
}

template <typename... Args>
absl::Status Corrupt(size_t index, const absl::FormatSpec<Args...>& format, const Args&... args) {
  return Error(ErrorKind::kInvalidImage, "fatbin entry %u: %s", index, absl::StrFormat(format, args...));
}

// The strings behind the fixed part of an entry's header. `header` is that header with everything up to the payload.
absl::Status ReadStrings(size_t index, const EntryLayout& layout, std::string_view header, Entry& entry) {
  if (layout.name_offset != 0 && layout.name_bytes != 0) {
    if (layout.name_offset < sizeof(EntryLayout) || !Slice(header, layout.name_offset, layout.name_bytes, entry.name)) {
      return Corrupt(index, "source name at %u, %u bytes, is outside its header of %u", layout.name_offset,
                     layout.name_bytes, header.size());
    }
    entry.name = entry.name.substr(0, entry.name.find('\0'));
  }
  if (layout.options_offset != 0) {
    std::string_view block;
    if (layout.options_offset < sizeof(EntryLayout) || !Slice(header, layout.options_offset, 8, block)) {
      return Corrupt(index, "options block at %u is outside its header of %u", layout.options_offset, header.size());
    }
    const uint32_t offset = Load<uint32_t>(block.data()), bytes = Load<uint32_t>(block.data() + 4);
    // Machine code carries a binary block here, so only text entries are held to the string form.
    if (entry.kind == EntryKind::kPtx && !Slice(header, offset, bytes, entry.options)) {
      return Corrupt(index, "options at %u, %u bytes, are outside its header of %u", offset, bytes, header.size());
    }
    entry.options = entry.options.substr(0, entry.options.find('\0'));
  }
  return absl::OkStatus();
}

absl::Status ReadPayload(size_t index, const EntryLayout& layout, Entry& entry) {
  const bool flagged = (layout.flags & (kFlagLz4 | kFlagZstd)) != 0;
  if ((layout.flags & kFlagLz4) != 0 && (layout.flags & kFlagZstd) != 0) {
    return Corrupt(index, "flags 0x%x name two compressions", layout.flags);
  }
  if (!flagged) {
    if (layout.compressed_bytes != 0 || layout.uncompressed_bytes != 0) {
      return Corrupt(index, "sizes of a compressed payload, but flags 0x%x name no compression", layout.flags);
    }
    return absl::OkStatus();
  }
  if (layout.compressed_bytes == 0 || layout.uncompressed_bytes == 0) {
    return Corrupt(index, "flags 0x%x name a compression, but its sizes are %u and %u", layout.flags,
                   layout.compressed_bytes, layout.uncompressed_bytes);
  }
  if (layout.compressed_bytes > entry.payload.size()) {
    return Corrupt(index, "compressed size %u is above the payload's %u", layout.compressed_bytes,
                   entry.payload.size());
  }
  entry.payload = entry.payload.substr(0, layout.compressed_bytes);
  entry.uncompressed_bytes = layout.uncompressed_bytes;
  return absl::OkStatus();
}

// Reads the entry at the front of `rest` and removes it.
absl::StatusOr<Entry> ReadEntry(size_t index, std::string_view& rest) {
  if (rest.size() < sizeof(EntryLayout)) {
    return Corrupt(index, "%u bytes left, an entry header has %u", rest.size(), sizeof(EntryLayout));
  }
  const EntryLayout layout = Load<EntryLayout>(rest.data());
  if (layout.version != kEntryVersion)
    return Corrupt(index, "version 0x%x, expected 0x%x", layout.version, kEntryVersion);
  if (layout.header_bytes < sizeof(EntryLayout) || layout.header_bytes > rest.size()) {
    return Corrupt(index, "header size %u, expected %u to %u", layout.header_bytes, sizeof(EntryLayout), rest.size());
  }
  Entry entry{.kind = static_cast<EntryKind>(layout.kind),
              .arch = layout.arch,
              .isa_major = layout.major,
              .isa_minor = layout.minor,
              .flags = layout.flags};
  if (!Slice(rest, layout.header_bytes, layout.payload_bytes, entry.payload)) {
    return Corrupt(index, "payload of %u bytes, but %u are left", layout.payload_bytes,
                   rest.size() - layout.header_bytes);
  }
  CULVERT_RETURN_IF_ERROR(ReadStrings(index, layout, rest.substr(0, layout.header_bytes), entry));
  CULVERT_RETURN_IF_ERROR(ReadPayload(index, layout, entry));
  rest.remove_prefix(layout.header_bytes + layout.payload_bytes);
  return entry;
}

}  // namespace

absl::StatusOr<std::string_view> FatbinBytes(const void* data, size_t size_bytes, uint32_t magic) {
  if (size_bytes != 0 && size_bytes < sizeof(FatbinHeaderLayout)) {
    return Error(ErrorKind::kInvalidImage, "fatbin of %u bytes is shorter than its header", size_bytes);
  }
  const auto header = Load<FatbinHeaderLayout>(data);
  if (header.magic != magic) {
    return Error(ErrorKind::kInvalidImage, "fatbin magic is 0x%08x, expected 0x%08x", header.magic, magic);
  }
  if (header.version != kFatbinVersion || header.header_bytes != sizeof(FatbinHeaderLayout)) {
    return Error(ErrorKind::kInvalidImage, "fatbin version %u with a header of %u bytes, expected %u and %u",
                 header.version, header.header_bytes, kFatbinVersion, sizeof(FatbinHeaderLayout));
  }
  const uint64_t available = size_bytes == 0 ? kMaxFatbinBytes : size_bytes - sizeof(FatbinHeaderLayout);
  if (header.entries_bytes > available || header.entries_bytes > kMaxFatbinBytes) {
    return Error(ErrorKind::kInvalidImage, "fatbin names %u bytes of entries, but %u are there or allowed",
                 header.entries_bytes, available);
  }
  return std::string_view(static_cast<const char*>(data), sizeof(FatbinHeaderLayout) + header.entries_bytes);
}

absl::StatusOr<std::vector<Entry>> ReadEntries(std::string_view fatbin, uint32_t magic) {
  CULVERT_ASSIGN_OR_RETURN(std::string_view bytes, FatbinBytes(fatbin.data(), fatbin.size(), magic));
  std::string_view rest = bytes.substr(sizeof(FatbinHeaderLayout));
  std::vector<Entry> entries;
  while (!rest.empty()) {
    CULVERT_ASSIGN_OR_RETURN(Entry entry, ReadEntry(entries.size(), rest));
    entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<std::string> PtxText(const Entry& entry) {
  std::string text;
  if (!entry.compressed()) {
    if (entry.payload.size() > kMaxTextBytes) {
      return Error(ErrorKind::kInvalidImage, "PTX of %u bytes; the limit is %u", entry.payload.size(), kMaxTextBytes);
    }
    text = std::string(entry.payload);
  } else {
    const bool zstd = (entry.flags & kFlagZstd) != 0;
    CULVERT_ASSIGN_OR_RETURN(text, zstd ? DecompressZstd(entry.payload, entry.uncompressed_bytes)
                                        : DecompressLz4(entry.payload, entry.uncompressed_bytes));
  }
  text.resize(text.find_last_not_of('\0') + 1);
  if (text.empty()) return Error(ErrorKind::kInvalidPtx, "the PTX for %s is empty", Describe(entry));
  if (const size_t at = text.find('\0'); at != std::string::npos) {
    return Error(ErrorKind::kInvalidPtx, "the PTX for %s has a NUL byte at offset %u", Describe(entry), at);
  }
  return text;
}

std::string Describe(const Entry& entry) {
  const char* suffix = (entry.flags & kFlagArchSpecific) != 0     ? "a"
                       : (entry.flags & kFlagFamilySpecific) != 0 ? "f"
                                                                  : "";
  switch (entry.kind) {
    case EntryKind::kPtx:
      return absl::StrCat("compute_", entry.arch, suffix);
    case EntryKind::kElf:
      return absl::StrCat("sm_", entry.arch, suffix);
    case EntryKind::kLto:
      return absl::StrCat("LTO-IR for sm_", entry.arch, suffix);
  }
  return absl::StrCat("an entry of unknown kind ", static_cast<unsigned>(entry.kind), " for ", entry.arch, suffix);
}

}  // namespace culvert::compiler::fatbin

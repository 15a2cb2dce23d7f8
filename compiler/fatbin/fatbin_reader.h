// Reads a fatbin (layout: fatbin_format.h) without trusting it: every offset and size is checked against the bytes.
#ifndef CULVERT_COMPILER_FATBIN_FATBIN_READER_H_
#define CULVERT_COMPILER_FATBIN_FATBIN_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/fatbin/fatbin_format.h"

namespace culvert::compiler::fatbin {

// One entry. The views point into the bytes that were read and live as long as they do.
struct Entry {
  EntryKind kind;  // may hold a value without a name: an entry of a kind that is not known
  uint32_t arch = 0;
  uint16_t isa_major = 0, isa_minor = 0;
  uint64_t flags = 0;
  std::string_view name;            // source file, or empty
  std::string_view options;         // compiler options recorded by the writer, or empty
  std::string_view payload;         // as stored, without padding when compressed
  uint64_t uncompressed_bytes = 0;  // 0: not compressed

  bool compressed() const { return uncompressed_bytes != 0; }
  // Tied to one architecture (compute_NNa) or family (compute_NNf).
  bool specific() const { return (flags & (kFlagArchSpecific | kFlagFamilySpecific)) != 0; }
};

// The bytes of the fatbin at `data`, whose first 16 bytes must be readable. `size_bytes` 0: not known, then the
// header's size is believed. kInvalidImage if the header is wrong or names more than `size_bytes`. `magic` is that of a
// fatbin or of a linked image.
absl::StatusOr<std::string_view> FatbinBytes(const void* data, size_t size_bytes, uint32_t magic = kFatbinMagic);

// The entries of a fatbin in file order. kInvalidImage, with the entry and the field, if anything is inconsistent.
absl::StatusOr<std::vector<Entry>> ReadEntries(std::string_view fatbin, uint32_t magic = kFatbinMagic);

// The text of a PTX entry, decompressed, without the NUL bytes at its end. kInvalidImage if the payload does not
// decompress to the size the entry names, or that size is above kMaxTextBytes; kInvalidPtx if the text has NUL bytes
// inside or is empty.
absl::StatusOr<std::string> PtxText(const Entry& entry);

// "sm_80", "compute_90a", "LTO-IR for sm_75": what an entry holds, for messages.
std::string Describe(const Entry& entry);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_FATBIN_READER_H_

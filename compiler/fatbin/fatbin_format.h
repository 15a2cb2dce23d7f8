// The containers in which device code travels: byte layouts and constants. All fields are little endian.
//
//   wrapper   the 24-byte structure that host objects register; it points at a fatbin
//   fatbin    a 16-byte header and entries back to back; an entry is a header, optional strings, and a payload
//   linked    our linker's output: like a fatbin with a magic number of its own, and all its texts are one program
//
// Source: observation of files written by the CUDA 12 and 13 compilers; nothing here is documented by the vendor.
#ifndef CULVERT_COMPILER_FATBIN_FATBIN_FORMAT_H_
#define CULVERT_COMPILER_FATBIN_FATBIN_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace culvert::compiler::fatbin {

inline constexpr uint32_t kWrapperMagic = 0x466243B1;
inline constexpr uint32_t kFatbinMagic = 0xBA55ED50;
inline constexpr uint32_t kLinkedMagic = 0x4B4C5643;  // "CVLK"
inline constexpr uint32_t kElfMagic = 0x464C457F;     // "\x7fELF"

struct WrapperLayout {
  uint32_t magic;
  uint32_t version;         // 1, or 2 for code that went through the device linker
  uint64_t data;            // address of a fatbin
  uint64_t prelink_images;  // version 2: address of a null-terminated array of addresses of the objects' fatbins
};
static_assert(sizeof(WrapperLayout) == 24);
inline constexpr uint32_t kWrapperPlain = 1;
inline constexpr uint32_t kWrapperLinked = 2;

struct FatbinHeaderLayout {
  uint32_t magic;
  uint16_t version;        // 1
  uint16_t header_bytes;   // 16
  uint64_t entries_bytes;  // everything after this header
};
static_assert(sizeof(FatbinHeaderLayout) == 16);
inline constexpr uint16_t kFatbinVersion = 1;

struct EntryLayout {
  uint16_t kind;              // EntryKind
  uint16_t version;           // 0x0101
  uint32_t header_bytes;      // 64, or more when strings follow; the payload starts there
  uint64_t payload_bytes;     // as stored, padded to 8
  uint32_t compressed_bytes;  // 0: the payload is not compressed
  uint32_t options_offset;    // from the entry's start; 0: none
  uint16_t minor;             // PTX: the .version of the text
  uint16_t major;
  uint32_t arch;         // NN of compute_NN or sm_NN
  uint32_t name_offset;  // source file name, from the entry's start; 0: none
  uint32_t name_bytes;
  uint64_t flags;
  uint64_t reserved;
  uint64_t uncompressed_bytes;  // 0 when not compressed
};
static_assert(sizeof(EntryLayout) == 64 && offsetof(EntryLayout, flags) == 40);
inline constexpr uint16_t kEntryVersion = 0x0101;

enum class EntryKind : uint16_t { kPtx = 1, kElf = 2, kLto = 8 };

inline constexpr uint64_t kFlag64Bit = 0x1;
inline constexpr uint64_t kFlagLinux = 0x10;
inline constexpr uint64_t kFlagLz4 = 0x2000;               // a raw LZ4 block
inline constexpr uint64_t kFlagZstd = 0x8000;              // a zstd frame
inline constexpr uint64_t kFlagArchSpecific = 0x100000;    // compute_NNa
inline constexpr uint64_t kFlagFamilySpecific = 0x200000;  // compute_NNf

// Nothing larger is believed: the largest PTX text known in the field has 40 MB, the largest fatbin 60 MB.
inline constexpr uint64_t kMaxTextBytes = uint64_t{512} << 20;
inline constexpr uint64_t kMaxFatbinBytes = uint64_t{4} << 30;

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_FATBIN_FORMAT_H_

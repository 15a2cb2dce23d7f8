// Crafted images for the fatbin tests, and memory that faults when it is read beyond its end.
#ifndef TESTS_COMPILER_FATBIN_IMAGES_H_
#define TESTS_COMPILER_FATBIN_IMAGES_H_

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/fatbin/fatbin_format.h"

namespace culvert::compiler::fatbin {

// A copy of `bytes` that ends at an inaccessible page.
class GuardedBytes {
 public:
  explicit GuardedBytes(std::string_view bytes) {
    const size_t page = 4096, pages = (bytes.size() + page - 1) / page;
    mapped_ = (pages + 1) * page;
    base_ = static_cast<char*>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_ + pages * page, page, PROT_NONE) != 0) std::abort();
    data_ = base_ + pages * page - bytes.size();
    std::memcpy(data_, bytes.data(), bytes.size());
  }
  ~GuardedBytes() { munmap(base_, mapped_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;
  const char* data() const { return data_; }

 private:
  char* base_;
  char* data_;
  size_t mapped_;
};

inline std::string Ptx(unsigned arch, const std::string& body = "") {
  return "//\n.version 7.8\n.target sm_" + std::to_string(arch) + "\n.address_size 64\n" + body;
}

template <typename T>
std::string Raw(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

// An entry as a compiler writes it; tests change fields of `layout` before or bytes after.
struct CraftedEntry {
  EntryLayout layout{.kind = 1,
                     .version = kEntryVersion,
                     .header_bytes = sizeof(EntryLayout),
                     .minor = 8,
                     .major = 7,
                     .arch = 80,
                     .flags = kFlag64Bit | kFlagLinux};
  std::string strings;  // between header and payload
  std::string payload;

  CraftedEntry(EntryKind kind, uint32_t arch, std::string bytes) : payload(std::move(bytes)) {
    layout.kind = static_cast<uint16_t>(kind);
    layout.arch = arch;
    payload.resize((payload.size() + 7) / 8 * 8, '\0');
    layout.payload_bytes = payload.size();
  }
  std::string Bytes() const { return Raw(layout) + strings + payload; }
};

inline std::string Fatbin(const std::string& entries) {
  return Raw(FatbinHeaderLayout{kFatbinMagic, kFatbinVersion, sizeof(FatbinHeaderLayout), entries.size()}) + entries;
}

inline std::string PtxEntry(uint32_t arch, const std::string& text, uint64_t more_flags = 0) {
  CraftedEntry entry(EntryKind::kPtx, arch, text + '\0');
  entry.layout.flags |= more_flags;
  return entry.Bytes();
}
inline std::string ElfEntry(uint32_t arch) {
  return CraftedEntry(EntryKind::kElf, arch,
                      "\x7f"
                      "ELF....")
      .Bytes();
}

// A 64-byte ELF header for `machine`; `flags` carries the architecture.
inline std::string ElfHeader(uint16_t machine, uint8_t abi_version, uint32_t flags) {
  std::string header(64, '\0');
  header.replace(0, 5,
                 "\x7f"
                 "ELF\x02");
  header[8] = static_cast<char>(abi_version);
  std::memcpy(header.data() + 18, &machine, 2);
  std::memcpy(header.data() + 48, &flags, 4);
  return header;
}

}  // namespace culvert::compiler::fatbin

#endif  // TESTS_COMPILER_FATBIN_IMAGES_H_

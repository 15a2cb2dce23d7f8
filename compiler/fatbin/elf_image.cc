#include "compiler/fatbin/elf_image.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_format.h"
#include "include/culvert/error.h"

namespace culvert::compiler::fatbin {
namespace {

// Offsets of the ELF header (gABI, "ELF Header", 64-bit) and the CUDA values (LLVM's public BinaryFormat/ELF.h).
constexpr size_t kClassOffset = 4, kAbiVersionOffset = 8, kMachineOffset = 18, kFlagsOffset = 48;
constexpr uint8_t kClass64 = 2;
constexpr uint16_t kMachineCuda = 190;
// From this ABI version on the architecture is in the second byte of the flags, before in the first.
constexpr uint8_t kAbiVersionShifted = 8;

template <typename T>
T Load(std::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

}  // namespace

std::string RebuildAdvice(unsigned arch) {
  return absl::StrFormat(
      "rebuild with PTX, for example nvcc -gencode arch=compute_%u,code=compute_%u, or with culvert cc", arch, arch);
}

absl::Status RefuseElf(std::string_view header) {
  if (header.size() < kElfHeaderBytes) {
    return Error(ErrorKind::kInvalidImage, "ELF image of %u bytes is shorter than its header", header.size());
  }
  const auto machine = Load<uint16_t>(header, kMachineOffset);
  if (static_cast<uint8_t>(header[kClassOffset]) != kClass64 || machine != kMachineCuda) {
    return Error(ErrorKind::kInvalidImage, "ELF file for machine %u holds no device code", machine);
  }
  const auto flags = Load<uint32_t>(header, kFlagsOffset);
  const bool shifted = static_cast<uint8_t>(header[kAbiVersionOffset]) >= kAbiVersionShifted;
  const unsigned arch = shifted ? (flags >> 8) & 0xFF : flags & 0xFF;
  return Error(ErrorKind::kNoBinaryForDevice,
               "the image is machine code for sm_%u without PTX; only that GPU executes it: %s", arch,
               RebuildAdvice(arch));
}

}  // namespace culvert::compiler::fatbin

// Any bytes as an image: choosing its PTX must neither read past the end nor decompress without bound.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "compiler/compiler.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint32_t kWrapperMagic = 0x466243b1;  // holds a pointer: not a self-contained image
  uint32_t magic = 0;
  if (size >= sizeof magic) memcpy(&magic, data, sizeof magic);
  if (magic == kWrapperMagic) return 0;
  // A copy of exactly this size, so that reads past the end are seen; images are 8-byte aligned.
  std::unique_ptr<uint8_t[]> copy(new uint8_t[size]);
  if (size != 0) memcpy(copy.get(), data, size);
  if (size != 0) (void)culvert::compiler::SelectImage(copy.get(), size, 121);
  return 0;
}

#include "tools/culvert/fatbin_file.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace culvert::tools {
namespace {

constexpr uint32_t kMagic = 0xBA55ED50;
constexpr uint16_t kHeaderBytes = 16;
constexpr uint32_t kEntryHeaderBytes = 64;
constexpr uint64_t kFlags64BitLinux = 0x11;

template <typename T>
void Put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void AppendEntry(std::string& out, const PtxImage& image) {
  unsigned major = 0, minor = 0;
  const size_t version = image.text.find(".version");
  if (version != std::string::npos) std::sscanf(image.text.c_str() + version, ".version %u.%u", &major, &minor);

  std::string payload = image.text;
  payload.push_back('\0');  // counted in the size
  payload.resize((payload.size() + 7) / 8 * 8, '\0');
  Put<uint16_t>(out, 1);  // kind: PTX
  Put<uint16_t>(out, 0x0101);
  Put<uint32_t>(out, kEntryHeaderBytes);
  Put<uint64_t>(out, payload.size());
  Put<uint32_t>(out, 0);  // compressed size
  Put<uint32_t>(out, 0);  // options
  Put<uint16_t>(out, static_cast<uint16_t>(minor));
  Put<uint16_t>(out, static_cast<uint16_t>(major));
  Put<uint32_t>(out, static_cast<uint32_t>(image.architecture));
  Put<uint32_t>(out, 0);  // source name
  Put<uint32_t>(out, 0);
  Put<uint64_t>(out, kFlags64BitLinux);
  Put<uint64_t>(out, 0);
  Put<uint64_t>(out, 0);  // uncompressed size
  out += payload;
}

}  // namespace

std::string MakeFatbin(const std::vector<PtxImage>& images) {
  std::string entries;
  for (const PtxImage& image : images) AppendEntry(entries, image);
  std::string fatbin;
  Put<uint32_t>(fatbin, kMagic);
  Put<uint16_t>(fatbin, 1);
  Put<uint16_t>(fatbin, kHeaderBytes);
  Put<uint64_t>(fatbin, entries.size());
  return fatbin + entries;
}

}  // namespace culvert::tools

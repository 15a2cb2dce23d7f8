#include "compiler/fatbin/fatbin_writer.h"

#include <cstdio>
#include <string_view>
#include <utility>

#include "compiler/fatbin/fatbin_format.h"
#include "include/culvert/error.h"
#include "lz4hc.h"
#include "zstd.h"

namespace culvert::compiler::fatbin {
namespace {

constexpr int kZstdLevel = 9;

template <typename T>
void Append(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void PadTo8(std::string& bytes) { bytes.resize((bytes.size() + 7) / 8 * 8, '\0'); }

absl::StatusOr<std::string> Compress(std::string_view text, Compression compression) {
  std::string out;
  if (compression == Compression::kLz4) {
    out.resize(static_cast<size_t>(LZ4_compressBound(static_cast<int>(text.size()))));
    const int written = LZ4_compress_HC(text.data(), out.data(), static_cast<int>(text.size()),
                                        static_cast<int>(out.size()), LZ4HC_CLEVEL_DEFAULT);
    if (written <= 0) return Error(ErrorKind::kInvalidPtx, "LZ4 could not compress %u bytes", text.size());
    out.resize(static_cast<size_t>(written));
  } else {
    out.resize(ZSTD_compressBound(text.size()));
    const size_t written = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), kZstdLevel);
    if (ZSTD_isError(written)) return Error(ErrorKind::kInvalidPtx, "zstd: %s", ZSTD_getErrorName(written));
    out.resize(written);
  }
  return out;
}

absl::Status AppendEntry(const PtxImage& image, Compression compression, std::string& out) {
  if (image.text.find('\0') != std::string::npos || image.text.size() >= kMaxTextBytes) {
    return Error(ErrorKind::kInvalidPtx, "PTX of %u bytes is too long or has NUL bytes", image.text.size());
  }
  unsigned major = image.version / 10, minor = image.version % 10;
  if (image.version == 0) {
    const size_t version = image.text.find(".version");
    if (version == std::string::npos ||
        std::sscanf(image.text.c_str() + version, ".version %u.%u", &major, &minor) != 2) {
      return Error(ErrorKind::kInvalidPtx, "PTX without a .version line");
    }
  }
  const std::string_view with_nul(image.text.c_str(), image.text.size() + 1);  // the NUL is counted
  std::string payload(with_nul);
  EntryLayout layout{.kind = static_cast<uint16_t>(EntryKind::kPtx),
                     .version = kEntryVersion,
                     .minor = static_cast<uint16_t>(minor),
                     .major = static_cast<uint16_t>(major),
                     .arch = image.arch,
                     .flags = kFlag64Bit | kFlagLinux};
  if (compression != Compression::kNone) {
    CULVERT_ASSIGN_OR_RETURN(payload, Compress(with_nul, compression));
    layout.flags |= compression == Compression::kLz4 ? kFlagLz4 : kFlagZstd;
    layout.compressed_bytes = static_cast<uint32_t>(payload.size());
    layout.uncompressed_bytes = with_nul.size();
  }
  PadTo8(payload);
  std::string name;
  if (!image.name.empty()) {
    name = image.name;
    layout.name_offset = sizeof(EntryLayout);
    layout.name_bytes = static_cast<uint32_t>(name.size());
    PadTo8(name);
  }
  layout.header_bytes = static_cast<uint32_t>(sizeof(EntryLayout) + name.size());
  layout.payload_bytes = payload.size();
  Append(out, layout);
  out += name;
  out += payload;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> WriteFatbin(const std::vector<PtxImage>& images, Compression compression, uint32_t magic) {
  std::string entries;
  for (const PtxImage& image : images) CULVERT_RETURN_IF_ERROR(AppendEntry(image, compression, entries));
  std::string fatbin;
  Append(fatbin, FatbinHeaderLayout{.magic = magic,
                                    .version = kFatbinVersion,
                                    .header_bytes = sizeof(FatbinHeaderLayout),
                                    .entries_bytes = entries.size()});
  return fatbin + entries;
}

}  // namespace culvert::compiler::fatbin

#include "compiler/fatbin/decompress.h"

#include <limits>

#include "compiler/fatbin/fatbin_format.h"
#include "include/culvert/error.h"
#include "lz4.h"
#include "zstd.h"

namespace culvert::compiler::fatbin {
namespace {

// A length byte of LZ4 adds at most 255 bytes of output.
constexpr uint64_t kLz4Reach = 255;
// The densest zstd block: 4 bytes (header and one byte, repeated) for 128 KiB.
constexpr uint64_t kZstdReach = 32768;

absl::Status CheckSize(const char* method, uint64_t compressed_bytes, uint64_t uncompressed_bytes, uint64_t reach) {
  if (uncompressed_bytes > kMaxTextBytes) {
    return Error(ErrorKind::kInvalidImage, "%s payload claims %u bytes uncompressed; the limit is %u", method,
                 uncompressed_bytes, kMaxTextBytes);
  }
  if (uncompressed_bytes > compressed_bytes * reach) {
    return Error(ErrorKind::kInvalidImage, "%s payload of %u bytes claims %u bytes uncompressed, more than it can hold",
                 method, compressed_bytes, uncompressed_bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> DecompressLz4(std::string_view compressed, uint64_t uncompressed_bytes) {
  CULVERT_RETURN_IF_ERROR(CheckSize("LZ4", compressed.size(), uncompressed_bytes, kLz4Reach));
  if (compressed.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return Error(ErrorKind::kInvalidImage, "LZ4 payload of %u bytes is larger than a block can be", compressed.size());
  }
  std::string text(uncompressed_bytes, '\0');
  const int written = LZ4_decompress_safe(compressed.data(), text.data(), static_cast<int>(compressed.size()),
                                          static_cast<int>(text.size()));
  if (written < 0) return Error(ErrorKind::kInvalidImage, "LZ4 payload is corrupt");
  if (static_cast<uint64_t>(written) != uncompressed_bytes) {
    return Error(ErrorKind::kInvalidImage, "LZ4 payload gives %d bytes, the entry says %u", written,
                 uncompressed_bytes);
  }
  return text;
}

absl::StatusOr<std::string> DecompressZstd(std::string_view compressed, uint64_t uncompressed_bytes) {
  CULVERT_RETURN_IF_ERROR(CheckSize("zstd", compressed.size(), uncompressed_bytes, kZstdReach));
  const unsigned long long named = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (named == ZSTD_CONTENTSIZE_ERROR) return Error(ErrorKind::kInvalidImage, "zstd payload has no frame header");
  if (named != ZSTD_CONTENTSIZE_UNKNOWN && named != uncompressed_bytes) {
    return Error(ErrorKind::kInvalidImage, "zstd frame holds %u bytes, the entry says %u", uint64_t{named},
                 uncompressed_bytes);
  }
  std::string text(uncompressed_bytes, '\0');
  const size_t written = ZSTD_decompress(text.data(), text.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(written)) {
    return Error(ErrorKind::kInvalidImage, "zstd payload is corrupt: %s", ZSTD_getErrorName(written));
  }
  if (written != uncompressed_bytes) {
    return Error(ErrorKind::kInvalidImage, "zstd payload gives %u bytes, the entry says %u", written,
                 uncompressed_bytes);
  }
  return text;
}

}  // namespace culvert::compiler::fatbin

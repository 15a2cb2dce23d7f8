// The two compressions of fatbin payloads, bounded by the size the container names.
#ifndef CULVERT_COMPILER_FATBIN_DECOMPRESS_H_
#define CULVERT_COMPILER_FATBIN_DECOMPRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace culvert::compiler::fatbin {

// One raw LZ4 block (no frame). kInvalidImage unless it gives exactly `uncompressed_bytes`, or when that size is more
// than the format can reach from the input (255 times): nothing is allocated then.
absl::StatusOr<std::string> DecompressLz4(std::string_view compressed, uint64_t uncompressed_bytes);

// One zstd frame (RFC 8878). kInvalidImage as above; a frame reaches at most 32768 times its size.
absl::StatusOr<std::string> DecompressZstd(std::string_view compressed, uint64_t uncompressed_bytes);

}  // namespace culvert::compiler::fatbin

#endif  // CULVERT_COMPILER_FATBIN_DECOMPRESS_H_

// Answers of a device to instruction-set cases, with everything needed to ask another device the same: an answer holds
// its case's PTX, launch and buffers, so it stays good when the cases change.
//
// File: one zstd frame around "CULVANS1", the device's description, the number of answers, then the answers; strings
// and byte vectors are a 32-bit length and the bytes, little endian.
#ifndef CULVERT_TESTS_GOLDEN_ARCHIVE_H_
#define CULVERT_TESTS_GOLDEN_ARCHIVE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/isa/case.h"

namespace culvert::golden {

struct Answer {
  isa::Case test;  // as it was run: without check and expected_fault
  std::vector<isa::Bytes> after;
};

struct Archive {
  std::string device;  // "NVIDIA H100 80GB HBM3, compute 9.0, driver 13.0"
  std::vector<Answer> answers;
};

// Both name the path in their errors.
absl::Status WriteArchive(const std::string& path, const Archive& archive);
// A damaged file, or one that claims more than 1 GiB, is an error.
absl::StatusOr<Archive> ReadArchive(const std::string& path);

// What WriteArchive stores, before compression, and back.
std::string Serialize(const Archive& archive);
absl::StatusOr<Archive> Parse(std::string_view bytes);

}  // namespace culvert::golden

#endif  // CULVERT_TESTS_GOLDEN_ARCHIVE_H_

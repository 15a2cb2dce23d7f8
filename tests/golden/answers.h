// Golden answers: what a real GPU computed for the instruction-set cases, one short line a case.
//
//   # device NVIDIA H100 80GB HBM3, capability 9.0, driver 13000
//   add.rn.f32/registers 4f1c2a9be07d3355
//   cvt.rs.f16x2.f32/registers unsupported
//
// The number is a hash over the contents of all buffers after the kernel. "unsupported": the driver refused the module,
// because the instruction is newer than the device. "fault": the kernel ended with an error.
#ifndef CULVERT_TESTS_GOLDEN_ANSWERS_H_
#define CULVERT_TESTS_GOLDEN_ANSWERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/isa/case.h"

namespace culvert::golden {

// Every case whose result the ISA fixes: value instances on edge and random operands, and the machine cases.
void ForEachCase(const std::function<void(const isa::Case&)>& visit);

uint64_t HashOf(const std::vector<isa::Bytes>& buffers);  // FNV-1a, also over the lengths
std::string Text(uint64_t hash);                          // 16 hexadecimal digits

struct Answers {
  std::string header;                        // the comment line
  std::map<std::string, std::string> lines;  // case -> hash, "unsupported" or "fault"
};
// A file as `tools/record_golden` writes it. Lines that are not of this form are an error: false.
bool Read(const std::string& path, Answers* answers);

}  // namespace culvert::golden

#endif  // CULVERT_TESTS_GOLDEN_ANSWERS_H_

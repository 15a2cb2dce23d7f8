// What the machine cases share: pieces of PTX and of expected values.
#ifndef CULVERT_TESTS_ISA_CASES_KERNEL_TEXT_H_
#define CULVERT_TESTS_ISA_CASES_KERNEL_TEXT_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/isa/case.h"
#include "tests/isa/harness/instances.h"

namespace culvert::isa {

// The rows of a mnemonic that are executed.
std::vector<const ptx::InstructionRow*> RowsNamed(std::string_view mnemonic);
// ".shared::cta" is among the modifiers of "ld.shared::cta.u32".
bool HasModifier(std::string_view opcode, std::string_view modifier);

// A memory type as its last modifier says: "ld.global.v2.s16" -> {16, signed}.
struct Element {
  std::string type;  // "s16"
  uint32_t bits = 0;
  bool is_signed = false, is_float = false;
  uint32_t count = 1;  // .v2, .v4, .v8
  uint32_t bytes() const { return bits / 8 * count; }
};
Element ElementOf(const std::string& opcode);

// The frame of a kernel over `buffers` buffers. %r30 = index of the thread in the grid (x only), %r29 = %tid.x,
// %r31 = %laneid; %d<i> for i < buffers = address of buffer i. Registers: %p<16> %h<32> %r<64> %d<64> %q<8> %f<16>
// %g<16> (f64). `parameters`: text of further parameters, with a comma before each.
std::string Kernel(int buffers, const std::string& body, const std::string& module_scope = "",
                   const std::string& header = ModuleHeader(), const std::string& parameters = "");
// "  mad.wide.u32 %d<to>, %r30, stride, %d<buffer>;"
std::string ElementAddress(int to, int buffer, uint32_t stride);
std::string Number(uint64_t value);

template <typename T>
Bytes BytesOf(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
template <typename T>
T ValueAt(const Bytes& bytes, size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}
Bytes RandomBytes(size_t count, uint64_t seed);

// Compares buffer `index` with what it must hold; names the first element of `element_bytes` that differs.
std::function<std::string(const std::vector<Bytes>&)> ExpectBuffer(size_t index, Bytes expected, size_t element_bytes);

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_CASES_KERNEL_TEXT_H_

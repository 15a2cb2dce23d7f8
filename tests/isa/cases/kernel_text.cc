#include "tests/isa/cases/kernel_text.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "tests/isa/harness/vectors.h"

namespace culvert::isa {

std::vector<const ptx::InstructionRow*> RowsNamed(std::string_view mnemonic) {
  std::vector<const ptx::InstructionRow*> rows;
  for (const ptx::InstructionRow& row : ptx::Rows()) {
    if (row.status == ptx::Status::kRun && ptx::OpcodeName(row.opcode) == mnemonic) rows.push_back(&row);
  }
  return rows;
}

bool HasModifier(std::string_view opcode, std::string_view modifier) {
  size_t at = opcode.find(modifier);
  return at != std::string_view::npos && (at + modifier.size() == opcode.size() || opcode[at + modifier.size()] == '.');
}

struct Element ElementOf(const std::string& opcode) {
  struct Element element;
  element.type = opcode.substr(opcode.rfind('.') + 1);
  element.is_signed = element.type[0] == 's';
  element.is_float = element.type[0] == 'f' || element.type.starts_with("bf");
  bool packed = element.type.ends_with("x2");
  element.bits = static_cast<uint32_t>(std::stoul(element.type.substr(element.type.find_first_of("0123456789")))) *
                 (packed ? 2 : 1);
  for (uint32_t count : {2u, 4u, 8u}) {
    if (HasModifier(opcode, ".v" + std::to_string(count))) element.count = count;
  }
  return element;
}

std::string Kernel(int buffers, const std::string& body, const std::string& module_scope, const std::string& header,
                   const std::string& parameters) {
  std::string addresses, loads;
  for (int i = 0; i < buffers; ++i) {
    std::string n = std::to_string(i);
    addresses += (i == 0 ? ".param .u64 b" : ", .param .u64 b") + n;
    loads += "  ld.param.u64 %d" + n + ", [b" + n + "];\n";
  }
  return header + module_scope + ".visible .entry kernel(" + addresses + parameters +
         ") {\n"
         "  .reg .pred %p<16>; .reg .b16 %h<32>; .reg .b32 %r<64>; .reg .b64 %d<64>;\n"
         "  .reg .f32 %f<16>; .reg .f64 %g<16>;\n" +
         (header == ModuleHeader() ? "  .reg .b128 %q<8>;\n" : "") +
         "  mov.u32 %r28, %ctaid.x;\n  mov.u32 %r27, %ntid.x;\n  mov.u32 %r29, %tid.x;\n  mov.u32 %r31, %laneid;\n"
         "  mad.lo.u32 %r30, %r28, %r27, %r29;\n" +
         loads + body + "DONE:\n  ret;\n}\n";
}

std::string ElementAddress(int to, int buffer, uint32_t stride) {
  return "  mad.wide.u32 %d" + std::to_string(to) + ", %r30, " + std::to_string(stride) + ", %d" +
         std::to_string(buffer) + ";\n";
}

std::string Number(uint64_t value) { return std::to_string(value); }

Bytes RandomBytes(size_t count, uint64_t seed) {
  Random random(seed);
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Next());
  return bytes;
}

std::function<std::string(const std::vector<Bytes>&)> ExpectBuffer(size_t index, Bytes expected, size_t element_bytes) {
  return [index, expected = std::move(expected), element_bytes](const std::vector<Bytes>& after) -> std::string {
    const Bytes& got = after[index];
    if (got == expected) return "";
    auto difference = std::mismatch(got.begin(), got.end(), expected.begin(), expected.end());
    size_t element = static_cast<size_t>(difference.first - got.begin()) / element_bytes;
    std::string text = "element " + std::to_string(element) + " of buffer " + std::to_string(index) + " is";
    for (const Bytes* bytes : {&got, &expected}) {
      char byte[8];
      text += bytes == &got ? " 0x" : ", expected 0x";
      for (size_t i = element_bytes; i-- > 0;) {
        if (element * element_bytes + i >= bytes->size()) continue;
        std::snprintf(byte, sizeof(byte), "%02x", (*bytes)[element * element_bytes + i]);
        text += byte;
      }
    }
    return text;
  };
}

}  // namespace culvert::isa

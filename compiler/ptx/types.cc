// Names and sizes of the PTX types and mnemonics (PTX ISA, "Fundamental Types", "Alternate Floating-Point Data
// Formats").
#include "compiler/ptx/ast.h"

namespace culvert::ptx {
namespace {

enum class Class : uint8_t { kOther, kBits, kUnsigned, kSigned, kFloat };
struct TypeInfo {
  std::string_view name;
  uint8_t bytes;
  Class type_class;
};

// In the order of enum Type.
constexpr TypeInfo kTypes[] = {
    {"", 0, Class::kOther},           {"pred", 0, Class::kOther},       {"b8", 1, Class::kBits},
    {"b16", 2, Class::kBits},         {"b32", 4, Class::kBits},         {"b64", 8, Class::kBits},
    {"b128", 16, Class::kBits},       {"u8", 1, Class::kUnsigned},      {"u16", 2, Class::kUnsigned},
    {"u32", 4, Class::kUnsigned},     {"u64", 8, Class::kUnsigned},     {"s8", 1, Class::kSigned},
    {"s16", 2, Class::kSigned},       {"s32", 4, Class::kSigned},       {"s64", 8, Class::kSigned},
    {"f16", 2, Class::kFloat},        {"f16x2", 4, Class::kFloat},      {"bf16", 2, Class::kFloat},
    {"bf16x2", 4, Class::kFloat},     {"tf32", 4, Class::kFloat},       {"f32", 4, Class::kFloat},
    {"f32x2", 8, Class::kFloat},      {"f64", 8, Class::kFloat},        {"u16x2", 4, Class::kUnsigned},
    {"s16x2", 4, Class::kSigned},     {"u8x4", 4, Class::kUnsigned},    {"s8x4", 4, Class::kSigned},
    {"e4m3", 1, Class::kFloat},       {"e5m2", 1, Class::kFloat},       {"e4m3x2", 2, Class::kFloat},
    {"e5m2x2", 2, Class::kFloat},     {"e2m1x2", 1, Class::kFloat},     {"e2m3x2", 2, Class::kFloat},
    {"e3m2x2", 2, Class::kFloat},     {"ue8m0x2", 2, Class::kFloat},    {"e4m3x4", 4, Class::kFloat},
    {"e5m2x4", 4, Class::kFloat},     {"e2m1x4", 2, Class::kFloat},     {"e2m3x4", 4, Class::kFloat},
    {"e3m2x4", 4, Class::kFloat},     {"u2", 1, Class::kUnsigned},      {"s2", 1, Class::kSigned},
    {"u4", 1, Class::kUnsigned},      {"s4", 1, Class::kSigned},        {"b1", 1, Class::kBits},
    {"e2m1", 1, Class::kFloat},       {"e2m3", 1, Class::kFloat},       {"e3m2", 1, Class::kFloat},
    {"b6x16_p32", 16, Class::kOther}, {"b4x16", 8, Class::kOther},      {"b4x16_p64", 16, Class::kOther},
    {"texref", 0, Class::kOther},     {"samplerref", 0, Class::kOther}, {"surfref", 0, Class::kOther},
};
static_assert(std::size(kTypes) == static_cast<size_t>(Type::kSurfref) + 1);

constexpr const TypeInfo& Info(Type type) { return kTypes[static_cast<size_t>(type)]; }

constexpr std::string_view kOpcodeNames[] = {
#define CULVERT_OPCODE(name, text) text,
#include "compiler/ptx/opcodes.def"
#undef CULVERT_OPCODE
};

}  // namespace

uint32_t TypeBytes(Type type) { return Info(type).bytes; }
bool IsFloat(Type type) { return Info(type).type_class == Class::kFloat; }
bool IsSigned(Type type) { return Info(type).type_class == Class::kSigned; }
std::string_view TypeName(Type type) { return Info(type).name; }
std::string_view OpcodeName(Opcode opcode) { return kOpcodeNames[static_cast<size_t>(opcode)]; }

}  // namespace culvert::ptx

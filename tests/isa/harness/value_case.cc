#include "tests/isa/harness/value_case.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "tests/isa/harness/vectors.h"

namespace culvert::isa {
namespace {

using ptx::OperandPair;
using ptx::OperandSpec;
using Sources = std::vector<std::vector<uint64_t>>;

constexpr size_t kChunk = 1024;                 // lanes per call of the reference
constexpr uint64_t kKept = 0x5aa5c33c96699669;  // what destinations hold before

bool IsSigned(Ty type) { return type == Ty::kS8 || type == Ty::kS16 || type == Ty::kS32 || type == Ty::kS64; }
bool IsInteger(Ty type) {
  return IsSigned(type) || type == Ty::kU8 || type == Ty::kU16 || type == Ty::kU32 || type == Ty::kU64 ||
         type == Ty::kB8 || type == Ty::kB16 || type == Ty::kB32 || type == Ty::kB64;
}

// One operand in the kernel: its register and how it lies in memory.
struct Place {
  Ty type = Ty::kB32;
  int register_bits = 32;  // 1: predicate
  std::string name;
  int memory_bytes() const { return register_bits == 1 ? 1 : register_bits / 8; }
};

int RegisterBits(Ty type, bool wide) {
  int bits = BitsOf(type);
  if (bits == 1) return 1;
  if (wide && IsInteger(type)) return 64;
  return bits == 8 ? 32 : bits;
}
std::string RegisterName(int bits, int number) {
  const char* kind = bits == 1 ? "%p" : bits == 16 ? "%h" : bits == 32 ? "%r" : "%d";
  return kind + std::to_string(number);
}

// What a register holds after a result of `type` was written: extended to the register (PTX ISA, "Operand Size
// Exceeding Instruction-Type Size").
uint64_t Extended(Ty type, int register_bits, uint64_t value) {
  int bits = BitsOf(type);
  if (bits == 1 || bits >= register_bits) return value;
  if (IsSigned(type) && (value >> (bits - 1) & 1) != 0) value |= ~MaskOf(bits);
  return value & MaskOf(register_bits);
}

std::string Constant(Ty type, uint64_t value) {
  char text[32];
  if (type == Ty::kF32) {
    std::snprintf(text, sizeof(text), "0f%08" PRIX64, value);
  } else if (type == Ty::kF64) {
    std::snprintf(text, sizeof(text), "0d%016" PRIX64, value);
  } else if (IsSigned(type)) {
    auto extended = static_cast<int64_t>(Extended(type, 64, value));
    if (extended == INT64_MIN) return "0x8000000000000000";
    std::snprintf(text, sizeof(text), "%" PRId64, extended);
  } else {
    std::snprintf(text, sizeof(text), "0x%" PRIx64, value);
  }
  return text;
}

uint64_t Load(const Bytes& buffer, size_t lane, int bytes) {
  uint64_t value = 0;
  std::memcpy(&value, buffer.data() + lane * static_cast<size_t>(bytes), static_cast<size_t>(bytes));
  return value;
}

// The loops over many lanes, one per element size, so that they are vectorised.
template <typename T>
void NarrowTo(const uint64_t* values, size_t count, uint8_t* out) {
  for (size_t i = 0; i < count; ++i) {
    T value = static_cast<T>(values[i]);
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
  }
}
void Narrow(const uint64_t* values, size_t count, int bytes, uint8_t* out) {
  if (bytes == 1) NarrowTo<uint8_t>(values, count, out);
  if (bytes == 2) NarrowTo<uint16_t>(values, count, out);
  if (bytes == 4) NarrowTo<uint32_t>(values, count, out);
  if (bytes == 8) NarrowTo<uint64_t>(values, count, out);
}
template <typename T>
bool EqualAs(const uint64_t* expected, size_t count, const uint8_t* got) {
  uint64_t difference = 0;
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, got + i * sizeof(T), sizeof(T));
    difference |= expected[i] ^ value;
  }
  return difference == 0;
}
bool Equal(const uint64_t* expected, size_t count, int bytes, const uint8_t* got) {
  if (bytes == 1) return EqualAs<uint8_t>(expected, count, got);
  if (bytes == 2) return EqualAs<uint16_t>(expected, count, got);
  if (bytes == 4) return EqualAs<uint32_t>(expected, count, got);
  return EqualAs<uint64_t>(expected, count, got);
}

bool GuardHolds(size_t lane) { return (lane & 5) != 4; }

// Everything about a value case but its data.
struct Layout {
  std::vector<Place> sources, results;
  std::vector<bool> constant;  // per source
  bool carry_in = false, carry_out = false;
  bool carry_kept = false;  // read but not written: the last of `results` shows that it is still there
  bool pair = false;        // two destinations are written
  std::string statement;
};

bool IsConstant(const Evaluator& evaluator, const ValueForm& form, size_t source) {
  return (evaluator.constant_sources >> source & 1) != 0 ||
         (form.kind == ValueForm::kConstant && static_cast<size_t>(form.which) == source);
}

Layout MakeLayout(const Instance& instance, const Evaluator& evaluator, const ValueForm& form, const Sources& values) {
  Layout layout;
  bool wide = form.kind == ValueForm::kWide;
  std::vector<const OperandSpec*> specs;
  size_t explicit_sources = 0;
  for (Ty type : evaluator.sources) explicit_sources += type != Ty::kCarry;
  for (const OperandSpec& spec : instance.row->specs) {
    if (!spec.destination && !spec.optional) specs.push_back(&spec);
  }
  for (const OperandSpec& spec : instance.row->specs) {
    if (!spec.destination && spec.optional && specs.size() < explicit_sources) specs.push_back(&spec);
  }
  const OperandSpec& destination = instance.row->specs[0];
  layout.carry_in = !evaluator.sources.empty() && evaluator.sources.back() == Ty::kCarry;
  layout.carry_out = evaluator.results.back() == Ty::kCarry;
  layout.pair = destination.pair == OperandPair::kRequired ||
                (destination.pair == OperandPair::kOptional && form.kind != ValueForm::kSingle);

  std::string operands;
  int number = 1;
  for (size_t i = 0; i < evaluator.sources.size(); ++i) {
    Place place{.type = evaluator.sources[i]};
    bool relaxed = i < specs.size() && specs[i]->relaxed;
    place.register_bits = RegisterBits(place.type, wide && relaxed);
    place.name = RegisterName(place.register_bits, number++);
    layout.constant.push_back(IsConstant(evaluator, form, i));
    if (place.type != Ty::kCarry) {
      bool negated = form.kind == ValueForm::kNegated && static_cast<size_t>(form.which) == i;
      operands += negated ? ", !" : ", ";
      operands += layout.constant[i] ? Constant(place.type, values[i][0]) : place.name;
    }
    layout.sources.push_back(place);
  }
  for (size_t j = 0; j < evaluator.results.size(); ++j) {
    Place place{.type = evaluator.results[j]};
    place.register_bits = RegisterBits(place.type, wide && destination.relaxed && j == 0);
    place.name = RegisterName(place.register_bits, number++);
    if (j == 0 && form.kind == ValueForm::kAlias) place.name = layout.sources[static_cast<size_t>(form.which)].name;
    if (j == 1 && place.type != Ty::kCarry && !layout.pair) break;
    layout.results.push_back(place);
  }
  layout.carry_kept = layout.carry_in && !layout.carry_out;
  if (layout.carry_kept) {
    layout.results.push_back({.type = Ty::kCarry, .register_bits = 1, .name = RegisterName(1, number)});
  }
  std::string guard = form.kind == ValueForm::kPredicated ? "@%p15 " : "";
  layout.statement = "  " + guard + instance.opcode + " " + layout.results[0].name;
  bool sink = form.kind == ValueForm::kSink;
  if (layout.pair) layout.statement += "|" + (sink ? "_" : layout.results[1].name);
  if (sink) layout.results.pop_back();
  layout.statement += operands + ";  //!\n";
  return layout;
}

std::string ElementAddress(size_t buffer, int bytes) {
  return "  ld.param.u64 %d30, [b" + std::to_string(buffer) + "];\n  mad.wide.u32 %d30, %r30, " +
         std::to_string(bytes) + ", %d30;\n";
}

std::string LoadText(const Place& place, size_t buffer) {
  std::string text = ElementAddress(buffer, place.memory_bytes());
  if (place.register_bits == 1) {
    return text + "  ld.global.u8 %r31, [%d30];\n  setp.ne.u32 " + place.name + ", %r31, 0;\n";
  }
  return text + "  ld.global.b" + std::to_string(place.register_bits) + " " + place.name + ", [%d30];\n";
}

std::string StoreText(const Place& place, size_t buffer) {
  std::string text = ElementAddress(buffer, place.memory_bytes());
  if (place.register_bits == 1) {
    return text + "  selp.u32 %r31, 1, 0, " + place.name + ";\n  st.global.u8 [%d30], %r31;\n";
  }
  return text + "  st.global.b" + std::to_string(place.register_bits) + " [%d30], " + place.name + ";\n";
}

std::string PresetText(const Place& place) {
  if (place.register_bits == 1) return "  setp.ne.u32 " + place.name + ", 1, 1;\n";
  char value[32];
  std::snprintf(value, sizeof(value), "0x%" PRIx64, kKept & MaskOf(place.register_bits));
  return "  mov.b" + std::to_string(place.register_bits) + " " + place.name + ", " + value + ";\n";
}

std::string KernelText(const Layout& layout, const ValueForm& form) {
  std::string parameters, body;
  size_t buffers = 0;
  for (size_t i = 0; i < layout.sources.size(); ++i) {
    if (!layout.constant[i]) body += LoadText(layout.sources[i], buffers++);
  }
  for (const Place& place : layout.results) {
    if (form.kind == ValueForm::kPredicated) body += PresetText(place);
  }
  if (form.kind == ValueForm::kPredicated) body += "  and.b32 %r31, %r30, 5;\n  setp.ne.u32 %p15, %r31, 4;\n";
  if (layout.carry_in) {
    body += "  selp.u32 %r31, 1, 0, " + layout.sources.back().name + ";\n  add.cc.u32 %r31, %r31, 0xffffffff;\n";
  }
  body += layout.statement;
  if (layout.carry_out || layout.carry_kept) {
    body += "  addc.u32 %r31, 0, 0;\n  setp.ne.u32 " + layout.results.back().name + ", %r31, 0;\n";
  }
  for (const Place& place : layout.results) body += StoreText(place, buffers++);
  for (size_t i = 0; i < buffers; ++i) {
    parameters += (i == 0 ? ".param .u64 b" : ", .param .u64 b") + std::to_string(i);
  }
  return ModuleHeader() + ".visible .entry kernel(" + parameters +
         ") {\n"
         "  .reg .pred %p<16>; .reg .b16 %h<16>; .reg .b32 %r<32>; .reg .b64 %d<32>;\n"
         "  mov.u32 %r28, %ctaid.x;\n  mov.u32 %r29, %ntid.x;\n  mov.u32 %r30, %tid.x;\n"
         "  mad.lo.u32 %r30, %r28, %r29, %r30;\n" +
         body + "  ret;\n}\n";
}

// Garbage above the type, where the register is wider: instructions must not look at it.
uint64_t WithGarbage(const Place& place, uint64_t value, size_t lane) {
  if (BitsOf(place.type) == 1) return value;
  uint64_t above = MaskOf(place.register_bits) & ~MaskOf(BitsOf(place.type));
  return value | (above & (0x9e3779b97f4a7c15 * (lane + 1)));
}

std::string Describe(const Sources& sources, size_t lane) {
  std::string text = "lane " + std::to_string(lane) + ":";
  char value[32];
  for (const std::vector<uint64_t>& source : sources) {
    std::snprintf(value, sizeof(value), " 0x%" PRIx64, source[lane]);
    text += value;
  }
  return text;
}

std::string Mismatch(const Sources& sources, size_t lane, size_t result, uint64_t got, const std::string& expected) {
  char value[32];
  std::snprintf(value, sizeof(value), "0x%" PRIx64, got);
  return Describe(sources, lane) + " gives " + value + " as result " + std::to_string(result) + ", expected " +
         expected;
}

struct Checker {
  Evaluator evaluator;
  Layout layout;
  ValueForm form;
  Sources sources;
  size_t first_result_buffer = 0;
  std::shared_ptr<WorstError> worst;

  uint64_t Kept(const Place& place, size_t lane) const {
    if (place.register_bits == 1) return 0;
    return kKept & MaskOf(place.register_bits);
  }
  // One result of one lane against its expected value (exact) or its bound.
  std::string CheckExact(const std::vector<Bytes>& after) const;
  std::string CheckApproximate(const std::vector<Bytes>& after) const;
  std::string operator()(const std::vector<Bytes>& after) const {
    return evaluator.compute ? CheckExact(after) : CheckApproximate(after);
  }
};

std::string Checker::CheckExact(const std::vector<Bytes>& after) const {
  size_t count = sources[0].size();
  std::vector<uint64_t> expected[kMaxResults];
  for (auto& results : expected) results.resize(kChunk);
  for (size_t start = 0; start < count; start += kChunk) {
    Batch batch;
    batch.count = std::min(kChunk, count - start);
    for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = sources[i].data() + start;
    for (size_t j = 0; j < kMaxResults; ++j) batch.result[j] = expected[j].data();
    evaluator.compute(batch);
    if (layout.carry_kept) std::copy_n(batch.source[sources.size() - 1], batch.count, expected[1].data());
    for (size_t j = 0; j < layout.results.size(); ++j) {
      const Place& place = layout.results[j];
      const Bytes& buffer = after[first_result_buffer + j];
      bool plain = place.register_bits == BitsOf(place.type) && form.kind != ValueForm::kPredicated;
      int bytes = place.memory_bytes();
      if (plain && Equal(expected[j].data(), batch.count, bytes, buffer.data() + start * static_cast<size_t>(bytes))) {
        continue;
      }
      for (size_t i = 0; i < batch.count; ++i) {
        uint64_t want = Extended(place.type, place.register_bits, expected[j][i]);
        // An instruction that does not run leaves the carry flag of the one before.
        if (form.kind == ValueForm::kPredicated && !GuardHolds(start + i)) {
          if (place.type == Ty::kCarry) continue;
          want = Kept(place, start + i);
        }
        uint64_t got = Load(buffer, start + i, place.memory_bytes());
        if (got == want) continue;
        char text[32];
        std::snprintf(text, sizeof(text), "0x%" PRIx64, want);
        return Mismatch(sources, start + i, j, got, text);
      }
    }
  }
  return "";
}

std::string Checker::CheckApproximate(const std::vector<Bytes>& after) const {
  const Place& place = layout.results[0];
  const Accuracy& accuracy = *evaluator.accuracy;
  for (size_t lane = 0; lane < sources[0].size(); ++lane) {
    uint64_t got = Load(after[first_result_buffer], lane, place.memory_bytes());
    if (form.kind == ValueForm::kPredicated && !GuardHolds(lane)) {
      if (got != Kept(place, lane)) return Mismatch(sources, lane, 0, got, "no write");
      continue;
    }
    uint64_t lane_sources[kMaxSources] = {};
    for (size_t i = 0; i < sources.size(); ++i) lane_sources[i] = sources[i][lane];
    double error = accuracy.error(lane_sources, got);
    if (!(error <= accuracy.bound) && (accuracy.bound > 0 || !std::isfinite(error))) {
      return Mismatch(sources, lane, 0, got,
                      "an error of at most " + std::to_string(accuracy.bound) + " " + accuracy.unit + ", it is " +
                          std::to_string(error));
    }
    if (worst != nullptr && error > worst->error) {
      worst->error = error;
      worst->result = got;
      std::memcpy(worst->sources, lane_sources, sizeof(lane_sources));
    }
  }
  return "";
}

}  // namespace

std::optional<Evaluator> ReferenceOf(const std::string& opcode, const ptx::InstructionRow& row) {
  auto sources = std::count_if(row.specs.begin(), row.specs.end(),
                               [](const OperandSpec& spec) { return !spec.destination && !spec.optional; });
  return Find(opcode, static_cast<int>(sources));
}

std::string ValueForm::Name() const {
  switch (kind) {
    case kRegisters:
      return "registers";
    case kAlias:
      return "alias" + std::to_string(which);
    case kPredicated:
      return "predicated";
    case kConstant: {
      char text[48];
      std::snprintf(text, sizeof(text), "constant%d=0x%" PRIx64, which, constant);
      return text;
    }
    case kWide:
      return "wide";
    case kSingle:
      return "single";
    case kSink:
      return "sink";
    case kNegated:
      return "negated" + std::to_string(which);
  }
  return "";
}

Case MakeValueCase(const Instance& instance, const Evaluator& evaluator, const ValueForm& form, Sources sources,
                   std::shared_ptr<WorstError> worst) {
  size_t count = sources[0].size();
  for (size_t i = 0; i < sources.size(); ++i) {
    if (form.kind == ValueForm::kConstant && static_cast<size_t>(form.which) == i) sources[i][0] = form.constant;
    if ((evaluator.constant_sources >> i & 1) != 0) sources[i][0] &= 0xff;  // a look-up table of eight bits
    if (IsConstant(evaluator, form, i)) std::fill(sources[i].begin(), sources[i].end(), uint64_t{sources[i][0]});
  }
  Checker checker{.evaluator = evaluator, .layout = MakeLayout(instance, evaluator, form, sources), .form = form};
  Case test;
  test.name = instance.opcode + "/" + form.Name();
  test.ptx = KernelText(checker.layout, form);
  test.block[0] = 256;
  test.grid[0] = static_cast<uint32_t>(count / 256);
  for (size_t i = 0; i < sources.size(); ++i) {
    if (checker.layout.constant[i]) continue;
    const Place& place = checker.layout.sources[i];
    auto bytes = static_cast<size_t>(place.memory_bytes());
    Bytes& buffer = test.buffers.emplace_back(count * bytes);
    if (form.kind == ValueForm::kNegated && static_cast<size_t>(form.which) == i) {
      for (size_t lane = 0; lane < count; ++lane) buffer[lane] = sources[i][lane] == 0;
      continue;
    }
    if (place.register_bits == BitsOf(place.type)) {
      Narrow(sources[i].data(), count, place.memory_bytes(), buffer.data());
      continue;
    }
    for (size_t lane = 0; lane < count; ++lane) {
      uint64_t value = WithGarbage(place, sources[i][lane], lane);
      std::memcpy(buffer.data() + lane * bytes, &value, bytes);
    }
  }
  checker.first_result_buffer = test.buffers.size();
  for (const Place& place : checker.layout.results) {
    test.buffers.emplace_back(count * static_cast<size_t>(place.memory_bytes()), uint8_t{0xcd});
  }
  checker.sources = std::move(sources);
  checker.worst = std::move(worst);
  test.deterministic = evaluator.compute != nullptr;
  test.check = std::move(checker);
  return test;
}

std::vector<ValueForm> FormsOf(const Instance& instance, const Evaluator& evaluator, int constants) {
  std::vector<ValueForm> forms = {{.kind = ValueForm::kRegisters}, {.kind = ValueForm::kPredicated}};
  const OperandSpec& destination = instance.row->specs[0];
  bool relaxed = destination.relaxed && IsInteger(evaluator.results[0]) && BitsOf(evaluator.results[0]) < 64;
  for (size_t i = 0; i < evaluator.sources.size(); ++i) {
    Ty type = evaluator.sources[i];
    if (type == Ty::kCarry || (evaluator.constant_sources >> i & 1) != 0) continue;
    auto which = static_cast<int>(i);
    if (RegisterBits(type, false) == RegisterBits(evaluator.results[0], false)) {
      forms.push_back({.kind = ValueForm::kAlias, .which = which});
    }
    size_t spec = i + 1;
    if (type == Ty::kPred && spec < instance.row->specs.size() && instance.row->specs[spec].negatable) {
      forms.push_back({.kind = ValueForm::kNegated, .which = which});
    }
    relaxed |=
        spec < instance.row->specs.size() && instance.row->specs[spec].relaxed && IsInteger(type) && BitsOf(type) < 64;
    if (!IsInteger(type) && type != Ty::kF32 && type != Ty::kF64) continue;
    const std::vector<uint64_t>& edges = Edges(type);
    for (int k = 0; k < constants; ++k) {
      forms.push_back({.kind = ValueForm::kConstant,
                       .which = which,
                       .constant = edges[static_cast<size_t>(k) * 7919 % edges.size()]});
    }
  }
  if (relaxed) forms.push_back({.kind = ValueForm::kWide});
  if (destination.pair == OperandPair::kOptional && evaluator.results.size() == 2 &&
      evaluator.results[1] != Ty::kCarry) {
    forms.push_back({.kind = ValueForm::kSingle});
  }
  if (destination.pair != OperandPair::kNone && evaluator.results.size() == 2) {
    forms.push_back({.kind = ValueForm::kSink});
  }
  return forms;
}

}  // namespace culvert::isa

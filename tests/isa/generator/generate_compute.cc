// Straight-line instructions that only compute.
#include "tests/isa/generator/generator.h"

namespace culvert::gen {
namespace {

const Instance& PickInstance(const std::vector<RowPool>& rows, Random& random) {
  return random.Of(random.Of(rows).instances);
}

// Rows by family, so that each family has its share whatever the number of its rows.
const std::vector<std::vector<const RowPool*>>& Families() {
  static const auto& families = *[] {
    auto* out = new std::vector<std::vector<const RowPool*>>;
    std::vector<std::vector<const RowPool*>> by_family(32);
    for (const RowPool& pool : Opcodes::Get().rows) by_family[static_cast<size_t>(pool.row->family)].push_back(&pool);
    for (std::vector<const RowPool*>& family : by_family) {
      if (!family.empty()) out->push_back(std::move(family));
    }
    return out;
  }();
  return families;
}

}  // namespace

void Generator::RandomCompute() {
  const RowPool& row = *random_.Of(random_.Of(Families()));
  const Instance& instance = random_.Of(row.instances);
  Statement s;
  s.op = Op::kCompute;
  s.opcode = instance.opcode;
  MaybeGuard(&s);
  for (const OperandRule& rule : instance.sources) s.sources.push_back(PickSource(rule));
  std::vector<std::pair<Reg, Ty>> defined;
  for (size_t i = 0; i < instance.results.size(); ++i) {
    const OperandRule& rule = instance.results[i];
    if (i == 1 && instance.pair_optional && random_.Chance(60)) break;
    if (instance.results.size() == 2 && random_.Chance(5) && !(i == 1 && s.results[0] == kNoReg)) {
      s.results.push_back(kNoReg);
      continue;
    }
    Width width = WidthOf(rule.type);
    if (s.guard != kNoReg || random_.Chance(30)) {
      Reg reg = PickVariable(width);
      if (i == 1 && reg == s.results[0]) reg = kNoReg;  // two results in one register are not defined
      s.results.push_back(reg);
    } else {
      Reg reg = Define(rule.type, rule.wider);
      s.results.push_back(reg);
      defined.emplace_back(reg, rule.type);
    }
  }
  Emit(std::move(s));
  for (auto [reg, type] : defined) Visible(reg, type);
}

void Generator::CarryChain() {
  if (opcodes_.carry.empty()) return RandomMove();
  uint32_t length = random_.Between(2, 4);
  std::vector<std::pair<Reg, Ty>> defined;
  for (uint32_t i = 0; i < length; ++i) {
    bool reads = i != 0, writes = i + 1 != length;
    const Instance* instance = nullptr;
    for (int attempt = 0; attempt < 100 && instance == nullptr; ++attempt) {
      const Instance& candidate = PickInstance(opcodes_.carry, random_);
      if (candidate.reads_carry == reads && (candidate.writes_carry || !writes)) instance = &candidate;
    }
    if (instance == nullptr) return;
    Statement s;
    s.op = Op::kCompute;
    s.opcode = instance->opcode;
    for (const OperandRule& rule : instance->sources) s.sources.push_back(PickSource(rule));
    Reg reg = Define(instance->results[0].type, false);
    s.results = {reg};
    defined.emplace_back(reg, instance->results[0].type);
    Emit(std::move(s));
  }
  for (auto [reg, type] : defined) Visible(reg, type);
}

void Generator::RandomMove() {
  static const std::vector<Ty> kTypes = {Ty::kB16, Ty::kU16, Ty::kS16, Ty::kB32, Ty::kU32, Ty::kS32,
                                         Ty::kB64, Ty::kU64, Ty::kS64, Ty::kF32, Ty::kF64};
  static const std::vector<Special> kSpecials = {
      Special::kTidX,       Special::kTidY,       Special::kTidZ,       Special::kNtidX,      Special::kNtidY,
      Special::kCtaidX,     Special::kCtaidY,     Special::kNctaidX,    Special::kNctaidY,    Special::kLaneId,
      Special::kLaneMaskEq, Special::kLaneMaskLt, Special::kLaneMaskLe, Special::kLaneMaskGt, Special::kLaneMaskGe};
  Statement s;
  s.op = Op::kMove;
  uint32_t kind = random_.Below(6);
  if (kind == 0) {
    s.type = Ty::kU32;
    s.sources = {Operand::Of(random_.Of(kSpecials))};
  } else if (kind <= 2) {  // pack
    s.type = random_.Chance(50) ? Ty::kB32 : Ty::kB64;
    bool quarters = s.type == Ty::kB64 && random_.Chance(40);
    Ty part = s.type == Ty::kB32 || quarters ? Ty::kB16 : Ty::kB32;
    for (int i = 0; i < (quarters ? 4 : 2); ++i) s.sources.push_back(Source(part, false));
  } else if (kind <= 4) {  // unpack
    s.type = random_.Chance(50) ? Ty::kB32 : Ty::kB64;
    bool quarters = s.type == Ty::kB64 && random_.Chance(40);
    Ty part = s.type == Ty::kB32 || quarters ? Ty::kB16 : Ty::kB32;
    s.sources = {Source(s.type, false)};
    for (int i = 0; i < (quarters ? 4 : 2); ++i) s.results.push_back(random_.Chance(15) ? kNoReg : Define(part, false));
    bool any = false;
    for (Reg reg : s.results) any |= reg != kNoReg;
    if (!any) s.results[0] = Define(part, false);
    s.opcode = std::string("mov.") + std::string(isa::NameOf(s.type));
    std::vector<Reg> results = s.results;
    Emit(std::move(s));
    for (Reg reg : results) Visible(reg, part);
    return;
  } else {
    s.type = random_.Of(kTypes);
    s.sources = {Source(s.type)};
  }
  s.opcode = std::string("mov.") + std::string(isa::NameOf(s.type));
  MaybeGuard(&s);
  Ty type = s.type;
  bool variable = s.guard != kNoReg || random_.Chance(30);
  Reg reg = variable ? PickVariable(WidthOf(type)) : Define(type, false);
  s.results = {reg};
  Emit(std::move(s));
  if (!variable) Visible(reg, type);
}

}  // namespace culvert::gen

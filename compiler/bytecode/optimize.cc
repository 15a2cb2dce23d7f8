#include "compiler/bytecode/optimize.h"

#include <utility>

#include "absl/container/flat_hash_map.h"

namespace culvert::lowering {
namespace {

using bytecode::ConstantKind;

std::vector<uint32_t> CountDefinitions(const LirFunction& function) {
  std::vector<uint32_t> count(function.registers.size(), 0);
  for (const Block& block : function.blocks) {
    for (const LirInstruction& in : block.code) {
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Defines(field)) ++count[in.reg[field]];
      }
    }
  }
  return count;
}

std::vector<uint32_t> CountUses(const LirFunction& function) {
  std::vector<uint32_t> count(function.registers.size(), 0);
  for (const Block& block : function.blocks) {
    for (const LirInstruction& in : block.code) {
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) ++count[in.reg[field]];
      }
      if (in.guard != kNoReg) ++count[in.guard];
    }
    if (block.end.reg != kNoReg) ++count[block.end.reg];
  }
  return count;
}

bool IsMove(Op op) { return op == Op::MOV32 || op == Op::MOV64 || op == Op::MOVP; }

// The constant registers of a function, one per value.
class Constants {
 public:
  explicit Constants(LirFunction& function) : function_(function), canonical_(function.registers.size(), kNoReg) {
    for (Reg reg = 0; reg < canonical_.size(); ++reg) {
      const Constant* constant = function.ConstantOf(reg);
      if (constant != nullptr) canonical_[reg] = by_value_.try_emplace(*constant, reg).first->second;
    }
  }
  // The register to use for `reg`, constant or not.
  Reg Canonical(Reg reg) const { return reg < canonical_.size() && canonical_[reg] != kNoReg ? canonical_[reg] : reg; }

  Reg Get(const Constant& constant) {
    auto [it, inserted] = by_value_.try_emplace(constant, static_cast<Reg>(function_.registers.size()));
    if (inserted) {
      function_.registers.push_back({.cls = constant.width_bytes == 8 ? RegClass::k64 : RegClass::k32,
                                     .is_constant = true,
                                     .constant = static_cast<uint32_t>(function_.constants.size())});
      function_.constants.push_back(constant);
    }
    return it->second;
  }
  Reg Bits32(uint64_t value) { return Get({.width_bytes = 4, .value = value & 0xffffffffu}); }
  Reg Bits64(uint64_t value) { return Get({.width_bytes = 8, .source_bytes = 8, .value = value}); }

  // The constant that `in` computes, or a register it only copies; kNoReg if it does neither.
  Reg Fold(const LirInstruction& in) {
    if (IsMove(in.op)) return function_.registers[in.reg[kA]].is_constant ? in.reg[kA] : kNoReg;
    uint64_t a = 0, b = 0;
    const bool known_a = in.reg[kA] != kNoReg && function_.KnownBits(in.reg[kA], &a);
    const bool known_b = in.reg[kB] != kNoReg && function_.KnownBits(in.reg[kB], &b);
    switch (in.op) {
      case Op::ADD_I64:
        if (known_b) return AddTo(in.reg[kA], b);
        return known_a ? AddTo(in.reg[kB], a) : kNoReg;
      case Op::ADD_I32:
        return known_a && known_b ? Bits32(a + b) : kNoReg;
      case Op::SUB_I32:
        return known_a && known_b ? Bits32(a - b) : kNoReg;
      case Op::MUL_LO_I32:
        return known_a && known_b ? Bits32(a * b) : kNoReg;
      case Op::AND_I32:
        return known_a && known_b ? Bits32(a & b) : kNoReg;
      case Op::OR_I32:
        return known_a && known_b ? Bits32(a | b) : kNoReg;
      case Op::SHL_I32:
        return known_a && known_b ? Bits32(b < 32 ? a << b : 0) : kNoReg;
      case Op::SHR_U32:
        return known_a && known_b ? Bits32(b < 32 ? a >> b : 0) : kNoReg;
      case Op::SHL_I64:
        return known_a && known_b ? Bits64(b < 64 ? a << b : 0) : kNoReg;
      case Op::SEXT32_64:
        return known_a ? Bits64(static_cast<uint64_t>(int64_t{static_cast<int32_t>(a)})) : kNoReg;
      case Op::ZEXT32_64:
        return known_a ? Bits64(a & 0xffffffffu) : kNoReg;
      case Op::TRUNC64_32:
        return known_a ? Bits32(a) : kNoReg;
      case Op::HIGH64_32:
        return known_a ? Bits32(a >> 32) : kNoReg;
      case Op::MUL_WIDE_S32:
        return known_a && known_b
                   ? Bits64(static_cast<uint64_t>(int64_t{static_cast<int32_t>(a)} * static_cast<int32_t>(b)))
                   : kNoReg;
      case Op::MUL_WIDE_U32:
        return known_a && known_b ? Bits64((a & 0xffffffffu) * (b & 0xffffffffu)) : kNoReg;
      default:
        return kNoReg;
    }
  }

 private:
  // `base` + `bits` if it is an address or a number that is known now or when the program is loaded.
  Reg AddTo(Reg base, uint64_t bits) {
    const Constant* constant = function_.ConstantOf(base);
    if (constant == nullptr || constant->width_bytes != 8) return kNoReg;
    switch (constant->kind) {
      case ConstantKind::kBits:
      case ConstantKind::kSymbolAddress:
      case ConstantKind::kParameterAddress:
        break;
      default:
        return kNoReg;
    }
    Constant sum = *constant;
    sum.value += bits;
    return Get(sum);
  }

  LirFunction& function_;
  std::vector<Reg> canonical_;
  absl::flat_hash_map<Constant, Reg> by_value_;
};

// x + 0 is x.
void SimplifyIdentity(const LirFunction& function, LirInstruction& in) {
  if (in.op != Op::ADD_I32 && in.op != Op::ADD_I64) return;
  uint64_t bits;
  for (int side : {kA, kB}) {
    if (!function.KnownBits(in.reg[side], &bits) || bits != 0) continue;
    in.reg[kA] = in.reg[side == kA ? kB : kA];
    in.reg[kB] = kNoReg;
    in.op = in.op == Op::ADD_I32 ? Op::MOV32 : Op::MOV64;
    return;
  }
}

// A register with one definition, a constant, is that constant. What it would hold before the definition, or in lanes
// that a guard leaves out, is undefined in PTX.
void PropagateConstants(LirFunction& function, Constants& constants) {
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<Reg> alias(function.registers.size(), kNoReg);
  auto resolve = [&](Reg reg) {
    return constants.Canonical(reg < alias.size() && alias[reg] != kNoReg ? alias[reg] : reg);
  };
  for (Block& block : function.blocks) {
    size_t kept = 0;
    for (size_t i = 0; i < block.code.size(); ++i) {
      LirInstruction& in = block.code[i];
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) in.reg[field] = resolve(in.reg[field]);
      }
      SimplifyIdentity(function, in);
      Reg dst = in.reg[kDst];
      if (dst != kNoReg && in.Defines(kDst) && !HasSideEffect(in)) {
        Reg value = constants.Fold(in);
        if (value != kNoReg && definitions[dst] == 1 && function.registers[value].cls == function.registers[dst].cls) {
          alias[dst] = value;
          continue;
        }
        if (value != kNoReg && !IsMove(in.op)) {
          in.op = function.registers[dst].cls == RegClass::k64 ? Op::MOV64 : Op::MOV32;
          in.reg[kA] = value;
          in.reg[kB] = kNoReg;
        }
      }
      if (kept != i) block.code[kept] = in;
      ++kept;
    }
    block.code.resize(kept);
  }
  // Uses that came before the definition in the text.
  for (Block& block : function.blocks) {
    for (LirInstruction& in : block.code) {
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) in.reg[field] = resolve(in.reg[field]);
      }
    }
    if (block.end.reg != kNoReg) block.end.reg = resolve(block.end.reg);
  }
}

// A move d = s, where both have no other definition and s is defined before it in the same block, makes the two one
// register: they differ only between the two definitions, and d is not read there.
void MergeCopies(LirFunction& function) {
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<Reg> merged(function.registers.size(), kNoReg);
  struct Place {
    uint32_t block = ~0u;
    uint32_t position = 0;
  };
  std::vector<Place> defined(function.registers.size());
  std::vector<uint32_t> last_use(function.registers.size(), 0);
  auto resolve = [&](Reg reg) { return merged[reg] == kNoReg ? reg : merged[reg]; };
  uint32_t position = 0;
  bool any = false;
  for (uint32_t b = 0; b < function.blocks.size(); ++b) {
    Block& block = function.blocks[b];
    bool removed = false;
    for (LirInstruction& in : block.code) {
      ++position;
      for (int field = 0; field < kFieldCount; ++field) {
        if (!in.Uses(field)) continue;
        in.reg[field] = resolve(in.reg[field]);
        last_use[in.reg[field]] = position;
      }
      if (in.guard != kNoReg) last_use[in.guard] = position;
      if (IsMove(in.op) && in.guard == kNoReg) {
        Reg source = in.reg[kA], target = in.reg[kDst];
        if (source != target && definitions[target] == 1 && definitions[source] == 1 && defined[source].block == b &&
            last_use[target] <= defined[source].position) {
          merged[target] = source;
          in.op = Op::NOP;
          removed = any = true;
          continue;
        }
      }
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Defines(field) && in.guard == kNoReg) defined[in.reg[field]] = {b, position};
      }
    }
    if (removed) std::erase_if(block.code, [](const LirInstruction& in) { return in.op == Op::NOP; });
  }
  if (!any) return;
  for (Block& block : function.blocks) {
    for (LirInstruction& in : block.code) {
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) in.reg[field] = resolve(in.reg[field]);
      }
      if (in.guard != kNoReg) in.guard = resolve(in.guard);
    }
    if (block.end.reg != kNoReg) block.end.reg = resolve(block.end.reg);
  }
}

// Reads through moves within a block: valid while neither side was written since.
void PropagateCopies(LirFunction& function) {
  struct Copy {
    Reg source = kNoReg;
    uint32_t source_version = 0;
    uint32_t own_version = 0;
  };
  std::vector<uint32_t> version(function.registers.size(), 0);
  std::vector<Copy> copies(function.registers.size());
  uint32_t epoch = 0;  // the block, 1-based: copies of earlier blocks are not looked at
  std::vector<uint32_t> block_of(function.registers.size(), 0);
  for (Block& block : function.blocks) {
    ++epoch;
    auto read = [&](Reg reg) {
      const Copy& copy = copies[reg];
      return block_of[reg] == epoch && copy.source != kNoReg && copy.own_version == version[reg] &&
                     copy.source_version == version[copy.source]
                 ? copy.source
                 : reg;
    };
    for (LirInstruction& in : block.code) {
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) in.reg[field] = read(in.reg[field]);
      }
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Defines(field)) ++version[in.reg[field]];
      }
      if (IsMove(in.op) && in.guard == kNoReg && in.reg[kA] != in.reg[kDst]) {
        copies[in.reg[kDst]] = {in.reg[kA], version[in.reg[kA]], version[in.reg[kDst]]};
        block_of[in.reg[kDst]] = epoch;
      }
    }
    if (block.end.reg != kNoReg) block.end.reg = read(block.end.reg);
  }
}

// t = extend(a); d = t << k  ->  d = a * 2^k as one widening multiplication, which an addition can join. Clang writes
// array indexing this way.
void WidenShifts(LirFunction& function, Constants& constants) {
  // `everywhere`: the source is a constant or is defined once, in the extension's block before it, so that outside that
  // block the two always belong together.
  struct Extension {
    uint32_t block = ~0u;
    uint32_t position = 0;
    Reg source = kNoReg;
    bool is_signed = false, everywhere = false;
  };
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<Extension> extensions(function.registers.size());
  std::vector<uint32_t> last_write(function.registers.size(), 0), last_block(function.registers.size(), ~0u);
  uint32_t position = 0;
  for (uint32_t b = 0; b < function.blocks.size(); ++b) {
    for (LirInstruction& in : function.blocks[b].code) {
      ++position;
      uint64_t bits;
      if ((in.op == Op::SEXT32_64 || in.op == Op::ZEXT32_64) && in.guard == kNoReg && definitions[in.reg[kDst]] == 1) {
        const Reg source = in.reg[kA];
        bool everywhere =
            function.registers[source].is_constant || (definitions[source] == 1 && last_block[source] == b);
        extensions[in.reg[kDst]] = {b, position, source, in.op == Op::SEXT32_64, everywhere};
      } else if (in.op == Op::SHL_I64 && extensions[in.reg[kA]].source != kNoReg &&
                 function.KnownBits(in.reg[kB], &bits) && bits <= 30) {
        const Extension& from = extensions[in.reg[kA]];
        if (from.block == b ? last_write[from.source] <= from.position : from.everywhere) {
          in.op = from.is_signed ? Op::MUL_WIDE_S32 : Op::MUL_WIDE_U32;
          in.reg[kA] = from.source;
          in.reg[kB] = constants.Bits32(uint64_t{1} << bits);
        }
      }
      for (int field = 0; field < kFieldCount; ++field) {
        if (!in.Defines(field)) continue;
        last_write[in.reg[field]] = position;
        if (in.guard == kNoReg) last_block[in.reg[field]] = b;
      }
    }
  }
}

struct Fusion {
  Op multiply, add, fused;
};
constexpr Fusion kFusions[] = {{Op::MUL_WIDE_S32, Op::ADD_I64, Op::MAD_WIDE_S32},
                               {Op::MUL_WIDE_U32, Op::ADD_I64, Op::MAD_WIDE_U32},
                               {Op::MUL_LO_I32, Op::ADD_I32, Op::MAD_LO_I32},
                               {Op::MUL_LO_I64, Op::ADD_I64, Op::MAD_LO_I64}};

// t = a * b; d = t + c  ->  d = a * b + c, where t has no other use and a and b still hold what they held.
void FuseMultiplyAdd(LirFunction& function) {
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<uint32_t> uses = CountUses(function);
  std::vector<uint32_t> last_write(function.registers.size(), 0);  // position + 1 over the whole function
  struct Product {
    uint32_t block = ~0u;
    uint32_t index = 0;
    uint32_t position = 0;
  };
  std::vector<Product> products(function.registers.size());
  uint32_t position = 0;
  for (uint32_t b = 0; b < function.blocks.size(); ++b) {
    Block& block = function.blocks[b];
    bool removed = false;
    for (uint32_t i = 0; i < block.code.size(); ++i) {
      LirInstruction& in = block.code[i];
      ++position;
      for (const Fusion& fusion : kFusions) {
        if (in.op == fusion.multiply && in.guard == kNoReg && definitions[in.reg[kDst]] == 1 &&
            uses[in.reg[kDst]] == 1) {
          products[in.reg[kDst]] = {b, i, position};
        }
        if (in.op != fusion.add || in.guard != kNoReg) continue;
        int side = products[in.reg[kA]].block == b ? kA : products[in.reg[kB]].block == b ? kB : -1;
        if (side < 0) continue;
        const Product product = products[in.reg[side]];
        LirInstruction& multiply = block.code[product.index];
        if (multiply.op != fusion.multiply || last_write[multiply.reg[kA]] > product.position ||
            last_write[multiply.reg[kB]] > product.position) {
          continue;
        }
        Reg addend = in.reg[side == kA ? kB : kA];
        in.op = fusion.fused;
        in.reg[kA] = multiply.reg[kA];
        in.reg[kB] = multiply.reg[kB];
        in.reg[kC] = addend;
        multiply.op = Op::NOP;
        multiply.reg.fill(kNoReg);
        removed = true;
        break;
      }
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Defines(field)) last_write[in.reg[field]] = position;
      }
    }
    if (removed) std::erase_if(block.code, [](const LirInstruction& in) { return in.op == Op::NOP; });
  }
}

void DropDeadCode(LirFunction& function) {
  std::vector<uint32_t> uses = CountUses(function);
  // Backwards, so that most chains go in one pass; what a loop keeps alive stays.
  bool changed = true;
  for (int round = 0; changed && round < 4; ++round) {
    changed = false;
    for (size_t b = function.blocks.size(); b-- > 0;) {
      std::vector<LirInstruction>& code = function.blocks[b].code;
      bool removed = false;
      for (size_t i = code.size(); i-- > 0;) {
        LirInstruction& in = code[i];
        if (AccessOf(in.op) == MemoryAccess::kAtomic && in.reg[kDst] != kNoReg && uses[in.reg[kDst]] == 0) {
          in.reg[kDst] = kNoReg;  // a reduction
        }
        if (in.op == Op::NOP || HasSideEffect(in)) continue;
        bool needed = false;
        for (int field = 0; field < kFieldCount; ++field)
          needed = needed || (in.Defines(field) && uses[in.reg[field]] != 0);
        if (needed) continue;
        for (int field = 0; field < kFieldCount; ++field) {
          if (in.Uses(field)) --uses[in.reg[field]];
        }
        if (in.guard != kNoReg) --uses[in.guard];
        in.op = Op::NOP;
        removed = true;
      }
      if (removed) std::erase_if(code, [](const LirInstruction& in) { return in.op == Op::NOP; });
      changed = changed || removed;
    }
  }
}

bool DependsOnThread(ConstantKind kind) {
  switch (kind) {
    case ConstantKind::kTidX:
    case ConstantKind::kTidY:
    case ConstantKind::kTidZ:
    case ConstantKind::kLaneId:
    case ConstantKind::kLaneMaskEq:
    case ConstantKind::kLaneMaskLt:
    case ConstantKind::kLaneMaskLe:
    case ConstantKind::kLaneMaskGt:
    case ConstantKind::kLaneMaskGe:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Optimize(LirFunction& function) {
  Constants constants(function);
  PropagateConstants(function, constants);
  MergeCopies(function);
  PropagateCopies(function);
  WidenShifts(function, constants);
  FuseMultiplyAdd(function);
  DropDeadCode(function);
}

std::vector<bool> UniformRegisters(const LirFunction& function) {
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<bool> uniform(function.registers.size(), false);
  for (size_t reg = 0; reg < function.registers.size(); ++reg) {
    const Constant* constant = function.ConstantOf(static_cast<Reg>(reg));
    uniform[reg] = constant != nullptr && !DependsOnThread(constant->kind);
  }
  for (const Block& block : function.blocks) {
    for (const LirInstruction& in : block.code) {
      if (HasSideEffect(in) || AccessOf(in.op) != MemoryAccess::kNone || in.guard != kNoReg) continue;
      switch (in.op) {
        case Op::SREG:
        case Op::ACTIVEMASK:
        case Op::LOCAL_ADDRESS:
        case Op::STACKSAVE:
        case Op::CVTA_LOCAL:
        case Op::CVTA_TO_LOCAL:
          continue;
        default:
          break;
      }
      bool all = true;
      for (int field = 0; field < kFieldCount && all; ++field) all = !in.Uses(field) || uniform[in.reg[field]];
      if (!all) continue;
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Defines(field) && definitions[in.reg[field]] == 1) uniform[in.reg[field]] = true;
      }
    }
  }
  return uniform;
}

}  // namespace culvert::lowering

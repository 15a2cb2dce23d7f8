#include "compiler/bytecode/optimize.h"

#include <utility>

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

// A constant `base` + `bits` as a constant register of 64 bits, or kNoReg if it is none.
Reg AddToConstant(LirFunction& function, Reg base, uint64_t bits) {
  const Constant* constant = function.ConstantOf(base);
  if (constant == nullptr || constant->width_bytes != 8) return kNoReg;
  switch (constant->kind) {
    case ConstantKind::kBits: case ConstantKind::kSymbolAddress: case ConstantKind::kParameterAddress: break;
    default: return kNoReg;
  }
  Constant sum = *constant;
  sum.value += bits;
  function.registers.push_back(
      {.cls = RegClass::k64, .is_constant = true, .constant = static_cast<uint32_t>(function.constants.size())});
  function.constants.push_back(sum);
  return static_cast<Reg>(function.registers.size() - 1);
}

// A register with one definition, a move of a constant, is the constant. What it would hold before the definition, or
// in lanes that a guard leaves out, is undefined in PTX.
void PropagateConstants(LirFunction& function) {
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<Reg> alias(function.registers.size(), kNoReg);
  auto resolve = [&](Reg reg) { return reg < alias.size() && alias[reg] != kNoReg ? alias[reg] : reg; };
  for (Block& block : function.blocks) {
    size_t kept = 0;
    for (size_t i = 0; i < block.code.size(); ++i) {
      LirInstruction& in = block.code[i];
      for (int field = 0; field < kFieldCount; ++field) {
        if (in.Uses(field)) in.reg[field] = resolve(in.reg[field]);
      }
      Reg dst = in.reg[kDst];
      if (dst != kNoReg && dst < definitions.size() && definitions[dst] == 1 && in.Defines(kDst)) {
        Reg value = kNoReg;
        uint64_t bits;
        if (IsMove(in.op) && function.registers[in.reg[kA]].is_constant) {
          value = in.reg[kA];
        } else if (in.op == Op::ADD_I64 && function.KnownBits(in.reg[kB], &bits)) {
          value = AddToConstant(function, in.reg[kA], bits);
        }
        if (value != kNoReg && function.registers[value].cls == function.registers[dst].cls) {
          alias[dst] = value;
          continue;
        }
      }
      if (kept != i) block.code[kept] = std::move(in);
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

// Reads through moves within a block: valid while neither side was written since.
void PropagateCopies(LirFunction& function) {
  struct Copy { Reg source = kNoReg; uint32_t source_version = 0; uint32_t own_version = 0; };
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

struct Fusion { Op multiply, add, fused; };
constexpr Fusion kFusions[] = {{Op::MUL_WIDE_S32, Op::ADD_I64, Op::MAD_WIDE_S32},
                               {Op::MUL_WIDE_U32, Op::ADD_I64, Op::MAD_WIDE_U32},
                               {Op::MUL_LO_I32, Op::ADD_I32, Op::MAD_LO_I32},
                               {Op::MUL_LO_I64, Op::ADD_I64, Op::MAD_LO_I64}};

// t = a * b; d = t + c  ->  d = a * b + c, where t has no other use and a and b still hold what they held.
void FuseMultiplyAdd(LirFunction& function) {
  std::vector<uint32_t> definitions = CountDefinitions(function);
  std::vector<uint32_t> uses = CountUses(function);
  std::vector<uint32_t> last_write(function.registers.size(), 0);  // position + 1 over the whole function
  struct Product { uint32_t block = ~0u; uint32_t index = 0; uint32_t position = 0; };
  std::vector<Product> products(function.registers.size());
  uint32_t position = 0;
  for (uint32_t b = 0; b < function.blocks.size(); ++b) {
    Block& block = function.blocks[b];
    bool removed = false;
    for (uint32_t i = 0; i < block.code.size(); ++i) {
      LirInstruction& in = block.code[i];
      ++position;
      for (const Fusion& fusion : kFusions) {
        if (in.op == fusion.multiply && in.guard == kNoReg && definitions[in.reg[kDst]] == 1 && uses[in.reg[kDst]] == 1) {
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
        if (in.op == Op::NOP || HasSideEffect(in)) continue;
        bool needed = false;
        for (int field = 0; field < kFieldCount; ++field) needed = needed || (in.Defines(field) && uses[in.reg[field]] != 0);
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
    case ConstantKind::kTidX: case ConstantKind::kTidY: case ConstantKind::kTidZ: case ConstantKind::kLaneId:
    case ConstantKind::kLaneMaskEq: case ConstantKind::kLaneMaskLt: case ConstantKind::kLaneMaskLe:
    case ConstantKind::kLaneMaskGt: case ConstantKind::kLaneMaskGe: return true;
    default: return false;
  }
}

}  // namespace

void Optimize(LirFunction& function) {
  PropagateConstants(function);
  PropagateCopies(function);
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
        case Op::SREG: case Op::ACTIVEMASK: case Op::LOCAL_ADDRESS: case Op::STACKSAVE: case Op::CVTA_LOCAL:
        case Op::CVTA_TO_LOCAL: continue;
        default: break;
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

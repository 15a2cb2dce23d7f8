#include "tests/isa/generator/reduce.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace culvert::gen {
namespace {

struct BlockRef {
  uint32_t function;
  Block* block;
};

void Collect(uint32_t function, Block& block, std::vector<BlockRef>* out) {
  out->push_back({function, &block});
  for (Statement& s : block) {
    for (Block& inner : s.blocks) Collect(function, inner, out);
  }
}
std::vector<BlockRef> Blocks(Kernel& kernel) {
  std::vector<BlockRef> out;
  for (uint32_t i = 0; i < kernel.functions.size(); ++i) Collect(i, kernel.functions[i].body, &out);
  return out;
}

void ForEach(Block& block, const std::function<void(Statement&)>& f) {
  for (Statement& s : block) {
    f(s);
    for (Block& inner : s.blocks) ForEach(inner, f);
  }
}

class Reducer {
 public:
  Reducer(const Kernel& kernel, const std::function<bool(const Kernel&)>& fails, int max_tries)
      : best_(kernel), fails_(fails), tries_(max_tries) {}

  Kernel Run() {
    bool smaller = true;
    while (smaller && tries_ > 0) {
      smaller = false;
      smaller |= ShrinkShape();
      smaller |= RemoveChunks();
      smaller |= FlattenNests();
      smaller |= ReplaceByConstants();
      smaller |= RemoveFunctions();
      smaller |= SimplifyOperands();
    }
    return std::move(best_);
  }

 private:
  bool Try(Kernel candidate) {
    if (tries_-- <= 0 || !fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool ShrinkShape() {
    bool any = false;
    auto smaller = [&](auto member) {
      uint32_t value = member(best_);
      for (uint32_t next : {1u, value / 2, value - 1}) {
        if (next == 0 || next >= value) continue;
        Kernel candidate = best_;
        member(candidate) = next;
        if (Try(std::move(candidate))) return any = true;
      }
      return false;
    };
    for (int i = 0; i < 2; ++i) smaller([i](Kernel& k) -> uint32_t& { return k.grid[i]; });
    for (int i = 2; i >= 0; --i) {
      while (smaller([i](Kernel& k) -> uint32_t& { return k.block[i]; })) {
      }
    }
    return any;
  }

  bool RemoveChunks() {
    bool any = false;
    for (size_t b = 0; b < Blocks(best_).size(); ++b) {
      size_t size = Blocks(best_)[b].block->size();
      for (size_t chunk = std::max<size_t>(size / 2, 1); chunk >= 1 && size != 0; chunk /= 2) {
        for (size_t at = Blocks(best_)[b].block->size(); at-- > 0;) {
          Kernel candidate = best_;
          std::vector<BlockRef> blocks = Blocks(candidate);
          if (b >= blocks.size() || at + chunk > blocks[b].block->size()) continue;
          Block& block = *blocks[b].block;
          block.erase(block.begin() + static_cast<ptrdiff_t>(at), block.begin() + static_cast<ptrdiff_t>(at + chunk));
          if (Try(std::move(candidate))) any = true;
        }
        if (b >= Blocks(best_).size()) break;
      }
    }
    return any;
  }

  // A branch, loop or switch becomes one of its blocks.
  bool FlattenNests() {
    bool any = false;
    for (size_t b = 0; b < Blocks(best_).size(); ++b) {
      for (size_t at = 0; b < Blocks(best_).size() && at < Blocks(best_)[b].block->size(); ++at) {
        const size_t choices = (*Blocks(best_)[b].block)[at].blocks.size();
        for (size_t choice = 0; choice < choices; ++choice) {
          Kernel candidate = best_;
          BlockRef ref = Blocks(candidate)[b];
          Statement nest = std::move((*ref.block)[at]);
          ref.block->erase(ref.block->begin() + static_cast<ptrdiff_t>(at));
          Block body = std::move(nest.blocks[choice]);
          ref.block->insert(ref.block->begin() + static_cast<ptrdiff_t>(at), std::make_move_iterator(body.begin()),
                            std::make_move_iterator(body.end()));
          if (nest.op == Op::kLoop)
            ref.block->insert(ref.block->begin() + static_cast<ptrdiff_t>(at),
                              Constant(candidate, ref.function, nest.results[0], 0));
          if (Try(std::move(candidate))) {
            any = true;
            break;
          }
        }
        if (b >= Blocks(best_).size() || at >= Blocks(best_)[b].block->size()) break;
        Statement& s = (*Blocks(best_)[b].block)[at];
        if (s.op == Op::kIf && s.blocks.size() == 2) {
          Kernel candidate = best_;
          (*Blocks(candidate)[b].block)[at].blocks.pop_back();
          any |= Try(std::move(candidate));
        }
      }
    }
    return any;
  }

  static Statement Constant(const Kernel& kernel, uint32_t function, Reg reg, uint64_t value) {
    Statement s;
    Width width = kernel.functions[function].registers[reg];
    Operand constant = Operand::Immediate(value, width == Width::k16   ? Ty::kB16
                                                 : width == Width::k32 ? Ty::kB32
                                                                       : Ty::kB64);
    s.results = {reg};
    if (width == Width::kPred) {
      s.opcode = value != 0 ? "setp.eq.u32" : "setp.ne.u32";
      constant = Operand::Immediate(0, Ty::kU32);
      s.sources = {constant, constant};
      return s;
    }
    s.op = Op::kMove;
    s.type = constant.type;
    s.opcode = std::string("mov.") + std::string(isa::NameOf(s.type));
    s.sources = {constant};
    return s;
  }

  bool ReplaceByConstants() {
    bool any = false;
    for (size_t b = 0; b < Blocks(best_).size(); ++b) {
      for (size_t at = 0; b < Blocks(best_).size() && at < Blocks(best_)[b].block->size(); ++at) {
        const Statement& s = (*Blocks(best_)[b].block)[at];
        bool is_constant = s.op == Op::kMove && s.sources.size() == 1 && s.sources[0].kind == Operand::Kind::kImmediate;
        if (is_constant || s.results.size() != 1 || s.results[0] == kNoReg || !s.blocks.empty()) continue;
        bool two_constants = s.op == Op::kCompute && s.sources.size() == 2 &&
                             s.sources[0].kind == Operand::Kind::kImmediate &&
                             s.sources[1].kind == Operand::Kind::kImmediate && s.opcode.substr(0, 5) == "setp.";
        if (two_constants) continue;
        for (uint64_t value : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
          Kernel candidate = best_;
          BlockRef ref = Blocks(candidate)[b];
          (*ref.block)[at] = Constant(candidate, ref.function, (*ref.block)[at].results[0], value);
          if (Try(std::move(candidate))) {
            any = true;
            break;
          }
        }
      }
    }
    return any;
  }

  bool RemoveFunctions() {
    bool any = false;
    for (uint32_t gone = static_cast<uint32_t>(best_.functions.size()); gone-- > 1;) {
      bool used = false;
      Kernel candidate = best_;
      candidate.functions.erase(candidate.functions.begin() + gone);
      for (Function& function : candidate.functions) {
        ForEach(function.body, [&](Statement& s) {
          for (uint32_t& callee : s.callees) {
            used |= callee == gone;
            if (callee > gone) --callee;
          }
        });
      }
      if (!used) any |= Try(std::move(candidate));
    }
    return any;
  }

  // Guards, indices, second results, further callees, vector elements, register operands.
  bool SimplifyOperands() {
    bool any = false;
    auto attempt = [&](size_t b, size_t at, auto change) {
      Kernel candidate = best_;
      if (!change((*Blocks(candidate)[b].block)[at])) return;
      any |= Try(std::move(candidate));
    };
    for (size_t b = 0; b < Blocks(best_).size(); ++b) {
      for (size_t at = 0; at < Blocks(best_)[b].block->size(); ++at) {
        attempt(b, at, [](Statement& s) { return std::exchange(s.guard, kNoReg) != kNoReg; });
        attempt(b, at, [](Statement& s) { return std::exchange(s.index, kNoReg) != kNoReg; });
        attempt(b, at, [](Statement& s) { return std::exchange(s.style, uint8_t{0}) != 0; });
        size_t sources = (*Blocks(best_)[b].block)[at].sources.size();
        for (size_t i = 0; i < sources; ++i) {
          for (uint64_t value : {0, 1}) {
            attempt(b, at, [&](Statement& s) {
              Operand& operand = s.sources[i];
              if (operand.kind == Operand::Kind::kImmediate || operand.type == Ty::kPred ||
                  isa::BitsOf(operand.type) < 16 || s.op == Op::kSwitch)
                return false;
              bool half = operand.type == Ty::kF16 || operand.type == Ty::kBf16 || operand.type == Ty::kF16x2 ||
                          operand.type == Ty::kBf16x2;
              if (half || (s.op == Op::kMove && s.sources.size() > 1) || s.results.size() > 2) return false;
              operand = Operand::Immediate(value, operand.type);
              return true;
            });
          }
        }
      }
    }
    return any;
  }

  Kernel best_;
  const std::function<bool(const Kernel&)>& fails_;
  int tries_;
};

}  // namespace

Kernel Reduce(const Kernel& kernel, const std::function<bool(const Kernel&)>& fails, int max_tries) {
  return Reducer(kernel, fails, max_tries).Run();
}

}  // namespace culvert::gen

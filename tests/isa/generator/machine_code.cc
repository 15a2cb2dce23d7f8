#include "tests/isa/generator/machine_code.h"

#include "tests/isa/generator/opcodes.h"

namespace culvert::gen {
namespace {

// Which addition an atomic on floats performs (PTX ISA, atom: on .global, add.f32 flushes subnormals, on .shared not).
const char* AtomicAddition(const Statement& statement) {
  switch (statement.type) {
    case Ty::kF32:
      return statement.space == Space::kShared ? "add.rn.f32" : "add.rn.ftz.f32";
    case Ty::kF64:
      return "add.rn.f64";
    case Ty::kF16:
      return "add.rn.f16";
    case Ty::kF16x2:
      return "add.rn.f16x2";
    case Ty::kBf16:
      return "add.rn.bf16";
    case Ty::kBf16x2:
      return "add.rn.bf16x2";
    default:
      return nullptr;
  }
}

// What redux on floats does with two of its values.
std::string ReduxStep(const Statement& statement) {
  std::string out = statement.opcode.find(".min") != std::string::npos ? "min" : "max";
  return out + (statement.opcode.find(".NaN") != std::string::npos ? ".NaN.f32" : ".f32");
}

class Flattener {
 public:
  explicit Flattener(std::string* problem) : problem_(problem) {}

  CodeList Run(const Function& function) {
    Add(function.body);
    Emit(Code::Kind::kEnd, nullptr);
    return std::move(code_);
  }

 private:
  struct Loop {
    std::vector<uint32_t> breaks, continues;  // jumps to be aimed
  };

  uint32_t Here() const { return static_cast<uint32_t>(code_.size()); }
  uint32_t Emit(Code::Kind kind, const Statement* statement) {
    code_.push_back({.kind = kind, .statement = statement});
    return Here() - 1;
  }
  void Need(Code& code, const char* opcode, size_t sources) {
    code.evaluator = FindEvaluator(opcode, sources);
    if (code.evaluator == nullptr || !code.evaluator->compute) *problem_ = std::string("no evaluator for ") + opcode;
  }

  void Add(const Block& block) {
    for (const Statement& statement : block) Add(statement);
  }
  void Add(const Statement& s) {
    switch (s.op) {
      case Op::kIf: {
        uint32_t unless = Emit(Code::Kind::kUnless, &s);
        Add(s.blocks[0]);
        if (s.blocks.size() > 1) {
          uint32_t jump = Emit(Code::Kind::kJump, &s);
          code_[unless].target = Here();
          Add(s.blocks[1]);
          code_[jump].target = Here();
        } else {
          code_[unless].target = Here();
        }
        break;
      }
      case Op::kLoop: {
        Emit(Code::Kind::kLoopStart, &s);
        uint32_t test = Emit(Code::Kind::kLoopTest, &s);
        loops_.emplace_back();
        Add(s.blocks[0]);
        for (uint32_t at : loops_.back().continues) code_[at].target = Here();
        uint32_t next = Emit(Code::Kind::kLoopNext, &s);
        code_[next].target = test;
        code_[test].target = Here();
        for (uint32_t at : loops_.back().breaks) code_[at].target = Here();
        loops_.pop_back();
        break;
      }
      case Op::kSwitch: {
        uint32_t at = Emit(Code::Kind::kSwitch, &s);
        std::vector<uint32_t> jumps;
        for (const Block& block : s.blocks) {
          code_[at].targets.push_back(Here());
          Add(block);
          jumps.push_back(Emit(Code::Kind::kJump, &s));
        }
        for (uint32_t jump : jumps) code_[jump].target = Here();
        break;
      }
      case Op::kBreak:
      case Op::kContinue: {
        if (loops_.empty()) {
          *problem_ = "break outside of a loop";
          return;
        }
        uint32_t at = Emit(Code::Kind::kStatement, &s);
        (s.op == Op::kBreak ? loops_.back().breaks : loops_.back().continues).push_back(at);
        break;
      }
      default: {
        uint32_t at = Emit(Code::Kind::kStatement, &s);
        if (s.op == Op::kCompute) Need(code_[at], s.opcode.c_str(), s.sources.size());
        if (s.op == Op::kAtomic) {
          if (const char* addition = AtomicAddition(s)) Need(code_[at], addition, 2);
        }
        if (s.op == Op::kRedux && s.type == Ty::kF32) Need(code_[at], ReduxStep(s).c_str(), 2);
        break;
      }
    }
  }

  std::string* problem_;
  CodeList code_;
  std::vector<Loop> loops_;
};

}  // namespace

CodeList Flatten(const Function& function, std::string* problem) { return Flattener(problem).Run(function); }

}  // namespace culvert::gen

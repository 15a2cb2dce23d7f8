// The reference: what each arithmetic, logic, comparison and conversion instruction of PTX computes, written from the
// text of the PTX ISA alone. It shares no code with the compiler or the engines (nothing here includes compiler/ or
// runtime/), uses no table of theirs, and never computes with the host's floating point where a result is rounded.
//
// A value travels as a bit pattern in a uint64_t, zero-extended from the width of its type; a predicate is 0 or 1.
#ifndef CULVERT_TESTS_ISA_REFERENCE_REFERENCE_H_
#define CULVERT_TESTS_ISA_REFERENCE_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace culvert::isa {

enum class Ty : uint8_t {
  kPred,
  kU8,
  kS8,
  kB8,
  kU16,
  kS16,
  kB16,
  kF16,
  kBf16,
  kU32,
  kS32,
  kB32,
  kF32,
  kU16x2,
  kS16x2,
  kU8x4,
  kS8x4,
  kF16x2,
  kBf16x2,
  kU64,
  kS64,
  kB64,
  kF64,
  kF32x2,
  kCarry,  // the carry flag CC.CF: an implicit source of addc/subc/madc, an implicit result of .cc forms
};

int BitsOf(Ty type);                                 // 1 for kPred and kCarry
std::optional<Ty> TypeNamed(std::string_view name);  // "f16x2" -> kF16x2; without the dot
std::string_view NameOf(Ty type);

inline constexpr int kMaxSources = 6, kMaxResults = 2;

// `count` independent lanes. source[i][lane] is the i-th source operand, result[j][lane] the j-th result.
struct Batch {
  size_t count = 0;
  const uint64_t* source[kMaxSources] = {};
  uint64_t* result[kMaxResults] = {};
};

// How an approximate instruction is judged.
struct Accuracy {
  std::string unit;    // "ulp", "relative", "absolute"
  double bound = 0;    // the ISA's bound in that unit; 0: the ISA states none, the worst error is only reported
  std::string source;  // what the ISA says, with section
  // Error of `result` for these sources, in the unit. Infinite if a special case of the ISA's table (infinities, zeros,
  // NaN, subnormals under .ftz) is not met exactly.
  std::function<double(const uint64_t* sources, uint64_t result)> error;
};

struct Evaluator {
  std::vector<Ty> results, sources;  // in the order of the operands; kCarry last
  // Bit i set: source i must be a constant in the text (lop3's immLut).
  uint32_t constant_sources = 0;
  // Exactly one of the two is set.
  std::function<void(const Batch&)> compute;  // the one right result, bit for bit
  std::optional<Accuracy> accuracy;           // any result within the bound is right
};

// The opcode text of an instruction, taken apart: "add.rn.ftz.f32" -> "add", {"rn", "ftz", "f32"}.
class OpcodeName {
 public:
  explicit OpcodeName(std::string_view text, int sources = 0);
  const std::string& mnemonic() const { return mnemonic_; }
  // Source operands of the instruction; 0: not known, the form with the fewest is meant.
  int sources() const { return sources_; }
  const std::vector<std::string>& modifiers() const { return modifiers_; }
  // Removes the modifier from the list; false if it is not there.
  bool Take(std::string_view modifier);
  // Removes and returns the first modifier that is a type.
  std::optional<Ty> TakeType();
  // Every modifier was taken: what a Find function checks before it answers.
  bool Empty() const { return modifiers_.empty(); }

 private:
  std::string mnemonic_;
  std::vector<std::string> modifiers_;
  int sources_;
};

// The evaluator of an opcode text such as "setp.lt.and.ftz.f32"; nullopt if none of the families below knows it.
// `sources`: the number of source operands, which some opcodes (min.f32) leave open; 0: the form with the fewest.
std::optional<Evaluator> Find(std::string_view opcode, int sources = 0);

// The families. Each answers for its own instructions and gives nullopt for everything else.
std::optional<Evaluator> FindInteger(OpcodeName name);   // integer.cc: add .. dp2a, packed 16-bit integers
std::optional<Evaluator> FindExtended(OpcodeName name);  // extended.cc: .cc and carry-in forms
std::optional<Evaluator> FindLogic(OpcodeName name);     // logic.cc: and .. lop3, shl, shr, shf, prmt, cnot, bfe ..
std::optional<Evaluator> FindIntegerCompare(OpcodeName name);  // integer_compare.cc: set, setp, selp, slct of integers
std::optional<Evaluator> FindFloat(OpcodeName name);           // float.cc: f32, f64, f32x2, mixed precision; exact ones
std::optional<Evaluator> FindFloatCompare(OpcodeName name);  // float_compare.cc: set, setp, selp, slct, testp of floats
std::optional<Evaluator> FindApproximate(OpcodeName name);   // approximate.cc: ex2, lg2, sin, cos, tanh, .approx, .full
std::optional<Evaluator> FindHalf(OpcodeName name);          // half.cc: f16, bf16 and packed arithmetic
std::optional<Evaluator> FindHalfCompare(OpcodeName name);   // half_compare.cc
std::optional<Evaluator> FindConvert(OpcodeName name);       // convert.cc: cvt, cvt.pack

// Makes `compute` from a function of one lane. F is called as f(sources of this lane...) and returns the result; keep F
// free of branches and calls where it can be: the loop is then vectorised, and sweeps of 2^32 values take seconds.
template <int kSources, typename F>
std::function<void(const Batch&)> EachLane(F f) {
  static_assert(kSources >= 1 && kSources <= kMaxSources);
  return [f](const Batch& caller) {
    const Batch batch = caller;  // ours, so that no result can be taken to change the count or a pointer
    uint64_t* out = batch.result[0];
    const uint64_t* const* in = batch.source;
    for (size_t i = 0; i < batch.count; ++i) {
      if constexpr (kSources == 1) out[i] = f(in[0][i]);
      if constexpr (kSources == 2) out[i] = f(in[0][i], in[1][i]);
      if constexpr (kSources == 3) out[i] = f(in[0][i], in[1][i], in[2][i]);
      if constexpr (kSources == 4) out[i] = f(in[0][i], in[1][i], in[2][i], in[3][i]);
      if constexpr (kSources == 5) out[i] = f(in[0][i], in[1][i], in[2][i], in[3][i], in[4][i]);
      if constexpr (kSources == 6) out[i] = f(in[0][i], in[1][i], in[2][i], in[3][i], in[4][i], in[5][i]);
    }
  };
}
// The same for instructions with two results: f returns a pair.
template <int kSources, typename F>
std::function<void(const Batch&)> EachLaneTwo(F f) {
  return [f](const Batch& caller) {
    const Batch batch = caller;
    for (size_t i = 0; i < batch.count; ++i) {
      auto [first, second] = [&] {
        if constexpr (kSources == 2) return f(batch.source[0][i], batch.source[1][i]);
        if constexpr (kSources == 3) return f(batch.source[0][i], batch.source[1][i], batch.source[2][i]);
        if constexpr (kSources == 4) {
          return f(batch.source[0][i], batch.source[1][i], batch.source[2][i], batch.source[3][i]);
        }
        if constexpr (kSources == 5) {
          return f(batch.source[0][i], batch.source[1][i], batch.source[2][i], batch.source[3][i], batch.source[4][i]);
        }
        if constexpr (kSources == 6) {
          return f(batch.source[0][i], batch.source[1][i], batch.source[2][i], batch.source[3][i], batch.source[4][i],
                   batch.source[5][i]);
        }
      }();
      batch.result[0][i] = first;
      batch.result[1][i] = second;
    }
  };
}

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_REFERENCE_REFERENCE_H_

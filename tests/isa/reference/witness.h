// Second witnesses for half_test and convert_test: values as the host's double, rounded by the host's functions, and
// running the reference over many lanes.
#ifndef CULVERT_TESTS_ISA_REFERENCE_WITNESS_H_
#define CULVERT_TESTS_ISA_REFERENCE_WITNESS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/isa/harness/vectors.h"
#include "tests/isa/reference/reference.h"

namespace culvert::isa::witness {

// ---- The witness: values as the host's double, rounded with the host's functions
// -------------------------------------

struct Shape {
  int precision, exponent_bits;
  uint64_t sign() const { return uint64_t{1} << (precision - 1 + exponent_bits); }
  uint64_t hidden() const { return uint64_t{1} << (precision - 1); }
  uint64_t infinity() const { return sign() - hidden(); }
  uint64_t nan() const { return sign() - 1; }
  int lowest() const { return 3 - (1 << (exponent_bits - 1)) - precision; }
};
inline constexpr Shape kF16{11, 5}, kBf16{8, 8}, kF32{24, 8}, kF64{53, 11};
inline Shape ShapeOf(Ty type) {
  if (type == Ty::kF16 || type == Ty::kF16x2) return kF16;
  if (type == Ty::kBf16 || type == Ty::kBf16x2) return kBf16;
  return type == Ty::kF32 ? kF32 : kF64;
}

inline double ValueOf(Shape shape, uint64_t bits) {
  uint64_t magnitude = bits & (shape.sign() - 1), fraction = magnitude & (shape.hidden() - 1);
  auto exponent = static_cast<int>(magnitude >> (shape.precision - 1));
  double value;
  if (magnitude > shape.infinity()) return std::numeric_limits<double>::quiet_NaN();
  if (magnitude == shape.infinity()) {
    value = std::numeric_limits<double>::infinity();
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<double>(fraction), shape.lowest());
  } else {
    value = std::ldexp(static_cast<double>(fraction | shape.hidden()), shape.lowest() + exponent - 1);
  }
  return (bits & shape.sign()) != 0 ? -value : value;
}

using RoundIntegral = double (*)(double);
inline double RoundEven(double x) { return std::nearbyint(x); }
inline double RoundZero(double x) { return std::trunc(x); }
inline double RoundDown(double x) { return std::floor(x); }
inline double RoundUp(double x) { return std::ceil(x); }
inline double RoundAway(double x) { return std::round(x); }
struct Mode {
  std::string_view name;
  RoundIntegral round;
  int environment;
};
inline constexpr Mode kModes[] = {{"rn", RoundEven, FE_TONEAREST},
                                  {"rz", RoundZero, FE_TOWARDZERO},
                                  {"rm", RoundDown, FE_DOWNWARD},
                                  {"rp", RoundUp, FE_UPWARD}};

// The double in the format. Multiplying by powers of two is exact here: no format is wider than f32.
inline uint64_t RoundTo(Shape shape, double value, RoundIntegral round) {
  if (std::isnan(value)) return shape.nan();
  uint64_t sign = std::signbit(value) ? shape.sign() : 0;
  if (std::isinf(value)) return sign | shape.infinity();
  if (value == 0) return sign;
  int last = std::max(std::ilogb(value) - shape.precision + 1, shape.lowest());
  double digits = std::fabs(round(std::ldexp(value, -last)));
  uint64_t bits =
      static_cast<uint64_t>(digits) + (static_cast<uint64_t>(last - shape.lowest()) << (shape.precision - 1));
  if (bits < shape.infinity()) return sign | bits;
  double one = sign != 0 ? -1 : 1;  // does a little more than the largest number go up?
  bool up = round == RoundEven || round == RoundAway || std::fabs(round(one * 1.25)) == 2;
  return sign | (up ? shape.infinity() : shape.infinity() - 1);
}

inline uint64_t Flush(Shape shape, uint64_t bits) {
  return (bits & (shape.sign() - 1)) < shape.hidden() ? bits & shape.sign() : bits;
}
inline uint64_t Saturate(Shape shape, uint64_t bits) {
  double value = ValueOf(shape, bits);
  return RoundTo(shape, value > 1 ? 1.0 : value > 0 ? value : 0.0, RoundEven);
}

// ---- Running the reference
// -------------------------------------------------------------------------------------------

using Columns = std::vector<std::vector<uint64_t>>;

inline Columns Evaluate(std::string_view opcode, const Columns& sources) {
  std::optional<Evaluator> evaluator = Find(opcode);
  if (!evaluator.has_value() || !evaluator->compute || evaluator->sources.size() != sources.size()) {
    ADD_FAILURE() << opcode << ": not answered";
    return Columns(kMaxResults, std::vector<uint64_t>(sources[0].size()));
  }
  Columns results(kMaxResults, std::vector<uint64_t>(sources[0].size()));
  Batch batch{.count = sources[0].size()};
  for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = sources[i].data();
  for (size_t j = 0; j < results.size(); ++j) batch.result[j] = results[j].data();
  evaluator->compute(batch);
  return results;
}

// Compares result `j` of an instruction with a witness that gets the sources of one lane.
using Witness = std::function<uint64_t(const uint64_t*)>;
inline void ExpectAgreement(std::string_view opcode, const Columns& sources, const Witness& witness, size_t j = 0) {
  Columns results = Evaluate(opcode, sources);
  for (size_t lane = 0; lane < sources[0].size(); ++lane) {
    uint64_t lane_sources[kMaxSources] = {};
    for (size_t i = 0; i < sources.size(); ++i) lane_sources[i] = sources[i][lane];
    if (results[j][lane] == witness(lane_sources)) continue;
    std::string text;
    char number[32];
    for (size_t i = 0; i < sources.size(); ++i) {
      std::snprintf(number, sizeof(number), " 0x%llx", static_cast<unsigned long long>(lane_sources[i]));
      text += number;
    }
    std::snprintf(number, sizeof(number), " = 0x%llx", static_cast<unsigned long long>(results[j][lane]));
    text += number;
    std::snprintf(number, sizeof(number), ", not 0x%llx", static_cast<unsigned long long>(witness(lane_sources)));
    ADD_FAILURE() << opcode << text << number;
    return;
  }
}

// `count` lanes of operands: combinations of edges, then random values.
inline Columns Vectors(const std::vector<Ty>& types, size_t count) {
  Random random(count + types.size());
  return Operands(types, count, random);
}
inline Columns VectorsOf(std::string_view opcode, size_t count) {
  std::optional<Evaluator> evaluator = Find(opcode);
  return evaluator.has_value() ? Vectors(evaluator->sources, count) : Columns(1);
}

// Pairs of 16-bit patterns: edges of both formats and others against every step-th pattern.
inline Columns Pairs16(uint64_t step = 5) {
  Columns sources(2);
  std::vector<uint64_t> second = Edges(Ty::kF16);
  second.insert(second.end(), Edges(Ty::kBf16).begin(), Edges(Ty::kBf16).end());
  for (uint64_t b = 0; b < 0x10000; b += 1999) second.push_back(b);
  for (uint64_t b : second) {
    for (uint64_t a = b % step; a < 0x10000; a += step) {
      sources[0].push_back(a);
      sources[1].push_back(b);
    }
  }
  return sources;
}
inline Columns All16() {
  Columns sources(1);
  for (uint64_t a = 0; a < 0x10000; ++a) sources[0].push_back(a);
  return sources;
}

}  // namespace culvert::isa::witness

#endif  // CULVERT_TESTS_ISA_REFERENCE_WITNESS_H_

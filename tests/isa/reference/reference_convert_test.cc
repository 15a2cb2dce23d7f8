// Conversions of the reference against second witnesses: the host's conversions and its rounding functions, integers of
// 128 bits, and vectors worked out by hand or from the ISA's examples.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tests/isa/reference/reference.h"
#include "tests/isa/reference/witness.h"

namespace culvert::isa {
namespace {

using namespace witness;  // NOLINT: the vocabulary of this file

// ---- Conversions
// -----------------------------------------------------------------------------------------------------

using Wide = __int128;
constexpr Ty kIntegers[] = {Ty::kU8, Ty::kS8, Ty::kU16, Ty::kS16, Ty::kU32, Ty::kS32, Ty::kU64, Ty::kS64};
bool IsSigned(Ty type) { return NameOf(type)[0] == 's'; }
uint64_t MaskOf(Ty type) { return ~uint64_t{0} >> (64 - BitsOf(type)); }
Wide IntegerOf(Ty type, uint64_t bits) {
  bool negative = IsSigned(type) && (bits >> (BitsOf(type) - 1) & 1) != 0;
  return negative ? static_cast<Wide>(bits) - (Wide{1} << BitsOf(type)) : static_cast<Wide>(bits);
}
uint64_t Clamp(Ty type, Wide value) {
  Wide span = Wide{1} << BitsOf(type), lowest = IsSigned(type) ? -span / 2 : 0;
  return static_cast<uint64_t>(std::clamp<Wide>(value, lowest, lowest + span - 1)) & MaskOf(type);
}
std::string Types(Ty to, Ty from) { return "." + std::string(NameOf(to)) + "." + std::string(NameOf(from)); }

TEST(ReferenceConvert, IntegersToIntegers) {
  for (Ty to : kIntegers) {
    for (Ty from : kIntegers) {
      Columns sources = Vectors({from}, 3000);
      ExpectAgreement("cvt" + Types(to, from), sources,
                      [&](const uint64_t* s) { return static_cast<uint64_t>(IntegerOf(from, s[0])) & MaskOf(to); });
      ExpectAgreement("cvt.sat" + Types(to, from), sources,
                      [&](const uint64_t* s) { return Clamp(to, IntegerOf(from, s[0])); });
    }
  }
}

// A double rounded to odd, from which every narrower format rounds right.
double ToOdd(Wide value) {
  auto rounded = static_cast<double>(value);
  Wide rest = value - static_cast<Wide>(rounded);
  uint64_t bits;
  std::memcpy(&bits, &rounded, sizeof(bits));
  if (rest == 0 || (bits & 1) != 0) return rounded;
  return std::nextafter(rounded, rest > 0 ? HUGE_VAL : -HUGE_VAL);
}

// A host conversion in a rounding mode of the host.
template <typename To, typename From>
uint64_t HostConvert(From value, int environment) {
  volatile From source = value;
  std::fesetround(environment);
  volatile To result = static_cast<To>(source);
  std::fesetround(FE_TONEAREST);
  To copy = result;
  uint64_t bits = 0;
  std::memcpy(&bits, &copy, sizeof(copy));
  return bits;
}

TEST(ReferenceConvert, IntegersToFloats) {
  for (Ty from : kIntegers) {
    Columns sources = Vectors({from}, 40000);
    for (const Mode& mode : kModes) {
      std::string name = "cvt." + std::string(mode.name);
      for (Ty to : {Ty::kF16, Ty::kBf16, Ty::kF32}) {
        if (to == Ty::kBf16 && BitsOf(from) == 8) continue;
        auto rounded = [&](const uint64_t* s) {
          return RoundTo(ShapeOf(to), ToOdd(IntegerOf(from, s[0])), mode.round);
        };
        ExpectAgreement(name + Types(to, from), sources, rounded);
        if (to == Ty::kBf16) continue;
        ExpectAgreement(name + ".sat" + Types(to, from), sources,
                        [&](const uint64_t* s) { return Saturate(ShapeOf(to), rounded(s)); });
      }
      ExpectAgreement(name + Types(Ty::kF64, from), sources, [&](const uint64_t* s) {
        if (s[0] == 0) return uint64_t{0};  // the host's u64 conversion gives -0 when rounding down
        if (from == Ty::kU64) return HostConvert<double>(static_cast<uint64_t>(s[0]), mode.environment);
        return HostConvert<double>(static_cast<int64_t>(IntegerOf(from, s[0])), mode.environment);
      });
      if (from == Ty::kU64) continue;
      ExpectAgreement(name + Types(Ty::kF32, from), sources, [&](const uint64_t* s) {
        return HostConvert<float>(static_cast<int64_t>(IntegerOf(from, s[0])), mode.environment);
      });
    }
  }
}

double DoubleOf(Ty type, uint64_t bits) {
  if (type != Ty::kF64) return ValueOf(ShapeOf(type), bits);
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}
uint64_t BitsOfDouble(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return std::isnan(value) ? kF64.nan() : bits;
}
// In a format no wider than f64.
uint64_t Encode(Ty type, double value, RoundIntegral round) {
  return type == Ty::kF64 ? BitsOfDouble(value) : RoundTo(ShapeOf(type), value, round);
}
constexpr Ty kFloats[] = {Ty::kF16, Ty::kBf16, Ty::kF32, Ty::kF64};

TEST(ReferenceConvert, FloatsToIntegers) {
  for (Ty from : kFloats) {
    Columns sources = BitsOf(from) == 16 ? All16() : Vectors({from}, 100000);
    for (Ty to : kIntegers) {
      if (from == Ty::kBf16 && BitsOf(to) == 8) continue;
      for (const Mode& mode : kModes) {
        auto witness = [&](uint64_t bits) -> uint64_t {
          double value = DoubleOf(from, bits);
          // PTX ISA, cvt: NaN is zero, unless one side has 64 bits: then only the highest bit is set.
          if (std::isnan(value)) return from == Ty::kF64 || BitsOf(to) == 64 ? uint64_t{1} << (BitsOf(to) - 1) : 0;
          return Clamp(to, static_cast<Wide>(std::clamp(mode.round(value), -0x1p70, 0x1p70)));
        };
        std::string name = "cvt." + std::string(mode.name) + "i";
        ExpectAgreement(name + Types(to, from), sources, [&](const uint64_t* s) { return witness(s[0]); });
        ExpectAgreement(name + ".sat" + Types(to, from), sources, [&](const uint64_t* s) { return witness(s[0]); });
        if (from != Ty::kF32) continue;
        ExpectAgreement(name + ".ftz" + Types(to, from), sources,
                        [&](const uint64_t* s) { return witness(Flush(kF32, s[0])); });
      }
    }
  }
}

TEST(ReferenceConvert, FloatsToIntegralFloats) {
  for (Ty type : kFloats) {
    Columns sources = BitsOf(type) == 16 ? All16() : Vectors({type}, 100000);
    for (const Mode& mode : kModes) {
      std::string name = "cvt." + std::string(mode.name) + "i";
      auto witness = [&](const uint64_t* s) {
        return Encode(type, std::copysign(mode.round(DoubleOf(type, s[0])), DoubleOf(type, s[0])), RoundEven);
      };
      ExpectAgreement(name + Types(type, type), sources, witness);
      if (type == Ty::kF32) {
        ExpectAgreement(name + ".ftz.f32.f32", sources, [&](const uint64_t* s) {
          uint64_t flushed = Flush(kF32, s[0]);
          return witness(&flushed);
        });
      }
      if (type == Ty::kBf16 || type == Ty::kF64) continue;
      ExpectAgreement(name + ".sat" + Types(type, type), sources,
                      [&](const uint64_t* s) { return Saturate(ShapeOf(type), witness(s)); });
    }
  }
}

TEST(ReferenceConvert, FloatsToNarrowerFloats) {
  struct Conversion {
    Ty to, from;
  };
  for (Conversion c : {Conversion{Ty::kF32, Ty::kF64}, Conversion{Ty::kF16, Ty::kF64}, Conversion{Ty::kBf16, Ty::kF64},
                       Conversion{Ty::kF16, Ty::kF32}, Conversion{Ty::kBf16, Ty::kF32}, Conversion{Ty::kBf16, Ty::kF16},
                       Conversion{Ty::kF16, Ty::kBf16}}) {
    Columns sources = BitsOf(c.from) == 16 ? All16() : Vectors({c.from}, 200000);
    Shape shape = ShapeOf(c.to);
    for (const Mode& mode : kModes) {
      std::string name = "cvt." + std::string(mode.name);
      auto rounded = [&](uint64_t bits) { return RoundTo(shape, DoubleOf(c.from, bits), mode.round); };
      ExpectAgreement(name + Types(c.to, c.from), sources, [&](const uint64_t* s) { return rounded(s[0]); });
      if (c.to == Ty::kF32) {
        ExpectAgreement(name + ".f32.f64", sources, [&](const uint64_t* s) {
          double value = DoubleOf(Ty::kF64, s[0]);
          return std::isnan(value) ? kF32.nan() : HostConvert<float>(value, mode.environment);
        });
        ExpectAgreement(name + ".ftz.sat.f32.f64", sources,
                        [&](const uint64_t* s) { return Saturate(kF32, Flush(kF32, rounded(s[0]))); });
      }
      if (c.from == Ty::kF32) {
        ExpectAgreement(name + ".ftz" + Types(c.to, c.from), sources,
                        [&](const uint64_t* s) { return rounded(Flush(kF32, s[0])); });
      }
      if (c.to == Ty::kF16 && c.from == Ty::kF32) {
        ExpectAgreement(name + ".sat.f16.f32", sources,
                        [&](const uint64_t* s) { return Saturate(kF16, rounded(s[0])); });
      }
      if (c.from != Ty::kF32 || mode.name == "rm" || mode.name == "rp") continue;
      auto finite = [&](uint64_t bits) { return (bits & 0x7fff) == shape.infinity() ? bits - 1 : bits; };
      auto relu = [&](uint64_t bits) { return ValueOf(shape, bits) <= 0 ? 0 : bits; };
      ExpectAgreement(name + ".satfinite" + Types(c.to, c.from), sources,
                      [&](const uint64_t* s) { return finite(rounded(s[0])); });
      ExpectAgreement(name + ".relu" + Types(c.to, c.from), sources,
                      [&](const uint64_t* s) { return relu(rounded(s[0])); });
      Ty pair = c.to == Ty::kF16 ? Ty::kF16x2 : Ty::kBf16x2;
      ExpectAgreement(
          name + ".relu.satfinite" + Types(pair, c.from), Vectors({Ty::kF32, Ty::kF32}, 50000),
          [&](const uint64_t* s) { return relu(finite(rounded(s[0]))) << 16 | relu(finite(rounded(s[1]))); });
    }
  }
}

TEST(ReferenceConvert, FloatsToFloatsThatHoldThem) {
  for (Ty from : kFloats) {
    for (Ty to : {Ty::kF16, Ty::kF32, Ty::kF64}) {
      if (BitsOf(to) < BitsOf(from) || (to == Ty::kF16 && from == Ty::kBf16)) continue;
      Columns sources = BitsOf(from) == 16 ? All16() : Vectors({from}, 100000);
      auto value = [&](uint64_t bits) { return DoubleOf(from, bits); };
      ExpectAgreement("cvt" + Types(to, from), sources,
                      [&](const uint64_t* s) { return Encode(to, value(s[0]), RoundEven); });
      ExpectAgreement("cvt.sat" + Types(to, from), sources, [&](const uint64_t* s) {
        double x = value(s[0]);
        return Encode(to, x > 1 ? 1.0 : x > 0 ? x : 0.0, RoundEven);
      });
      if (from != Ty::kF32 && to != Ty::kF32) continue;
      ExpectAgreement("cvt.ftz" + Types(to, from), sources, [&](const uint64_t* s) {
        uint64_t bits = Encode(to, value(from == Ty::kF32 ? Flush(kF32, s[0]) : s[0]), RoundEven);
        return to == Ty::kF32 ? Flush(kF32, bits) : bits;
      });
    }
  }
}

TEST(ReferenceConvert, TensorFloat) {
  constexpr Shape kTensor{11, 8};
  Columns sources = Vectors({Ty::kF32}, 300000);
  auto rounded = [&](uint64_t bits, RoundIntegral round) {
    double value = ValueOf(kF32, bits);
    return std::isnan(value) ? kF32.nan() : RoundTo(kTensor, value, round) << 13;
  };
  auto finite = [](uint64_t bits) { return (bits & 0x7fffffff) == 0x7f800000 ? bits - 0x2000 : bits; };
  auto relu = [](uint64_t bits) { return ValueOf(kF32, bits) <= 0 ? 0 : bits; };
  ExpectAgreement("cvt.rna.tf32.f32", sources, [&](const uint64_t* s) { return rounded(s[0], RoundAway); });
  ExpectAgreement("cvt.rna.satfinite.tf32.f32", sources,
                  [&](const uint64_t* s) { return finite(rounded(s[0], RoundAway)); });
  ExpectAgreement("cvt.rn.tf32.f32", sources, [&](const uint64_t* s) { return rounded(s[0], RoundEven); });
  ExpectAgreement("cvt.rz.satfinite.relu.tf32.f32", sources,
                  [&](const uint64_t* s) { return relu(finite(rounded(s[0], RoundZero))); });
}

TEST(ReferenceConvert, Pack) {
  struct Target {
    std::string name;
    int bits, lowest, highest;
  };
  for (const Target& to : {Target{"u2", 2, 0, 3}, Target{"s2", 2, -2, 1}, Target{"u4", 4, 0, 15},
                           Target{"s4", 4, -8, 7}, Target{"u8", 8, 0, 255}, Target{"s8", 8, -128, 127}}) {
    auto field = [&](uint64_t bits) {
      return static_cast<uint32_t>(std::clamp(static_cast<int32_t>(bits), to.lowest, to.highest)) &
             ((1u << to.bits) - 1);
    };
    ExpectAgreement("cvt.pack.sat." + to.name + ".s32.b32", Vectors({Ty::kS32, Ty::kS32, Ty::kB32}, 20000),
                    [&](const uint64_t* s) {
                      uint32_t third = static_cast<uint32_t>(s[2]) << (2 * to.bits);
                      return third | field(s[0]) << to.bits | field(s[1]);
                    });
  }
  EXPECT_EQ(Evaluate("cvt.pack.sat.s16.s32", {{0x7fffffff}, {0x80000000}})[0][0], 0x7fff8000u);
  EXPECT_EQ(Evaluate("cvt.pack.sat.u16.s32", {{0x12345}, {0xffffffff}})[0][0], 0xffff0000u);
  EXPECT_FALSE(Find("cvt.pack.sat.u8.s32").has_value());
}

TEST(ReferenceConvert, KnownVectors) {
  struct Known {
    std::string_view opcode;
    uint64_t source, result;
  };
  for (const Known& known : {Known{"cvt.rzi.u8.f64", 0x7ff8000000000000, 0x80},
                             Known{"cvt.rzi.s16.f64", 0x7ff8000000000000, 0x8000},
                             Known{"cvt.rzi.u32.f64", 0xfff8000000000000, 0x80000000},
                             Known{"cvt.rni.u32.f32", 0x7fc00000, 0},
                             Known{"cvt.rni.s64.f16", 0x7e00, 0x8000000000000000},
                             Known{"cvt.rni.s32.f32", 0x40200000, 2},    // 2.5
                             Known{"cvt.rni.s32.f32", 0xc0600000, ~3u},  // -3.5
                             Known{"cvt.rmi.f32.f32", 0xbe99999a, 0xbf800000},
                             Known{"cvt.rpi.f32.f32", 0xbe99999a, 0x80000000},
                             Known{"cvt.rpi.ftz.s32.f32", 1, 0},
                             Known{"cvt.rpi.s32.f32", 1, 1},
                             Known{"cvt.rp.f16.f32", 1, 1},
                             Known{"cvt.rp.ftz.f16.f32", 1, 0},
                             Known{"cvt.rn.f16.f32", 0x477ff000, 0x7c00},  // 65520, half way to 65536
                             Known{"cvt.rn.f16.f32", 0x477fefff, 0x7bff},
                             Known{"cvt.rn.f16.f32", 0x33000000, 0},  // 2^-25, half the smallest number
                             Known{"cvt.rn.f16.f32", 0x33000001, 1},
                             Known{"cvt.rn.satfinite.bf16.f32", 0xff800000, 0xff7f},
                             Known{"cvt.rna.tf32.f32", 0x3f801000, 0x3f802000},
                             Known{"cvt.rn.tf32.f32", 0x3f801000, 0x3f800000},
                             Known{"cvt.s8.s32", 0x1ff, 0xff},
                             Known{"cvt.sat.u8.s32", 0xffffff00, 0},
                             Known{"cvt.u64.s8", 0x80, 0xffffffffffffff80}}) {
    EXPECT_EQ(Evaluate(known.opcode, {{known.source}})[0][0], known.result) << known.opcode << " " << known.source;
  }
  for (std::string_view wrong :
       {"cvt.f32.f64", "cvt.s32.f32", "cvt.rn.s32.f32", "cvt.rni.f16.f32", "cvt.rn.f64.f32", "cvt.rn.satfinite.f16.f64",
        "cvt.f16x2.f32", "cvt.rn.sat.bf16.f32", "cvt.rna.bf16.f32", "cvt.rni.ftz.s32.f64", "cvt.ftz.f16.f16"}) {
    EXPECT_FALSE(Find(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace culvert::isa

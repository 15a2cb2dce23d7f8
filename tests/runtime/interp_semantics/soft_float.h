// Soft float: the reference for everything that rounds. Values are exact integers times powers of two; results are
// rounded once, by counting bits. Slow and without host floating point on purpose.
#ifndef CULVERT_TESTS_RUNTIME_INTERP_SEMANTICS_SOFT_FLOAT_H_
#define CULVERT_TESTS_RUNTIME_INTERP_SEMANTICS_SOFT_FLOAT_H_

#include <cstdint>

namespace culvert::npu::semantics {

using uint128 = unsigned __int128;

struct Format {
  int significand;  // bits, the hidden one included
  int exponent_bits;
  int Bias() const { return (1 << (exponent_bits - 1)) - 1; }
  int Width() const { return significand + exponent_bits; }
  uint64_t SignBit() const { return uint64_t{1} << (Width() - 1); }
  uint64_t Infinity() const { return ((uint64_t{1} << exponent_bits) - 1) << (significand - 1); }
  uint64_t CanonicalNan() const { return SignBit() - 1; }
  uint64_t One() const { return static_cast<uint64_t>(Bias()) << (significand - 1); }
};
inline constexpr Format kFormatF32{24, 8}, kFormatF64{53, 11}, kFormatF16{11, 5}, kFormatBf16{8, 8};

// rn, rz, rm, rp, rna as in bytecode::Rounding.
enum class Mode { kRn, kRz, kRm, kRp, kRna };

// (-1)^negative * (magnitude + something in (0, 1) if sticky) * 2^exponent, or a special value.
struct Real {
  bool nan = false, infinite = false, negative = false;
  uint128 magnitude = 0;
  int exponent = 0;
  bool sticky = false;
  bool IsZero() const { return !nan && !infinite && magnitude == 0 && !sticky; }
};

Real Decode(Format format, uint64_t bits);
// Rounds once. NaN gives the canonical NaN.
uint64_t Encode(Format format, Real value, Mode mode);

// Exact, or with a sticky bit far below any rounding position. `mode` decides the sign of an exact zero sum.
Real Add(Real a, Real b, Mode mode);
Real Multiply(Real a, Real b);
Real Divide(Real a, Real b);
Real SquareRoot(Real a);
Real FromInteger(bool negative, uint64_t magnitude);
// An integral value (nan and infinite kept).
Real RoundToIntegral(Real a, Mode mode);
// To an integer of `bits` bits, clamped; `nan_result` for NaN.
uint64_t ToInteger(Real a, Mode mode, int bits, bool is_signed, uint64_t nan_result);

// -1, 0, 1; the operands are no NaNs.
int Compare(Real a, Real b);

// Zeros of the same sign for subnormal encodings.
uint64_t FlushSubnormal(Format format, uint64_t bits);
bool IsNan(Format format, uint64_t bits);

// What flags kFtz, kSat, kRelu do to an encoded result.
uint64_t ApplyFlags(Format format, uint64_t bits, uint16_t flags);

// Minimum or maximum with the flags kNanIn and kXorSign; -0 < +0.
uint64_t Extremum(Format format, bool maximum, uint64_t a, uint64_t b, uint16_t flags);

}  // namespace culvert::npu::semantics

#endif  // CULVERT_TESTS_RUNTIME_INTERP_SEMANTICS_SOFT_FLOAT_H_

#include "tests/isa/harness/vectors.h"

#include <algorithm>
#include <array>

namespace culvert::isa {
namespace {

constexpr int kTypes = static_cast<int>(Ty::kCarry) + 1;

std::vector<uint64_t> IntegerEdges(int bits) {
  uint64_t mask = MaskOf(bits), top = uint64_t{1} << (bits - 1);
  std::vector<uint64_t> edges = {0,   1,   2,       3,       5,    7,        8,        15,        16,       17,  23,
                                 24,  31,  32,      33,      63,   64,       65,       127,       128,      255, 256,
                                 257, top, top - 1, top + 1, mask, mask - 1, mask - 2, mask - 31, mask - 63};
  for (uint64_t pattern : {0x5555555555555555ULL, 0xaaaaaaaaaaaaaaaaULL, 0x0123456789abcdefULL, 0x00ff00ff00ff00ffULL,
                           0x7fff8000ffff0001ULL, 0xff800000ULL, 0x00010000ULL, 0x0000ffffULL, 0x80000000ULL,
                           0x7fffffffULL, 0xffffffffULL, 0x100000000ULL}) {
    edges.push_back(pattern & mask);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  std::erase_if(edges, [&](uint64_t v) { return v > mask; });
  return edges;
}

// Zeros, subnormals, ones and their neighbours, halves, integers where conversions turn, the largest, infinities, NaNs.
std::vector<uint64_t> FloatEdges(int exponent_bits, int fraction_bits) {
  uint64_t sign = uint64_t{1} << (exponent_bits + fraction_bits), one = uint64_t{1} << fraction_bits;
  uint64_t bias = (uint64_t{1} << (exponent_bits - 1)) - 1, max_exponent = (uint64_t{1} << exponent_bits) - 1;
  auto power = [&](int exponent) { return (bias + static_cast<uint64_t>(exponent)) << fraction_bits; };
  std::vector<uint64_t> edges = {0,
                                 1,
                                 one - 1,
                                 one,
                                 one + 1,
                                 power(0),
                                 power(0) + 1,
                                 power(0) - 1,
                                 power(-1),
                                 power(1),
                                 power(0) | (one >> 1),
                                 (max_exponent << fraction_bits) - 1,
                                 max_exponent << fraction_bits,
                                 (max_exponent << fraction_bits) | 1,
                                 (max_exponent << fraction_bits) | (one >> 1),
                                 power(2) + 3};
  for (int turn : {7, 8, 10, 11, 15, 16, 23, 24, 31, 32, 52, 53, 63, 64}) {
    if (static_cast<uint64_t>(turn) < bias) edges.insert(edges.end(), {power(turn), power(turn) - 1});
  }
  for (int small : {-14, -15, -24, -25, -126, -149}) {
    if (static_cast<uint64_t>(-small) < bias) edges.push_back(power(small));
  }
  size_t positive = edges.size();
  for (size_t i = 0; i < positive; ++i) edges.push_back(edges[i] | sign);
  return edges;
}

// And the NaN that fma.oob takes for zero (docs/npu.md, 3.5).
std::vector<uint64_t> WithOutOfBounds(std::vector<uint64_t> edges) {
  edges.push_back(0x7ff7);
  return edges;
}

std::vector<uint64_t> Pairs(const std::vector<uint64_t>& half, int bits) {
  std::vector<uint64_t> edges;
  for (size_t i = 0; i < half.size(); ++i) edges.push_back(half[i] | half[(i * 7 + 3) % half.size()] << bits);
  return edges;
}

std::vector<uint64_t> MakeEdges(Ty type) {
  switch (type) {
    case Ty::kPred:
    case Ty::kCarry:
      return {0, 1};
    case Ty::kF16:
      return WithOutOfBounds(FloatEdges(5, 10));
    case Ty::kBf16:
      return WithOutOfBounds(FloatEdges(8, 7));
    case Ty::kF32:
      return FloatEdges(8, 23);
    case Ty::kF64:
      return FloatEdges(11, 52);
    case Ty::kF16x2:
      return Pairs(WithOutOfBounds(FloatEdges(5, 10)), 16);
    case Ty::kBf16x2:
      return Pairs(WithOutOfBounds(FloatEdges(8, 7)), 16);
    case Ty::kF32x2:
      return Pairs(FloatEdges(8, 23), 32);
    case Ty::kU16x2:
    case Ty::kS16x2:
      return Pairs(IntegerEdges(16), 16);
    case Ty::kU8x4:
    case Ty::kS8x4:
      return Pairs(Pairs(IntegerEdges(8), 8), 16);
    default:
      return IntegerEdges(BitsOf(type));
  }
}

struct FloatShape {
  int exponent_bits = 0, fraction_bits = 0, count = 1;
};
FloatShape ShapeOf(Ty type) {
  switch (type) {
    case Ty::kF16:
      return {5, 10, 1};
    case Ty::kBf16:
      return {8, 7, 1};
    case Ty::kF32:
      return {8, 23, 1};
    case Ty::kF64:
      return {11, 52, 1};
    case Ty::kF16x2:
      return {5, 10, 2};
    case Ty::kBf16x2:
      return {8, 7, 2};
    case Ty::kF32x2:
      return {8, 23, 2};
    default:
      return {};
  }
}

// A zero or one of the smallest subnormal numbers: what .ftz makes equal.
uint64_t Tiny(FloatShape shape, Random& random) {
  uint64_t sign = uint64_t{1} << (shape.exponent_bits + shape.fraction_bits);
  return (random.Below(2) == 0 ? sign : 0) | random.Below(3);
}

uint64_t RandomFloat(FloatShape shape, Random& random) {
  uint64_t bits = random.Next();
  int width = 1 + shape.exponent_bits + shape.fraction_bits;
  uint64_t fraction = bits & MaskOf(shape.fraction_bits), sign = (bits >> 63) << (width - 1);
  if (random.Below(4) == 0) fraction &= MaskOf(shape.fraction_bits) << random.Below(shape.fraction_bits);  // few digits
  uint64_t bias = (uint64_t{1} << (shape.exponent_bits - 1)) - 1;
  uint64_t exponent;
  if (random.Below(2) == 0) {  // of like magnitudes, so that sums cancel and products stay finite
    exponent = bias - 8 + random.Below(16);
  } else {
    exponent = random.Below(uint64_t{1} << shape.exponent_bits);
  }
  return sign | exponent << shape.fraction_bits | fraction;
}

}  // namespace

const std::vector<uint64_t>& Edges(Ty type) {
  static const auto* edges = [] {
    auto* all = new std::array<std::vector<uint64_t>, kTypes>;
    for (int i = 0; i < kTypes; ++i) (*all)[i] = MakeEdges(static_cast<Ty>(i));
    return all;
  }();
  return (*edges)[static_cast<size_t>(type)];
}

uint64_t RandomValue(Ty type, Random& random) {
  uint64_t mask = MaskOf(BitsOf(type));
  if (random.Below(8) == 0) {
    const std::vector<uint64_t>& edges = Edges(type);
    return edges[random.Below(edges.size())];
  }
  FloatShape shape = ShapeOf(type);
  if (shape.exponent_bits != 0) {
    uint64_t value = RandomFloat(shape, random);
    if (shape.count == 2) value |= RandomFloat(shape, random) << (BitsOf(type) / 2);
    return value;
  }
  uint64_t value = random.Next();
  switch (random.Below(4)) {
    case 0:  // small
      value >>= 64 - 1 - random.Below(BitsOf(type));
      break;
    case 1:  // small and negative
      value = ~(value >> (64 - 1 - random.Below(BitsOf(type))));
      break;
    default:
      break;
  }
  return value & mask;
}

std::vector<std::vector<uint64_t>> Operands(const std::vector<Ty>& types, size_t count, Random& random) {
  std::vector<std::vector<uint64_t>> sources(types.size(), std::vector<uint64_t>(count));
  size_t combinations = 1;
  for (Ty type : types) combinations = std::min<size_t>(combinations * Edges(type).size(), size_t{1} << 40);
  size_t edge_lanes = std::min(combinations, count * 2 / 3);
  for (size_t lane = 0; lane < count; ++lane) {
    // All combinations where they fit, a random choice of them where they do not.
    size_t index = combinations <= edge_lanes ? lane : random.Below(combinations);
    for (size_t i = 0; i < types.size(); ++i) {
      const std::vector<uint64_t>& edges = Edges(types[i]);
      sources[i][lane] = lane < edge_lanes ? edges[index % edges.size()] : RandomValue(types[i], random);
      index /= edges.size();
    }
    if (lane < edge_lanes || types.size() < 2) continue;
    uint64_t kind = random.Below(16);
    for (size_t i = 0; i < types.size() && kind == 3; ++i) {
      FloatShape shape = ShapeOf(types[i]);
      if (shape.exponent_bits == 0) continue;
      sources[i][lane] = Tiny(shape, random);
      if (shape.count == 2) sources[i][lane] |= Tiny(shape, random) << (BitsOf(types[i]) / 2);
    }
    size_t to = random.Below(types.size()), from = random.Below(types.size());
    if (kind > 2 || BitsOf(types[to]) != BitsOf(types[from])) continue;
    uint64_t mask = MaskOf(BitsOf(types[to]));
    uint64_t sign = uint64_t{1} << (BitsOf(types[to]) - 1);
    if (kind == 0) sources[to][lane] = sources[from][lane];
    if (kind == 1) sources[to][lane] = sources[from][lane] ^ sign;
    if (kind == 2) sources[to][lane] = (sources[from][lane] + random.Below(5) - 2) & mask;
  }
  return sources;
}

}  // namespace culvert::isa

// The integer half of the reference against itself: vectors worked out by hand or given by the ISA as examples,
// definitions written bit by bit, identities between instructions, and that it knows every form of the table.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include "tests/isa/harness/instances.h"
#include "tests/isa/harness/vectors.h"
#include "tests/isa/reference/reference.h"

namespace culvert::isa {
namespace {

// The results of an instruction for one lane; fails the test if the reference does not know it.
std::vector<uint64_t> Results(std::string_view opcode, const std::vector<uint64_t>& sources) {
  std::optional<Evaluator> evaluator = Find(opcode);
  EXPECT_TRUE(evaluator.has_value() && evaluator->compute) << opcode;
  if (!evaluator.has_value() || !evaluator->compute) return {0, 0};
  EXPECT_EQ(evaluator->sources.size(), sources.size()) << opcode;
  std::vector<uint64_t> results(evaluator->results.size());
  Batch batch;
  batch.count = 1;
  for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = &sources[i];
  for (size_t i = 0; i < results.size(); ++i) batch.result[i] = &results[i];
  evaluator->compute(batch);
  return results;
}
uint64_t First(std::string_view opcode, const std::vector<uint64_t>& sources) { return Results(opcode, sources)[0]; }

struct Known {
  std::string_view opcode;
  std::vector<uint64_t> sources, results;
};
void Expect(const std::vector<Known>& vectors) {
  for (const Known& known : vectors) {
    std::string sources;
    for (uint64_t source : known.sources) sources += " " + std::to_string(source);
    EXPECT_EQ(Results(known.opcode, known.sources), known.results) << known.opcode << sources;
  }
}

TEST(ReferenceInteger, KnownSums) {
  Expect({
      {"add.u16", {0xffff, 2}, {1}},
      {"add.s64", {0x7fffffffffffffff, 1}, {0x8000000000000000}},
      {"add.sat.s32", {0x7fffffff, 1}, {0x7fffffff}},
      {"add.sat.s32", {0x80000000, 0xffffffff}, {0x80000000}},
      {"add.sat.s32", {5, 0xfffffffd}, {2}},
      {"sub.u32", {0, 1}, {0xffffffff}},
      {"sub.sat.s32", {0x80000000, 1}, {0x80000000}},
      {"sub.sat.s32", {0, 0x80000000}, {0x7fffffff}},
      {"add.u16x2", {0xffff0001, 0x00010002}, {0x00000003}},
      {"add.sat.u16x2", {0xffff0001, 0x00010002}, {0xffff0003}},
      {"add.sat.u32", {0xfffffffe, 1}, {0xffffffff}},
      {"add.sat.u32", {0xfffffffe, 3}, {0xffffffff}},
      {"add.u8x4", {0xff7f8001, 0x01018001}, {0x00800002}},
      {"add.sat.u8x4", {0xff7f8001, 0x01018001}, {0xff80ff02}},
      {"add.sat.s8x4", {0xff7f8001, 0x01018001}, {0x007f8002}},
      {"sub.s8x4", {0x00800001, 0x01010000}, {0xff7f0001}},
      {"sub.sat.u8x4", {0x00800001, 0x01010000}, {0x007f0001}},
      {"sub.sat.s8x4", {0x00800001, 0x01010080}, {0xff80007f}},
      {"neg.s8x4", {0x8001ff00}, {0x80ff0100}},
      {"min.u8x4", {0x80017f00, 0x0102ff00}, {0x01017f00}},
      {"min.s8x4", {0x80017f00, 0x0102ff00}, {0x8001ff00}},
      {"max.s8x4", {0x80017f00, 0x0102ff00}, {0x01027f00}},
      {"min.relu.s8x4", {0x80017f05, 0x0102ff06}, {0x00010005}},
      {"max.relu.s8x4", {0x80017f00, 0x8002fffe}, {0x00027f00}},
      {"add.sat.s16x2", {0x7fff8000, 0x0001ffff}, {0x7fff8000}},
      {"sad.u32", {3, 10, 100}, {107}},
      {"sad.s32", {0x80000000, 0x7fffffff, 0}, {0xffffffff}},
      {"sad.u16", {0, 0xffff, 2}, {1}},
      {"abs.s16", {0x8000}, {0x8000}},
      {"abs.s64", {0xffffffffffffffff}, {1}},
      {"neg.s32", {1}, {0xffffffff}},
      {"neg.s32", {0x80000000}, {0x80000000}},
      {"min.u32", {0xffffffff, 1}, {1}},
      {"min.s32", {0xffffffff, 1}, {0xffffffff}},
      {"max.s64", {0x8000000000000000, 0}, {0}},
      {"max.u64", {0x8000000000000000, 0}, {0x8000000000000000}},
      {"min.u16x2", {0xffff0001, 0x00010002}, {0x00010001}},
      {"min.s16x2", {0xffff0001, 0x00010002}, {0xffff0001}},
      {"min.relu.s16x2", {0xffff0001, 0x00010002}, {0x00000001}},
      {"max.relu.s16x2", {0xffff8000, 0xfffe0002}, {0x00000002}},
      {"min.relu.s32", {0xfffffff0, 7}, {0}},
      {"max.relu.s32", {0xfffffff0, 0xffffffff}, {0}},
  });
}

TEST(ReferenceInteger, KnownProducts) {
  Expect({
      {"mul.lo.u16", {0xffff, 0xffff}, {1}},
      {"mul.hi.u16", {0xffff, 0xffff}, {0xfffe}},
      {"mul.hi.s16", {0xffff, 0xffff}, {0}},
      {"mul.wide.s16", {0xffff, 2}, {0xfffffffe}},
      {"mul.wide.u16", {0xffff, 0xffff}, {0xfffe0001}},
      {"mul.wide.s32", {0xffffffff, 2}, {0xfffffffffffffffe}},
      {"mul.wide.u32", {0xffffffff, 0xffffffff}, {0xfffffffe00000001}},
      {"mul.hi.s32", {0x80000000, 0x80000000}, {0x40000000}},
      {"mul.hi.u64", {0xffffffffffffffff, 0xffffffffffffffff}, {0xfffffffffffffffe}},
      {"mul.hi.s64", {0x8000000000000000, 2}, {0xffffffffffffffff}},
      {"mad.lo.s32", {0xffffffff, 3, 4}, {1}},
      {"mad.hi.u32", {0xffffffff, 0xffffffff, 3}, {1}},
      {"mad.hi.sat.s32", {0x80000000, 0x80000000, 0x7fffffff}, {0x7fffffff}},
      {"mad.hi.sat.s32", {0x80000000, 0x7fffffff, 0x80000000}, {0x80000000}},
      {"mad.wide.s16", {0xffff, 1, 0}, {0xffffffff}},
      {"mad.wide.u32", {0xffffffff, 0xffffffff, 0xffffffffffffffff}, {0xfffffffe00000000}},
      {"mul24.lo.u32", {0x00ffffff, 0x00ffffff}, {0xfe000001}},
      {"mul24.hi.u32", {0x00ffffff, 0x00ffffff}, {0xfffffe00}},
      {"mul24.lo.s32", {0x00ffffff, 5}, {0xfffffffb}},
      {"mul24.hi.s32", {0x00800000, 0x00800000}, {0x40000000}},
      {"mul24.hi.s32", {0x00800000, 1}, {0xffffff80}},
      {"mad24.lo.u32", {2, 3, 4}, {10}},
      {"mad24.hi.s32", {0x00800000, 0x00800000, 0x7fffffff}, {0xbfffffff}},
      {"mad24.hi.sat.s32", {0x00800000, 0x00800000, 0x7fffffff}, {0x7fffffff}},
      {"div.s32", {0xfffffff9, 2}, {0xfffffffd}},
      {"rem.s32", {0xfffffff9, 2}, {0xffffffff}},
      {"rem.s32", {7, 0xfffffffe}, {1}},
      {"div.u64", {0xffffffffffffffff, 10}, {1844674407370955161}},
      {"div.s64", {0x8000000000000000, 0xffffffffffffffff}, {0x8000000000000000}},
      {"rem.s64", {0x8000000000000000, 0xffffffffffffffff}, {0}},
      {"div.s16", {5, 0}, {0xffff}},
      {"rem.u16", {5, 0}, {5}},
      {"dp4a.u32.u32", {0x01020304, 0x05060708, 1}, {71}},
      {"dp4a.s32.s32", {0xff000000, 0x02000000, 0}, {0xfffffffe}},
      {"dp4a.u32.s32", {0xff000000, 0xff000000, 0}, {0xffffff01}},
      {"dp2a.lo.u32.u32", {0x00020003, 0x04050607, 1}, {3 * 7 + 2 * 6 + 1}},
      {"dp2a.hi.u32.u32", {0x00020003, 0x04050607, 1}, {3 * 5 + 2 * 4 + 1}},
      {"dp2a.lo.s32.u32", {0xffff0000, 0x0000ff00, 0}, {0xffffff01}},
  });
}

TEST(ReferenceInteger, KnownBits) {
  Expect({
      {"popc.b32", {0xf0f0}, {8}},
      {"popc.b64", {0xffffffffffffffff}, {64}},
      {"clz.b32", {0}, {32}},
      {"clz.b32", {1}, {31}},
      {"clz.b64", {0}, {64}},
      {"bfind.u32", {0x80000000}, {31}},
      {"bfind.s32", {0x80000000}, {30}},
      {"bfind.s32", {0xffffffff}, {0xffffffff}},
      {"bfind.shiftamt.s64", {1}, {63}},
      {"bfind.shiftamt.u32", {0}, {0xffffffff}},
      {"fns.b32", {0xaaaaaaaa, 3, 1}, {3}},  // the four examples of the ISA
      {"fns.b32", {0xaaaaaaaa, 3, 0xffffffff}, {3}},
      {"fns.b32", {0xaaaaaaaa, 2, 1}, {3}},
      {"fns.b32", {0xaaaaaaaa, 2, 0xffffffff}, {1}},
      {"fns.b32", {0xaaaaaaaa, 2, 0}, {0xffffffff}},
      {"fns.b32", {0xaaaaaaaa, 31, 0x80000000}, {0xffffffff}},
      {"brev.b32", {0x00000001}, {0x80000000}},
      {"brev.b64", {0xf}, {0xf000000000000000}},
      {"bmsk.wrap.b32", {1, 2}, {6}},  // the ISA's example
      {"bmsk.clamp.b32", {32, 2}, {0}},
      {"bmsk.clamp.b32", {4, 99}, {0xfffffff0}},
      {"bmsk.wrap.b32", {4, 32}, {0}},
      {"szext.wrap.u32", {0xffffffff, 0}, {0}},  // the ISA's example
      {"szext.clamp.s32", {0x80, 8}, {0xffffff80}},
      {"szext.clamp.u32", {0x12345678, 40}, {0x12345678}},
      {"szext.wrap.s32", {0x12345678, 40}, {0x78}},
      {"bfe.u32", {0x12345678, 8, 8}, {0x56}},
      {"bfe.s32", {0x00008000, 8, 8}, {0xffffff80}},
      {"bfe.s32", {0x80000000, 40, 4}, {0xffffffff}},
      {"bfe.s64", {0x8000000000000000, 255, 0}, {0}},
      {"bfi.b32", {0xab, 0x12345678, 8, 8}, {0x1234ab78}},
      {"bfi.b32", {0xffffffff, 0, 28, 255}, {0xf0000000}},
      {"bfi.b64", {1, 2, 64, 1}, {2}},
      {"shl.b16", {0xffff, 15}, {0x8000}},
      {"shl.b16", {0xffff, 16}, {0}},
      {"shl.b64", {1, 0xffffffff}, {0}},
      {"shr.s16", {0x8000, 200}, {0xffff}},
      {"shr.u64", {0x8000000000000000, 63}, {1}},
      {"shr.s32", {0x80000000, 4}, {0xf8000000}},
      {"shr.b32", {0x80000000, 4}, {0x08000000}},
      {"shf.l.clamp.b32", {0x89abcdef, 0x01234567, 8}, {0x23456789}},
      {"shf.r.clamp.b32", {0x89abcdef, 0x01234567, 8}, {0x6789abcd}},
      {"shf.l.clamp.b32", {1, 2, 77}, {1}},
      {"shf.r.wrap.b32", {1, 2, 32}, {1}},
      {"prmt.b32", {0x33221100, 0x77665544, 0x7250}, {0x77225500}},
      {"prmt.b32", {0x00008000, 0, 0x0819}, {0x000080ff}},
      {"prmt.b32.f4e", {0x33221100, 0x77665544, 3}, {0x66554433}},
      {"prmt.b32.b4e", {0x33221100, 0x77665544, 1}, {0x66770011}},
      {"prmt.b32.rc8", {0x33221100, 0x77665544, 6}, {0x22222222}},
      {"prmt.b32.ecl", {0x33221100, 0, 1}, {0x33221111}},
      {"prmt.b32.ecr", {0x33221100, 0, 1}, {0x11111100}},
      {"prmt.b32.rc16", {0x33221100, 0, 3}, {0x33223322}},
      {"cnot.b16", {0}, {1}},
      {"cnot.b64", {2}, {0}},
      {"not.b16", {0x00ff}, {0xff00}},
      {"not.pred", {0}, {1}},
      {"xor.pred", {1, 1}, {0}},
      {"mov.f64", {0x7ff0000000000001}, {0x7ff0000000000001}},
  });
}

TEST(ReferenceInteger, KnownComparisons) {
  Expect({
      {"setp.lt.s32", {0xffffffff, 0}, {1, 0}},
      {"setp.lt.u32", {0xffffffff, 0}, {0, 1}},
      {"setp.hs.u16", {3, 3}, {1, 0}},
      {"setp.lo.u64", {3, 3}, {0, 1}},
      {"setp.ne.b64", {1, 0x8000000000000001}, {1, 0}},
      {"setp.eq.and.s32", {1, 1, 0}, {0, 0}},
      {"setp.eq.or.s32", {1, 1, 1}, {1, 1}},
      {"setp.eq.xor.s32", {1, 1, 1}, {0, 1}},
      {"set.gt.u32.s16", {1, 0xffff}, {0xffffffff}},
      {"set.gt.s32.u16", {1, 0xffff}, {0}},
      {"set.le.f32.s64", {1, 1}, {0x3f800000}},
      {"set.eq.f16.b32", {1, 1}, {0x3c00}},
      {"set.eq.and.bf16.u32", {1, 1, 1}, {0x3f80}},
      {"set.eq.xor.u32.b16", {1, 2, 1}, {0xffffffff}},
      {"selp.b64", {5, 6, 1}, {5}},
      {"selp.f32", {5, 6, 0}, {6}},
      {"slct.u16.s32", {5, 6, 0x80000000}, {6}},
      {"slct.f64.s32", {5, 6, 0}, {5}},
  });
}

TEST(ReferenceInteger, RejectsWhatPtxDoesNotHave) {
  for (const char* opcode :
       {"add.b32",        "add",     "add.u32.u32",  "add.sat.u64",    "mul.u32",   "mul.wide.u64", "mad.lo.sat.s32",
        "mad.hi.sat.u32", "abs.u32", "min.relu.u32", "popc.u32",       "shl.u32",   "shr.pred",     "setp.lo.s32",
        "setp.lt.b32",    "setp.eq", "set.eq.u32",   "set.lt.u32.b32", "prmt.b64",  "prmt.b32.f5e", "lop3.xor.b32",
        "bfe.b32",        "bfi.u32", "add.cc.u16",   "addc.cc.b32",    "cnot.pred", "dp4a.u32",     "dp2a.u32.u32",
        "slct.b32.u32",   "fns.u32", "and.u32",      "vadd.u32",       ""}) {
    EXPECT_FALSE(Find(opcode).has_value()) << opcode;
  }
}

// ---- Definitions one bit at a time, next to the closed forms of the reference
// ----------------------------------------

bool Bit(uint64_t value, uint64_t n) { return (value >> n & 1) != 0; }

uint64_t SlowBfe(uint64_t a, uint64_t position, uint64_t length, uint64_t bits, bool is_signed) {
  bool sign = is_signed && length != 0 && Bit(a, std::min(position + length - 1, bits - 1));
  uint64_t result = 0;
  for (uint64_t i = 0; i < bits; ++i) {
    bool bit = i < length && position + i < bits ? Bit(a, position + i) : sign;
    result |= uint64_t{bit} << i;
  }
  return result;
}
uint64_t SlowBfi(uint64_t a, uint64_t b, uint64_t position, uint64_t length, uint64_t bits) {
  for (uint64_t i = 0; i < length && position + i < bits; ++i) {
    b = (b & ~(uint64_t{1} << (position + i))) | uint64_t{Bit(a, i)} << (position + i);
  }
  return b;
}

TEST(ReferenceInteger, FieldsBitByBit) {
  Random random(3);
  for (int round = 0; round < 4000; ++round) {
    uint64_t a = random.Next(), b = random.Next(), position = random.Below(round % 2 == 0 ? 80 : 256);
    uint64_t length = random.Below(round % 3 == 0 ? 256 : 80), high = random.Next() & 0xffffff00;
    uint64_t a32 = a & 0xffffffff, b32 = b & 0xffffffff, p = position | high, l = length | high;
    EXPECT_EQ(First("bfe.u32", {a32, p, l}), SlowBfe(a32, position, length, 32, false)) << position << " " << length;
    EXPECT_EQ(First("bfe.s32", {a32, p, l}), SlowBfe(a32, position, length, 32, true)) << position << " " << length;
    EXPECT_EQ(First("bfe.u64", {a, p, l}), SlowBfe(a, position, length, 64, false)) << position << " " << length;
    EXPECT_EQ(First("bfe.s64", {a, p, l}), SlowBfe(a, position, length, 64, true)) << position << " " << length;
    EXPECT_EQ(First("bfi.b32", {a32, b32, p, l}), SlowBfi(a32, b32, position, length, 32)) << position << " " << length;
    EXPECT_EQ(First("bfi.b64", {a, b, p, l}), SlowBfi(a, b, position, length, 64)) << position << " " << length;
  }
}

TEST(ReferenceInteger, ShiftsBitByBit) {
  Random random(4);
  for (uint64_t amount = 0; amount < 140; ++amount) {
    uint64_t a = random.Next(), b = random.Next() & 0xffffffff;
    for (uint64_t bits : {16, 32, 64}) {
      std::string width = std::to_string(bits);
      uint64_t value = bits == 64 ? a : a & ((uint64_t{1} << bits) - 1), left = 0, right = 0, arithmetic = 0;
      for (uint64_t i = 0; i < bits; ++i) {
        bool in_range = i + amount < bits;
        left |= uint64_t{i >= amount && Bit(value, i - amount)} << i;
        right |= uint64_t{in_range && Bit(value, i + amount)} << i;
        arithmetic |= uint64_t{Bit(value, in_range ? i + amount : bits - 1)} << i;
      }
      EXPECT_EQ(First("shl.b" + width, {value, amount}), left) << amount;
      EXPECT_EQ(First("shr.b" + width, {value, amount}), right) << amount;
      EXPECT_EQ(First("shr.u" + width, {value, amount}), right) << amount;
      EXPECT_EQ(First("shr.s" + width, {value, amount}), arithmetic) << amount;
    }
    uint64_t low = a & 0xffffffff, wrapped = amount % 32, clamped = std::min<uint64_t>(amount, 32);
    for (auto [mode, n] : {std::pair("wrap", wrapped), std::pair("clamp", clamped)}) {
      uint64_t left = 0, right = 0;  // of the pair [b, low]
      for (uint64_t i = 0; i < 32; ++i) {
        uint64_t from = i + 32 - n;
        left |= uint64_t{from < 32 ? Bit(low, from) : Bit(b, from - 32)} << i;
        right |= uint64_t{i + n < 32 ? Bit(low, i + n) : Bit(b, i + n - 32)} << i;
      }
      EXPECT_EQ(First(std::string("shf.l.") + mode + ".b32", {low, b, amount}), left) << amount;
      EXPECT_EQ(First(std::string("shf.r.") + mode + ".b32", {low, b, amount}), right) << amount;
    }
  }
}

TEST(ReferenceInteger, MasksAndExtensionsBitByBit) {
  Random random(5);
  for (uint64_t first = 0; first < 40; ++first) {
    for (uint64_t width = 0; width < 40; ++width) {
      for (bool clamp : {false, true}) {
        std::string mode = clamp ? ".clamp" : ".wrap";
        uint64_t from = clamp ? first : first % 32, count = clamp ? std::min<uint64_t>(width, 32) : width % 32;
        uint64_t mask = 0, value = random.Next() & 0xffffffff, zeros = 0, signs = 0;
        for (uint64_t i = 0; i < 32; ++i) {
          mask |= uint64_t{i >= from && i < from + count} << i;
          zeros |= uint64_t{i < count && Bit(value, i)} << i;
          signs |= uint64_t{count != 0 && Bit(value, std::min(i, count - 1))} << i;
        }
        EXPECT_EQ(First("bmsk" + mode + ".b32", {first, width}), mask) << first << " " << width;
        EXPECT_EQ(First("szext" + mode + ".u32", {value, width}), zeros) << value << " " << width;
        EXPECT_EQ(First("szext" + mode + ".s32", {value, width}), signs) << value << " " << width;
      }
    }
  }
}

TEST(ReferenceInteger, SearchesBitByBit) {
  Random random(6);
  for (int round = 0; round < 2000; ++round) {
    uint64_t a = random.Next() >> random.Below(64);
    if (round % 2 != 0) a = ~a;
    for (uint64_t bits : {32, 64}) {
      uint64_t value = bits == 64 ? a : a & 0xffffffff, ones = 0, highest = 0xffffffff, significant = 0xffffffff;
      uint64_t leading = 0;
      for (uint64_t i = 0; i < bits; ++i) {
        ones += Bit(value, i);
        leading = Bit(value, i) ? 0 : leading + 1;
        if (Bit(value, i)) highest = i;
        if (Bit(value, i) != Bit(value, bits - 1)) significant = i;
      }
      std::string width = std::to_string(bits);
      auto amount = [&](uint64_t position) { return position == 0xffffffff ? position : bits - 1 - position; };
      EXPECT_EQ(First("popc.b" + width, {value}), ones);
      EXPECT_EQ(First("clz.b" + width, {value}), leading);
      EXPECT_EQ(First("bfind.u" + width, {value}), highest);
      EXPECT_EQ(First("bfind.s" + width, {value}), significant);
      EXPECT_EQ(First("bfind.shiftamt.u" + width, {value}), amount(highest));
      EXPECT_EQ(First("bfind.shiftamt.s" + width, {value}), amount(significant));
      EXPECT_EQ(First("brev.b" + width, {First("brev.b" + width, {value})}), value);
    }
  }
}

// ---- Identities
// -------------------------------------------------------------------------------------------------------

TEST(ReferenceInteger, Lop3TablesOfFormulas) {
  // The table of a formula is the formula of 0xf0, 0xcc and 0xaa.
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    uint64_t a = random.Next() & 0xffffffff, b = random.Next() & 0xffffffff, c = random.Next() & 0xffffffff;
    auto formula = [&](int n, uint64_t x, uint64_t y, uint64_t z) {
      const uint64_t values[] = {x & y & z, x | y | z, x & y & ~z, (x & y) | z, (x & ~y) ^ z, (x & y) | (~x & z)};
      return values[n];
    };
    for (int n = 0; n < 6; ++n) {
      uint64_t table = formula(n, 0xf0, 0xcc, 0xaa) & 0xff, word = formula(n, a, b, c) & 0xffffffff;
      EXPECT_EQ(First("lop3.b32", {a, b, c, table}), word) << n;
      for (uint64_t q : {0, 1}) {
        uint64_t set = word != 0;
        EXPECT_EQ(Results("lop3.or.b32", {a, b, c, table, q}), (std::vector<uint64_t>{word, set | q}));
        EXPECT_EQ(Results("lop3.and.b32", {a, b, c, table, q}), (std::vector<uint64_t>{word, set & q}));
      }
    }
    EXPECT_EQ(Results("lop3.or.b32", {a, b, c, 0, 0}), (std::vector<uint64_t>{0, 0}));
  }
}

TEST(ReferenceInteger, CarriesChainIntoWideSums) {
  using Wide = unsigned __int128;
  Random random(8);
  for (int round = 0; round < 2000; ++round) {
    uint64_t a[2] = {RandomValue(Ty::kU64, random), RandomValue(Ty::kU64, random)};
    uint64_t b[2] = {RandomValue(Ty::kU64, random), RandomValue(Ty::kU64, random)};
    Wide x = Wide{a[1]} << 64 | a[0], y = Wide{b[1]} << 64 | b[0], sum = x + y, difference = x - y;
    std::vector<uint64_t> low = Results("add.cc.u64", {a[0], b[0]}),
                          high = Results("addc.cc.s64", {a[1], b[1], low[1]});
    EXPECT_EQ(Wide{high[0]} << 64 | low[0], sum);
    EXPECT_EQ(high[1], uint64_t{sum < x});
    EXPECT_EQ(First("addc.u64", {a[1], b[1], low[1]}), high[0]);
    low = Results("sub.cc.s64", {a[0], b[0]}), high = Results("subc.cc.u64", {a[1], b[1], low[1]});
    EXPECT_EQ(Wide{high[0]} << 64 | low[0], difference);
    EXPECT_EQ(high[1], uint64_t{x < y});
    EXPECT_EQ(First("subc.s64", {a[1], b[1], low[1]}), high[0]);
  }
}

// 64 x 64 -> 128 bits by 32-bit multiply-adds, the ISA's example of madc.
TEST(ReferenceInteger, CarriesChainIntoWideProducts) {
  Random random(9);
  for (int round = 0; round < 2000; ++round) {
    uint64_t x = RandomValue(Ty::kU64, random), y = RandomValue(Ty::kU64, random);
    uint64_t x0 = x & 0xffffffff, x1 = x >> 32, y0 = y & 0xffffffff, y1 = y >> 32;
    uint64_t r0 = First("mul.lo.u32", {x0, y0}), r1 = First("mul.hi.u32", {x0, y0});
    std::vector<uint64_t> step = Results("mad.lo.cc.u32", {x1, y0, r1});
    uint64_t r2 = First("madc.hi.u32", {x1, y0, 0, step[1]});
    step = Results("mad.lo.cc.u32", {x0, y1, step[0]});
    r1 = step[0];
    step = Results("madc.hi.cc.u32", {x0, y1, r2, step[1]});
    uint64_t r3 = First("addc.u32", {0, 0, step[1]});
    step = Results("mad.lo.cc.u32", {x1, y1, step[0]});
    r2 = step[0];
    r3 = First("madc.hi.u32", {x1, y1, r3, step[1]});
    EXPECT_EQ(r0 | r1 << 32, First("mul.lo.u64", {x, y}));
    EXPECT_EQ(r2 | r3 << 32, First("mul.hi.u64", {x, y}));
    // The signed high half: each negative factor takes the other one off.
    uint64_t signed_high = (r2 | r3 << 32) - (x >> 63 != 0 ? y : 0) - (y >> 63 != 0 ? x : 0);
    EXPECT_EQ(First("mul.hi.s64", {x, y}), signed_high);
    EXPECT_EQ(Results("mad.hi.cc.s64", {x, y, ~signed_high}), (std::vector<uint64_t>{~uint64_t{0}, 0}));
    EXPECT_EQ(Results("madc.hi.cc.s64", {x, y, ~signed_high, 1}), (std::vector<uint64_t>{0, 1}));
  }
}

TEST(ReferenceInteger, QuotientsAndRemaindersFit) {
  Random random(10);
  for (const char* type : {"u16", "s16", "u32", "s32", "u64", "s64"}) {
    Ty ty = *TypeNamed(type);
    for (int round = 0; round < 1000; ++round) {
      uint64_t a = RandomValue(ty, random), b = RandomValue(ty, random);
      uint64_t q = First(std::string("div.") + type, {a, b}), r = First(std::string("rem.") + type, {a, b});
      EXPECT_EQ(First(std::string("mad.lo.") + type, {q, b, r}), a) << type << " " << a << " " << b;
      if (b == 0 || type[0] == 's') continue;
      EXPECT_LT(r, b);
    }
  }
}

// ---- The table ------------------------------------------------------------------------------------------------------

// Rows that belong to this half: sums, logic, and what compares or copies no floating-point value.
bool IsIntegerInstance(const Instance& instance) {
  using ptx::Family;
  const ptx::InstructionRow& row = *instance.row;
  const std::string mnemonic(ptx::OpcodeName(row.opcode));
  switch (row.family) {
    case Family::kInteger:
    case Family::kExtended:
    case Family::kLogic:
      return true;
    case Family::kCompare:
    case Family::kHalfCompare: {
      ptx::Type last = ptx::Type::kNone;  // of the operands compared, or of the selector
      for (ptx::Type type : instance.instruction.types) last = type != ptx::Type::kNone ? type : last;
      return mnemonic == "selp" || !ptx::IsFloat(last);
    }
    case Family::kData:  // b128 has no pattern of 64 bits
      return mnemonic == "prmt" || (mnemonic == "mov" && instance.opcode != "mov.b128");
    default:
      return false;
  }
}

TEST(ReferenceInteger, KnowsEveryInstanceOfItsRows) {
  size_t instances = 0;
  for (const Instance& instance : ValueInstances()) {
    if (!IsIntegerInstance(instance)) continue;
    ++instances;
    std::optional<Evaluator> evaluator = Find(instance.opcode);
    const ptx::InstructionRow& row = *instance.row;
    ASSERT_TRUE(evaluator.has_value()) << instance.opcode << " of " << RowName(row);
    ASSERT_TRUE(evaluator->compute) << instance.opcode;
    size_t destinations = 0, sources = 0, flags = 0;
    for (const ptx::OperandSpec& spec : row.specs) {
      destinations += spec.destination + (spec.destination && spec.pair != ptx::OperandPair::kNone);
      sources += !spec.destination;
    }
    for (Ty type : evaluator->results) flags += type == Ty::kCarry;
    EXPECT_EQ(evaluator->results.size() - flags, destinations) << instance.opcode;
    flags = 0;
    for (Ty type : evaluator->sources) flags += type == Ty::kCarry;
    EXPECT_EQ(evaluator->sources.size() - flags, sources) << instance.opcode;
  }
  EXPECT_GT(instances, 500u);
}

// Every pattern that a reference makes fits the type of its result.
TEST(ReferenceInteger, ResultsFitTheirTypes) {
  Random random(11);
  for (const Instance& instance : ValueInstances()) {
    if (!IsIntegerInstance(instance)) continue;
    std::optional<Evaluator> evaluator = Find(instance.opcode);
    ASSERT_TRUE(evaluator.has_value()) << instance.opcode;
    constexpr size_t kCount = 512;
    std::vector<std::vector<uint64_t>> sources = Operands(evaluator->sources, kCount, random);
    std::vector<std::vector<uint64_t>> results(evaluator->results.size(), std::vector<uint64_t>(kCount));
    Batch batch;
    batch.count = kCount;
    for (size_t i = 0; i < sources.size(); ++i) batch.source[i] = sources[i].data();
    for (size_t i = 0; i < results.size(); ++i) batch.result[i] = results[i].data();
    evaluator->compute(batch);
    for (size_t i = 0; i < results.size(); ++i) {
      int bits = BitsOf(evaluator->results[i]);
      for (uint64_t value : results[i]) ASSERT_TRUE(bits == 64 || value >> bits == 0) << instance.opcode;
    }
  }
}

}  // namespace
}  // namespace culvert::isa

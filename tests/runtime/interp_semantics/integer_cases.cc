// References: moves, width changes, integer arithmetic, predicates.
#include "tests/runtime/interp_semantics/harness.h"

namespace culvert::npu::semantics {
namespace {

using bytecode::Op;
using int128 = __int128;
using uint128 = unsigned __int128;

int32_t S(uint64_t value) { return static_cast<int32_t>(value); }
uint32_t U(uint64_t value) { return static_cast<uint32_t>(value); }
int64_t D(uint64_t value) { return static_cast<int64_t>(value); }

// A case whose only result is `formula` of operands o.
#define CULVERT_CASE(OP, TYPES, ...)                                           \
  cases.push_back({Op::OP, TYPES, {}, []([[maybe_unused]] const Operands& o) { \
                     return Result{static_cast<uint64_t>(__VA_ARGS__), false}; \
                   }});

int128 Clamp(int128 value, int128 low, int128 high) { return value < low ? low : value > high ? high : value; }
int64_t Extend24(uint64_t value) { return D(value << 40) >> 40; }
uint64_t Distance(int128 a, int128 b) { return static_cast<uint64_t>(a < b ? b - a : a - b); }
uint64_t DivideSigned(int64_t a, int64_t b) { return b == 0 ? ~uint64_t{0} : static_cast<uint64_t>(int128{a} / b); }
uint64_t RemainderSigned(int64_t a, int64_t b) { return b == 0 ? a : static_cast<uint64_t>(int128{a} % b); }

void Moves(std::vector<Case>& cases) {
  CULVERT_CASE(NOP, "-=-", 0)
  CULVERT_CASE(MOV32, "w=w", o.a)
  CULVERT_CASE(MOV64, "d=d", o.a)
  CULVERT_CASE(MOVP, "p=p", o.a)
  CULVERT_CASE(LDIP, "p=p", o.a)
  CULVERT_CASE(SELP32, "w=wwp", o.c ? o.a : o.b)
  CULVERT_CASE(SELP64, "d=ddp", o.c ? o.a : o.b)
  CULVERT_CASE(ANDP, "p=pp", o.a & o.b)
  CULVERT_CASE(ORP, "p=pp", o.a | o.b)
  CULVERT_CASE(XORP, "p=pp", o.a ^ o.b)
  CULVERT_CASE(NOTP, "p=p", !o.a)
  CULVERT_CASE(ANDNP, "p=pp", o.a & !o.b)
  CULVERT_CASE(EXT_S8, "w=w", U(static_cast<int8_t>(o.a)))
  CULVERT_CASE(EXT_U8, "w=w", static_cast<uint8_t>(o.a))
  CULVERT_CASE(EXT_S16, "w=w", U(static_cast<int16_t>(o.a)))
  CULVERT_CASE(EXT_U16, "w=w", static_cast<uint16_t>(o.a))
  CULVERT_CASE(SEXT32_64, "d=w", int64_t{S(o.a)})
  CULVERT_CASE(ZEXT32_64, "d=w", o.a)
  CULVERT_CASE(TRUNC64_32, "w=d", U(o.a))
  CULVERT_CASE(HIGH64_32, "w=d", o.a >> 32)
  CULVERT_CASE(PACK64, "d=ww", o.a | o.b << 32)
  CULVERT_CASE(CLAMP_S64_S32, "w=d", U(Clamp(D(o.a), INT32_MIN, INT32_MAX)))
  CULVERT_CASE(CLAMP_S64_U32, "w=d", Clamp(D(o.a), 0, UINT32_MAX))
  CULVERT_CASE(CLAMP_U64_S32, "w=d", Clamp(o.a, INT32_MIN, INT32_MAX))
  CULVERT_CASE(CLAMP_U64_U32, "w=d", Clamp(o.a, 0, UINT32_MAX))
}

void Products(std::vector<Case>& cases) {
  CULVERT_CASE(MUL_LO_I32, "w=ww", U(o.a * o.b))
  CULVERT_CASE(MUL_LO_I64, "d=dd", o.a * o.b)
  CULVERT_CASE(MUL_HI_S32, "w=ww", U((int64_t{S(o.a)} * S(o.b)) >> 32))
  CULVERT_CASE(MUL_HI_U32, "w=ww", (o.a * o.b) >> 32)
  CULVERT_CASE(MUL_HI_S64, "d=dd", (int128{D(o.a)} * D(o.b)) >> 64)
  CULVERT_CASE(MUL_HI_U64, "d=dd", (uint128{o.a} * o.b) >> 64)
  CULVERT_CASE(MUL_WIDE_S32, "d=ww", int64_t{S(o.a)} * S(o.b))
  CULVERT_CASE(MUL_WIDE_U32, "d=ww", o.a * o.b)
  CULVERT_CASE(MAD_LO_I32, "w=www", U(o.a * o.b + o.c))
  CULVERT_CASE(MAD_LO_I64, "d=ddd", o.a * o.b + o.c)
  CULVERT_CASE(MAD_WIDE_S32, "d=wwd", uint128(int128{S(o.a)} * S(o.b)) + o.c)
  CULVERT_CASE(MAD_WIDE_U32, "d=wwd", o.a * o.b + o.c)
  CULVERT_CASE(MUL24_LO_S32, "w=ww", U(Extend24(o.a) * Extend24(o.b)))
  CULVERT_CASE(MUL24_HI_S32, "w=ww", U((Extend24(o.a) * Extend24(o.b)) >> 16))
  CULVERT_CASE(MUL24_LO_U32, "w=ww", U((o.a & 0xffffff) * (o.b & 0xffffff)))
  CULVERT_CASE(MUL24_HI_U32, "w=ww", U(((o.a & 0xffffff) * (o.b & 0xffffff)) >> 16))
}

void Arithmetic(std::vector<Case>& cases){
    CULVERT_CASE(ADD_I32, "w=ww", U(o.a + o.b)) CULVERT_CASE(ADD_I64, "d=dd", o.a + o.b) CULVERT_CASE(SUB_I32, "w=ww",
                                                                                                      U(o.a - o.b))
        CULVERT_CASE(SUB_I64, "d=dd", o.a - o.b) CULVERT_CASE(SAD_S32, "w=www", U(Distance(S(o.a), S(o.b)) + o.c))
            CULVERT_CASE(SAD_U32, "w=www", U(Distance(o.a, o.b) + o.c)) CULVERT_CASE(SAD_S64, "d=ddd",
                                                                                     Distance(D(o.a), D(o.b)) + o.c)
                CULVERT_CASE(SAD_U64, "d=ddd", Distance(o.a, o.b) + o.c) CULVERT_CASE(DIV_S32, "w=ws",
                                                                                      U(DivideSigned(S(o.a), S(o.b))))
                    CULVERT_CASE(DIV_U32, "w=ws", o.b == 0 ? ~0u : o.a / o.b) CULVERT_CASE(
                        DIV_S64, "d=dd",
                        DivideSigned(D(o.a), D(o.b))) CULVERT_CASE(DIV_U64, "d=dd", o.b == 0 ? ~uint64_t{0} : o.a / o.b)
                        CULVERT_CASE(REM_S32, "w=ws", U(RemainderSigned(S(o.a), S(o.b)))) CULVERT_CASE(
                            REM_U32, "w=ws",
                            o.b == 0 ? o.a : o.a % o.b) CULVERT_CASE(REM_S64, "d=dd", RemainderSigned(D(o.a), D(o.b)))
                            CULVERT_CASE(REM_U64, "d=dd", o.b == 0 ? o.a : o.a % o.b) CULVERT_CASE(
                                MIN_S32, "w=ww",
                                U(S(o.a) < S(o.b) ? o.a : o.b)) CULVERT_CASE(MIN_U32, "w=ww", o.a < o.b ? o.a : o.b)
                                CULVERT_CASE(MIN_S64, "d=dd", D(o.a) < D(o.b) ? o.a : o.b)
                                    CULVERT_CASE(MIN_U64, "d=dd", o.a < o.b ? o.a : o.b)
                                        CULVERT_CASE(MAX_S32, "w=ww", U(S(o.a) > S(o.b) ? o.a : o.b))
                                            CULVERT_CASE(MAX_U32, "w=ww", o.a > o.b ? o.a : o.b)
                                                CULVERT_CASE(MAX_S64, "d=dd", D(o.a) > D(o.b) ? o.a : o.b)
                                                    CULVERT_CASE(MAX_U64, "d=dd", o.a > o.b ? o.a : o.b)
                                                        CULVERT_CASE(NEG_I32, "w=w",
                                                                     U(0 - o.a)) CULVERT_CASE(NEG_I64, "d=d", 0 - o.a)
                                                            CULVERT_CASE(ABS_I32, "w=w", S(o.a) < 0 ? U(0 - o.a) : o.a)
                                                                CULVERT_CASE(ABS_I64, "d=d", D(o.a) < 0 ? 0 - o.a : o.a)
                                                                    CULVERT_CASE(ADD_SAT_S32, "w=ww",
                                                                                 U(Clamp(int128{S(o.a)} + S(o.b),
                                                                                         INT32_MIN, INT32_MAX)))
                                                                        CULVERT_CASE(SUB_SAT_S32, "w=ww",
                                                                                     U(Clamp(int128{S(o.a)} - S(o.b),
                                                                                             INT32_MIN, INT32_MAX)))}

// Sum or difference of `bits` bits with the flag that leaves it; `in` is the flag that enters.
Result AddExtended(int bits, uint64_t a, uint64_t b, uint64_t in) {
  uint128 sum = uint128{a} + b + in;
  return {bits == 64 ? static_cast<uint64_t>(sum) : U(static_cast<uint64_t>(sum)), (sum >> bits) != 0};
}
Result SubExtended(int bits, uint64_t a, uint64_t b, uint64_t in) {
  uint64_t difference = a - b - in;
  return {bits == 64 ? difference : U(difference), uint128{a} < uint128{b} + in};
}

void Extended(std::vector<Case>& cases) {
  struct Row {
    Op op;
    int bits;
    bool add, in;
  };
  for (Row row :
       {Row{Op::ADD_CC_I32, 32, true, false}, Row{Op::ADD_CC_I64, 64, true, false}, Row{Op::ADDC_I32, 32, true, true},
        Row{Op::ADDC_I64, 64, true, true}, Row{Op::SUB_CC_I32, 32, false, false}, Row{Op::SUB_CC_I64, 64, false, false},
        Row{Op::SUBC_I32, 32, false, true}, Row{Op::SUBC_I64, 64, false, true}}) {
    std::string types = row.bits == 64 ? "d=dd" : "w=ww";
    if (row.in) types += "p";
    cases.push_back({row.op,
                     types,
                     {},
                     [row](const Operands& o) {
                       uint64_t in = row.in ? o.c : 0;
                       return row.add ? AddExtended(row.bits, o.a, o.b, in) : SubExtended(row.bits, o.a, o.b, in);
                     },
                     row.in ? 'x' : 'c'});
  }
}

}  // namespace

std::vector<Case> IntegerCases() {
  std::vector<Case> cases;
  Moves(cases);
  Products(cases);
  Arithmetic(cases);
  Extended(cases);
  return cases;
}

}  // namespace culvert::npu::semantics

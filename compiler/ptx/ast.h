// The typed AST of PTX: what compiler/ptx produces and compiler/bytecode consumes. Instructions carry their modifiers
// decoded into fields, so that lowering never looks at text. All string_views point into the PTX text or into the
// module's arena; they live as long as the Module.
#ifndef CULVERT_COMPILER_PTX_AST_H_
#define CULVERT_COMPILER_PTX_AST_H_

#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace culvert::ptx {

// Fundamental types (PTX ISA section 5.2).
enum class Type : uint8_t {
  kNone,
  kPred,
  kB8,
  kB16,
  kB32,
  kB64,
  kB128,
  kU8,
  kU16,
  kU32,
  kU64,
  kS8,
  kS16,
  kS32,
  kS64,
  kF16,
  kF16x2,
  kBf16,
  kBf16x2,
  kTf32,
  kF32,
  kF32x2,
  kF64,
  kU16x2,
  kS16x2,
  kU8x4,
  kS8x4,
  kE4m3,
  kE5m2,
  kE4m3x2,
  kE5m2x2,
  kE2m1x2,
  kE2m3x2,
  kE3m2x2,
  kUe8m0x2,
  kE4m3x4,
  kE5m2x4,
  kE2m1x4,
  kE2m3x4,
  kE3m2x4,
  kU2,
  kS2,
  kU4,
  kS4,
  kB1,
  kE2m1,
  kE2m3,
  kE3m2,
  kB6x16P32,
  kB4x16,
  kB4x16P64,
  kTexref,
  kSamplerref,
  kSurfref,
};
// Size in bytes of a value in memory; kPred and opaque types give 0.
uint32_t TypeBytes(Type type);
bool IsFloat(Type type);
bool IsSigned(Type type);
std::string_view TypeName(Type type);  // "s32"

enum class StateSpace : uint8_t {
  kGeneric,
  kReg,
  kSreg,
  kConst,
  kGlobal,
  kLocal,
  kParam,
  kShared,
  kSharedCluster,
  kParamEntry,
  kParamFunc,
  kTex,
};

enum class Rounding : uint8_t { kNone, kRn, kRz, kRm, kRp, kRna, kRni, kRzi, kRmi, kRpi, kRs };
enum class Compare : uint8_t {
  kNone,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kLo,
  kLs,
  kHi,
  kHs,
  kEqu,
  kNeu,
  kLtu,
  kLeu,
  kGtu,
  kGeu,
  kNum,
  kNan
};
enum class BoolOp : uint8_t { kNone, kAnd, kOr, kXor, kPopc };  // setp, set, bar.red (kPopc), redux uses ReduceOp
enum class ReduceOp : uint8_t {
  kNone,
  kAdd,
  kMin,
  kMax,
  kAnd,
  kOr,
  kXor,
  kExch,
  kCas,
  kInc,
  kDec
};  // atom, red, redux
enum class Semantics : uint8_t { kWeak, kVolatile, kRelaxed, kAcquire, kRelease, kAcqRel, kSc, kMmio };
enum class Scope : uint8_t { kNone, kCta, kCluster, kGpu, kSys };
enum class MulPart : uint8_t { kNone, kLo, kHi, kWide };
enum class ShiftMode : uint8_t { kNone, kClamp, kWrap };
enum class Direction : uint8_t { kNone, kLeft, kRight };  // shf.l / shf.r
enum class ShflMode : uint8_t { kNone, kUp, kDown, kBfly, kIdx };
enum class VoteMode : uint8_t { kNone, kAll, kAny, kUni, kBallot };
enum class PrmtMode : uint8_t { kNone, kF4e, kB4e, kRc8, kEcl, kEcr, kRc16 };
enum class TestpKind : uint8_t { kNone, kFinite, kInfinite, kNumber, kNotANumber, kNormal, kSubnormal };

// Modifiers without a field of their own. One bit each.
enum class Mod : uint8_t {
  kFtz,
  kSat,
  kSatFinite,
  kApprox,
  kFull,
  kNan,
  kXorSign,
  kAbs,
  kRelu,
  kOob,
  kNoFtz,
  kUni,
  kSync,
  kAligned,
  kCc,
  kShiftamt,
  kTo,
  kNc,
  kUnified,
  kArrive,
  kRed,
  kWarp,
  kBarrierCluster,
  kWait,
  kNoInc,
  kAsync,
  kUnordered,
  kExclusive,
  kNoComplete,
  kX2,
  kX4,
  kPacked,
  kRead,
  kParity,
  kTrans,
  kRow,
  kCol,
  kProxy,
  kMembar,
  kSparse,
  kOther,
  kCount
};
using ModSet = std::bitset<static_cast<size_t>(Mod::kCount)>;

// Mnemonics: the first component of an opcode. Written once in opcodes.def: CULVERT_OPCODE(enumerator, "text").
enum class Opcode : uint16_t {
#define CULVERT_OPCODE(name, text) name,
#include "compiler/ptx/opcodes.def"
#undef CULVERT_OPCODE
  kCount
};
std::string_view OpcodeName(Opcode opcode);

struct SourcePosition {
  uint32_t line = 0;  // 1-based, of the PTX text
  uint32_t column = 0;
};

// A register declared in a function. Ids are dense per function and unique across nested scopes (shadowing resolved).
using RegisterId = uint32_t;
inline constexpr RegisterId kNoRegister = ~0u;
struct Register {
  std::string name;  // as written, "%r12"
  Type type = Type::kNone;
};

// Special registers (PTX ISA section 10), component .x/.y/.z/.w folded in.
enum class SpecialRegister : uint8_t {
  kNone,
  kTidX,
  kTidY,
  kTidZ,
  kTidW,
  kNtidX,
  kNtidY,
  kNtidZ,
  kNtidW,
  kLaneId,
  kWarpId,
  kNwarpId,
  kCtaidX,
  kCtaidY,
  kCtaidZ,
  kCtaidW,
  kNctaidX,
  kNctaidY,
  kNctaidZ,
  kNctaidW,
  kSmId,
  kNsmId,
  kGridId,
  kIsExplicitCluster,
  kClusteridX,
  kClusteridY,
  kClusteridZ,
  kClusteridW,
  kNclusteridX,
  kNclusteridY,
  kNclusteridZ,
  kNclusteridW,
  kClusterCtaidX,
  kClusterCtaidY,
  kClusterCtaidZ,
  kClusterCtaidW,
  kClusterNctaidX,
  kClusterNctaidY,
  kClusterNctaidZ,
  kClusterNctaidW,
  kClusterCtaRank,
  kClusterNctaRank,
  kLaneMaskEq,
  kLaneMaskLt,
  kLaneMaskLe,
  kLaneMaskGt,
  kLaneMaskGe,
  kClock,
  kClockHi,
  kClock64,
  kPm,
  kPm64,
  kEnvReg,
  kGlobalTimer,
  kGlobalTimerLo,
  kGlobalTimerHi,
  kReservedSmemOffsetBegin,
  kReservedSmemOffsetEnd,
  kReservedSmemOffsetCap,
  kReservedSmemOffset,
  kTotalSmemSize,
  kAggrSmemSize,
  kDynamicSmemSize,
  kCurrentGraphExec,
};

// What a name in an operand refers to.
enum class SymbolKind : uint8_t {
  kModuleVariable,
  kFunction,
  kLocalVariable,
  kSharedVariable,
  kParameter,
  kCallParameter,
  kLabel,
  kBranchTable,
  kCallPrototype,
  kCallTargets
};
struct SymbolRef {
  SymbolKind kind = SymbolKind::kModuleVariable;
  uint32_t index = 0;  // by kind: Module::variables / functions, Function::variables (local, shared, call parameters),
                       // Function::parameters / returns (see is_return), Function::labels, ::branch_tables (brx.idx
                       // with .branchtargets), ::prototypes (.callprototype), ::call_targets (.calltargets)
  bool is_return = false;  // kParameter: index into Function::returns
};

enum class OperandKind : uint8_t {
  kRegister,  // reg (negated: !%p as a source predicate)
  kSpecial,   // special, env_index for %envreg<n> / %pm<n>
  kInteger,   // bits; also a .pred immediate 0/1
  kFloat,     // bits of an f64 value, or of f32 when is_f32_bits (0f...): lowering converts to the instruction's type
  kSymbol,    // address of symbol + offset, as a value (mov)
  kAddress,   // [base + offset]: base is a register (reg), a symbol, or neither (absolute)
  kVector,    // {a, b, c, d}: elements
  kLabel,     // symbol.kind == kLabel
  kFunction,  // callee name
  kSink,      // _
  kList,      // (a, b): arguments of a call
};

struct Operand {
  OperandKind kind = OperandKind::kSink;
  bool negated = false;  // !%p, or -imm already folded into bits
  bool is_f32_bits = false;
  bool has_symbol = false;          // kAddress, kSymbol
  RegisterId reg = kNoRegister;     // kRegister; base of kAddress
  RegisterId second = kNoRegister;  // dst pair "d|p": second destination (kRegister), kNoRegister if absent or '_'
  bool has_second = false;          // a '|' was written
  uint8_t component = 0xff;         // kRegister: %v.x style component access 0-3; 0xff = whole
  SpecialRegister special = SpecialRegister::kNone;
  uint32_t env_index = 0;
  uint64_t bits = 0;   // kInteger (sign-extended two's complement), kFloat
  int64_t offset = 0;  // kAddress, kSymbol
  SymbolRef symbol;
  std::vector<Operand> elements;  // kVector, kList
};

struct InstructionRow;  // instructions.h: the row of THE table

// One PTX instruction, checked against its row. `types` holds the type modifiers in order of appearance
// (cvt.f32.s32: {kF32, kS32}).
struct Instruction {
  Opcode opcode{};
  const InstructionRow* row = nullptr;
  SourcePosition position;
  // Guard: @%p / @!%p.
  RegisterId guard = kNoRegister;
  bool guard_negated = false;
  Type types[4] = {};
  uint8_t type_count = 0;
  Rounding rounding = Rounding::kNone;
  Compare compare = Compare::kNone;
  BoolOp bool_op = BoolOp::kNone;
  ReduceOp reduce_op = ReduceOp::kNone;
  Semantics semantics = Semantics::kWeak;
  Scope scope = Scope::kNone;
  StateSpace space = StateSpace::kGeneric;
  MulPart part = MulPart::kNone;
  ShiftMode shift_mode = ShiftMode::kNone;
  Direction direction = Direction::kNone;
  ShflMode shfl_mode = ShflMode::kNone;
  VoteMode vote_mode = VoteMode::kNone;
  PrmtMode prmt_mode = PrmtMode::kNone;
  TestpKind testp = TestpKind::kNone;
  uint8_t vector_width = 1;  // .v2 .v4 .v8
  ModSet mods;
  // In the order written; "d|p" is one operand with `second`. A call always has them in the form
  // {kList of returns (may be empty), callee (kFunction or kRegister), kList of arguments (may be empty)} and, if it is
  // indirect and names one, {kSymbol of kind kCallPrototype or kCallTargets}. brx.idx: {index, kSymbol kBranchTable}.
  std::vector<Operand> operands;
  uint32_t loc = 0;  // index + 1 into Function::locations of the .loc in force

  bool Has(Mod mod) const { return mods[static_cast<size_t>(mod)]; }
};

struct SourceLocation {  // .loc
  uint32_t file = 0;     // number of the .file directive
  uint32_t line = 0;
  uint32_t column = 0;
};

// A .param of a function or entry.
struct Parameter {
  std::string_view name;
  Type type = Type::kNone;      // element type
  uint64_t array_elements = 0;  // 0: scalar; byte arrays: .b8 name[N]
  uint32_t align_bytes = 0;     // explicit or natural
  uint32_t size_bytes = 0;
  uint32_t offset_bytes = 0;  // within the parameter list, PTX alignment rules
  bool in_register = false;   // .reg parameter of a .func
  RegisterId reg = kNoRegister;
};

// .local, .shared or call-.param variable declared inside a function body, or a module-scope .shared/.local variable.
struct Variable {
  std::string_view name;
  StateSpace space = StateSpace::kLocal;
  Type type = Type::kNone;
  uint64_t size_bytes = 0;
  uint32_t align_bytes = 1;
  bool is_external = false;  // .extern .shared: the dynamic scratchpad
};

// Position of a label: the instruction it precedes (== instructions.size() at the end).
struct Label {
  std::string_view name;
  uint32_t instruction = 0;
};
struct BranchTable {  // .branchtargets or the label list of brx.idx
  std::string_view name;
  std::vector<uint32_t> labels;  // indices into Function::labels
};
struct Prototype {  // .callprototype, and the signature of every callee
  std::string_view name;
  std::vector<Parameter> returns;
  std::vector<Parameter> parameters;
  bool noreturn = false;
};

struct FunctionDirectives {
  uint32_t max_threads[3] = {0, 0, 0};
  uint32_t required_threads[3] = {0, 0, 0};
  uint32_t min_blocks_per_core = 0;
  uint32_t max_registers = 0;
  uint32_t cluster_dims[3] = {0, 0, 0};
  bool noreturn = false;
};

// A parsed and checked body.
struct Function {
  std::string_view name;
  bool is_entry = false;
  std::vector<Parameter> parameters;
  std::vector<Parameter> returns;
  FunctionDirectives directives;
  std::vector<Register> registers;
  std::vector<Variable> variables;  // body-scope .local, .shared and call .param variables
  std::vector<Instruction> instructions;
  std::vector<Label> labels;
  std::vector<BranchTable> branch_tables;
  std::vector<Prototype> prototypes;                // .callprototype rows
  std::vector<std::vector<uint32_t>> call_targets;  // .calltargets rows: indices into Module::functions
  std::vector<SourceLocation> locations;
};

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_AST_H_

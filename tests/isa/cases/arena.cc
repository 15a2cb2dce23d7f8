#include "tests/isa/cases/arena.h"

#include <algorithm>
#include <numeric>

#include "tests/isa/harness/vectors.h"

namespace culvert::isa {
namespace {

// An element of at most 32 bytes at 32 bytes into its slot: what is stored beside it shows.
constexpr uint32_t kSlot = 96;

// Copies `bytes` between %d<global> and [%d30] of `space`, 8 bytes at a time; threads share the work unless it is their
// own memory.
std::string Copy(const Arena& arena, const std::string& global, bool in) {
  std::string label = in ? "COPY_IN" : "COPY_OUT", done = in ? "COPIED_IN" : "COPIED_OUT";
  std::string text =
      "  mov.u32 %r40, " + std::string(arena.is_private ? "0" : "%r29") + ";\n  shl.b32 %r40, %r40, 3;\n";
  text += label + ":\n  setp.ge.u32 %p10, %r40, " + Number(arena.bytes) + ";\n  @%p10 bra " + done + ";\n";
  text += "  cvt.u64.u32 %d40, %r40;\n  add.u64 %d41, " + global + ", %d40;\n  add.u64 %d42, %d30, %d40;\n";
  std::string space = arena.space == ".param::func" ? ".param" : arena.space;
  text += in ? "  ld.global.u64 %d43, [%d41];\n  st" + space + ".u64 [%d42], %d43;\n"
             : "  ld" + space + ".u64 %d43, [%d42];\n  st.global.u64 [%d41], %d43;\n";
  text += "  add.u32 %r40, %r40, " + Number(arena.is_private ? 8 : 8 * kArenaThreads) + ";\n  bra " + label + ";\n";
  return text + done + ":\n" + (arena.is_private ? "" : "  bar.sync 0;\n");
}

std::string Initializer(const Bytes& bytes) {
  std::string text = " = {";
  for (size_t i = 0; i < bytes.size() / 8; ++i) {
    text += (i == 0 ? "" : ", ") + Number(ValueAt<uint64_t>(bytes, i)) + "U";
  }
  return text + "}";
}

bool Executes(const AccessForm& form, uint32_t thread) {
  if (form.lanes == AccessForm::kGuarded) return thread % 4 != 2;
  if (form.lanes == AccessForm::kBranch) return thread * 11 % 7 > 2;
  return true;
}

}  // namespace

const AccessForm kAccessForms[4] = {
    {"scattered", AccessForm::kScattered, 0, 0, AccessForm::kAll, false},
    {"contiguous", AccessForm::kContiguous, 0, 32, AccessForm::kAll, true},
    {"contiguous_guarded", AccessForm::kContiguous, 64, 0, AccessForm::kGuarded, false},
    {"uniform", AccessForm::kUniform, 32, -64, AccessForm::kBranch, true},
};

std::string SpaceOf(const std::string& opcode) {
  for (const char* space : {".shared::cta", ".shared::cluster", ".param::entry", ".param::func", ".global", ".shared",
                            ".local", ".const", ".param"}) {
    if (HasModifier(opcode, space)) return space;
  }
  return "";
}

uint32_t ArenaBytes(const std::string& space) {
  if (space == ".local") return 4 * kSlot;
  if (space == ".const" || space.starts_with(".param")) return 28 * kSlot;
  return kArenaThreads * kSlot;
}

Arena ArenaIn(const std::string& space, uint32_t bytes, const Bytes& before) {
  Arena arena{.space = space, .bytes = bytes};
  if (arena.is_buffer()) {
    arena.setup = "  mov.u64 %d30, %d1;\n";
    return arena;
  }
  arena.setup = "  mov.u64 %d30, data;\n";
  std::string declaration = " .align 32 .b8 data[" + Number(bytes) + "]";
  if (space.starts_with(".param")) {
    arena.parameters = ", .param" + declaration;
  } else if (space == ".const") {
    arena.module_scope = ".const .align 32 .b64 data[" + Number(bytes / 8) + "]" + Initializer(before) + ";\n";
  } else {
    arena.is_private = space == ".local";
    arena.has_window = true;
    std::string variable = (arena.is_private ? ".local" : ".shared") + declaration + ";\n";
    (arena.is_private ? arena.setup : arena.module_scope).insert(0, variable);
    arena.setup += Copy(arena, "%d1", true);
    std::string barrier = arena.is_private ? "" : "  bar.sync 0;\n";
    arena.teardown = barrier + "  mul.wide.u32 %d44, %r29, " + Number(arena.is_private ? bytes : 0) +
                     ";\n  add.u64 %d44, %d3, %d44;\n" + Copy(arena, "%d44", false);
  }
  return arena;
}

std::vector<uint32_t> OffsetsFor(const AccessForm& form, const struct Element& element, const Arena& arena) {
  uint32_t slots = arena.bytes / kSlot;
  std::vector<uint32_t> order(slots), offsets;
  std::iota(order.begin(), order.end(), 0);
  Random random(17);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  // As far as the arena goes; further threads begin again (those arenas are read only or private).
  uint32_t row = (arena.bytes - 64) / element.bytes();
  for (uint32_t thread = 0; thread < kArenaThreads; ++thread) {
    uint32_t offset = 0;
    if (form.pattern == AccessForm::kScattered) offset = order[thread % slots] * kSlot + 32;
    if (form.pattern == AccessForm::kContiguous) offset = 32 + thread % row * element.bytes();
    if (form.pattern == AccessForm::kUniform) offset = kSlot + 32;
    offsets.push_back(Executes(form, thread) ? offset : kIdle);
  }
  return offsets;
}

std::string AccessRegisters::Text() const {
  if (names.size() == 1) return names[0];
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "{" : ", ") + name;
  return text + "}";
}

AccessRegisters RegistersFor(const AccessForm& form, const struct Element& element) {
  AccessRegisters registers{.bits = std::max(element.bits, 16u)};
  // Registers of floating-point types fit exactly.
  if (!element.is_float && element.bits <= 64) registers.bits = std::max(registers.bits, form.least_register_bits);
  bool floats = element.is_float && form.least_register_bits == 0;
  const char* prefix = registers.bits == 16    ? "%h"
                       : registers.bits == 32  ? (floats ? "%f" : "%r")
                       : registers.bits == 128 ? "%q"
                                               : (floats ? "%g" : "%d");
  for (uint32_t i = 0; i < element.count; ++i) registers.names.push_back(prefix + Number(5 + i));
  return registers;
}

namespace {
bool IsNarrow(const AccessForm& form, const Arena& arena) { return form.narrow_address && arena.has_window; }
}  // namespace

std::string AccessPrologue(const AccessForm& form, const Arena& arena) {
  std::string text = arena.setup + ElementAddress(21, 0, 4) + ElementAddress(22, 2, kValueBytes) +
                     "  ld.global.u32 %r21, [%d21];\n  setp.ne.u32 %p1, %r21, " + Number(kIdle) +
                     ";\n  cvt.u64.u32 %d31, %r21;\n  add.u64 %d32, %d30, %d31;\n";
  if (form.displacement != 0) text += "  sub.s64 %d32, %d32, " + std::to_string(form.displacement) + ";\n";
  if (IsNarrow(form, arena)) text += "  cvt.u32.u64 %r32, %d32;\n";
  return text + "  createpolicy.fractional.L2::evict_last.b64 %d20, 0f3F000000;\n";
}

std::string AddressOperand(const AccessForm& form, const Arena& arena) {
  std::string text = IsNarrow(form, arena) ? "[%r32" : "[%d32";
  if (form.displacement != 0) text += "+" + std::to_string(form.displacement);
  return text + "]";
}

std::string Executed(const AccessForm& form, const std::string& statement) {
  if (form.lanes == AccessForm::kGuarded) return "  @%p1 " + statement + ";  //!\n";
  if (form.lanes == AccessForm::kBranch) return "  @!%p1 bra SKIP;\n  " + statement + ";  //!\nSKIP:\n";
  return "  " + statement + ";  //!\n";
}

std::string TransferValues(const AccessRegisters& registers, bool load) {
  std::string text, type = ".b" + Number(registers.bits);
  for (size_t i = 0; i < registers.names.size(); ++i) {
    std::string place = "[%d22+" + Number(i * registers.bits / 8) + "]";
    text += load ? "  ld.global" + type + " " + registers.names[i] + ", " + place + ";\n"
                 : "  st.global" + type + " " + place + ", " + registers.names[i] + ";\n";
  }
  return text;
}

Case RowCase(const std::string& name, const std::string& body, const ExpectedRow& expected,
             const std::string& module_scope) {
  Case test;
  test.name = name;
  test.ptx = Kernel(2, ElementAddress(10, 0, kRowBytes) + ElementAddress(11, 1, kRowBytes) + body, module_scope);
  test.block[0] = kArenaThreads;
  Bytes in = RandomBytes(kArenaThreads * kRowBytes, 41), out(kArenaThreads * kRowBytes);
  test.buffers = {in, out};
  for (uint32_t thread = 0; thread < kArenaThreads; ++thread) {
    expected(thread, &in[thread * kRowBytes], &out[thread * kRowBytes]);
  }
  test.check = ExpectBuffer(1, std::move(out), 4);
  return test;
}

bool IsVectorOfPtx(const std::string& opcode) {
  struct Element element = ElementOf(opcode);
  std::string space = SpaceOf(opcode);
  bool may_be_wide = (space.empty() || space == ".global") && !opcode.starts_with("ldu");
  if (element.count == 8) return element.bits == 32 && may_be_wide;
  if (element.bytes() > 16) return element.bits == 64 && element.count == 4 && may_be_wide;
  return true;
}

Access::Access(const std::string& opcode, const AccessForm& form, uint64_t seed)
    : element(ElementOf(opcode)),
      before(RandomBytes(ArenaBytes(SpaceOf(opcode)), seed)),
      arena(ArenaIn(SpaceOf(opcode), ArenaBytes(SpaceOf(opcode)), before)),
      registers(RegistersFor(form, element)),
      offsets(OffsetsFor(form, element, arena)),
      policy(HasModifier(opcode, ".L2::cache_hint") ? ", %d20" : "") {}

}  // namespace culvert::isa

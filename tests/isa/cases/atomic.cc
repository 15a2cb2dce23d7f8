// atom and red (PTX ISA, "Parallel Synchronization and Communication Instructions"). Every thread works on a cell of
// its own, so the result is one function of old value and operands; contention is tested with commutative operations on
// one cell.
#include <functional>

#include "tests/isa/cases/cases.h"
#include "tests/isa/cases/kernel_text.h"
#include "tests/isa/harness/vectors.h"
#include "tests/isa/reference/reference.h"

namespace culvert::isa {
namespace {

constexpr uint32_t kThreads = 240;
constexpr uint32_t kSlot = 32;  // bytes per thread in every buffer

struct Atomic {
  std::string opcode, operation;
  struct Element element;
  bool returns = false;  // atom; red gives nothing back
  bool is_shared = false, needs_policy = false;
};

std::string OperationOf(const std::string& opcode) {
  for (const char* name : {"and", "or", "xor", "exch", "cas", "add", "inc", "dec", "min", "max"}) {
    if (HasModifier(opcode, std::string(".") + name)) return name;
  }
  return "";
}

Atomic Describe(const std::string& opcode) {
  Atomic atomic{.opcode = opcode, .operation = OperationOf(opcode), .element = ElementOf(opcode)};
  atomic.returns = opcode.starts_with("atom");
  atomic.is_shared = opcode.find(".shared") != std::string::npos;
  atomic.needs_policy = HasModifier(opcode, ".L2::cache_hint");
  return atomic;
}

std::string RegisterOf(const struct Element& element, int number) {
  const char* prefix = element.bits == 16 ? "%h" : element.bits == 32 ? "%r" : element.bits == 64 ? "%d" : "%q";
  return prefix + std::to_string(number);
}

// "{%r40, %r41}" or "%r40".
std::string Registers(const struct Element& element, int first) {
  if (element.count == 1) return RegisterOf(element, first);
  std::string text;
  for (uint32_t i = 0; i < element.count; ++i) {
    text += (i == 0 ? "{" : ", ") + RegisterOf(element, first + static_cast<int>(i));
  }
  return text + "}";
}

// Moves a value between memory at [%d<address>] and registers, one element at a time.
std::string Transfer(const struct Element& element, int first, int address, bool load) {
  std::string text;
  for (uint32_t i = 0; i < element.count; ++i) {
    std::string reg = RegisterOf(element, first + static_cast<int>(i));
    std::string place = "[%d" + std::to_string(address) + "+" + std::to_string(i * element.bits / 8) + "]";
    std::string type = ".b" + std::to_string(element.bits);
    text += load ? "  ld.global" + type + " " + reg + ", " + place + ";\n"
                 : "  st.global" + type + " " + place + ", " + reg + ";\n";
  }
  return text;
}

// One element after the operation. Null: the reference does not know it (yet).
using Function = std::function<uint64_t(uint64_t old, uint64_t b, uint64_t c)>;

Function FromReference(const std::string& opcode) {
  std::optional<Evaluator> evaluator = Find(opcode);
  if (!evaluator.has_value()) return nullptr;
  return [evaluator](uint64_t old, uint64_t b, uint64_t) {
    uint64_t result = 0, unused = 0;
    evaluator->compute({.count = 1, .source = {&old, &b}, .result = {&result, &unused}});
    return result;
  };
}

Function FunctionOf(const Atomic& atomic) {
  const std::string& operation = atomic.operation;
  uint64_t mask = atomic.element.bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << atomic.element.bits) - 1;
  if (operation == "exch") return [](uint64_t, uint64_t b, uint64_t) { return b; };
  if (operation == "cas") return [](uint64_t old, uint64_t b, uint64_t c) { return old == b ? c : old; };
  if (operation == "inc") return [](uint64_t old, uint64_t b, uint64_t) { return old >= b ? 0 : old + 1; };
  if (operation == "dec") return [](uint64_t old, uint64_t b, uint64_t) { return old == 0 || old > b ? b : old - 1; };
  if (operation == "and") return [](uint64_t old, uint64_t b, uint64_t) { return old & b; };
  if (operation == "or") return [](uint64_t old, uint64_t b, uint64_t) { return old | b; };
  if (operation == "xor") return [](uint64_t old, uint64_t b, uint64_t) { return old ^ b; };
  const std::string& type = atomic.element.type;
  if (!atomic.element.is_float) {
    if (operation == "add") return [mask](uint64_t old, uint64_t b, uint64_t) { return (old + b) & mask; };
    return FromReference(operation + "." + type);
  }
  // "atom.add.f32 on global memory flushes subnormal inputs and results; on shared memory it does not" (PTX ISA, atom).
  std::string rounding = operation == "add" ? ".rn" : "";
  std::string ftz = operation == "add" && type == "f32" && !atomic.is_shared ? ".ftz" : "";
  return FromReference(operation + rounding + ftz + "." + type);
}

std::string Body(const Atomic& atomic) {
  const struct Element& element = atomic.element;
  std::string body = ElementAddress(10, 0, kSlot) + ElementAddress(11, 1, kSlot) + ElementAddress(12, 2, kSlot) +
                     ElementAddress(13, 3, kSlot);
  body += Transfer(element, element.bits == 128 ? 1 : 40, 11, true);
  int b = element.bits == 128 ? 1 : 40, c = element.bits == 128 ? 2 : 50, d = element.bits == 128 ? 3 : 20;
  if (element.bits == 16) b = 8, c = 16, d = 0;
  if (element.bits == 16)
    body = ElementAddress(10, 0, kSlot) + ElementAddress(11, 1, kSlot) + ElementAddress(12, 2, kSlot) +
           ElementAddress(13, 3, kSlot) + Transfer(element, b, 11, true);
  if (atomic.operation == "cas") body += Transfer(element, c, 12, true);
  std::string address = "[%d10]";
  if (atomic.is_shared) {
    // The cell moves to shared memory, and back afterwards.
    body += "  mov.u32 %r1, cells;\n  mad.lo.u32 %r1, %r29, " + Number(kSlot) + ", %r1;\n";
    for (uint32_t i = 0; i < kSlot; i += 8) {
      body += "  ld.global.u64 %d14, [%d10+" + Number(i) + "];\n  st.shared.u64 [%r1+" + Number(i) + "], %d14;\n";
    }
    address = "[%r1]";
  }
  if (atomic.needs_policy) body += "  createpolicy.fractional.L2::evict_last.b64 %d15, 0f3F800000;\n";
  std::string operands = atomic.returns ? Registers(element, d) + ", " : "";
  operands += address + ", " + Registers(element, b);
  if (atomic.operation == "cas") operands += ", " + Registers(element, c);
  if (atomic.needs_policy) operands += ", %d15";
  body += "  " + atomic.opcode + " " + operands + ";  //!\n";
  if (atomic.returns) body += Transfer(element, d, 13, false);
  if (atomic.is_shared) {
    for (uint32_t i = 0; i < kSlot; i += 8) {
      body += "  ld.shared.u64 %d14, [%r1+" + Number(i) + "];\n  st.global.u64 [%d10+" + Number(i) + "], %d14;\n";
    }
  }
  return body;
}

Ty TypeOf(const struct Element& element) { return TypeNamed(element.type).value_or(Ty::kB64); }

// Old values and operands: edges of the type, in all combinations as far as they go.
std::vector<Bytes> Inputs(const Atomic& atomic, uint64_t seed) {
  Random random(seed);
  uint32_t step = std::min(atomic.element.bits, 64u) / 8;
  std::vector<Bytes> buffers(3, Bytes(kThreads * kSlot));
  for (size_t at = 0; at < buffers[0].size(); at += step) {
    for (Bytes& buffer : buffers) {
      uint64_t value = RandomValue(TypeOf(atomic.element), random);
      std::memcpy(buffer.data() + at, &value, step);
    }
    // Compare-and-swap succeeds half of the time.
    bool equal = (at / kSlot) % 2 == 0 && atomic.operation == "cas";
    if (equal) std::memcpy(buffers[1].data() + at, buffers[0].data() + at, step);
    bool near = (at / kSlot) % 4 == 1 && (atomic.operation == "inc" || atomic.operation == "dec");
    if (near) {
      auto old = ValueAt<uint32_t>(buffers[0], at / 4);
      uint32_t bound = old + static_cast<uint32_t>(random.Below(3)) - 1;
      std::memcpy(buffers[1].data() + at, &bound, 4);
    }
  }
  return buffers;
}

Case MakeCase(const Atomic& atomic, const Function& function) {
  const struct Element& element = atomic.element;
  Case test;
  test.name = atomic.opcode + "/own_cell";
  test.block[0] = kThreads;
  std::string cells = ".shared .align 32 .b8 cells[" + Number(kThreads * kSlot) + "];\n";
  test.ptx = Kernel(4, Body(atomic), atomic.is_shared ? cells : "");
  test.buffers = Inputs(atomic, 11);
  test.buffers.push_back(Bytes(kThreads * kSlot));
  Bytes cell = test.buffers[0], returned = test.buffers[3];
  uint32_t bytes = element.bits / 8;
  for (uint32_t thread = 0; thread < kThreads; ++thread) {
    for (uint32_t i = 0; i < element.count; ++i) {
      size_t at = thread * kSlot + i * bytes;
      if (atomic.returns) std::memcpy(returned.data() + at, test.buffers[0].data() + at, bytes);
      if (element.bits == 128) {
        bool stores = atomic.operation == "exch" || std::memcmp(cell.data() + at, test.buffers[1].data() + at, 16) == 0;
        const Bytes& source = test.buffers[atomic.operation == "exch" ? 1 : 2];
        if (stores) std::memcpy(cell.data() + at, source.data() + at, 16);
        continue;
      }
      uint64_t old = 0, b = 0, c = 0;
      std::memcpy(&old, cell.data() + at, bytes);
      std::memcpy(&b, test.buffers[1].data() + at, bytes);
      std::memcpy(&c, test.buffers[2].data() + at, bytes);
      uint64_t result = function(old, b, c);
      std::memcpy(cell.data() + at, &result, bytes);
    }
  }
  auto cell_check = ExpectBuffer(0, cell, bytes), returned_check = ExpectBuffer(3, returned, bytes);
  test.check = [=](const std::vector<Bytes>& after) {
    std::string problem = cell_check(after);
    return problem.empty() ? returned_check(after) : problem;
  };
  return test;
}

// All threads of several blocks on one cell. The final value does not depend on the order.
Case Contended(const std::string& opcode, uint64_t start, const std::string& operand,
               const std::function<uint64_t(uint64_t, uint64_t)>& fold) {
  constexpr uint32_t kBlocks = 6, kBlock = 80;
  bool wide = opcode.ends_with("64");
  Case test;
  test.name = opcode + "/one_cell";
  test.grid[0] = kBlocks;
  test.block[0] = kBlock;
  std::string source = wide ? "%d5" : "%r5";
  std::string destination = opcode.starts_with("atom") ? std::string(wide ? "%d6" : "%r6") + ", " : "";
  test.ptx = Kernel(1, "  add.u32 %r5, %r30, 1;\n  cvt.u64.u32 %d5, %r5;\n  " + opcode + " " + destination + "[%d0], " +
                           (operand.empty() ? source : operand) + ";  //!\n");
  uint64_t value = start;
  for (uint64_t i = 1; i <= kBlocks * kBlock; ++i) value = fold(value, operand.empty() ? i : std::stoul(operand));
  test.buffers = {BytesOf(std::vector<uint64_t>{start})};
  test.check = ExpectBuffer(0, BytesOf(std::vector<uint64_t>{value}), 8);
  return test;
}

void AddContended(std::vector<Case>* cases) {
  for (const char* name : {"atom", "red"}) {
    std::string at = name + std::string(".global.");
    cases->push_back(Contended(at + "add.u32", 7, "", [](uint64_t v, uint64_t i) { return v + i; }));
    cases->push_back(Contended(at + "add.u64", 7, "", [](uint64_t v, uint64_t i) { return v + i; }));
    cases->push_back(Contended(at + "xor.b32", 5, "", [](uint64_t v, uint64_t i) { return v ^ i; }));
    cases->push_back(Contended(at + "or.b64", 0, "", [](uint64_t v, uint64_t i) { return v | i; }));
    cases->push_back(Contended(at + "max.u32", 3, "", [](uint64_t v, uint64_t i) { return std::max(v, i); }));
    cases->push_back(Contended(at + "min.s64", 900, "", [](uint64_t v, uint64_t i) { return std::min(v, i); }));
    cases->push_back(Contended(at + "inc.u32", 0, "99", [](uint64_t v, uint64_t b) { return v >= b ? 0 : v + 1; }));
    cases->push_back(
        Contended(at + "dec.u32", 50, "99", [](uint64_t v, uint64_t b) { return v == 0 || v > b ? b : v - 1; }));
  }
}

}  // namespace

std::vector<Case> AtomicCases() {
  std::vector<Case> cases;
  for (const char* mnemonic : {"atom", "red"}) {
    for (const ptx::InstructionRow* row : RowsNamed(mnemonic)) {
      for (const Instance& instance : SelectedInstancesOf(*row)) {
        Atomic atomic = Describe(instance.opcode);
        if (atomic.element.bytes() > 16) continue;  // wider vectors do not exist
        Function function = FunctionOf(atomic);
        if (function != nullptr) cases.push_back(MakeCase(atomic, function));
      }
    }
  }
  AddContended(&cases);
  return cases;
}

}  // namespace culvert::isa

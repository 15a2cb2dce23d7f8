#include "tests/isa/generator/generate.h"

#include <algorithm>

#include "tests/isa/generator/generator.h"
#include "tests/isa/generator/print.h"

namespace culvert::gen {
namespace {

const std::vector<CellRule>& CellRules() {
  static const auto& rules =
      *new std::vector<CellRule>{{"add", Ty::kU32}, {"add", Ty::kS32}, {"add", Ty::kU64},    {"and", Ty::kB32},
                                 {"or", Ty::kB32},  {"xor", Ty::kB32}, {"or", Ty::kB64},     {"xor", Ty::kB64},
                                 {"min", Ty::kU32}, {"max", Ty::kU32}, {"min", Ty::kS32},    {"max", Ty::kS32},
                                 {"max", Ty::kU64}, {"min", Ty::kS64}, {"inc", Ty::kU32, 5}, {"dec", Ty::kU32, 6}};
  return rules;
}

void ChooseShape(Random& random, Kernel& kernel) {
  uint32_t kind = random.Below(100);
  uint32_t threads = kind < 30   ? 32
                     : kind < 45 ? random.Between(1, 31)
                     : kind < 60 ? 64
                     : kind < 80 ? random.Between(33, 64)
                     : kind < 95 ? random.Between(65, 128)
                                 : random.Between(129, 256);
  if (kind >= 80 && random.Chance(50)) threads = threads / 32 * 32;
  kernel.block[0] = threads;
  if (random.Chance(20)) {  // several dimensions
    uint32_t y = random.Between(1, 4), z = random.Between(1, 2);
    if (threads >= y * z) {
      kernel.block[0] = threads / (y * z);
      kernel.block[1] = y;
      kernel.block[2] = z;
    }
  }
  if (random.Chance(30)) kernel.grid[0] = random.Between(2, 3);
  if (random.Chance(8)) kernel.grid[1] = 2;
}

void ChooseSignature(Random& random, Function& function, FunctionFacts& facts) {
  static const std::vector<Width> kWidths = {Width::k16, Width::k32, Width::k32, Width::k64};
  auto add = [&](Width width) {
    function.registers.push_back(width);
    function.parameters.push_back(static_cast<Reg>(function.registers.size() - 1));
  };
  facts.recursive = random.Chance(25);
  facts.takes_mask = !facts.recursive && random.Chance(40);
  function.abi = random.Chance(25) ? Abi::kRegister : random.Chance(25) ? Abi::kPacked : Abi::kParam;
  if (facts.recursive) add(Width::k32);
  uint32_t count = random.Below(4);
  for (uint32_t i = 0; i < count; ++i) add(random.Of(kWidths));
  if (facts.takes_mask) add(Width::k32);
  if (random.Chance(85)) {
    function.registers.push_back(random.Of(kWidths));
    function.result = static_cast<Reg>(function.registers.size() - 1);
  }
  if (random.Chance(35)) function.local_bytes = 16 * random.Between(1, 3);
}

uint32_t ChooseSize(Random& random) {
  uint32_t kind = random.Below(100);
  return kind < 65 ? random.Between(4, 16) : kind < 93 ? random.Between(16, 45) : random.Between(45, 150);
}

}  // namespace

Kernel Generate(uint64_t seed) {
  Random random(seed);
  Kernel kernel;
  KernelPlan plan;
  kernel.seed = seed;
  ChooseShape(random, kernel);
  plan.whole_warps = kernel.Threads() % 32 == 0;
  uint32_t statements = ChooseSize(random);
  if (kernel.Threads() * kernel.Blocks() > 128) statements = std::min(statements, 40u);
  for (uint32_t i = 0; i < kInputBytes / 8; ++i) {
    uint64_t value = EdgeValue(random, 64);
    for (int b = 0; b < 64; b += 8) kernel.input.push_back(static_cast<uint8_t>(value >> b));
  }
  while (kernel.constants.size() < kConstBytes) {
    uint32_t value = static_cast<uint32_t>(EdgeValue(random, 32));
    for (int b = 0; b < 32; b += 8) kernel.constants.push_back(static_cast<uint8_t>(value >> b));
  }
  for (uint32_t i = 0; i < kParamBytes / 4; ++i) {
    uint32_t value = i < 2 ? random.Below(8) : static_cast<uint32_t>(EdgeValue(random, 32));
    for (int b = 0; b < 32; b += 8) kernel.params.push_back(static_cast<uint8_t>(value >> b));
  }
  plan.private_scratch = 16 * random.Between(1, 2);
  if (random.Chance(40)) kernel.shared_slice = 16 * random.Between(1, 2);
  if (random.Chance(30)) {
    for (uint32_t i = 0; i < kCellCount; ++i) plan.cells.push_back(random.Of(CellRules()));
  }
  if (random.Chance(20)) {
    kernel.shared_cells = 2 * random.Between(1, 3);
    for (uint32_t i = 0; i < kernel.shared_cells; ++i) plan.shared_cells.push_back(random.Of(CellRules()));
  }
  plan.may_exit = random.Chance(20);

  uint32_t functions = random.Chance(35) ? random.Between(1, 4) : 0;
  kernel.functions.resize(functions + 1);
  plan.functions.resize(functions + 1);
  for (uint32_t i = 1; i <= functions; ++i) {
    if (i > 1 && random.Chance(50)) {  // the signature of the one before: both can stand in one table
      const Function& before = kernel.functions[i - 1];
      Function& function = kernel.functions[i];
      size_t fixed = before.parameters.size() + (before.result != kNoReg ? 1 : 0);
      function.registers.assign(before.registers.begin(), before.registers.begin() + static_cast<ptrdiff_t>(fixed));
      function.parameters = before.parameters;
      function.result = before.result;
      function.abi = before.abi;
      function.local_bytes = random.Chance(35) ? 32 : 0;
      plan.functions[i] = plan.functions[i - 1];
    } else {
      ChooseSignature(random, kernel.functions[i], plan.functions[i]);
      plan.functions[i].signature = i;
    }
  }
  if (random.Chance(35)) kernel.functions[0].local_bytes = 16 * random.Between(1, 4);
  for (uint32_t i = functions; i > 0; --i) Generator(&kernel, &plan, i, &random).MakeFunction(random.Between(2, 10));
  Generator(&kernel, &plan, 0, &random).MakeEntry(statements);
  return kernel;
}

uint64_t Fingerprint() {
  static const uint64_t fingerprint = [] {
    uint64_t hash = 0xcbf29ce484222325;
    auto add = [&](const std::string& text) {
      for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
    };
    for (const std::vector<RowPool>* pools : {&Opcodes::Get().rows, &Opcodes::Get().carry}) {
      for (const RowPool& pool : *pools) {
        for (const Instance& instance : pool.instances) add(instance.opcode);
      }
    }
    for (uint64_t seed = 0; seed < 100; ++seed) add(Print(Generate(seed)));
    return hash;
  }();
  return fingerprint;
}

}  // namespace culvert::gen

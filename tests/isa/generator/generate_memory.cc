// Loads, stores, atomics, and exchanges through shared memory.
#include <algorithm>

#include "tests/isa/generator/generator.h"

namespace culvert::gen {
namespace {

const char* SpaceText(Space space) {
  switch (space) {
    case Space::kConst:
      return ".const";
    case Space::kParam:
      return ".param";
    case Space::kLocal:
      return ".local";
    case Space::kShared:
      return ".shared";
    default:
      return ".global";
  }
}

std::string TypeText(Ty type) { return "." + std::string(isa::NameOf(type)); }

const std::vector<Ty>& MemoryTypes() {
  static const auto& types =
      *new std::vector<Ty>{Ty::kB8,  Ty::kU8,  Ty::kS8,  Ty::kB16, Ty::kU16, Ty::kS16, Ty::kB32, Ty::kU32,
                           Ty::kS32, Ty::kF32, Ty::kF32, Ty::kB64, Ty::kU64, Ty::kS64, Ty::kF64, Ty::kF64};
  return types;
}

bool IsFloat(Ty type) { return type == Ty::kF32 || type == Ty::kF64; }

uint32_t PowerBelow(uint32_t value) {
  uint32_t power = 1;
  while (power * 2 <= value) power *= 2;
  return power;
}

}  // namespace

// Ordering, cache operators and eviction hints: without effect on the result of a kernel free of races.
std::string Generator::Hints(Space space, bool load, bool generic) {
  const bool global = space == Space::kInput || space == Space::kPrivate;
  const bool any_order = global || space == Space::kShared;
  if (!any_order) return generic ? "" : SpaceText(space);
  const std::string where = generic ? "" : SpaceText(space);
  static const std::vector<const char*> kScopes = {".cta", ".gpu", ".sys", ".cluster"};
  switch (random_.Below(8)) {
    case 0:
      return ".volatile" + where;
    case 1:
      return std::string(".relaxed") + random_.Of(kScopes) + where;
    case 2:
      return std::string(load ? ".acquire" : ".release") + random_.Of(kScopes) + where;
    case 3: {
      static const std::vector<const char*> kLoad = {".ca", ".cg", ".cs", ".lu", ".cv"},
                                            kStore = {".wb", ".cg", ".cs", ".wt"};
      return where + random_.Of(load ? kLoad : kStore);
    }
    case 4:
      if (space == Space::kInput && load && !generic) return random_.Chance(50) ? ".global.nc" : ".global.cg.nc";
      if (!global) return ".weak" + where;
      return where + (random_.Chance(50) ? ".L1::evict_last" : ".L1::no_allocate");
    case 5:
      if (global && load) return where + (random_.Chance(50) ? ".L2::128B" : ".L2::64B");
      return ".weak" + where;
    default:
      return where;
  }
}

// A register with a byte offset, in a region of `region_bytes`, for an access of `access_bytes`; *offset is a constant
// to add. kNoReg: the constant alone.
Reg Generator::Index(uint32_t region_bytes, uint32_t access_bytes, uint32_t* offset) {
  if (random_.Chance(40)) {
    *offset = random_.Below(region_bytes / access_bytes) * access_bytes;
    return kNoReg;
  }
  uint32_t power = PowerBelow(region_bytes);
  uint32_t mask = (power - 1) & ~(access_bytes - 1);
  *offset = random_.Below((region_bytes - power) / access_bytes + 1) * access_bytes;
  return Compute("and.b32", {Source(Ty::kB32, false), Operand::Immediate(mask, Ty::kB32)});
}

void Generator::RandomLoad() {
  const Function& function = kernel_.functions[index_];
  Statement s;
  s.op = Op::kLoad;
  uint32_t region = 0;
  uint32_t kind = random_.Below(10);
  s.space = Space::kInput, region = kInputBytes;
  if (kind == 0) s.space = Space::kConst, region = kConstBytes;
  if (kind == 1 && index_ == 0) s.space = Space::kParam, region = kParamBytes;
  if (kind <= 3 && kind >= 2) s.space = Space::kPrivate, region = plan_.private_scratch;
  if (kind <= 5 && kind >= 4 && function.local_bytes != 0) s.space = Space::kLocal, region = function.local_bytes;
  if (kind <= 7 && kind >= 6 && kernel_.shared_slice != 0)
    s.space = Space::kShared, region = kernel_.shared_slice, s.own = true;
  s.type = random_.Of(MemoryTypes());
  uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(s.type)) / 8, width = 1;
  if (random_.Chance(25)) width = random_.Chance(50) ? 2 : 4;
  while (width * bytes > std::min(16u, region)) width /= 2;
  if (s.space == Space::kParam) {
    s.offset = random_.Below(region / (bytes * width)) * bytes * width;
  } else {
    s.generic = random_.Chance(20);
    s.index = Index(region, bytes * width, &s.offset);
  }
  MaybeGuard(&s);
  bool variables = s.guard != kNoReg || random_.Chance(20);
  for (uint32_t i = 0; i < width; ++i) {
    Reg reg = variables ? PickVariable(WidthOf(s.type)) : Define(s.type, !IsFloat(s.type));
    if (std::find(s.results.begin(), s.results.end(), reg) != s.results.end())
      reg = Define(s.type, false), s.guard = kNoReg;
    s.results.push_back(reg);
  }
  s.opcode = "ld" + Hints(s.space, true, s.generic) + (width == 2 ? ".v2" : width == 4 ? ".v4" : "") + TypeText(s.type);
  std::vector<Reg> results = s.results;
  Ty type = s.type;
  Emit(std::move(s));
  for (Reg reg : results) {
    const std::vector<Reg>& known = variables_[static_cast<size_t>(function.registers[reg])];
    if (std::find(known.begin(), known.end(), reg) == known.end()) Visible(reg, type);
  }
}

void Generator::RandomStore() {
  const Function& function = kernel_.functions[index_];
  Statement s;
  s.op = Op::kStore;
  s.space = Space::kPrivate;
  uint32_t region = plan_.private_scratch;
  uint32_t kind = random_.Below(10);
  if (kind <= 2 && function.local_bytes != 0) s.space = Space::kLocal, region = function.local_bytes;
  if (kind >= 3 && kind <= 5 && kernel_.shared_slice != 0)
    s.space = Space::kShared, region = kernel_.shared_slice, s.own = true;
  s.type = random_.Of(MemoryTypes());
  uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(s.type)) / 8, width = 1;
  if (random_.Chance(25)) width = random_.Chance(50) ? 2 : 4;
  while (width * bytes > std::min(16u, region)) width /= 2;
  s.generic = random_.Chance(20);
  s.index = Index(region, bytes * width, &s.offset);
  MaybeGuard(&s);
  OperandRule rule{.type = s.type, .wider = !IsFloat(s.type), .literal = width == 1 && bytes > 1};
  for (uint32_t i = 0; i < width; ++i) s.sources.push_back(PickSource(rule));
  s.opcode = "st" + Hints(s.space, false, s.generic) +
             (width == 2   ? ".v2"
              : width == 4 ? ".v4"
                           : "") +
             TypeText(s.type);
  Emit(std::move(s));
}

// An atomic on memory of this thread alone: the result counts.
void Generator::RandomAtomic() {
  struct Form {
    const char* operation;
    std::vector<Ty> types;
  };
  static const auto& kForms = *new std::vector<Form>{
      {"and", {Ty::kB32, Ty::kB64}},
      {"or", {Ty::kB32, Ty::kB64}},
      {"xor", {Ty::kB32, Ty::kB64}},
      {"exch", {Ty::kB32, Ty::kB64}},
      {"cas", {Ty::kB16, Ty::kB32, Ty::kB64}},
      {"add", {Ty::kU32, Ty::kS32, Ty::kU64}},
      {"inc", {Ty::kU32}},
      {"dec", {Ty::kU32}},
      {"min", {Ty::kU32, Ty::kS32, Ty::kU64, Ty::kS64}},
      {"max", {Ty::kU32, Ty::kS32, Ty::kU64, Ty::kS64}},
      {"add", {Ty::kF32, Ty::kF64}},
      {"add.noftz", {Ty::kF16, Ty::kF16x2, Ty::kBf16, Ty::kBf16x2}},
  };
  static const std::vector<const char*> kOrders = {"", "", ".relaxed", ".acquire", ".release", ".acq_rel"};
  static const std::vector<const char*> kScopes = {".cta", ".gpu", ".sys", ".cluster"};
  const Form& form = random_.Of(kForms);
  Statement s;
  s.op = Op::kAtomic;
  s.type = random_.Of(form.types);
  if (FindEvaluator("add.rn." + std::string(isa::NameOf(s.type))) == nullptr &&
      (IsFloat(s.type) || form.operation == std::string("add.noftz")))
    return RandomStore();
  s.space = Space::kPrivate;
  uint32_t region = plan_.private_scratch;
  if (kernel_.shared_slice != 0 && random_.Chance(40))
    s.space = Space::kShared, region = kernel_.shared_slice, s.own = true;
  uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(s.type)) / 8;
  s.generic = s.type != Ty::kF32 && random_.Chance(20);
  s.index = Index(region, bytes, &s.offset);
  s.sources = {
      Source(s.type, s.type != Ty::kF16 && s.type != Ty::kF16x2 && s.type != Ty::kBf16 && s.type != Ty::kBf16x2)};
  if (form.operation == std::string("cas")) s.sources.push_back(Source(s.type));
  std::string order = random_.Of(kOrders);
  s.opcode = std::string("atom") + order + (order.empty() ? "" : random_.Of(kScopes)) +
             (s.generic ? "" : SpaceText(s.space)) + "." + form.operation + TypeText(s.type);
  Reg reg = Define(s.type, false);
  Ty type = s.type;
  s.results = {reg};
  Emit(std::move(s));
  Visible(reg, type);
}

// An atomic on a cell that all threads change in the same way: nobody looks before the end.
void Generator::CellAtomic(bool shared) {
  const std::vector<CellRule>& rules = shared ? plan_.shared_cells : plan_.cells;
  if (rules.empty()) return RandomStore();
  static const std::vector<const char*> kScopes = {".cta", ".gpu", ".sys"};
  uint32_t cell = random_.Below(static_cast<uint32_t>(rules.size()));
  const CellRule& rule = rules[cell];
  Statement s;
  s.op = Op::kAtomic;
  s.space = shared ? Space::kShared : Space::kCells;
  s.type = rule.type;
  s.offset = cell * 8;
  s.generic = random_.Chance(20);
  s.sources = {rule.bound != 0 ? Operand::Immediate(rule.bound, rule.type) : Source(rule.type)};
  MaybeGuard(&s);
  const std::string operation = rule.operation;
  const bool reduce = random_.Chance(60);
  std::string order = random_.Chance(30) ? std::string(".relaxed") + random_.Of(kScopes) : "";
  s.opcode =
      (reduce ? "red" : "atom") + order + (s.generic ? "" : SpaceText(s.space)) + "." + operation + TypeText(s.type);
  if (!reduce) s.results = {kNoReg};
  Emit(std::move(s));
}

void Generator::InitMemory(Space space, uint32_t bytes) {
  for (uint32_t at = 0; at < bytes;) {
    Statement s;
    s.op = Op::kStore;
    s.space = space;
    s.own = space == Space::kShared;
    s.offset = at;
    s.type = Ty::kB64;
    s.sources = {Source(Ty::kB64, false)};
    bool pair = at % 16 == 0 && at + 16 <= bytes && kernel_.shared_slice % 16 == 0 && random_.Chance(70);
    if (pair) s.sources.push_back(Source(Ty::kB64, false));
    s.opcode = std::string("st") + SpaceText(space) + (pair ? ".v2.b64" : ".b64");
    at += pair ? 16 : 8;
    Emit(std::move(s));
  }
}

// Every thread writes into its slice, all meet, every thread reads from the slices of others, all meet again.
void Generator::SharedExchange() { ExchangeAmong(0, 0); }

// The same for the first `threads` threads of the block, at a barrier of their own; 0: the whole block.
void Generator::ExchangeAmong(uint32_t threads, uint32_t barrier) {
  auto meet = [&] {
    if (threads == 0) return RandomBarrier();
    Emit(PlainBarrier(barrier, threads, random_.Chance(50)));
  };
  StoreOwn();
  meet();
  const uint32_t reads = random_.Between(1, 3);
  for (uint32_t i = 0; i < reads; ++i) {
    Operand count = Operand::Immediate(threads == 0 ? kernel_.Threads() : threads, Ty::kU32);
    LoadSlice(Compute("rem.u32", {Source(Ty::kU32, false), count}));
    if (random_.Chance(40)) RandomCompute();
  }
  meet();
}

// The same for the lanes that are here, which are known: bar.warp.sync orders their memory.
void Generator::WarpExchange() {
  Statement sync;
  sync.op = Op::kWarpSync;
  sync.opcode = "bar.warp.sync";
  sync.sources = {context_.mask};
  Reg thread = ReadThread();
  // What was read from here before, by lanes that then were together with this one, is over.
  Emit(Statement(sync));
  StoreOwn();
  Emit(Statement(sync));
  // Some lane of the mask: the highest one of a random half of them, or of them all.
  Reg some = Compute("and.b32", {Source(Ty::kB32, false), context_.mask});
  Reg none = Compute("setp.eq.u32", {Operand::Register(some, Ty::kU32), Operand::Immediate(0, Ty::kU32)});
  Reg from =
      Compute("selp.b32", {context_.mask, Operand::Register(some, Ty::kB32), Operand::Register(none, Ty::kPred)});
  Reg lane = Compute("bfind.u32", {Operand::Register(from, Ty::kU32)});
  Reg first = Compute("and.b32", {Operand::Register(thread, Ty::kB32), Operand::Immediate(~31u, Ty::kB32)});
  LoadSlice(Compute("add.u32", {Operand::Register(first, Ty::kU32), Operand::Register(lane, Ty::kU32)}));
  Emit(Statement(sync));
}

void Generator::StoreOwn() {
  Statement store;
  store.op = Op::kStore;
  store.space = Space::kShared;
  store.own = true;
  store.generic = random_.Chance(20);
  store.type = random_.Of(MemoryTypes());
  const uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(store.type)) / 8;
  store.offset = random_.Below(kernel_.shared_slice / bytes) * bytes;
  store.sources = {bytes == 1 ? Operand::Register(PickRegister(Ty::kB32), store.type) : Source(store.type)};
  store.opcode = "st" + Hints(Space::kShared, false, store.generic) + TypeText(store.type);
  Emit(std::move(store));
}

// A load from the slice of thread number `thread` of the block.
void Generator::LoadSlice(Reg thread) {
  Statement load;
  load.op = Op::kLoad;
  load.space = Space::kShared;
  load.generic = random_.Chance(20);
  load.type = random_.Of(MemoryTypes());
  const uint32_t bytes = static_cast<uint32_t>(isa::BitsOf(load.type)) / 8;
  load.index =
      Compute("mul.lo.u32", {Operand::Register(thread, Ty::kU32), Operand::Immediate(kernel_.shared_slice, Ty::kU32)});
  load.offset = kernel_.shared_cells * 8 + random_.Below(kernel_.shared_slice / bytes) * bytes;
  Reg reg = Define(load.type, !IsFloat(load.type));
  load.results = {reg};
  load.opcode = "ld" + Hints(Space::kShared, true, load.generic) + TypeText(load.type);
  Ty type = load.type;
  Emit(std::move(load));
  Visible(reg, type);
}

}  // namespace culvert::gen

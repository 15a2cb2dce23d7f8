// Instructions that look at other lanes of the warp (PTX ISA, "Parallel Synchronization and Communication" and shfl).
// The expected values are computed lane by lane from the ISA's rules.
#include <bit>
#include <functional>

#include "tests/isa/cases/cases.h"
#include "tests/isa/cases/kernel_text.h"
#include "tests/isa/harness/vectors.h"
#include "tests/isa/reference/reference.h"

namespace culvert::isa {
namespace {

constexpr uint32_t kThreads = 82;  // two full warps and one of 18 lanes
constexpr uint64_t kKept = 0x6b6b6b6b6b6b6b6b;

// Which lanes execute the instruction.
struct Mask {
  const char* name;
  uint32_t lanes;
  bool by_branch;  // the others branch around it; otherwise they are guarded out
};
constexpr Mask kMasks[] = {{"all", 0xffffffff, false},
                           {"odd", 0xaaaaaaaa, true},
                           {"some", 0x9c70e3a5, false},
                           {"low", 0x0000ffff, true},
                           {"one", 0x00002000, true}};

// Lanes of `warp` that execute under `mask`.
uint32_t Executing(const Mask& mask, uint32_t warp) {
  uint32_t threads = std::min(kThreads - warp * 32, 32u);
  uint32_t existing = threads == 32 ? 0xffffffff : (1u << threads) - 1;
  return existing & mask.lanes;
}

// Three source words per thread, and two results: the word (8 bytes wide) and the predicate.
struct WarpCase {
  std::string name, opcode, operands;  // operands after the destination; MASK stands for the membermask
  std::string destination;             // "%d10", "%r10", "%r10|%p4", "%p4"
  bool guard_allowed = true;
  std::string header = ModuleHeader();
  // Result of one lane: `a`, `b`, `c` are the words of all lanes of its warp. Sets *known to false if the ISA leaves it
  // open.
  struct Result {
    uint64_t word = kKept;
    uint32_t predicate = 0;
    bool known = true;
  };
  std::function<Result(uint32_t lane, uint32_t executing, const uint64_t* a, const uint64_t* b, const uint64_t* c)>
      expected;
};

std::string Body(const WarpCase& test, const Mask& mask) {
  std::string operands = test.operands;
  size_t at = operands.find("MASK");
  if (at != std::string::npos) operands.replace(at, 4, "%r20");
  std::string body = ElementAddress(10, 0, 24) + ElementAddress(20, 1, 16);
  body +=
      "  ld.global.u64 %d11, [%d10];\n  ld.global.u64 %d12, [%d10+8];\n  ld.global.u64 %d13, [%d10+16];\n"
      "  cvt.u32.u64 %r11, %d11;\n  cvt.u32.u64 %r12, %d12;\n  cvt.u32.u64 %r13, %d13;\n"
      "  and.b32 %r14, %r11, 1;\n  setp.ne.u32 %p1, %r14, 0;\n";
  body += "  mov.u64 %d14, " + Number(kKept) + ";\n  cvt.u32.u64 %r10, %d14;\n  setp.ne.u32 %p4, 0, 0;\n";
  // The membermask: the lanes that execute, of those that exist.
  body += "  mov.u32 %r20, " + Number(mask.lanes) + ";\n  and.b32 %r21, %r30, 0xffffffe0;\n  sub.u32 %r21, " +
          Number(kThreads) +
          ", %r21;\n  min.u32 %r21, %r21, 32;\n  bmsk.clamp.b32 %r21, 0, %r21;\n  and.b32 %r20, %r20, %r21;\n";
  body += "  shr.u32 %r22, %r20, %r31;\n  and.b32 %r22, %r22, 1;\n  setp.ne.u32 %p2, %r22, 0;\n";
  std::string statement = test.opcode + " " + test.destination + (operands.empty() ? "" : ", " + operands) + ";  //!\n";
  if (mask.lanes == 0xffffffff) {
    body += "  " + statement;
  } else if (mask.by_branch) {
    body += "  @!%p2 bra SKIP;\n  " + statement + "SKIP:\n";
  } else {
    body += "  @%p2 " + statement;
  }
  if (test.destination.starts_with("%r")) body += "  cvt.u64.u32 %d14, %r10;\n";
  body += "  st.global.u64 [%d20], %d14;\n  selp.u64 %d15, 1, 0, %p4;\n  st.global.u64 [%d20+8], %d15;\n";
  return body;
}

// The legacy forms need an old target, which has no bmsk.
std::string ForOldTarget(std::string body) {
  const std::string bmsk = "  bmsk.clamp.b32 %r21, 0, %r21;\n";
  size_t at = body.find(bmsk);
  if (at != std::string::npos)
    body.replace(at, bmsk.size(),
                 "  sub.u32 %r21, 32, %r21;\n  mov.u32 %r23, 0xffffffff;\n  shr.u32 %r21, %r23, %r21;\n");
  return body;
}

Case MakeCase(const WarpCase& test, const Mask& mask, const std::vector<uint64_t>& words) {
  Case made;
  made.name = test.opcode + "/" + test.name + "_" + mask.name;
  std::string body = Body(test, mask);
  bool old = test.header != ModuleHeader();
  made.ptx = Kernel(2, old ? ForOldTarget(body) : body, "", test.header);
  made.block[0] = kThreads;
  made.buffers = {BytesOf(words), Bytes(kThreads * 16)};
  made.check = [test, mask, words](const std::vector<Bytes>& after) -> std::string {
    for (uint32_t thread = 0; thread < kThreads; ++thread) {
      uint32_t warp = thread / 32, lane = thread % 32, executing = Executing(mask, warp);
      uint64_t a[32] = {}, b[32] = {}, c[32] = {};
      for (uint32_t i = 0; i < 32 && warp * 32 + i < kThreads; ++i) {
        a[i] = words[(warp * 32 + i) * 3];
        b[i] = words[(warp * 32 + i) * 3 + 1];
        c[i] = words[(warp * 32 + i) * 3 + 2];
      }
      WarpCase::Result want{.word = test.destination.starts_with("%r") ? kKept & 0xffffffff : kKept};
      if (executing >> lane & 1) want = test.expected(lane, executing, a, b, c);
      if (!want.known) continue;
      auto word = ValueAt<uint64_t>(after[1], thread * 2), predicate = ValueAt<uint64_t>(after[1], thread * 2 + 1);
      if (word == want.word && predicate == want.predicate) continue;
      return "thread " + std::to_string(thread) + " has " + std::to_string(word) + "|" + std::to_string(predicate) +
             ", expected " + std::to_string(want.word) + "|" + std::to_string(want.predicate);
    }
    return "";
  };
  return made;
}

using Result = WarpCase::Result;

// shfl: the pseudocode of the ISA.
Result Shuffle(const std::string& mode, uint32_t lane, uint32_t executing, const uint64_t* a, uint64_t b, uint64_t c,
               bool has_predicate) {
  auto i = static_cast<int>(lane);
  int bval = b & 0x1f, cval = c & 0x1f, mask = c >> 8 & 0x1f;
  int max_lane = (i & mask) | (cval & ~mask), min_lane = i & mask;
  int j = 0;
  bool inside = false;
  if (mode == ".up") j = i - bval, inside = j >= max_lane;
  if (mode == ".down") j = i + bval, inside = j <= max_lane;
  if (mode == ".bfly") j = i ^ bval, inside = j <= max_lane;
  if (mode == ".idx") j = min_lane | (bval & ~mask), inside = j <= max_lane;
  if (!inside) j = i;
  bool known = j >= 0 && j < 32 && (executing >> j & 1) != 0;
  return {known ? static_cast<uint32_t>(a[j]) : 0, has_predicate && inside, known};
}

std::string OldHeader() { return ".version 6.0\n.target sm_61\n.address_size 64\n"; }

void AddShuffles(std::vector<WarpCase>* cases) {
  for (const char* sync : {".sync", ""}) {
    for (const char* mode : {".up", ".down", ".bfly", ".idx"}) {
      for (bool predicate : {true, false}) {
        for (const char* c : {"%r13", "0x1f", "0", "0x181f", "0x1807", "0x1c03"}) {
          bool varying = c[0] == '%';
          uint64_t fixed = varying ? 0 : std::stoul(c, nullptr, 0);
          WarpCase test;
          test.name = std::string(predicate ? "predicate_" : "plain_") + (varying ? "varying" : c);
          test.opcode = std::string("shfl") + sync + mode + ".b32";
          test.destination = predicate ? "%r10|%p4" : "%r10";
          test.operands = std::string("%r11, %r12, ") + c + (*sync ? ", MASK" : "");
          if (!*sync) test.header = OldHeader();
          test.expected = [=, mode = std::string(mode)](uint32_t lane, uint32_t executing, const uint64_t* a,
                                                        const uint64_t* b, const uint64_t* c) {
            return Shuffle(mode, lane, executing, a, b[lane], varying ? c[lane] : fixed, predicate);
          };
          cases->push_back(test);
        }
      }
    }
  }
}

uint32_t Ballot(uint32_t executing, const uint64_t* a, bool negated) {
  uint32_t ballot = 0;
  for (uint32_t i = 0; i < 32; ++i) {
    if ((executing >> i & 1) != 0 && ((a[i] & 1) != 0) != negated) ballot |= 1u << i;
  }
  return ballot;
}

void AddVotes(std::vector<WarpCase>* cases) {
  for (const char* sync : {".sync", ""}) {
    for (bool negated : {false, true}) {
      std::string operands = std::string(negated ? "!%p1" : "%p1") + (*sync ? ", MASK" : "");
      std::string name = negated ? "negated" : "plain";
      std::string header = *sync ? ModuleHeader() : OldHeader();
      for (const char* mode : {".all", ".any", ".uni"}) {
        WarpCase test{.name = name,
                      .opcode = std::string("vote") + sync + mode + ".pred",
                      .operands = operands,
                      .destination = "%p4",
                      .header = header};
        test.expected = [=, mode = std::string(mode)](uint32_t, uint32_t executing, const uint64_t* a, const uint64_t*,
                                                      const uint64_t*) {
          uint32_t ballot = Ballot(executing, a, negated);
          bool all = ballot == executing, none = ballot == 0;
          bool value = mode == ".all" ? all : mode == ".any" ? !none : all || none;
          return Result{kKept, value, true};
        };
        cases->push_back(test);
      }
      WarpCase test{.name = name,
                    .opcode = std::string("vote") + sync + ".ballot.b32",
                    .operands = operands,
                    .destination = "%r10",
                    .header = header};
      test.expected = [=](uint32_t, uint32_t executing, const uint64_t* a, const uint64_t*, const uint64_t*) {
        return Result{Ballot(executing, a, negated), 0, true};
      };
      cases->push_back(test);
    }
  }
}

void AddMatches(std::vector<WarpCase>* cases) {
  for (uint64_t bits : {32, 64}) {
    std::string type = ".b" + std::to_string(bits), source = bits == 32 ? "%r13, MASK" : "%d13, MASK";
    uint64_t used = bits == 32 ? 0xffffffff : ~uint64_t{0};
    auto equal = [used](uint32_t lane, uint32_t executing, const uint64_t* c) {
      uint32_t lanes = 0;
      for (uint32_t i = 0; i < 32; ++i) {
        if ((executing >> i & 1) != 0 && ((c[i] ^ c[lane]) & used) == 0) lanes |= 1u << i;
      }
      return lanes;
    };
    cases->push_back({.name = "few_values",
                      .opcode = "match.any.sync" + type,
                      .operands = source,
                      .destination = "%r10",
                      .expected = [=](uint32_t lane, uint32_t executing, const uint64_t*, const uint64_t*,
                                      const uint64_t* c) { return Result{equal(lane, executing, c), 0, true}; }});
    for (bool predicate : {true, false}) {
      cases->push_back(
          {.name = predicate ? "predicate" : "plain",
           .opcode = "match.all.sync" + type,
           .operands = source,
           .destination = predicate ? "%r10|%p4" : "%r10",
           .expected = [=](uint32_t lane, uint32_t executing, const uint64_t*, const uint64_t*, const uint64_t* c) {
             bool all = equal(lane, executing, c) == executing;
             return Result{all ? executing : 0, predicate && all, true};
           }});
    }
  }
}

// Folds the words of the executing lanes with the reference's two-operand instruction.
uint64_t Fold(const std::string& opcode, uint32_t executing, const uint64_t* a, uint64_t and_mask) {
  Evaluator evaluator = *Find(opcode);
  auto apply = [&](uint64_t left, uint64_t right) {
    uint64_t result = 0, unused = 0;
    evaluator.compute({.count = 1, .source = {&left, &right}, .result = {&result, &unused}});
    return result;
  };
  auto first = static_cast<uint32_t>(std::countr_zero(executing));
  uint64_t value = a[first] & and_mask;
  if (opcode.ends_with(".f32")) value = apply(value, value);  // a lone NaN comes out canonical
  for (uint32_t i = first + 1; i < 32; ++i) {
    if ((executing >> i & 1) != 0) value = apply(value, a[i] & and_mask);
  }
  return value;
}

void AddReductions(std::vector<WarpCase>* cases) {
  for (const ptx::InstructionRow* row : RowsNamed("redux")) {
    for (const Instance& instance : InstancesOf(*row)) {
      const std::string& opcode = instance.opcode;
      bool abs = HasModifier(opcode, ".abs");
      std::string two = opcode.substr(std::string("redux.sync.").size());
      if (abs) two.erase(two.find(".abs"), 4);
      WarpCase test{.name = "words", .opcode = opcode, .operands = "%r12, MASK", .destination = "%r10"};
      uint64_t and_mask = abs ? 0x7fffffff : 0xffffffff;
      test.expected = [=](uint32_t, uint32_t executing, const uint64_t*, const uint64_t* b, const uint64_t*) {
        return Result{Fold(two, executing, b, and_mask), 0, Find(two).has_value()};
      };
      if (Find(two).has_value()) cases->push_back(test);
    }
  }
}

void AddOthers(std::vector<WarpCase>* cases) {
  cases->push_back({.name = "lanes",
                    .opcode = "activemask.b32",
                    .operands = "",
                    .destination = "%r10",
                    .expected = [](uint32_t, uint32_t executing, const uint64_t*, const uint64_t*, const uint64_t*) {
                      return Result{executing, 0, true};
                    }});
  cases->push_back(
      {.name = "leader",
       .opcode = "elect.sync",
       .operands = "MASK",
       .destination = "%r10|%p4",
       .expected = [](uint32_t lane, uint32_t executing, const uint64_t*, const uint64_t*, const uint64_t*) {
         // ISA: any lane may be elected, the same each time; the NPU elects the lowest.
         auto leader = static_cast<uint32_t>(std::countr_zero(executing));
         return Result{leader, lane == leader, true};
       }});
}

// Words: a random, b a small number or random float bits, c few different values.
std::vector<uint64_t> Words(uint64_t seed) {
  Random random(seed);
  std::vector<uint64_t> words;
  for (uint32_t i = 0; i < kThreads; ++i) {
    words.push_back(random.Next());
    words.push_back(random.Below(3) == 0 ? random.Next() : random.Below(40));
    uint64_t few = random.Below(3);
    words.push_back(few == 2 ? few | uint64_t{1} << 40 : few | (random.Below(2) << 9));
  }
  return words;
}

std::vector<uint64_t> UniformWords() {
  std::vector<uint64_t> words;
  for (uint32_t i = 0; i < kThreads; ++i) words.insert(words.end(), {uint64_t{(i & 32) != 0}, 3, 0x1f});
  return words;
}

std::vector<uint64_t> FloatWords(uint64_t seed) {
  Random random(seed);
  std::vector<uint64_t> words;
  for (uint32_t i = 0; i < kThreads; ++i) {
    uint64_t value = i % 11 == 5 && i < 32 ? 0x7fc00001 : RandomValue(Ty::kF32, random);  // NaNs in the first warp
    words.insert(words.end(), {random.Next(), value, random.Next()});
  }
  return words;
}

}  // namespace

std::vector<Case> WarpCases() {
  std::vector<WarpCase> kinds;
  AddShuffles(&kinds);
  AddVotes(&kinds);
  AddMatches(&kinds);
  AddReductions(&kinds);
  AddOthers(&kinds);
  std::vector<Case> cases;
  for (const WarpCase& kind : kinds) {
    for (const Mask& mask : kMasks) {
      bool floats = kind.opcode.ends_with(".f32");
      cases.push_back(MakeCase(kind, mask, floats ? FloatWords(5) : Words(4)));
      Case uniform = MakeCase(kind, mask, UniformWords());
      uniform.name += "_uniform";
      cases.push_back(std::move(uniform));
    }
  }
  return cases;
}

}  // namespace culvert::isa

// Random kernels, lowered as always and lowered plainly (every register in a slot of its own, nothing optimised or
// reordered), must compute the same. Kernels are random nests of divergent branches and loops with guarded
// instructions, jumps across the nest, copies, constants and values of all widths; they end by construction.
// CULVERT_TEST_ROUNDS sets the number of kernels (default 300), CULVERT_TEST_SEED the first seed.
#include <cstdlib>
#include <random>

#include "absl/strings/str_format.h"
#include "compiler/bytecode/lower.h"
#include "compiler/ptx/module.h"
#include "tests/compiler/bytecode/device.h"

namespace culvert {
namespace {

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed), may_jump_(seed % 2 == 0) {}

  std::string Kernel() {
    Block(4);
    for (const std::string& label : pending_labels_) absl::StrAppendFormat(&text_, "%s:\n", label);
    std::string out =
        ".visible .entry k(.param .u64 out) {\n.reg .b32 %r<8>; .reg .b64 %d<4>; .reg .pred %p<4>; .reg .b16 %h<3>;\n"
        ".reg .b64 %out, %o2; .reg .b32 %me, %c<";
    absl::StrAppendFormat(&out, "%d>; .reg .b32 %%t<%d>; .reg .b64 %%u<%d>;\n", loops_ + 1, temporaries_ + 1,
                          temporaries_ + 1);
    out += "mov.u32 %me, %tid.x;\nld.param.u64 %out, [out];\nmul.wide.u32 %o2, %me, 64;\nadd.u64 %out, %out, %o2;\n";
    for (int i = 0; i < 8; ++i)
      absl::StrAppendFormat(&out, "mad.lo.u32 %%r%d, %%me, %d, %d;\n", i, 7 * i + 3, 1000 * i);
    for (int i = 0; i < 4; ++i)
      absl::StrAppendFormat(&out, "cvt.u64.u32 %%d%d, %%r%d; setp.gt.u32 %%p%d, %%r%d, %d;\n", i, i, i, i, 300 * i);
    for (int i = 0; i < 3; ++i) absl::StrAppendFormat(&out, "cvt.u16.u32 %%h%d, %%r%d;\n", i, i);
    for (int i = 1; i <= loops_; ++i) absl::StrAppendFormat(&out, "mov.u32 %%c%d, 0;\n", i);
    // A jump into a nest can skip the definition of a value that the nest reads.
    for (int i = 1; jumps_ && i <= temporaries_; ++i)
      absl::StrAppendFormat(&out, "mov.u32 %%t%d, 5; mov.u64 %%u%d, 6;\n", i, i);
    out += text_;
    for (int i = 0; i < 8; ++i) absl::StrAppendFormat(&out, "st.global.u32 [%%out+%d], %%r%d;\n", 4 * i, i);
    for (int i = 0; i < 3; ++i) absl::StrAppendFormat(&out, "st.global.u64 [%%out+%d], %%d%d;\n", 32 + 8 * i, i);
    out += "st.global.u16 [%out+56], %h0; st.global.u16 [%out+58], %h1;\nret;\n}\n";
    return out;
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }
  template <typename... Args>
  void Add(const absl::FormatSpec<Args...>& format, const Args&... args) {
    absl::StrAppendFormat(&text_, format, args...);
  }
  std::string R() {  // a 32-bit source
    int kind = Pick(10);
    if (kind == 0) return absl::StrFormat("%d", Pick(2000) - 1000);
    if (kind < 4 && !scope_.empty()) return absl::StrFormat("%%t%d", scope_[Pick(static_cast<int>(scope_.size()))]);
    return absl::StrFormat("%%r%d", Pick(8));
  }
  std::string RegisterR() { return absl::StrFormat("%%r%d", Pick(8)); }
  std::string D() {
    if (Pick(4) == 0 && !scope64_.empty())
      return absl::StrFormat("%%u%d", scope64_[Pick(static_cast<int>(scope64_.size()))]);
    return absl::StrFormat("%%d%d", Pick(4));
  }

  void Guard() {
    if (Pick(4) == 0) Add("@%s%%p%d ", Pick(2) ? "" : "!", Pick(4));
  }

  void Statement() {
    static constexpr const char* kOps[] = {"add.u32", "sub.u32", "mul.lo.u32", "and.b32",
                                           "or.b32",  "xor.b32", "min.s32",    "max.u32"};
    static constexpr const char* kOps64[] = {"add.u64", "sub.u64", "mul.lo.u64", "and.b64", "xor.b64", "max.s64"};
    static constexpr const char* kCompare[] = {"lt", "le", "gt", "ge", "eq", "ne"};
    switch (Pick(16)) {
      case 0:
      case 1:
      case 2:
        Guard();
        Add("%s %%r%d, %s, %s;\n", kOps[Pick(8)], Pick(8), RegisterR(), R());
        break;
      case 3:
        if (!scope64_.empty() && Pick(3) == 0) {
          Add("shl.b64 %%d%d, %%u%d, %d;\n", Pick(4), scope64_[Pick(static_cast<int>(scope64_.size()))], Pick(4));
          break;
        }
        Guard();
        Add("%s %%d%d, %s, %s;\n", kOps64[Pick(6)], Pick(4), D(), D());
        break;
      case 4:
        Guard();
        Add("mul.wide.%s %%d%d, %s, %s;\n", Pick(2) ? "s32" : "u32", Pick(4), RegisterR(), R());
        break;
      case 5:
        Guard();
        Add("cvt.%s %%d%d, %s;\n", Pick(2) ? "s64.s32" : "u64.u32", Pick(4), RegisterR());
        break;
      case 6:
        Guard();
        Add("cvt.u32.u64 %%r%d, %s;\n", Pick(8), D());
        break;
      case 7:
        Guard();
        Add("mov.u32 %%r%d, %s;\n", Pick(8), R());
        break;
      case 8:
        Guard();
        Add("setp.%s.s32 %%p%d, %s, %s;\n", kCompare[Pick(6)], Pick(4), RegisterR(), R());
        break;
      case 9:
        Guard();
        Add("setp.%s.and.u32 %%p%d|%%p%d, %s, %s, %%p%d;\n", kCompare[Pick(6)], Pick(2), 2 + Pick(2), RegisterR(), R(),
            Pick(4));
        break;
      case 10:
        Guard();
        Add("selp.u32 %%r%d, %s, %s, %%p%d;\n", Pick(8), R(), R(), Pick(4));
        break;
      case 11:
        Guard();
        Add("mov.b64 {%%r%d, %%r%d}, %s;\n", Pick(4), 4 + Pick(4), D());
        break;
      case 12:
        Guard();
        Add("mov.b64 %%d%d, {%s, %s};\n", Pick(4), RegisterR(), RegisterR());
        break;
      case 13:
        Guard();
        Add("%s.s16 %%h%d, %%h%d, %%h%d;\n", Pick(2) ? "add" : "min", Pick(3), Pick(3), Pick(3));
        break;
      case 14: {  // a value defined once and used below
        int n = ++temporaries_;
        if (Pick(3) == 0)
          Add("mov.u32 %%t%d, %s;\n", n, R());
        else
          Add("%s %%t%d, %s, %s;\n", kOps[Pick(8)], n, RegisterR(), R());
        scope_.push_back(n);
        break;
      }
      default: {
        int n = ++temporaries_;
        if (Pick(3) == 0)
          Add("mov.u64 %%u%d, %s;\n", n, D());
        else if (Pick(3) == 0)
          Add("cvt.%s %%u%d, %s;\nshl.b64 %%d%d, %%u%d, %d;\n", Pick(2) ? "s64.s32" : "u64.u32", n, RegisterR(),
              Pick(4), n, Pick(33));
        else
          Add("mul.wide.s32 %%u%d, %s, 4;\nadd.s64 %%d%d, %s, %%u%d;\n", n, R(), Pick(4), D(), n);
        scope64_.push_back(n);
        break;
      }
    }
  }

  void Block(int depth) {
    const int before = temporaries_;
    int statements = 2 + Pick(8);
    for (int i = 0; i < statements; ++i) {
      int kind = Pick(12);
      if (depth > 0 && kind == 0)
        If(depth);
      else if (depth > 0 && kind == 1)
        Loop(depth);
      else if (kind == 2 && may_jump_ && Pick(4) == 0)
        Jump();
      else
        Statement();
      if (!pending_labels_.empty() && Pick(6) == 0) {  // where earlier jumps land, whatever nest this is
        Add("%s:\n", pending_labels_.back());
        pending_labels_.pop_back();
      }
    }
    auto is_inner = [before](int n) { return n > before; };
    std::erase_if(scope_, is_inner);
    std::erase_if(scope64_, is_inner);
  }
  void If(int depth) {
    int n = ++labels_;
    Add("@%s%%p%d bra ELSE%d;\n", Pick(2) ? "" : "!", Pick(4), n);
    Block(depth - 1);
    if (Pick(2)) {
      Add("bra END%d;\nELSE%d:\n", n, n);
      Block(depth - 1);
      Add("END%d:\n", n);
    } else {
      Add("ELSE%d:\n", n);
    }
  }
  void Loop(int depth) {
    int n = ++loops_;
    Add("LOOP%d:\n", n);
    Block(depth - 1);
    if (Pick(3) == 0) Add("@%%p%d bra OUT%d;\n", Pick(4), n);
    if (Pick(2)) Block(depth - 1);
    std::string limit = absl::StrFormat("%d", 1 + Pick(4));
    if (Pick(2)) {
      limit = absl::StrFormat("%%t%d", ++temporaries_);
      Add("and.b32 %s, %%me, %d;\n", limit, Pick(2) ? 3 : 5);
    }
    // Counters only grow, so jumps into the loop end too.
    Add("add.u32 %%c%d, %%c%d, 1;\nsetp.lt.u32 %%p%d, %%c%d, %s;\n@%%p%d bra LOOP%d;\nOUT%d:\n", n, n, n % 4, n, limit,
        n % 4, n, n);
  }
  void Jump() {
    jumps_ = true;
    pending_labels_.push_back(absl::StrFormat("FAR%d", ++labels_));
    Add("@%%p%d bra %s;\n", Pick(4), pending_labels_.back());
  }

  std::mt19937 random_;
  const bool may_jump_;
  std::string text_;
  bool jumps_ = false;
  int loops_ = 0, labels_ = 0, temporaries_ = 0;
  std::vector<int> scope_, scope64_;
  std::vector<std::string> pending_labels_;
};

TEST(Random, LoweringDoesNotChangeResults) {
  const char* rounds_text = std::getenv("CULVERT_TEST_ROUNDS");
  const char* seed_text = std::getenv("CULVERT_TEST_SEED");
  const uint32_t rounds = rounds_text ? static_cast<uint32_t>(std::atoi(rounds_text)) : 300;
  const uint32_t first = seed_text ? static_cast<uint32_t>(std::atoi(seed_text)) : 1;
  for (uint32_t seed = first; seed < first + rounds; ++seed) {
    std::string text = Ptx(Generator(seed).Kernel());
    auto module = ptx::Module::Index(text, 121);
    ASSERT_TRUE(module.ok()) << module.status().message();
    std::vector<uint32_t> results[2];
    for (int plain = 0; plain < 2; ++plain) {
      absl::StatusOr<Program> program = lowering::LowerEntry(**module, 0, {.plain = plain == 1});
      ASSERT_TRUE(program.ok()) << "seed " << seed << "\n" << program.status().message();
      TestDevice device(text);
      uint64_t out = device.Put(std::vector<uint32_t>(64 * 16, 0xdead));
      device.Pointer(out);
      ASSERT_EQ(device.RunProgram(std::make_shared<const Program>(*std::move(program)), 64),
                npu::SliceResult::kFinished)
          << "seed " << seed;
      results[plain] = device.Get<uint32_t>(out, 64 * 16);
    }
    for (size_t i = 0; i < results[0].size(); ++i) {
      ASSERT_EQ(results[0][i], results[1][i]) << "seed " << seed << ", thread " << i / 16 << ", word " << i % 16 << "\n"
                                              << text;
    }
  }
}

}  // namespace
}  // namespace culvert

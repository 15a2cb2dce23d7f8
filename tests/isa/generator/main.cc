// isa_generate: random kernels on the interpreter against the slow machine. README.md has examples.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/isa/generator/check.h"
#include "tests/isa/generator/generate.h"
#include "tests/isa/generator/opcodes.h"
#include "tests/isa/generator/print.h"
#include "tests/isa/generator/regression.h"

namespace culvert::gen {
namespace {

constexpr uint64_t kRangeSize = 10'000;  // seeds a line of the log
constexpr int kMaxFailures = 10;

struct Flags {
  uint64_t first = 0, last = 0;  // seeds [first, last)
  double seconds = 1e9;
  std::string log, out = ".", replay;
  bool print = false, reduce = false, opcodes = false;
};

int Usage() {
  std::fprintf(
      stderr,
      "usage: isa_generate --seeds A..B [--time SECONDS] [--log FILE] [--reduce] [--out DIR] [--without OPCODE,..]\n"
      "       isa_generate --seed N [--print] [--reduce] [--out DIR]\n"
      "       isa_generate --replay FILE\n"
      "       isa_generate --opcodes\n");
  return 2;
}

bool Parse(int argc, char** argv, Flags* flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--print") {
      flags->print = true;
    } else if (flag == "--reduce") {
      flags->reduce = true;
    } else if (flag == "--opcodes") {
      flags->opcodes = true;
    } else if (i + 1 == argc) {
      return false;
    } else if (flag == "--seeds") {
      unsigned long long a = 0, b = 0;
      if (std::sscanf(argv[++i], "%llu..%llu", &a, &b) != 2 || b < a) return false;
      flags->first = a;
      flags->last = b;
    } else if (flag == "--seed") {
      flags->first = std::strtoull(argv[++i], nullptr, 10);
      flags->last = flags->first + 1;
    } else if (flag == "--time") {
      flags->seconds = std::strtod(argv[++i], nullptr);
    } else if (flag == "--log") {
      flags->log = argv[++i];
    } else if (flag == "--out") {
      flags->out = argv[++i];
    } else if (flag == "--without") {
      Opcodes::Exclude(absl::StrSplit(argv[++i], ','));
    } else if (flag == "--replay") {
      flags->replay = argv[++i];
    } else {
      return false;
    }
  }
  return flags->opcodes || !flags->replay.empty() || flags->last > flags->first;
}

int Replay(const std::string& path) {
  absl::StatusOr<Regression> regression = ReadRegression(path);
  if (!regression.ok()) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), std::string(regression.status().message()).c_str());
    return 2;
  }
  Engine engine;
  absl::StatusOr<Output> output = engine.Run(regression->job, {});
  bool right = output.ok() && *output == regression->expected;
  std::printf("%s: %s\n", path.c_str(),
              right         ? "right"
              : output.ok() ? "wrong"
                            : std::string(output.status().message()).c_str());
  return right ? 0 : 1;
}

int ListOpcodes() {
  const Opcodes& opcodes = Opcodes::Get();
  size_t instances = 0;
  for (const std::vector<RowPool>* pools : {&opcodes.rows, &opcodes.carry}) {
    for (const RowPool& pool : *pools) instances += pool.instances.size();
  }
  auto list = [](const char* title, const std::vector<std::string>& names) {
    for (const std::string& name : names) std::printf("%s %s\n", title, name.c_str());
  };
  list("refused", opcodes.refused);
  list("mismatched", opcodes.mismatched);
  list("unknown", opcodes.unknown);
  std::printf(
      "%zu rows, %zu instances in use; %zu refused by the compiler, %zu unknown to the reference, %zu approximate, "
      "%zu with operands of another form; generator %016llx\n",
      opcodes.rows.size() + opcodes.carry.size(), instances, opcodes.refused.size(), opcodes.unknown.size(),
      opcodes.approximate.size(), opcodes.mismatched.size(), static_cast<unsigned long long>(Fingerprint()));
  return 0;
}

// Ranges done by this generator, from the log: first -> last.
std::map<uint64_t, uint64_t> DoneRanges(const std::string& path, const std::string& generator) {
  std::map<uint64_t, uint64_t> done;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    unsigned long long a = 0, b = 0;
    char name[32] = "";
    unsigned failures = 1;
    if (std::sscanf(line.c_str(), "%llu..%llu generator %31s failures %u", &a, &b, name, &failures) == 4 &&
        generator == name && failures == 0)
      done[a] = b;
  }
  return done;
}

class Run {
 public:
  explicit Run(const Flags& flags) : flags_(flags) {}

  int All() {
    const std::string generator = absl::StrFormat("%016x", Fingerprint());
    std::map<uint64_t, uint64_t> done =
        flags_.log.empty() ? std::map<uint64_t, uint64_t>() : DoneRanges(flags_.log, generator);
    const absl::Time start = absl::Now();
    for (uint64_t first = flags_.first; first < flags_.last && failures_ < kMaxFailures;) {
      uint64_t last = std::min(flags_.last, first / kRangeSize * kRangeSize + kRangeSize);
      auto known = done.find(first);
      if (known != done.end() && known->second == last) {
        first = last;
        continue;
      }
      int before = failures_;
      const absl::Time begin = absl::Now();
      for (uint64_t seed = first; seed < last && failures_ < kMaxFailures; ++seed) {
        if (absl::ToDoubleSeconds(absl::Now() - start) > flags_.seconds) return Report(start);
        One(seed);
      }
      if (failures_ < kMaxFailures && !flags_.log.empty()) {
        std::ofstream log(flags_.log, std::ios::app);
        log << absl::StrFormat("%d..%d generator %s failures %d seconds %.1f at %s\n", first, last, generator,
                               failures_ - before, absl::ToDoubleSeconds(absl::Now() - begin),
                               absl::FormatTime("%Y-%m-%d %H:%M", absl::Now(), absl::UTCTimeZone()));
      }
      first = last;
    }
    return Report(start);
  }

 private:
  int Report(absl::Time start) {
    double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    std::printf("%d kernels, %d failures, %.1f s (%.0f kernels/s)\n", static_cast<int>(kernels_), failures_, seconds,
                static_cast<double>(kernels_) / std::max(seconds, 1e-9));
    return failures_ == 0 ? 0 : 1;
  }
  void One(uint64_t seed) {
    Kernel kernel = Generate(seed);
    if (flags_.print) std::printf("%s", Print(kernel).c_str());
    ++kernels_;
    Verdict verdict = Check(kernel, engine_);
    if (verdict.kind == Verdict::Kind::kAgree) return;
    ++failures_;
    static const char* const kKinds[] = {"agree", "differ", "refused", "invalid"};
    std::printf("seed %llu: %s%s%s: %s\n", static_cast<unsigned long long>(seed),
                kKinds[static_cast<int>(verdict.kind)], verdict.options.plain ? ", plain" : "",
                verdict.options.workers > 1 ? ", several workers" : "", verdict.detail.c_str());
    std::fflush(stdout);
    if (!flags_.reduce || verdict.kind == Verdict::Kind::kInvalid) return;
    Kernel small = ReduceFailure(kernel, verdict, engine_);
    Verdict now = CheckWith(small, engine_, {verdict.options});
    std::string path = absl::StrCat(flags_.out, "/seed_", seed, ".ptx");
    WriteRegression(small, absl::StrCat("seed ", seed, ": ", now.detail), path);
    std::printf("  reduced from %zu to %zu statements: %s\n  %s\n", CountStatements(kernel), CountStatements(small),
                path.c_str(), now.detail.c_str());
    std::fflush(stdout);
  }

  const Flags& flags_;
  Engine engine_;
  uint64_t kernels_ = 0;
  int failures_ = 0;
};

}  // namespace
}  // namespace culvert::gen

int main(int argc, char** argv) {
  culvert::gen::Flags flags;
  if (!culvert::gen::Parse(argc, argv, &flags)) return culvert::gen::Usage();
  if (flags.opcodes) return culvert::gen::ListOpcodes();
  if (!flags.replay.empty()) return culvert::gen::Replay(flags.replay);
  return culvert::gen::Run(flags).All();
}

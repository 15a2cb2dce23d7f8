// isa_sweep: the long form of isa_value_test. For every instance of every value row: all operands where there are at
// most 2^32 of them, otherwise edges and random vectors, at least --random of them for each row. Work is cut into
// units; a unit that is done becomes a line of the log, and units in the log are not done again, so a sweep can be
// stopped and resumed, and cut into shards that run side by side.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "tests/isa/case.h"
#include "tests/isa/harness/value_case.h"
#include "tests/isa/harness/vectors.h"

namespace culvert::isa {
namespace {

constexpr size_t kLanes = size_t{1} << 17;  // per launch: operands, results and both checks stay in the L2 cache

struct Options {
  std::string filter = ".*";
  uint64_t random = 10'000'000;  // a row
  int exhaustive_bits = 32;
  bool list = false;
  std::string log;
  unsigned shard = 0, shards = 1;
};

// One line of work: an instance, whole.
struct Unit {
  const Instance* instance = nullptr;
  Evaluator evaluator;
  int operand_bits = 0;  // 0: random
  uint64_t random_vectors = 0;
  std::string name;  // of the log line
};

int OperandBits(const Evaluator& evaluator) {
  if (evaluator.constant_sources != 0) return 1000;
  int bits = 0;
  for (Ty type : evaluator.sources) bits += BitsOf(type);
  return bits;
}

std::vector<Unit> Units(const Options& options, int* unknown) {
  std::vector<Unit> units;
  std::regex filter(options.filter);
  std::set<std::string> seen;
  std::map<const ptx::InstructionRow*, uint64_t> row_instances;
  for (const Instance& instance : ValueInstances()) ++row_instances[instance.row];
  for (const Instance& instance : ValueInstances()) {
    if (!std::regex_search(instance.opcode, filter)) continue;
    std::optional<Evaluator> evaluator = ReferenceOf(instance);
    if (!evaluator.has_value()) {
      std::printf("UNKNOWN %s\n", instance.opcode.c_str());
      ++*unknown;
      continue;
    }
    Unit unit{.instance = &instance, .evaluator = *evaluator};
    int bits = OperandBits(*evaluator);
    if (bits <= options.exhaustive_bits) {
      unit.operand_bits = bits;
      unit.name = instance.opcode + " all-2^" + std::to_string(bits);
    } else {
      unit.random_vectors = std::max<uint64_t>(options.random / row_instances[instance.row], kLanes);
      unit.name = instance.opcode + " random-" + std::to_string(unit.random_vectors);
    }
    // min.f32 has a form with two and one with three operands.
    if (!seen.insert(unit.name).second) unit.name += "-of-" + std::to_string(evaluator->sources.size());
    units.push_back(std::move(unit));
  }
  // Short ones first; pairs of 16-bit operands, of which there are hundreds, last.
  auto effort = [](const Unit& unit) { return unit.operand_bits < 32 ? size_t{0} : unit.evaluator.sources.size(); };
  std::sort(units.begin(), units.end(),
            [&](const Unit& a, const Unit& b) { return std::pair(effort(a), a.name) < std::pair(effort(b), b.name); });
  return units;
}

std::set<std::string> DoneUnits(const std::string& path) {
  std::set<std::string> done;
  std::ifstream log(path);
  for (std::string line; std::getline(log, line);) {
    std::istringstream fields(line);
    std::string result, opcode, kind;
    if (fields >> result >> opcode >> kind && result == "ok") done.insert(opcode + " " + kind);
  }
  return done;
}

// Appends a whole line: shards share the file.
void Append(const std::string& path, const std::string& line) {
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
  if (path.empty()) return;
  int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0 || write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::fprintf(stderr, "isa_sweep: cannot append to %s\n", path.c_str());
    std::exit(2);
  }
  close(file);
}

using Sources = std::vector<std::vector<uint64_t>>;

// Operands number `first`, `first` + 1, ... of all, the first source in the low bits.
void FillAll(const std::vector<Ty>& types, uint64_t first, Sources* sources) {
  int shift = 0;
  for (size_t s = 0; s < types.size(); ++s) {
    int bits = BitsOf(types[s]);
    uint64_t mask = (uint64_t{1} << bits) - 1;
    uint64_t* out = (*sources)[s].data();
    for (size_t i = 0; i < kLanes; ++i) out[i] = (first + i) >> shift & mask;
    shift += bits;
  }
}

struct Outcome {
  std::string problem;
  uint64_t vectors = 0;
  WorstError worst;
};

Outcome Sweep(CaseRunner& runner, const Unit& unit) {
  Outcome outcome;
  auto worst = std::make_shared<WorstError>();
  Random random(std::hash<std::string>()(unit.instance->opcode));
  uint64_t total =
      unit.operand_bits != 0 ? std::max<uint64_t>(uint64_t{1} << unit.operand_bits, kLanes) : unit.random_vectors;
  Sources sources(unit.evaluator.sources.size(), std::vector<uint64_t>(kLanes));
  std::shared_ptr<const Program> program;
  while (outcome.vectors < total) {
    if (unit.operand_bits != 0) {
      FillAll(unit.evaluator.sources, outcome.vectors, &sources);
    } else {
      sources = Operands(unit.evaluator.sources, kLanes, random);
    }
    Case test = MakeValueCase(*unit.instance, unit.evaluator, {}, sources, worst);
    if (program == nullptr || unit.evaluator.constant_sources != 0) {
      absl::StatusOr<std::shared_ptr<const Program>> compiled = CaseRunner::Compile(test);
      if (!compiled.ok()) {
        outcome.problem = std::string(compiled.status().message());
        return outcome;
      }
      program = *compiled;
    }
    absl::StatusOr<std::vector<Bytes>> after = runner.Execute(test, program);
    outcome.problem = after.ok() ? test.check(*after) : std::string(after.status().message());
    if (!outcome.problem.empty()) return outcome;
    outcome.vectors += kLanes;
  }
  outcome.worst = *worst;
  return outcome;
}

std::string LogLine(const Unit& unit, const Outcome& outcome, double seconds) {
  char text[400];
  if (!outcome.problem.empty()) {
    std::snprintf(text, sizeof(text), "DIFFERENCE %s %.250s\n", unit.name.c_str(), outcome.problem.c_str());
    return text;
  }
  int length = std::snprintf(text, sizeof(text), "ok %s vectors=%" PRIu64 " seconds=%.1f", unit.name.c_str(),
                             outcome.vectors, seconds);
  if (unit.evaluator.accuracy.has_value()) {
    std::snprintf(text + length, sizeof(text) - static_cast<size_t>(length),
                  " worst=%.4g bound=%.4g unit=%s at=0x%" PRIx64, outcome.worst.error, unit.evaluator.accuracy->bound,
                  unit.evaluator.accuracy->unit.c_str(), outcome.worst.sources[0]);
  }
  return std::string(text) + "\n";
}

int Main(const Options& options) {
  int unknown = 0, differences = 0;
  std::vector<Unit> units = Units(options, &unknown);
  std::set<std::string> done = DoneUnits(options.log);
  size_t left = 0;
  CaseRunner runner(1);
  for (size_t i = 0; i < units.size(); ++i) {
    if (i % options.shards != options.shard || done.contains(units[i].name)) continue;
    ++left;
    if (options.list) {
      std::printf("%s\n", units[i].name.c_str());
      continue;
    }
    auto start = std::chrono::steady_clock::now();
    Outcome outcome = Sweep(runner, units[i]);
    std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    differences += !outcome.problem.empty();
    Append(options.log, LogLine(units[i], outcome, seconds.count()));
  }
  std::printf("%zu units of %zu in this run, %d differences, %d opcodes unknown to the reference\n", left, units.size(),
              differences, unknown);
  return differences + unknown == 0 ? 0 : 1;
}

}  // namespace
}  // namespace culvert::isa

int main(int argc, char** argv) {
  culvert::isa::Options options;
  CLI::App app("Compares every instance of every value row of the instruction table with the reference.");
  app.add_option("--filter", options.filter, "opcodes to sweep (regular expression)")->capture_default_str();
  app.add_option("--random", options.random, "random vectors for a row with too many operands")->capture_default_str();
  app.add_option("--exhaustive-bits", options.exhaustive_bits, "all operands up to this many bits")
      ->capture_default_str();
  app.add_option("--log", options.log, "file of finished units: they are skipped, new ones are appended");
  app.add_option("--shard", options.shard, "this process's share")->capture_default_str();
  app.add_option("--shards", options.shards, "number of shares")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_flag("--list", options.list, "print the units that are left and do nothing");
  CLI11_PARSE(app, argc, argv);
  // Every launch has buffers of some hundred KiB: kept by the allocator, they need no new pages each time.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  return culvert::isa::Main(options);
}

#include <cstdio>
#include <cstdlib>
#include <chrono>

#include "tests/isa/generator/engine.h"
#include "tests/isa/generator/generate.h"
#include "tests/isa/generator/machine.h"
#include "tests/isa/generator/opcodes.h"
#include "tests/isa/generator/print.h"
using namespace culvert::gen;
int main(int argc, char** argv) {
  uint64_t a = strtoull(argv[1], nullptr, 10), b = strtoull(argv[2], nullptr, 10);
  const Opcodes& o = Opcodes::Get();
  size_t n = 0; for (auto& r : o.rows) n += r.instances.size();
  fprintf(stderr, "%zu rows %zu instances, %zu carry rows, unknown %zu approx %zu refused %zu mismatched %zu\n", o.rows.size(), n, o.carry.size(), o.unknown.size(), o.approximate.size(), o.refused.size(), o.mismatched.size());
  if (argc > 3) { for (auto& s : o.refused) fprintf(stderr, "refused %s\n", s.c_str()); for (auto& s : o.mismatched) fprintf(stderr, "mismatched %s\n", s.c_str()); }
  Engine engine;
  double tg = 0, tp = 0, tm = 0, te = 0; uint64_t steps = 0;
  auto now = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  int bad = 0;
  for (uint64_t s = a; s < b; ++s) {
    double t0 = now(); Kernel k = Generate(s); double t1 = now(); Job job = MakeJob(k); double t2 = now();
    if (argc > 4) puts(job.ptx.c_str());
    MachineResult m = Execute(k); double t3 = now(); steps += m.steps;
    auto out = engine.Run(job, {}); double t4 = now();
    tg += t1 - t0; tp += t2 - t1; tm += t3 - t2; te += t4 - t3;
    if (!m.problem.empty()) { printf("seed %lu: problem %s\n", s, m.problem.c_str()); ++bad; continue; }
    if (!out.ok()) { printf("seed %lu: engine %s\n", s, std::string(out.status().message()).substr(0, 600).c_str()); ++bad; continue; }
    if (*out != m.output) { size_t i = 0; while ((*out)[i] == m.output[i]) ++i; printf("seed %lu: differs at %zu of %zu (thread %zu byte %zu)\n", s, i, out->size(), i / k.private_bytes, i % k.private_bytes); ++bad; }
    if (bad > 20) break;
  }
  fprintf(stderr, "gen %.3f print %.3f machine %.3f engine %.3f steps %lu bad %d\n", tg, tp, tm, te, steps, bad);
}

// The PTX front end on a large text: bytes per second of indexing, and of parsing and checking every body on one
// thread. The text is generated in the style of compiler output: declarations, labels, predicated branches, memory
// accesses, arithmetic, calls, .loc lines. A file named by CULVERT_BENCH_PTX takes its place.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "compiler/ptx/module.h"

namespace culvert::ptx {
namespace {

constexpr int kEntries = 400;
constexpr int kLoopsPerEntry = 40;

std::string Entry(int number) {
  std::string id = std::to_string(number);
  std::string name = "_Z16generated_kernel" + id + "PfPKfiif";
  std::string out = ".visible .entry " + name + "(\n\t.param .u64 .ptr .align 1 " + name + "_param_0,\n\t.param .u64 " +
                    name + "_param_1,\n\t.param .u32 " + name +
                    "_param_2\n)\n{\n\t.reg .pred \t%p<90>;\n\t.reg .f32 \t%f<900>;\n"
                    "\t.reg .b32 \t%r<900>;\n\t.reg .b64 \t%rd<900>;\n\t.loc\t1 10 0\n\n\tld.param.u64 \t%rd1, [" +
                    name + "_param_0];\n\tld.param.u32 \t%r1, [" + name +
                    "_param_2];\n\tcvta.to.global.u64 \t%rd2, %rd1;\n"
                    "\tmov.u32 \t%r2, %ctaid.x;\n\tmov.u32 \t%r3, %ntid.x;\n\tmov.u32 \t%r4, %tid.x;\n";
  for (int i = 0; i < kLoopsPerEntry; ++i) {
    auto reg = [i](const char* prefix, int k) { return prefix + std::to_string(10 + i * 20 + k); };
    std::string label = "$L__BB" + id + "_" + std::to_string(i);
    out += "\t.loc\t1 " + std::to_string(20 + i) + " 9\n" + label + ":\n";
    out += "\tmad.lo.s32 \t" + reg("%r", 1) + ", %r3, %r2, %r4;\n";
    out += "\tsetp.ge.s32 \t%p" + std::to_string(i + 1) + ", " + reg("%r", 1) + ", %r1;\n";
    out += "\t@%p" + std::to_string(i + 1) + " bra \t" + label + "_end;\n";
    out += "\tmul.wide.s32 \t" + reg("%rd", 2) + ", " + reg("%r", 1) + ", 4;\n";
    out += "\tadd.s64 \t" + reg("%rd", 3) + ", %rd2, " + reg("%rd", 2) + ";\n";
    out += "\tld.global.nc.v4.f32 \t{" + reg("%f", 1) + ", " + reg("%f", 2) + ", " + reg("%f", 3) + ", " +
           reg("%f", 4) + "}, [" + reg("%rd", 3) + "+16];\n";
    out += "\tfma.rn.f32 \t" + reg("%f", 5) + ", " + reg("%f", 1) + ", " + reg("%f", 2) + ", 0f3F800000;\n";
    out += "\tadd.f32 \t" + reg("%f", 6) + ", " + reg("%f", 5) + ", " + reg("%f", 3) + ";\n";
    out += "\tshl.b32 \t" + reg("%r", 5) + ", " + reg("%r", 1) + ", 2;\n";
    out += "\tand.b32  \t" + reg("%r", 6) + ", " + reg("%r", 5) + ", -32;\n";
    out += "\tshfl.sync.down.b32 \t" + reg("%r", 7) + "|%p80, " + reg("%r", 6) + ", 1, 31, -1;\n";
    out += "\tatom.global.add.u32 \t" + reg("%r", 8) + ", [" + reg("%rd", 3) + "], 1;\n";
    out += "\tst.global.f32 \t[" + reg("%rd", 3) + "], " + reg("%f", 6) + ";\n";
    out += "\tbar.sync \t0;\n";
    out += label + "_end:\n";
  }
  return out + "\tret;\n\n}\n\n";
}

const std::string& Text() {
  static const std::string& text = *[] {
    auto* built = new std::string;
    if (const char* path = std::getenv("CULVERT_BENCH_PTX"); path != nullptr) {
      std::ifstream file(path);
      std::stringstream stream;
      stream << file.rdbuf();
      *built = stream.str();
      return built;
    }
    *built = "//\n// Generated\n//\n.version 8.5\n.target sm_80\n.address_size 64\n\n.file 1 \"generated.cu\"\n";
    for (int i = 0; i < kEntries; ++i) *built += Entry(i);
    return built;
  }();
  return text;
}

void BM_Index(benchmark::State& state) {
  for (auto _ : state) {
    auto module = Module::Index(Text(), 121);
    if (!module.ok()) {
      state.SkipWithError(std::string(module.status().message()).c_str());
      return;
    }
    benchmark::DoNotOptimize((*module)->functions().size());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * Text().size()));
}
BENCHMARK(BM_Index)->Unit(benchmark::kMillisecond);

void BM_ParseAndCheck(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto module = Module::Index(Text(), 121);
    state.ResumeTiming();
    if (!module.ok() || !(*module)->CheckAll().empty()) {
      state.SkipWithError("the text has errors");
      return;
    }
    state.PauseTiming();
    module->reset();
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * Text().size()));
}
BENCHMARK(BM_ParseAndCheck)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace culvert::ptx

BENCHMARK_MAIN();

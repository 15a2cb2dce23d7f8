// The interpreter's arithmetic rate: one warp, full mask, 32 live registers, a loop of 64 operations (two per register)
// and its counter. Counted are lane-operations of the 64. Also one memory mix: load, fma, store of consecutive
// addresses.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "include/culvert/npu_config.h"
#include "include/culvert/program.h"
#include "runtime/npu/interp/block_runner.h"

namespace culvert::npu {
namespace {

using bytecode::ConstantInit;
using bytecode::ConstantKind;
using bytecode::Instruction;
using bytecode::kNoOperand;
using bytecode::Op;

constexpr uint16_t kFirst = 1, kRegisters = 32, kFactor = 40, kCounter = 41, kOne = 42, kLimit = 43, kAddress = 44;
constexpr uint32_t kIterations = 10000;
constexpr uint64_t kWindowBytes = 1 << 20;

void Constant(Program& program, uint16_t slot, uint64_t value, ConstantKind kind = ConstantKind::kBits,
              uint8_t width = 4) {
  ConstantInit init;
  init.slot = slot;
  init.kind = kind;
  init.value = value;
  init.width_bytes = width;
  program.constants.push_back(init);
}

// A loop around `body`.
std::shared_ptr<const Program> Loop(const std::vector<Instruction>& body, uint64_t base) {
  auto program = std::make_shared<Program>();
  program->info.name = "bench";
  Constant(*program, kFactor, 0x3f800001);
  Constant(*program, kOne, 1);
  Constant(*program, kLimit, kIterations);
  Constant(*program, 46, base, ConstantKind::kBits, 8);
  Constant(*program, 48, 4);
  Constant(*program, 49, 0, ConstantKind::kTidX);
  Constant(*program, 50, 0);
  auto& code = program->code;
  code.push_back({Op::MOV32, kCounter, 50, kNoOperand, kNoOperand, 0, 0});
  code.push_back({Op::MAD_WIDE_U32, kAddress, 49, 48, 46, 0, 0});
  for (uint16_t i = 0; i < kRegisters; ++i)
    code.push_back({Op::MOV32, static_cast<uint16_t>(kFirst + i), kFactor, kNoOperand, kNoOperand, 0, 0});
  int32_t head = static_cast<int32_t>(code.size());
  code.insert(code.end(), body.begin(), body.end());
  code.push_back({Op::ADD_I32, kCounter, kCounter, kOne, kNoOperand, 0, 0});
  code.push_back({Op::SETP_LT_U32, 0, kCounter, kLimit, kNoOperand, 0, 0});
  code.push_back({Op::BRP, kNoOperand, 0, kNoOperand, kNoOperand, bytecode::kBackEdge, head});
  code.push_back({Op::EXIT, kNoOperand, kNoOperand, kNoOperand, kNoOperand, 0, 0});
  ProgramFunction function;
  function.name = "bench";
  function.instruction_count = static_cast<uint32_t>(code.size());
  function.predicate_count = 1;
  function.slot_count = 52;
  function.constant_count = static_cast<uint32_t>(program->constants.size());
  program->functions.push_back(function);
  return program;
}

void Run(benchmark::State& state, const std::vector<Instruction>& body, double operations_per_iteration) {
  std::unique_ptr<uint8_t, decltype(&std::free)> memory(static_cast<uint8_t*>(std::aligned_alloc(4096, kWindowBytes)),
                                                        &std::free);
  std::memset(memory.get(), 0, kWindowBytes);
  std::vector<uint8_t> granules(kWindowBytes / kAccessGranuleBytes, 3);
  culvert_services services = {};
  services.check_access = [](const culvert_launch_state*, uint64_t, uint32_t, uint32_t) { return 0; };
  services.report_fault = [](culvert_launch_state*, const culvert_fault*) { std::abort(); };
  culvert_launch_state launch = {};
  launch.services = &services;
  launch.window_base = reinterpret_cast<uint64_t>(memory.get());
  launch.window_bytes = kWindowBytes;
  launch.granules = granules.data();
  launch.grid[0] = launch.grid[1] = launch.grid[2] = 1;
  launch.block[0] = kWarpLanes;
  launch.block[1] = launch.block[2] = 1;
  launch.cluster[0] = launch.cluster[1] = launch.cluster[2] = 1;
  auto prepared = PreparedProgram::Prepare(Loop(body, launch.window_base), {});
  if (!prepared.ok()) {
    state.SkipWithError(std::string(prepared.status().message()).c_str());
    return;
  }
  auto runner = BlockRunner::Create(*prepared, &launch, BlockMemory());
  for (auto _ : state) {
    runner->Start(0, 0);
    while (runner->RunSlice() == SliceResult::kYielded) {
    }
  }
  state.counters["lane_ops/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kIterations * operations_per_iteration * kWarpLanes,
                         benchmark::Counter::kIsRate);
}

std::vector<Instruction> Arithmetic(bool fma, bool add) {
  std::vector<Instruction> body;
  for (int round = 0; round < 2; ++round) {
    for (uint16_t i = 0; i < kRegisters; ++i) {
      uint16_t r = static_cast<uint16_t>(kFirst + i), other = static_cast<uint16_t>(kFirst + (i + 7) % kRegisters);
      bool use_fma = fma && (!add || round == 0);
      body.push_back(use_fma ? Instruction{Op::FMA_F32, r, r, kFactor, other, 0, 0}
                             : Instruction{Op::ADD_I32, r, r, other, kNoOperand, 0, 0});
    }
  }
  return body;
}

void BM_FmaF32(benchmark::State& state) { Run(state, Arithmetic(true, false), 64); }
void BM_AddI32(benchmark::State& state) { Run(state, Arithmetic(false, true), 64); }
void BM_FmaF32AndAddI32(benchmark::State& state) { Run(state, Arithmetic(true, true), 64); }
void BM_LoadFmaStore(benchmark::State& state) {
  std::vector<Instruction> body;
  for (uint16_t i = 0; i < 16; ++i) {
    uint16_t r = static_cast<uint16_t>(kFirst + i);
    body.push_back({Op::LD_G_B32, r, kAddress, kNoOperand, kNoOperand, 0, i * 128});
    body.push_back({Op::FMA_F32, r, r, kFactor, r, 0, 0});
    body.push_back({Op::ST_G_B32, kNoOperand, kAddress, r, kNoOperand, 0, 4096 + i * 128});
  }
  Run(state, body, 48);
}
// Loads of 32 bits whose addresses are `stride` bytes apart.
void BM_StridedLoad(benchmark::State& state) {
  std::vector<Instruction> body;
  body.push_back({Op::MUL_LO_I32, 34, 49, 48, kNoOperand, 0, 0});
  body.push_back({Op::MUL_LO_I32, 34, 34, 48, kNoOperand, 0, 0});  // 16 bytes apart
  body.push_back({Op::ZEXT32_64, 36, 34, kNoOperand, kNoOperand, 0, 0});
  body.push_back({Op::ADD_I64, 36, 36, 46, kNoOperand, 0, 0});
  for (uint16_t i = 0; i < 16; ++i) {
    body.push_back({Op::LD_G_B32, static_cast<uint16_t>(kFirst + i), 36, kNoOperand, kNoOperand, 0, i * 128});
  }
  Run(state, body, 16);
}
BENCHMARK(BM_StridedLoad);
BENCHMARK(BM_FmaF32);
BENCHMARK(BM_AddI32);
BENCHMARK(BM_FmaF32AndAddI32);
BENCHMARK(BM_LoadFmaStore);

}  // namespace
}  // namespace culvert::npu

BENCHMARK_MAIN();

#include "tests/isa/generator/engine.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "compiler/bytecode/lower.h"
#include "compiler/ptx/module.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"
#include "include/culvert/program.h"
#include "runtime/npu/interp/block_runner.h"
#include "tests/isa/generator/machine.h"
#include "tests/isa/generator/print.h"

namespace culvert::gen {
namespace {

constexpr uint32_t kMaxWorkers = 4, kMaxThreads = 256;
constexpr uint32_t kLocalBytes = 4096, kScratchBytes = 64 << 10;
constexpr uint64_t kWorkerBytes = kScratchBytes + uint64_t{kLocalBytes} * kMaxThreads;
constexpr uint64_t kDataBytes = 4 << 20;
constexpr int kMaxSlices = 100'000;

}  // namespace

struct Engine::Memory {
  static constexpr uint64_t kBytes = kDataBytes + kMaxWorkers * kWorkerBytes;
  uint8_t* bytes = static_cast<uint8_t*>(std::aligned_alloc(4096, kBytes));
  std::vector<uint8_t> granules = std::vector<uint8_t>(kBytes / kAccessGranuleBytes, 3);
  uint64_t next = 0;
  std::mutex mutex;
  std::string fault;

  Memory() { std::memset(bytes, 0, kBytes); }
  ~Memory() { std::free(bytes); }
  uint64_t Address(uint64_t offset) const { return reinterpret_cast<uint64_t>(bytes) + offset; }
  uint64_t Take(uint64_t size) {
    uint64_t at = next;
    next = (next + size + 511) / 512 * 512;
    return at;
  }
};

Engine::Engine() : memory_(std::make_unique<Memory>()) {}
Engine::~Engine() = default;

Job MakeJob(const Kernel& kernel) {
  Job job;
  job.ptx = Print(kernel);
  for (int i = 0; i < 2; ++i) job.grid[i] = kernel.grid[i];
  for (int i = 0; i < 3; ++i) job.block[i] = kernel.block[i];
  job.input = kernel.input;
  job.params = kernel.params;
  job.output_bytes = OutputBytes(kernel);
  return job;
}

absl::StatusOr<Output> Engine::Run(const Job& job, const EngineOptions& options) {
  Memory& memory = *memory_;
  memory.next = 512;
  memory.fault.clear();
  CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<ptx::Module> module, ptx::Module::Index(job.ptx, 121, "kernel.ptx"));
  uint32_t entry = 0;
  while (entry < module->functions().size() && !module->functions()[entry].is_entry) ++entry;
  CULVERT_ASSIGN_OR_RETURN(Program lowered, lowering::LowerEntry(*module, entry, {.plain = options.plain}));
  auto program = std::make_shared<const Program>(std::move(lowered));

  std::map<std::string, uint64_t> symbols;
  for (const ModuleVariable& variable : module->variables()) {
    uint64_t at = memory.Take(variable.size_bytes);
    symbols[variable.name] = at;
    std::memset(memory.bytes + at, 0, variable.size_bytes);
    std::copy(variable.initial.begin(), variable.initial.end(), memory.bytes + at);
    for (const ModuleVariable::AddressInit& init : variable.addresses) {
      if (!init.is_function) return absl::InternalError("an address of a variable in an initial value");
      uint64_t value = kFunctionAddressBase + uint64_t{init.function_id} * 16;
      std::memcpy(memory.bytes + at + init.offset_bytes, &value, init.width_bytes);
    }
  }
  std::vector<uint64_t> addresses;
  for (const std::string& symbol : program->symbols) addresses.push_back(memory.Address(symbols.at(symbol)));
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<const npu::PreparedProgram> prepared,
                           npu::PreparedProgram::Prepare(program, addresses));

  const uint64_t input = memory.Take(job.input.size()), output = memory.Take(job.output_bytes);
  std::copy(job.input.begin(), job.input.end(), memory.bytes + input);
  std::memset(memory.bytes + output, kOutputFill, job.output_bytes);
  const uint64_t cells = output + job.output_bytes - kCellBytes;
  std::memset(memory.bytes + cells, 0, kCellBytes);
  // Three pointers end at byte 24; the parameter array is aligned to 16.
  const uint64_t bank = memory.Take(32 + job.params.size());
  const uint64_t pointers[4] = {memory.Address(input), memory.Address(output), memory.Address(cells), 0};
  std::memcpy(memory.bytes + bank, pointers, sizeof(pointers));
  std::copy(job.params.begin(), job.params.end(), memory.bytes + bank + 32);
  if (memory.next > kDataBytes) return absl::InternalError("the kernel needs too much memory");

  culvert_services services = {};
  services.version = CULVERT_KERNEL_ABI_VERSION;
  services.size_bytes = sizeof(services);
  services.check_access = [](const culvert_launch_state*, uint64_t, uint32_t, uint32_t) { return 0; };
  services.report_fault = [](culvert_launch_state* launch, const culvert_fault* fault) {
    Memory* m = static_cast<Memory*>(launch->device);
    std::lock_guard lock(m->mutex);
    m->fault = absl::StrFormat("fault kind %d, address %x, space %d, thread %d, instruction %d", fault->kind,
                               fault->address, fault->space, fault->thread[0], fault->instruction);
    launch->stop = 1;
  };
  services.heap_alloc = [](culvert_launch_state*, uint64_t) -> uint64_t { return 0; };
  services.heap_free = [](culvert_launch_state*, uint64_t) { return 0; };
  services.print = [](culvert_launch_state*, const char*, uint64_t) { return 0; };
  services.assert_message = [](culvert_launch_state*, const char*, uint64_t) {};
  culvert_launch_state launch = {};
  launch.version = CULVERT_KERNEL_ABI_VERSION;
  launch.size_bytes = sizeof(launch);
  launch.services = &services;
  launch.window_base = memory.Address(0);
  launch.window_bytes = Memory::kBytes;
  launch.granules = memory.granules.data();
  launch.parameters = memory.bytes + bank;
  launch.parameter_bytes = static_cast<uint32_t>(32 + job.params.size());
  launch.parameter_address = memory.Address(bank);
  for (int i = 0; i < 3; ++i) {
    launch.grid[i] = i < 2 ? job.grid[i] : 1;
    launch.block[i] = job.block[i];
    launch.cluster[i] = 1;
  }
  launch.core_count = kMaxWorkers;
  launch.stack_bytes = kLocalBytes;
  launch.device = &memory;

  const uint32_t blocks = job.grid[0] * job.grid[1];
  std::atomic<uint32_t> next_block = 0;
  std::atomic<bool> stuck = false;
  auto work = [&](uint32_t worker) {
    npu::BlockMemory place;
    place.scratchpad_address = memory.Address(kDataBytes + worker * kWorkerBytes);
    place.scratchpad_bytes = kScratchBytes;
    place.local_address = place.scratchpad_address + kScratchBytes;
    place.local_bytes_per_lane = kLocalBytes;
    auto runner = npu::BlockRunner::Create(prepared, &launch, place);
    for (uint32_t block; (block = next_block++) < blocks;) {
      runner->Start(block, worker);
      npu::SliceResult result = npu::SliceResult::kYielded;
      for (int i = 0; i < kMaxSlices && result == npu::SliceResult::kYielded; ++i) result = runner->RunSlice();
      if (result == npu::SliceResult::kFinished) continue;
      if (result == npu::SliceResult::kYielded) stuck = true;
      return;
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t i = 1; i < std::min({options.workers, kMaxWorkers, blocks}); ++i) threads.emplace_back(work, i);
  work(0);
  for (std::thread& thread : threads) thread.join();
  if (!memory.fault.empty()) return absl::InternalError(memory.fault);
  if (stuck) return absl::InternalError("the kernel does not end");
  if (next_block < blocks) return absl::InternalError("a block stopped");
  return Output(memory.bytes + output, memory.bytes + output + job.output_bytes);
}

}  // namespace culvert::gen

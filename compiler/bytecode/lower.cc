#include "compiler/bytecode/lower.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/bytecode/block_order.h"
#include "compiler/bytecode/emit.h"
#include "compiler/bytecode/lir.h"
#include "compiler/bytecode/optimize.h"
#include "compiler/bytecode/program_context.h"
#include "compiler/bytecode/selector.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"

namespace culvert::lowering {
namespace {

class ProgramLowering {
 public:
  ProgramLowering(const ptx::Module& module, uint32_t entry, const LowerOptions& options)
      : module_(module), entry_(entry), options_(options), context_(module) {}

  absl::StatusOr<Program> Run() {
    context_.FunctionNumber(entry_);
    CULVERT_RETURN_IF_ERROR(SelectRequired());
    if (HasIndirectCall()) SelectStored();
    context_.PlaceShared();
    for (LirFunction& function : functions_) {
      context_.ResolveShared(function);
      if (options_.plain) continue;
      Optimize(function);
      OrderBlocks(function);
    }
    FindWaiting();
    Program program;
    program.entry = 0;
    program.files = module_.files();
    for (size_t i = 0; i < functions_.size(); ++i) {
      CULVERT_ASSIGN_OR_RETURN(EmittedFunction emitted,
                               Emit(functions_[i], *sources_[i], context_, !options_.plain, &program));
      peak_words_ = std::max(peak_words_, emitted.peak_words);
      program.has_spin_loops = program.has_spin_loops || emitted.has_spin_loops;
      program.needs_parameter_memory = program.needs_parameter_memory || emitted.needs_parameter_memory;
    }
    program.symbols = context_.symbols();
    for (uint32_t number = 0; number < functions_.size(); ++number) {
      uint32_t id = module_.functions()[context_.functions()[number]].function_id;
      if (id != ~0u) program.function_table.push_back({id, number});
    }
    std::sort(program.function_table.begin(), program.function_table.end(),
              [](const FunctionTableEntry& a, const FunctionTableEntry& b) { return a.id < b.id; });
    DescribeKernel(&program.info);
    return program;
  }

 private:
  absl::Status SelectNext() {
    const uint32_t index = context_.functions()[functions_.size()];
    CULVERT_ASSIGN_OR_RETURN(const ptx::Function* body, module_.Body(index));
    CULVERT_ASSIGN_OR_RETURN(LirFunction function, Selector(context_, *body, index).Run());
    functions_.push_back(std::move(function));
    sources_.push_back(body);
    return absl::OkStatus();
  }

  // The entry, what it calls, and, as soon as there is an indirect call, the functions whose address they take.
  absl::Status SelectRequired() {
    size_t addresses_done = 0;
    while (true) {
      while (functions_.size() < context_.functions().size()) CULVERT_RETURN_IF_ERROR(SelectNext());
      if (!HasIndirectCall() || addresses_done == context_.address_taken().size()) return absl::OkStatus();
      for (; addresses_done < context_.address_taken().size(); ++addresses_done) {
        uint32_t index = context_.address_taken()[addresses_done];
        const ptx::FunctionHeader& header = module_.functions()[index];
        if (header.has_body && !header.is_entry) context_.FunctionNumber(index);
      }
    }
  }

  // Every other function whose address is taken anywhere in the module. One that cannot be lowered becomes a fault.
  void SelectStored() {
    for (uint32_t index = 0; index < module_.functions().size(); ++index) {
      const ptx::FunctionHeader& header = module_.functions()[index];
      if (header.function_id != ~0u && header.has_body && !header.is_entry) context_.FunctionNumber(index);
    }
    static const ptx::Function kNoSource;
    while (functions_.size() < context_.functions().size()) {
      if (SelectNext().ok()) continue;
      const ptx::FunctionHeader& header = module_.functions()[context_.functions()[functions_.size()]];
      LirFunction fault;
      fault.name = std::string(header.name);
      fault.argument_bytes = LayOutArguments(header.parameters, header.returns).total_bytes;
      fault.blocks.resize(1);
      fault.blocks[0].end.kind = TerminatorKind::kEnd;
      fault.blocks[0].end.line = header.position.line;
      functions_.push_back(std::move(fault));
      sources_.push_back(&kNoSource);
    }
  }

  bool HasIndirectCall() const {
    return std::any_of(functions_.begin(), functions_.end(), [](const LirFunction& f) { return f.has_indirect_call; });
  }

  // Numbers of the functions that function `number` may call.
  std::vector<uint32_t> Callees(uint32_t number) const {
    std::vector<uint32_t> out = functions_[number].callees;
    if (functions_[number].has_indirect_call) {
      for (uint32_t other = 0; other < functions_.size(); ++other) {
        if (module_.functions()[context_.functions()[other]].function_id != ~0u) out.push_back(other);
      }
    }
    return out;
  }

  // waits_for_others of every function, then the marks at its calls.
  void FindWaiting() {
    bool any_stored = false;
    for (LirFunction& function : functions_) {
      for (const Block& block : function.blocks) {
        for (const LirInstruction& in : block.code)
          function.waits_for_others = function.waits_for_others || ReadsOthers(in);
      }
    }
    // Callers of waiting functions, until nothing changes.
    std::vector<std::vector<uint32_t>> callers(functions_.size());
    std::vector<uint32_t> work;
    for (uint32_t number = 0; number < functions_.size(); ++number) {
      for (uint32_t callee : Callees(number)) callers[callee].push_back(number);
      if (functions_[number].waits_for_others) work.push_back(number);
    }
    while (!work.empty()) {
      uint32_t number = work.back();
      work.pop_back();
      any_stored = any_stored || module_.functions()[context_.functions()[number]].function_id != ~0u;
      for (uint32_t caller : callers[number]) {
        if (functions_[caller].waits_for_others) continue;
        functions_[caller].waits_for_others = true;
        work.push_back(caller);
      }
    }
    for (LirFunction& function : functions_) {
      if (function.callees.empty() && !function.has_indirect_call) continue;
      for (Block& block : function.blocks) {
        for (LirInstruction& in : block.code) {
          if (in.op == Op::CALL && functions_[in.imm].waits_for_others) in.x |= kCalleeWaits;
          if (in.op == Op::CALL_INDIRECT && any_stored) in.x |= kCalleeWaits;
        }
      }
    }
  }

  // Local bytes of the deepest chain of calls; a function that is on the chain already (recursion) counts once.
  uint32_t DeepestChain() const {
    enum State : uint8_t { kNew, kOpen, kDone };
    std::vector<State> state(functions_.size(), kNew);
    std::vector<uint64_t> depth(functions_.size(), 0);
    struct Frame {
      uint32_t number;
      std::vector<uint32_t> callees;
      size_t next;
    };
    std::vector<Frame> stack;
    auto enter = [&](uint32_t number) {
      state[number] = kOpen;
      stack.push_back({number, Callees(number), 0});
    };
    enter(0);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next < frame.callees.size()) {
        uint32_t callee = frame.callees[frame.next++];
        if (state[callee] == kNew) enter(callee);
        continue;
      }
      uint64_t below = 0;
      for (uint32_t callee : frame.callees) below = std::max(below, depth[callee]);
      depth[frame.number] = functions_[frame.number].local_bytes + below;
      state[frame.number] = kDone;
      stack.pop_back();
    }
    return static_cast<uint32_t>(std::min<uint64_t>(depth[0], UINT32_MAX));
  }

  // What ptxas would report: the fullest point plus a few for addresses and temporaries, in steps of 8. It stays low
  // enough that every block size the kernel's directives allow can be launched (65,536 registers per core).
  uint32_t EstimateRegisters(const ptx::FunctionDirectives& directives) const {
    uint32_t threads = kMaxThreadsPerBlock;
    for (const uint32_t* limit : {directives.required_threads, directives.max_threads}) {
      if (limit[0] == 0) continue;
      uint64_t product = uint64_t{limit[0]} * std::max(limit[1], 1u) * std::max(limit[2], 1u);
      threads = static_cast<uint32_t>(std::clamp<uint64_t>(product, 1, kMaxThreadsPerBlock));
      break;
    }
    uint32_t most =
        std::min(kMaxRegistersPerThread, kRegistersPerCore / std::max((threads + 31) / 32 * 32, 32u) / 8 * 8);
    if (directives.max_registers != 0) most = std::min(most, directives.max_registers);
    uint32_t estimate = (peak_words_ + 2 + 7) / 8 * 8;
    return std::clamp(estimate, 1u, std::max(most, 1u));
  }

  void DescribeKernel(KernelInfo* info) const {
    const ptx::FunctionHeader& header = module_.functions()[entry_];
    info->name = std::string(header.name);
    for (const ptx::Parameter& parameter : header.parameters) {
      info->parameters.push_back({parameter.offset_bytes, parameter.size_bytes, std::max(parameter.align_bytes, 1u)});
      info->parameter_bytes = std::max(info->parameter_bytes, parameter.offset_bytes + parameter.size_bytes);
    }
    info->static_scratchpad_bytes = context_.static_shared_bytes();
    info->scratchpad_align_bytes = context_.shared_align();
    uint64_t constant_bytes = 0;
    for (const ModuleVariable& variable : module_.variables()) {
      if (variable.is_constant) constant_bytes += variable.size_bytes;
    }
    info->constant_bytes = static_cast<uint32_t>(std::min<uint64_t>(constant_bytes, UINT32_MAX));
    info->local_bytes = DeepestChain();
    info->registers = EstimateRegisters(header.directives);
    for (int i = 0; i < 3; ++i) {
      info->max_threads[i] = header.directives.max_threads[i];
      info->required_threads[i] = header.directives.required_threads[i];
      info->cluster_dims[i] = header.directives.cluster_dims[i];
    }
    info->min_blocks_per_core = header.directives.min_blocks_per_core;
    info->ptx_version = module_.version();
    info->ptx_target = module_.target();
    for (const LirFunction& function : functions_) {
      info->uses_barriers = info->uses_barriers || function.uses_barriers;
      info->uses_device_heap = info->uses_device_heap || function.uses_heap;
      info->uses_printf = info->uses_printf || function.uses_printf;
    }
  }

  const ptx::Module& module_;
  const uint32_t entry_;
  const LowerOptions options_;
  ProgramContext context_;
  std::vector<LirFunction> functions_;  // program order
  std::vector<const ptx::Function*> sources_;
  uint32_t peak_words_ = 0;
};

}  // namespace

absl::StatusOr<Program> LowerEntry(const ptx::Module& module, uint32_t entry, const LowerOptions& options) {
  return ProgramLowering(module, entry, options).Run();
}

}  // namespace culvert::lowering

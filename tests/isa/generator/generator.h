// Builds one function of a kernel. Internal to generate*.cc.
//
// What makes the result valid:
//  - registers are read only where every path wrote them: variables are set at the start, temporaries are used in the
//    block that defines them and below;
//  - collectives of a warp run where the membermask is known: `Context::mask` names the lanes that are together, and is
//    recomputed by a ballot before control flow splits them;
//  - barriers of the block run only where all its threads are together (`Context::uniform`);
//  - shared memory: a thread writes its own slice; others read it between two barriers only;
//  - memory that several threads change is changed by one kind of commutative atomic a cell, and read at the end only.
#ifndef CULVERT_TESTS_ISA_GENERATOR_GENERATOR_H_
#define CULVERT_TESTS_ISA_GENERATOR_GENERATOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/isa/generator/kernel.h"
#include "tests/isa/generator/opcodes.h"
#include "tests/isa/generator/random.h"

namespace culvert::gen {

// How the cells that all threads change are changed; decided once a kernel.
struct CellRule {
  const char* operation = "add";
  Ty type = Ty::kU32;
  uint32_t bound = 0;  // inc, dec: the same for all
};

// What callers must know of a device function.
struct FunctionFacts {
  bool takes_mask = false;  // the last parameter is the mask of the lanes that call together
  bool recursive = false;   // the first parameter is the depth that is left
  uint32_t signature = 0;   // equal: may stand in one function table
  uint32_t cost = 0;        // statements executed by a call, about
};

struct KernelPlan {
  std::vector<CellRule> cells, shared_cells;
  std::vector<FunctionFacts> functions;  // by function index
  bool may_exit = false;
  bool whole_warps = false;
  uint32_t private_scratch = 0;  // first bytes of the private slice: random accesses
};

struct Context {
  bool uniform = false;   // all threads of the block that have not exited are here together
  bool has_mask = false;  // `mask` names exactly the lanes of the warp that are here
  Operand mask;
  bool full_warp = false;  // ... and these are all 32
  int depth = 0;
  bool in_loop = false;
  bool may_break = false, may_continue = false;
  uint32_t times = 1;  // how often this runs, about
};

class Generator {
 public:
  Generator(Kernel* kernel, KernelPlan* plan, uint32_t function, Random* random);
  // The kernel itself, `statements` long or somewhat longer.
  void MakeEntry(uint32_t statements);
  // A device function; its signature is set already.
  void MakeFunction(uint32_t statements);

 private:
  struct Value {
    Reg reg;
    Ty flavor;
  };
  struct ScopeMark {
    size_t sizes[4];
  };

  // generate_values.cc
  Reg NewRegister(Width width);
  Reg ReadThread();                 // emits a move of the thread's number in its block
  Reg Define(Ty type, bool wider);  // a new temporary; visible once Visible() is called
  void Visible(Reg reg, Ty flavor);
  Reg PickRegister(Ty type);
  Reg PickVariable(Width width);
  Operand PickSource(const OperandRule& rule);
  Operand Source(Ty type, bool literal = true);
  ScopeMark Mark() const;
  void Close(const ScopeMark& mark, bool fold);
  Statement& Emit(Statement statement);
  Reg Compute(const char* opcode, std::vector<Operand> sources);  // into a new register
  void ComputeInto(Reg reg, const char* opcode, std::vector<Operand> sources);
  void MaybeGuard(Statement* statement);

  // generate_compute.cc
  void RandomCompute();
  void CarryChain();
  void RandomMove();

  // generate_memory.cc
  void RandomLoad();
  void RandomStore();
  void RandomAtomic();
  void CellAtomic(bool shared);
  void SharedExchange();
  void ExchangeAmong(uint32_t threads, uint32_t barrier);
  void WarpExchange();
  void StoreOwn();
  void LoadSlice(Reg thread);
  Reg Index(uint32_t region_bytes, uint32_t access_bytes, uint32_t* offset);
  void InitMemory(Space space, uint32_t bytes);
  std::string Hints(Space space, bool load, bool generic);

  // generate_control.cc
  void RandomBlock(uint32_t statements);
  void RandomStatement();
  void RandomIf();
  void RandomLoop();
  void RandomSwitch();
  void RandomCall();
  void RandomExit();
  Block Nested(const Context& context, uint32_t statements);
  uint32_t Share();  // statements for a nested block

  // generate_warp.cc
  void RandomWarp();
  void RandomShuffle();
  Reg Ballot(const Operand& predicate, const Operand& mask);
  void RandomBarrier();
  Statement PlainBarrier(uint32_t number, uint32_t threads, bool aligned);
  void RandomSubset();

  // generate_entry.cc
  void MakeVariables(uint32_t count_per_width);
  void StoreResults();
  void InitSharedCells();
  void ReadSharedCells();

  Kernel& kernel_;
  KernelPlan& plan_;
  const uint32_t index_;
  Random& random_;
  const Opcodes& opcodes_;
  std::vector<Value> values_[4];  // by Width; the last ones are the newest
  std::vector<Reg> variables_[4];
  std::vector<Reg> uniform_;  // 32 bits, the same in all threads of the block; never written again
  Block* block_ = nullptr;
  Context context_;
  int left_ = 0;  // statements
};

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_GENERATOR_H_

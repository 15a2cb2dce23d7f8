// State of the machine while it runs one block. Internal to machine*.cc.
#ifndef CULVERT_TESTS_ISA_GENERATOR_MACHINE_STATE_H_
#define CULVERT_TESTS_ISA_GENERATOR_MACHINE_STATE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/isa/generator/kernel.h"
#include "tests/isa/generator/machine.h"
#include "tests/isa/generator/machine_code.h"

namespace culvert::gen {

struct Frame {
  uint32_t function = 0;
  uint32_t pc = 0;
  uint32_t first_register = 0;  // in Thread::registers
  std::vector<uint8_t> local, local_defined;
};

struct Thread {
  enum class State : uint8_t { kReady, kWarp, kBarrier, kExited };
  State state = State::kReady;
  uint32_t index = 0;  // in the block
  uint32_t mask = 0;   // kWarp: lanes it waits for
  uint64_t carry = 0;
  bool carry_defined = false;
  // When it last synchronised with lanes of its warp, and for each of them up to which time this thread has seen what
  // it did. What lies before the last barrier of the block is seen anyway.
  uint32_t time = 1;
  std::array<uint32_t, 32> known = {};
  std::vector<Frame> frames;
  std::vector<uint64_t> registers;
  std::vector<uint8_t> defined;
};

// Who touched a byte of shared memory since which barrier.
struct Touch {
  uint32_t write_epoch = 0, writer = 0, write_time = 0;
  uint32_t read_epoch = 0, reader = 0, read_time = 0;  // reader kSeveral: more than one thread
  uint32_t atomic_epoch = 0;
  bool defined = false;
};
inline constexpr uint32_t kSeveral = ~0u;

class Machine {
 public:
  Machine(const Kernel& kernel, uint64_t max_steps);
  MachineResult Run();

 private:
  // machine.cc
  void RunBlock(uint32_t block);
  void RunThread(Thread& thread);
  void Step(Thread& thread, const Code& code);
  void Compute(Thread& thread, const Code& code);
  void Move(Thread& thread, const Statement& statement);
  void Call(Thread& thread, const Statement& statement);
  void Return(Thread& thread, uint64_t value, bool has_value);
  void PushFrame(Thread& thread, uint32_t function);
  uint64_t SpecialValue(const Thread& thread, Special special) const;
  uint64_t Read(Thread& thread, const Operand& operand);
  uint64_t ReadRegister(Thread& thread, Reg reg);
  // Writes a value of `type`, extended by its sign if the register is wider.
  void Write(Thread& thread, Reg reg, uint64_t value, Ty type);
  void Fail(const Thread* thread, const std::string& why);
  const Code& At(const Thread& thread) const { return code_[thread.frames.back().function][thread.frames.back().pc]; }
  uint32_t FullMask(uint32_t warp) const;

  // machine_memory.cc: where an access goes; null after Fail().
  struct Place {
    uint8_t* bytes = nullptr;
    uint8_t* defined = nullptr;  // a byte per byte, local memory
    Touch* touch = nullptr;      // shared memory
    bool writable = false;
  };
  Place Locate(Thread& thread, const Statement& statement, uint32_t bytes);
  // True if `thread` knows what `other` did at `time`.
  static bool Saw(const Thread& thread, uint32_t other, uint32_t time) {
    if (other == thread.index) return true;
    return other / 32 == thread.index / 32 && thread.known[other % 32] >= time;
  }
  static bool ReadersSeen(const Thread& thread, const Touch& touch);
  uint64_t LoadBytes(Thread& thread, const Place& place, uint32_t at, uint32_t bytes);
  void StoreBytes(Thread& thread, const Place& place, uint32_t at, uint32_t bytes, uint64_t value);
  void Load(Thread& thread, const Statement& statement);
  void Store(Thread& thread, const Statement& statement);
  void Atomic(Thread& thread, const Code& code);

  // machine_collectives.cc
  void TryWarp(uint32_t warp);
  void TryBarrier();
  void Release(const std::vector<Thread*>& waiting);
  void WarpSync(const std::vector<Thread*>& lanes);
  void Shuffle(const std::vector<Thread*>& lanes, const Statement& statement);
  void Vote(const std::vector<Thread*>& lanes, const Statement& statement);
  void Match(const std::vector<Thread*>& lanes, const Statement& statement);
  void Redux(const std::vector<Thread*>& lanes, const Code& code);

  const Kernel& kernel_;
  const uint64_t max_steps_;
  MachineResult result_;
  std::vector<CodeList> code_;
  std::vector<Thread> threads_;
  std::vector<uint8_t> shared_;
  std::vector<Touch> touches_;
  uint32_t epoch_ = 0;  // barriers passed
  uint32_t syncs_ = 1;  // synchronisations of warps
  uint32_t block_ = 0;
};

// True if the opcode has this modifier.
bool HasModifier(const std::string& opcode, const char* modifier);

}  // namespace culvert::gen

#endif  // CULVERT_TESTS_ISA_GENERATOR_MACHINE_STATE_H_

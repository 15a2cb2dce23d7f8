// Core: runs blocks of the grids attached to it, on whatever thread holds it. Blocks that wait stay resident while
// others of the same grid start, up to the grid's resident limit; several grids may be attached when the blocks of one
// wait.
//
// One thread at a time works a core (the scheduler hands it out); Purge and Report may be called by others.
#ifndef CULVERT_RUNTIME_NPU_CORE_H_
#define CULVERT_RUNTIME_NPU_CORE_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/npu/grid.h"
#include "runtime/npu/interp/block_runner.h"

namespace culvert::npu {

class Core {
 public:
  explicit Core(uint32_t index) : index_(index) {}

  uint32_t index() const { return index_; }
  bool empty() const { return attachments_.empty(); }
  bool IsAttached(const Grid* grid) const;
  void Attach(Grid* grid);
  // Runs every resident block until it ends or waits and starts new ones. Grids that have no more work for this core
  // are detached and appended to `left`. Returns true if a block ended.
  bool Pass(std::vector<Grid*>* left);

  // Drops the runners kept for a domain, none of which may be in use.
  void Purge(const Domain* domain);
  // One line per warp of the grid's blocks that are resident here.
  void Report(const Grid* grid, std::string* text) const;

 private:
  // A runner and the memory it works in; kept for later launches of the same shape.
  struct Slot {
    std::unique_ptr<BlockRunner> runner;
    Domain* domain = nullptr;
    uint64_t memory_address = 0;
    ~Slot();
  };
  struct Shape {
    const PreparedProgram* program;
    uint32_t block[3];
    uint32_t scratchpad_bytes;
    uint32_t local_bytes_per_lane;
    bool operator==(const Shape&) const = default;
  };
  struct SlotSet {
    Shape shape;
    std::shared_ptr<const PreparedProgram> program;
    Domain* domain;
    uint64_t last_use = 0;
    uint32_t attachments = 0;  // in use: not dropped
    std::vector<std::unique_ptr<Slot>> free;
  };
  struct Resident {
    std::unique_ptr<Slot> slot;
    uint64_t block = 0;
  };
  struct Attachment {
    Grid* grid;
    SlotSet* slots;
    std::vector<Resident> residents;
    uint64_t next = 0, end = 0;    // claimed and not started
    bool slots_exhausted = false;  // no memory for another resident block
  };

  SlotSet* FindSlots(Grid* grid);
  std::unique_ptr<Slot> TakeSlot(Attachment& attachment);
  bool NextBlock(Attachment& attachment, uint64_t* block);
  // Runs the resident until it waits; starts the next block in its place whenever it ends. Returns false when it is
  // over.
  bool RunResident(Attachment& attachment, Resident& resident, bool* progress);
  bool StartResident(Attachment& attachment, bool* progress);
  bool PassGrid(Attachment& attachment);

  const uint32_t index_;
  std::vector<std::unique_ptr<Attachment>> attachments_;
  uint64_t use_counter_ = 0;
  // Guards slot_sets_ and, for Report, the residents vectors' structure. Taken when a grid is attached or a block
  // becomes resident, never per block.
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<SlotSet>> slot_sets_;
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_CORE_H_

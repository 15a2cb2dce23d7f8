#include "runtime/npu/core.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"

namespace culvert::npu {
namespace {

constexpr size_t kKeptShapes = 16;       // launch shapes whose runners a core keeps
constexpr uint32_t kBlocksPerTurn = 64;  // with several grids attached, before the next one gets its turn

uint64_t RoundUp(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

}  // namespace

Core::Slot::~Slot() {
  runner.reset();
  if (memory_address != 0) domain->memory().Free(memory_address).IgnoreError();  // ours: cannot fail
}

bool Core::IsAttached(const Grid* grid) const {
  return std::any_of(attachments_.begin(), attachments_.end(), [&](const auto& a) { return a->grid == grid; });
}

Core::SlotSet* Core::FindSlots(Grid* grid) {
  const LaunchCommand& command = *grid->command;
  Shape shape = {command.program.get(),
                 {command.block[0], command.block[1], command.block[2]},
                 grid->scratchpad_bytes,
                 grid->local_bytes_per_lane};
  for (auto& set : slot_sets_) {
    if (set->shape == shape) return set.get();
  }
  if (slot_sets_.size() >= kKeptShapes) {
    auto oldest = slot_sets_.end();
    for (auto it = slot_sets_.begin(); it != slot_sets_.end(); ++it) {
      if ((*it)->attachments != 0) continue;
      if (oldest == slot_sets_.end() || (*it)->last_use < (*oldest)->last_use) oldest = it;
    }
    if (oldest != slot_sets_.end()) slot_sets_.erase(oldest);
  }
  slot_sets_.push_back(std::make_unique<SlotSet>(SlotSet{shape, command.program, grid->domain.get()}));
  return slot_sets_.back().get();
}

void Core::Attach(Grid* grid) {
  std::lock_guard lock(mutex_);
  SlotSet* slots = FindSlots(grid);
  slots->last_use = ++use_counter_;
  ++slots->attachments;
  attachments_.push_back(std::make_unique<Attachment>(Attachment{grid, slots}));
}

std::unique_ptr<Core::Slot> Core::TakeSlot(Attachment& attachment) {
  Grid& grid = *attachment.grid;
  auto& free = attachment.slots->free;
  if (!free.empty()) {
    std::unique_ptr<Slot> slot = std::move(free.back());
    free.pop_back();
    slot->runner->Rebind(&grid.launch);
    return slot;
  }
  const LaunchCommand& command = *grid.command;
  uint64_t lanes = RoundUp(uint64_t{command.block[0]} * command.block[1] * command.block[2], kWarpLanes);
  uint64_t align = std::max<uint64_t>({512, grid.program().info.scratchpad_align_bytes});
  uint64_t scratchpad_bytes = RoundUp(std::max<uint64_t>(grid.scratchpad_bytes, 1), kAccessGranuleBytes);
  absl::StatusOr<uint64_t> address =
      grid.domain->memory().Allocate({.bytes = scratchpad_bytes + lanes * grid.local_bytes_per_lane,
                                      .align_bytes = align,
                                      .kind = AllocationKind::kInternal});
  if (!address.ok()) return nullptr;
  auto slot = std::make_unique<Slot>();
  slot->domain = grid.domain.get();
  slot->memory_address = *address;
  BlockMemory memory;
  memory.scratchpad_address = *address;
  memory.scratchpad_bytes = grid.scratchpad_bytes;
  memory.local_address = grid.local_bytes_per_lane == 0 ? 0 : *address + scratchpad_bytes;
  memory.local_bytes_per_lane = grid.local_bytes_per_lane;
  slot->runner = BlockRunner::Create(command.program, &grid.launch, memory);
  return slot;
}

bool Core::NextBlock(Attachment& attachment, uint64_t* block) {
  if (attachment.next == attachment.end && !attachment.grid->Claim(&attachment.next, &attachment.end)) {
    attachment.next = attachment.end = 0;
    return false;
  }
  if (attachment.grid->stopped()) return false;
  *block = attachment.next++;
  return true;
}

bool Core::RunResident(Attachment& attachment, Resident& resident, bool* progress) {
  uint32_t turns = 0;
  while (true) {
    SliceResult result = resident.slot->runner->RunSlice();
    if (result == SliceResult::kYielded) return true;
    *progress = true;
    if (result == SliceResult::kStopped || !NextBlock(attachment, &resident.block)) return false;
    resident.slot->runner->Start(resident.block, index_);
    if (++turns == kBlocksPerTurn && attachments_.size() > 1) return true;
  }
}

bool Core::StartResident(Attachment& attachment, bool* progress) {
  Grid& grid = *attachment.grid;
  if (attachment.slots_exhausted || grid.stopped()) return false;
  if (attachment.next == attachment.end && !grid.HasUnclaimedBlocks()) return false;
  if (grid.resident.fetch_add(1, std::memory_order_relaxed) >= grid.command->resident_limit &&
      !attachment.residents.empty()) {
    grid.resident.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  std::unique_ptr<Slot> slot = TakeSlot(attachment);
  Resident resident;
  if (slot == nullptr) {
    grid.resident.fetch_sub(1, std::memory_order_relaxed);
    attachment.slots_exhausted = true;
    if (attachment.residents.empty()) {
      FailGrid(grid, Error(ErrorKind::kLaunchFailed,
                           "kernel %s failed: no memory for the local and shared variables of a block",
                           grid.program().info.name));
    }
    return false;
  }
  resident.slot = std::move(slot);
  bool stays = NextBlock(attachment, &resident.block);
  if (stays) {
    resident.slot->runner->Start(resident.block, index_);
    Resident* place = nullptr;
    {
      std::lock_guard lock(mutex_);
      attachment.residents.push_back(std::move(resident));
      place = &attachment.residents.back();
    }
    if (RunResident(attachment, *place, progress)) return true;
    std::lock_guard lock(mutex_);
    attachment.slots->free.push_back(std::move(place->slot));
    attachment.residents.pop_back();
  } else {
    std::lock_guard lock(mutex_);
    attachment.slots->free.push_back(std::move(resident.slot));
  }
  grid.resident.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

bool Core::PassGrid(Attachment& attachment) {
  bool progress = false;
  for (size_t i = 0; i < attachment.residents.size();) {
    if (RunResident(attachment, attachment.residents[i], &progress)) {
      ++i;
      continue;
    }
    std::lock_guard lock(mutex_);
    attachment.slots->free.push_back(std::move(attachment.residents[i].slot));
    attachment.residents.erase(attachment.residents.begin() + static_cast<ptrdiff_t>(i));
    attachment.grid->resident.fetch_sub(1, std::memory_order_relaxed);
  }
  // Everything here waits: let one more block start, it may be what they wait for.
  StartResident(attachment, &progress);
  return progress;
}

bool Core::Pass(std::vector<Grid*>* left) {
  bool progress = false;
  for (size_t i = 0; i < attachments_.size();) {
    Attachment& attachment = *attachments_[i];
    progress |= PassGrid(attachment);
    bool has_more =
        !attachment.grid->stopped() && (attachment.next != attachment.end || attachment.grid->HasUnclaimedBlocks());
    if (!attachment.residents.empty() || has_more) {
      ++i;
      continue;
    }
    left->push_back(attachment.grid);
    std::lock_guard lock(mutex_);
    --attachment.slots->attachments;
    attachments_.erase(attachments_.begin() + static_cast<ptrdiff_t>(i));
  }
  return progress;
}

void Core::Purge(const Domain* domain) {
  std::vector<std::unique_ptr<SlotSet>> dropped;
  std::lock_guard lock(mutex_);
  auto keep =
      std::partition(slot_sets_.begin(), slot_sets_.end(), [&](const auto& set) { return set->domain != domain; });
  std::move(keep, slot_sets_.end(), std::back_inserter(dropped));
  slot_sets_.erase(keep, slot_sets_.end());
}

void Core::Report(const Grid* grid, std::string* text) const {
  std::lock_guard lock(mutex_);
  for (const auto& attachment : attachments_) {
    if (attachment->grid != grid) continue;
    for (const Resident& resident : attachment->residents) {
      for (const WarpReport& warp : resident.slot->runner->Report()) {
        absl::StrAppendFormat(text, "culvert:   block %d warp %d lanes 0x%08x at %s: %s\n", resident.block, warp.warp,
                              warp.lane_mask, DescribeInstruction(grid->program(), warp.instruction), warp.state);
      }
    }
  }
}

}  // namespace culvert::npu

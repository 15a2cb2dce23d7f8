#include "runtime/npu/domain.h"

#include <algorithm>

#include "include/culvert/error.h"
#include "runtime/npu/grid.h"
#include "runtime/npu/host_ranges.h"

namespace culvert::npu {
namespace {

struct DomainList {
  std::mutex mutex;
  std::vector<Domain*> domains;  // guarded by mutex
};

DomainList& LiveDomains() {
  static DomainList* list = new DomainList;
  return *list;
}

}  // namespace

absl::StatusOr<std::shared_ptr<Domain>> Domain::Create(const DomainConfig& config) {
  CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<MemorySpace> memory,
                           MemorySpace::Create(config.window_bytes, config.budget, config.owner_id));
  return std::shared_ptr<Domain>(new Domain(config, std::move(memory)));
}

Domain::Domain(const DomainConfig& config, std::unique_ptr<MemorySpace> memory)
    : memory_(std::move(memory)),
      heap_(memory_.get(), config.heap_bytes),
      print_buffer_(config.printf_bytes),
      stack_bytes_(config.stack_bytes),
      report_faults_(config.report_faults) {
  DomainList& list = LiveDomains();
  std::lock_guard lock(list.mutex);
  list.domains.push_back(this);
}

Domain::~Domain() {
  DomainList& list = LiveDomains();
  std::lock_guard lock(list.mutex);
  std::erase(list.domains, this);
}

absl::Status Domain::status() const {
  if (!failed()) return absl::OkStatus();
  std::lock_guard lock(mutex_);
  return status_;
}

bool Domain::Fail(const absl::Status& status) {
  std::lock_guard lock(mutex_);
  if (!status_.ok()) return false;
  status_ = status;
  failed_.store(true, std::memory_order_release);
  for (Grid* grid : grids_) grid->Stop();
  return true;
}

void Domain::AddGrid(Grid* grid) {
  BeginHostRangeUse();
  std::lock_guard lock(mutex_);
  grids_.push_back(grid);
  if (!status_.ok()) grid->Stop();
}

void Domain::RemoveGrid(Grid* grid) {
  {
    std::lock_guard lock(mutex_);
    auto found = std::find(grids_.begin(), grids_.end(), grid);
    *found = grids_.back();
    grids_.pop_back();
  }
  EndHostRangeUse();
}

bool Domain::AllowsForeignAccess(uint64_t address, uint64_t bytes, bool write) const {
  uint8_t needed = write ? CULVERT_GRANULE_WRITE : CULVERT_GRANULE_READ;
  if (const Window* window = Window::Find(address); window != nullptr) {
    if (window == &memory_->window()) return false;
    if (window->Covers(address, bytes, needed | kGranuleHostVisible)) return true;
    return window->AllowsPeer(memory_->window()) && window->Covers(address, bytes, needed);
  }
  return HostRangeAllows(address, bytes, write);
}

void FlushAllPrintBuffers() {
  DomainList& list = LiveDomains();
  std::lock_guard lock(list.mutex);
  for (Domain* domain : list.domains) domain->print_buffer().Flush();
}

}  // namespace culvert::npu

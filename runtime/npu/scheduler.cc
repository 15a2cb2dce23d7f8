// Queues and their state: submission, completion, claims. The threads that do the work are in scheduler_threads.cc.
#include "runtime/npu/scheduler.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/npu/callback_pool.h"

namespace culvert::npu {
namespace {

constexpr int kMaxDependencyDepth = 16;  // how far a helper follows waits; the rest is the workers'

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Scheduler& Scheduler::Get() {
  static Scheduler* scheduler = new Scheduler;
  return *scheduler;
}

void Scheduler::Configure(uint32_t workers, uint32_t watchdog_ms) {
  std::lock_guard lock(mutex_);
  if (!cores_.empty()) return;
  watchdog_ms_ = watchdog_ms;
  for (uint32_t i = 0; i < std::max(workers, 1u); ++i) {
    cores_.push_back(std::make_unique<Core>(i));
    free_cores_.insert(free_cores_.begin(), cores_.back().get());
  }
}

absl::StatusOr<uint64_t> Scheduler::Submit(Queue& queue, std::unique_ptr<Command> command) {
  WaitForRoom(queue);
  Garbage garbage;
  std::lock_guard lock(mutex_);
  CULVERT_RETURN_IF_ERROR(EnsureWorker());
  uint64_t value = queue.submitted_.load(std::memory_order_relaxed) + 1;
  queue.submitted_.store(value, std::memory_order_release);
  queue.commands_.push_back(std::move(command));
  if (queue.state_ == Queue::State::kIdle) {
    queue.self_ = queue.shared_from_this();
    Advance(&queue, &garbage);
  }
  return value;
}

void Scheduler::WaitForRoom(Queue& queue) {
  uint64_t submitted = queue.submitted();
  if (submitted - queue.completed() >= Queue::kMaxPending) Wait(queue, submitted - Queue::kMaxPending / 2, false);
}

void Scheduler::Move(Queue* queue, std::list<Queue*>& list) {
  list.splice(list.end(), *queue->list_, queue->node_);
  queue->list_ = &list;
}

std::list<Queue*>& Scheduler::ReadyList(const Queue* queue) {
  return ready_[std::clamp(-queue->priority_, 0, int{Queue::kPriorities} - 1)];
}

void Scheduler::PopHead(Queue* queue, Garbage* garbage) {
  garbage->commands.push_back(std::move(queue->commands_.front()));
  queue->commands_.pop_front();
  queue->completed_.store(queue->completed_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void Scheduler::CompleteHead(Queue* queue, Garbage* garbage) {
  queue->active_grid_ = nullptr;
  PopHead(queue, garbage);
  Advance(queue, garbage);
}

void Scheduler::Advance(Queue* queue, Garbage* garbage) {
  bool failed = queue->domain_->failed();
  queue->state_ = Queue::State::kIdle;
  while (!queue->commands_.empty()) {
    Command& head = *queue->commands_.front();
    if (auto* wait = std::get_if<WaitCommand>(&head.body)) {
      Queue* target = wait->queue.get();
      if (!failed && target != nullptr && target != queue && !target->Reached(wait->value)) {
        target->dependents_.push_back({wait->value, queue});
        queue->state_ = Queue::State::kBlocked;
        Move(queue, blocked_);
        break;
      }
    } else if (auto* signal = std::get_if<SignalCommand>(&head.body)) {
      if (signal->time != nullptr) signal->time->steady_ns.store(NowNs(), std::memory_order_relaxed);
    } else {
      queue->state_ = Queue::State::kReady;
      Move(queue, ReadyList(queue));
      WakeWorkers();
      break;
    }
    PopHead(queue, garbage);
  }
  if (queue->waiters_ != 0) queue->reached_.notify_all();
  WakeDependents(queue, garbage);
  if (!queue->commands_.empty()) return;
  Move(queue, queue->home_);
  garbage->queues.push_back(std::move(queue->self_));
}

void Scheduler::WakeDependents(Queue* queue, Garbage* garbage) {
  uint64_t completed = queue->completed();
  // Advance of a dependent may append to other queues' lists, never to this one's: waits point to earlier work.
  std::vector<Queue*> released;
  std::erase_if(queue->dependents_, [&](const Queue::Dependent& dependent) {
    if (dependent.value > completed) return false;
    released.push_back(dependent.queue);
    return true;
  });
  for (Queue* dependent : released) {
    PopHead(dependent, garbage);
    Advance(dependent, garbage);
  }
}

void Scheduler::Abandon(Domain& domain) {
  Garbage garbage;
  std::lock_guard lock(mutex_);
  std::vector<Queue*> queues;
  for (Queue* queue : blocked_) {
    if (queue->domain_.get() == &domain) queues.push_back(queue);
  }
  for (Queue* queue : queues) {
    if (queue->state_ != Queue::State::kBlocked) continue;  // released by one before it
    Queue* target = std::get<WaitCommand>(queue->commands_.front()->body).queue.get();
    std::erase_if(target->dependents_, [&](const Queue::Dependent& dependent) { return dependent.queue == queue; });
    PopHead(queue, &garbage);
    Advance(queue, &garbage);
  }
}

Scheduler::Work Scheduler::ClaimQueue(Queue* queue) {
  Move(queue, running_);
  queue->state_ = Queue::State::kRunning;
  return Work{.queue = queue, .command = queue->commands_.front().get()};
}

Scheduler::Work Scheduler::FindWork(const Core* core) {
  for (int priority = Queue::kPriorities - 1; priority >= 0; --priority) {
    if (!ready_[priority].empty()) return ClaimQueue(ready_[priority].front());
  }
  for (size_t i = 0; i < open_grids_.size();) {
    Grid* grid = open_grids_[i];
    if (!grid->HasUnclaimedBlocks()) {
      grid->is_open = false;
      open_grids_.erase(open_grids_.begin() + static_cast<ptrdiff_t>(i));
      continue;
    }
    if (core == nullptr || !core->IsAttached(grid)) {
      ++grid->participants;
      return Work{.grid = grid};
    }
    ++i;
  }
  return {};
}

Scheduler::Work Scheduler::FindHelp(Queue* queue, const Core* core, bool may_use_core, int depth) {
  switch (queue->state_) {
    case Queue::State::kReady:
      if (!may_use_core && std::holds_alternative<LaunchCommand>(queue->commands_.front()->body)) return {};
      return ClaimQueue(queue);
    case Queue::State::kRunning: {
      Grid* grid = queue->active_grid_;
      if (!may_use_core || grid == nullptr || !grid->is_open || !grid->HasUnclaimedBlocks()) return {};
      if (core != nullptr && core->IsAttached(grid)) return {};
      ++grid->participants;
      return Work{.grid = grid};
    }
    case Queue::State::kBlocked:
      if (depth == kMaxDependencyDepth) return {};
      return FindHelp(std::get<WaitCommand>(queue->commands_.front()->body).queue.get(), core, may_use_core, depth + 1);
    case Queue::State::kIdle:
      break;
  }
  return {};
}

bool Scheduler::HasWork() const {
  if (!open_grids_.empty() || !loaded_cores_.empty()) return true;
  return std::any_of(std::begin(ready_), std::end(ready_), [](const auto& list) { return !list.empty(); });
}

void Scheduler::FinishCommand(Queue* queue) {
  Garbage garbage;
  std::lock_guard lock(mutex_);
  CompleteHead(queue, &garbage);
}

void Scheduler::StartGrid(Queue* queue, Command* command, Core* core) {
  Grid* grid = command->grid.get();
  grid->domain->AddGrid(grid);
  std::lock_guard lock(mutex_);
  grid->participants = 1;
  grid->start_ns = NowNs();
  queue->active_grid_ = grid;
  if (watchdog_ms_ != 0) running_grids_.push_back(grid);
  core->Attach(grid);
  if (grid->block_count <= grid->chunk) return;
  grid->is_open = true;
  open_grids_.push_back(grid);
  WakeWorkers();
}

void Scheduler::LeaveGrid(Grid* grid) {
  Garbage garbage;
  std::unique_lock lock(mutex_);
  if (--grid->participants != 0 || grid->HasUnclaimedBlocks()) return;
  if (grid->is_open) {
    std::erase(open_grids_, grid);
    grid->is_open = false;
  }
  if (watchdog_ms_ != 0) std::erase(running_grids_, grid);
  grid->domain->RemoveGrid(grid);
  CompleteHead(grid->queue, &garbage);
}

void Scheduler::RunWork(const Work& work, Core** core, const Helper* helper) {
  if (work.grid != nullptr) {
    (*core)->Attach(work.grid);
    return;
  }
  Queue* queue = work.queue;
  Command* command = work.command;
  bool failed = queue->domain()->failed();
  if (auto* call = std::get_if<HostCallCommand>(&command->body)) {
    if (failed && !call->on_failure) return FinishCommand(queue);
    if (call->is_internal) {
      call->function(queue->domain()->status());
      return FinishCommand(queue);
    }
    // The queue stays in state kRunning, and so keeps itself and the command, until the function returns.
    return CallbackPool::Get().Run([this, queue, call] {
      call->function(queue->domain()->status());
      FinishCommand(queue);
    });
  }
  if (failed) return FinishCommand(queue);
  if (auto* copy = std::get_if<CopyCommand>(&command->body)) Execute(*copy);
  if (auto* fill = std::get_if<FillCommand>(&command->body)) Execute(*fill);
  if (std::holds_alternative<LaunchCommand>(command->body)) return StartGrid(queue, command, *core);
  FinishCommand(queue);
}

std::shared_ptr<Queue> Scheduler::FindQueueOf(const Domain& domain) {
  auto find = [&](std::list<Queue*>& list) -> std::shared_ptr<Queue> {
    auto found = std::find_if(list.begin(), list.end(), [&](Queue* queue) { return queue->domain_.get() == &domain; });
    return found == list.end() ? nullptr : (*found)->self_;
  };
  for (auto& list : ready_) {
    if (std::shared_ptr<Queue> queue = find(list)) return queue;
  }
  if (std::shared_ptr<Queue> queue = find(running_)) return queue;
  return find(blocked_);
}

void Scheduler::Drain(Domain& domain) {
  Abandon(domain);
  while (true) {
    std::shared_ptr<Queue> queue;
    {
      std::lock_guard lock(mutex_);
      queue = FindQueueOf(domain);
    }
    if (queue == nullptr) break;
    Wait(*queue, queue->submitted(), false);
  }
  for (auto& core : cores_) core->Purge(&domain);
}

void AbandonQueuesOf(Domain& domain) { Scheduler::Get().Abandon(domain); }

}  // namespace culvert::npu

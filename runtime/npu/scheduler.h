// Scheduler: one per process. Decides which thread runs which command or block. Workers are started at first need and
// sleep when there is nothing to do; threads that wait for a queue help with what they wait for.
//
// One mutex guards every queue's inside, the lists of ready queues and open grids, and who holds which core. It is held
// for a few list operations per command; blocks, copies and callbacks run without it.
#ifndef CULVERT_RUNTIME_NPU_SCHEDULER_H_
#define CULVERT_RUNTIME_NPU_SCHEDULER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/npu/core.h"
#include "runtime/npu/device.h"
#include "runtime/npu/grid.h"
#include "runtime/npu/queue.h"

namespace culvert::npu {

class Scheduler {
 public:
  static Scheduler& Get();
  // The first call's values hold.
  void Configure(uint32_t workers, uint32_t watchdog_ms);
  uint32_t workers() const { return static_cast<uint32_t>(cores_.size()); }

  absl::StatusOr<uint64_t> Submit(Queue& queue, std::unique_ptr<Command> command);
  void WaitForRoom(Queue& queue);
  void Wait(Queue& queue, uint64_t value, bool blocking);
  // Completes, without running them, the commands of a failed domain that wait for other queues.
  void Abandon(Domain& domain);
  // Waits until no queue of the failed domain has commands, then drops what cores keep for it.
  void Drain(Domain& domain);

 private:
  // What leaves the scheduler under its mutex and must be destroyed outside it. Declared before the lock.
  struct Garbage {
    std::vector<std::shared_ptr<Queue>> queues;  // destroyed after the commands, which point to them
    std::vector<std::unique_ptr<Command>> commands;
  };
  // A claimed piece of work: the head command of a queue, or a share of an open grid.
  struct Work {
    Queue* queue = nullptr;
    Command* command = nullptr;
    Grid* grid = nullptr;
    explicit operator bool() const { return queue != nullptr || grid != nullptr; }
  };
  struct Helper {
    Queue* queue;
    uint64_t value;
  };

  Scheduler() = default;

  // All of these want mutex_ held.
  void Advance(Queue* queue, Garbage* garbage);       // after the head changed: find the queue's next state
  void CompleteHead(Queue* queue, Garbage* garbage);  // the head is done
  static void Move(Queue* queue, std::list<Queue*>& list);
  std::list<Queue*>& ReadyList(const Queue* queue);
  std::shared_ptr<Queue> FindQueueOf(const Domain& domain);
  void PopHead(Queue* queue, Garbage* garbage);
  void WakeDependents(Queue* queue, Garbage* garbage);
  Work ClaimQueue(Queue* queue);
  Work FindWork(const Core* core);  // for a worker
  Work FindHelp(Queue* queue, const Core* core, bool may_use_core, int depth);
  bool HasWork() const;
  void WakeWorkers();
  absl::Status EnsureWorker();  // at least one worker thread exists
  bool StartWorker();
  Core* TakeCore();
  void ReturnCore(Core* core);

  // Without the mutex.
  void RunWork(const Work& work, Core** core, const Helper* helper);
  void StartGrid(Queue* queue, Command* command, Core* core);
  // Until nothing is attached. False if a helper has handed the core over: it is no longer the caller's.
  bool RunCore(Core* core, const Helper* helper);
  void FinishCommand(Queue* queue);
  void LeaveGrid(Grid* grid);
  void WorkerMain();
  void WatchdogMain();
  void CheckDeadlines();
  enum class Idle : uint8_t { kTookWork, kNothing, kHandedOver };
  Idle TakeMore(Core* core, const Helper* helper);  // for a core whose blocks all wait

  std::mutex mutex_;
  std::list<Queue*> ready_[Queue::kPriorities];
  std::list<Queue*> running_;
  std::list<Queue*> blocked_;
  std::vector<Grid*> open_grids_;
  std::vector<Grid*> running_grids_;  // kept only when the watchdog is on
  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<Core*> free_cores_;
  std::vector<Core*> loaded_cores_;  // handed over by helpers, with blocks on them. Workers and cores are as many, so a
                                     // core in either list has a worker that is idle or not started
  std::condition_variable work_available_;
  uint32_t threads_ = 0;
  uint32_t sleepers_ = 0;
  uint32_t watchdog_ms_ = 0;
  bool watchdog_started_ = false;

  std::atomic<uint32_t> spinners_ = 0;
  std::atomic<uint64_t> work_epoch_ = 0;  // changes when work is added: what idle threads watch while they spin
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_SCHEDULER_H_

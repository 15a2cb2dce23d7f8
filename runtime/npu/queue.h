// Queue: commands of one domain in order, and the timeline that counts the complete ones. The scheduler owns its
// inside.
#ifndef CULVERT_RUNTIME_NPU_QUEUE_H_
#define CULVERT_RUNTIME_NPU_QUEUE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "runtime/npu/commands.h"
#include "runtime/npu/domain.h"

namespace culvert::npu {

class Queue : public std::enable_shared_from_this<Queue> {
 public:
  static constexpr uint32_t kPriorities = 6;
  static constexpr uint64_t kMaxPending = 1024;  // commands; more make the submitter wait

  Queue(std::shared_ptr<Domain> domain, int priority) : domain_(std::move(domain)), priority_(priority) {}

  const std::shared_ptr<Domain>& domain() const { return domain_; }
  uint64_t submitted() const { return submitted_.load(std::memory_order_acquire); }
  uint64_t completed() const { return completed_.load(std::memory_order_acquire); }
  bool Reached(uint64_t value) const { return completed() >= value; }
  bool Idle() const { return completed() == submitted(); }

 private:
  friend class Scheduler;
  enum class State : uint8_t {
    kIdle,     // no commands
    kReady,    // the head can run; in a ready list
    kRunning,  // the head is running, on a core or a callback thread; in the running list
    kBlocked,  // the head waits for another queue; in that queue's dependents and in the blocked list
  };
  struct Dependent {
    uint64_t value;
    Queue* queue;
  };

  std::shared_ptr<Domain> domain_;
  int priority_;
  std::atomic<uint64_t> submitted_ = 0;
  std::atomic<uint64_t> completed_ = 0;

  // Guarded by the scheduler's mutex.
  State state_ = State::kIdle;
  std::deque<std::unique_ptr<Command>> commands_;
  Grid* active_grid_ = nullptr;        // of the head, while it runs
  std::vector<Dependent> dependents_;  // blocked queues that wait for this timeline
  std::shared_ptr<Queue> self_;        // set while there are commands
  std::list<Queue*> home_{this};       // this queue's one list node, spliced between home_ and the scheduler's lists
  std::list<Queue*>* list_ = &home_;   // where the node is
  std::list<Queue*>::iterator node_ = home_.begin();
  std::condition_variable reached_;
  uint32_t waiters_ = 0;  // threads in reached_
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_QUEUE_H_

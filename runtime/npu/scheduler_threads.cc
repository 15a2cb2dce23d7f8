// The threads that do the scheduler's work: workers, helping host threads, the watchdog.
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "include/culvert/error.h"
#include "runtime/npu/callback_pool.h"
#include "runtime/npu/scheduler.h"

namespace culvert::npu {
namespace {

using Clock = std::chrono::steady_clock;

// How long a thread that has run out of work looks for more before it sleeps: longer than the gap between two launches
// of a busy program, short against a scheduler tick, so that another thread pool of the program is not disturbed.
constexpr auto kSpinTime = std::chrono::microseconds(30);
constexpr auto kRecheckTime = std::chrono::milliseconds(5);

void Pause() {
#if defined(__SSE__)
  _mm_pause();
#else
  sched_yield();
#endif
}

// Kernels run with the default floating-point environment; the program's comes back afterwards. errno likewise.
class HostStateGuard {
 public:
  HostStateGuard() : errno_(errno) {
#if defined(__SSE__)
    mxcsr_ = _mm_getcsr();
    _mm_setcsr(kDefaultMxcsr);
#endif
  }
  ~HostStateGuard() {
#if defined(__SSE__)
    _mm_setcsr(mxcsr_);
#endif
    errno = errno_;
  }

 private:
  static constexpr unsigned kDefaultMxcsr = 0x1f80;
  int errno_;
  unsigned mxcsr_ = 0;
};

bool CanSpin() {
  static const bool can_spin = std::thread::hardware_concurrency() > 1;
  return can_spin;
}

// Spins until `done` or the time is over.
template <typename Done>
void Spin(Done done) {
  if (!CanSpin()) return;
  auto end = Clock::now() + kSpinTime;
  while (Clock::now() < end) {
    for (int i = 0; i < 16; ++i) {
      if (done()) return;
      Pause();
    }
  }
}

// What a core does between passes in which every resident block waited: nothing at first, then give the CPU away, then
// sleep for at most 50 us (a host write to mapped memory wakes nobody, so a longer sleep would only add latency). A
// thread of the program gets its timer slack back.
class Backoff {
 public:
  ~Backoff() {
    if (slack_ns_ > 0) prctl(PR_SET_TIMERSLACK, slack_ns_, 0, 0, 0);
  }
  void Reset() { passes_ = 0; }
  void Wait() {
    ++passes_;
    if (passes_ < kQuietPasses) return Pause();
    if (passes_ == kQuietPasses) quiet_since_ = Clock::now();
    if (Clock::now() - quiet_since_ < kYieldTime) {
      sched_yield();
      return;
    }
    if (slack_ns_ == 0) {
      slack_ns_ = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
      prctl(PR_SET_TIMERSLACK, kSlackNs, 0, 0, 0);
    }
    timespec time = {0, kSleepNs};
    nanosleep(&time, nullptr);
  }

 private:
  static constexpr uint32_t kQuietPasses = 64;
  static constexpr auto kYieldTime = std::chrono::milliseconds(20);
  static constexpr long kSleepNs = 20'000;
  static constexpr long kSlackNs = 1'000;
  int slack_ns_ = 0;  // the thread's own, once it has been changed
  uint32_t passes_ = 0;
  Clock::time_point quiet_since_;
};

}  // namespace

bool Scheduler::StartWorker() {
  int error = StartThread([](void* self) { static_cast<Scheduler*>(self)->WorkerMain(); }, this, "culvert-core");
  if (error == 0) ++threads_;
  return error == 0;
}

absl::Status Scheduler::EnsureWorker() {
  if (threads_ != 0) return absl::OkStatus();
  if (!StartWorker()) {
    return MakeError(ErrorKind::kOperatingSystem,
                     "cannot start a worker thread: the system's limit on threads is reached "
                     "(ulimit -u)");
  }
  if (watchdog_ms_ != 0 && !watchdog_started_) {
    watchdog_started_ =
        StartThread([](void* self) { static_cast<Scheduler*>(self)->WatchdogMain(); }, this, "culvert-watch") == 0;
  }
  return absl::OkStatus();
}

void Scheduler::WakeWorkers() {
  work_epoch_.fetch_add(1, std::memory_order_release);
  if (free_cores_.empty() && loaded_cores_.empty()) return;    // who returns a core looks for work
  if (spinners_.load(std::memory_order_relaxed) != 0) return;  // it takes the work, and wakes another if there is more
  if (sleepers_ != 0) {
    work_available_.notify_one();
  } else if (threads_ < cores_.size()) {
    StartWorker();  // on failure the threads there are do the work
  }
}

Core* Scheduler::TakeCore() {
  Core* core = free_cores_.back();
  free_cores_.pop_back();
  return core;
}

void Scheduler::ReturnCore(Core* core) {
  free_cores_.push_back(core);
  if (HasWork()) WakeWorkers();
}

Scheduler::Idle Scheduler::TakeMore(Core* core, const Helper* helper) {
  Work work;
  {
    std::lock_guard lock(mutex_);
    work = helper == nullptr ? FindWork(core) : FindHelp(helper->queue, core, true, 0);
    // What a helper may not run can be what its blocks wait for: a worker goes on with the core.
    if (!work && helper != nullptr && free_cores_.empty() && HasWork()) {
      loaded_cores_.push_back(core);
      WakeWorkers();
      return Idle::kHandedOver;
    }
  }
  if (!work) return Idle::kNothing;
  RunWork(work, &core, helper);
  return Idle::kTookWork;
}

bool Scheduler::RunCore(Core* core, const Helper* helper) {
  std::vector<Grid*> left;
  Backoff backoff;
  while (!core->empty()) {
    bool progress = core->Pass(&left);
    for (Grid* grid : left) LeaveGrid(grid);
    left.clear();
    if (progress) {
      backoff.Reset();
      continue;
    }
    if (core->empty()) break;
    switch (TakeMore(core, helper)) {
      case Idle::kTookWork:
        break;
      case Idle::kNothing:
        backoff.Wait();
        break;
      case Idle::kHandedOver:
        return false;
    }
  }
  return true;
}

void Scheduler::WorkerMain() {
  HostStateGuard guard;
  bool has_spun = false;
  std::unique_lock lock(mutex_);
  while (true) {
    Work work;
    Core* core = nullptr;
    if (!loaded_cores_.empty()) {
      core = loaded_cores_.back();
      loaded_cores_.pop_back();
    } else if (!free_cores_.empty()) {
      work = FindWork(nullptr);
      if (work) core = TakeCore();
    }
    if (core != nullptr) {
      if (HasWork()) WakeWorkers();
      lock.unlock();
      if (work) RunWork(work, &core, nullptr);
      RunCore(core, nullptr);
      lock.lock();
      free_cores_.push_back(core);
      has_spun = false;
    } else if (!has_spun) {
      spinners_.fetch_add(1, std::memory_order_relaxed);
      uint64_t epoch = work_epoch_.load(std::memory_order_relaxed);
      lock.unlock();
      Spin([&] { return work_epoch_.load(std::memory_order_relaxed) != epoch; });
      lock.lock();
      spinners_.fetch_sub(1, std::memory_order_relaxed);
      has_spun = work_epoch_.load(std::memory_order_relaxed) == epoch;
      if (has_spun) continue;
      // Work came; a spinner that finds it taken spins again.
      if (free_cores_.empty() && loaded_cores_.empty()) has_spun = true;
    } else {
      ++sleepers_;
      work_available_.wait(lock);
      --sleepers_;
      has_spun = false;
    }
  }
}

void Scheduler::Wait(Queue& queue, uint64_t value, bool blocking) {
  if (queue.Reached(value)) return;
  HostStateGuard guard;
  Helper helper = {&queue, value};
  bool has_spun = blocking;
  std::unique_lock lock(mutex_);
  while (!queue.Reached(value)) {
    if (Work work = FindHelp(&queue, nullptr, !free_cores_.empty(), 0)) {
      bool needs_core = work.grid != nullptr || std::holds_alternative<LaunchCommand>(work.command->body);
      Core* core = needs_core ? TakeCore() : nullptr;
      lock.unlock();
      RunWork(work, &core, &helper);
      if (core != nullptr && !RunCore(core, &helper)) core = nullptr;
      lock.lock();
      if (core != nullptr) ReturnCore(core);
      has_spun = blocking;
    } else if (!has_spun) {
      uint64_t epoch = work_epoch_.load(std::memory_order_relaxed);
      lock.unlock();
      Spin([&] { return queue.Reached(value) || work_epoch_.load(std::memory_order_relaxed) != epoch; });
      lock.lock();
      has_spun = work_epoch_.load(std::memory_order_relaxed) == epoch;
    } else {
      ++queue.waiters_;
      queue.reached_.wait_for(lock, kRecheckTime);
      --queue.waiters_;
    }
  }
}

void Scheduler::WatchdogMain() {
  auto period = std::chrono::milliseconds(std::clamp(watchdog_ms_ / 8, 1u, 250u));
  while (true) {
    std::this_thread::sleep_for(period);
    CheckDeadlines();
  }
}

void Scheduler::CheckDeadlines() {
  struct Expired {
    std::shared_ptr<Queue> queue;  // keeps the grid's domain
    std::string text;
    std::string kernel;
  };
  std::vector<Expired> expired;
  {
    std::lock_guard lock(mutex_);
    int64_t now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
    for (Grid* grid : running_grids_) {
      if (grid->watchdog_fired || now_ns - grid->start_ns < int64_t{watchdog_ms_} * 1'000'000) continue;
      grid->watchdog_fired = true;
      Expired entry = {grid->queue->shared_from_this(), "", grid->program().info.name};
      for (auto& core : cores_) core->Report(grid, &entry.text);
      expired.push_back(std::move(entry));
    }
  }
  for (Expired& entry : expired) {
    Domain& domain = *entry.queue->domain();
    std::string message =
        absl::StrFormat("kernel %s ran longer than the watchdog allows (%d ms)", entry.kernel, watchdog_ms_);
    if (!domain.Fail(MakeError(ErrorKind::kLaunchTimeout, message))) continue;
    if (domain.reports_faults()) fprintf(stderr, "culvert: %s\n%s", message.c_str(), entry.text.c_str());
    Abandon(domain);
  }
}

}  // namespace culvert::npu

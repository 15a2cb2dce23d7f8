// CallbackPool: threads that run host functions, so that a function that blocks holds up only its own queue. A thread
// is started when none is idle and ends after a while without work.
#ifndef CULVERT_RUNTIME_NPU_CALLBACK_POOL_H_
#define CULVERT_RUNTIME_NPU_CALLBACK_POOL_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace culvert::npu {

class CallbackPool {
 public:
  static CallbackPool& Get();
  // Runs `work` on a thread of the pool; on the calling thread if no thread can be started and none exists.
  void Run(std::function<void()> work);

 private:
  void ThreadMain();
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::deque<std::function<void()>> work_;  // guarded by mutex_, like the counters
  uint32_t threads_ = 0;
  uint32_t idle_ = 0;
};

// True on a thread that is running such a function.
bool InCallback();

// Starts a detached thread with all signals blocked but those that a fault of the thread itself raises. errno-style
// result.
int StartThread(void (*function)(void*), void* argument, const char* name);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_CALLBACK_POOL_H_

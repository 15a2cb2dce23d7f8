#include "runtime/npu/callback_pool.h"

#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <utility>

namespace culvert::npu {
namespace {

constexpr uint32_t kMaxThreads = 256;
constexpr auto kIdleTime = std::chrono::seconds(2);
constexpr size_t kStackBytes = size_t{2} << 20;

thread_local bool in_callback = false;

struct ThreadStart {
  void (*function)(void*);
  void* argument;
};

void* ThreadEntry(void* raw) {
  ThreadStart start = *static_cast<ThreadStart*>(raw);
  delete static_cast<ThreadStart*>(raw);
  start.function(start.argument);
  return nullptr;
}

}  // namespace

int StartThread(void (*function)(void*), void* argument, const char* name) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&blocked, signal);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);  // inherited by the new thread
  pthread_t thread;
  auto* start = new ThreadStart{function, argument};
  int error = pthread_create(&thread, &attributes, ThreadEntry, start);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    delete start;
    return error;
  }
  pthread_setname_np(thread, name);
  return 0;
}

bool InCallback() { return in_callback; }

CallbackPool& CallbackPool::Get() {
  static CallbackPool* pool = new CallbackPool;
  return *pool;
}

void CallbackPool::Run(std::function<void()> work) {
  {
    std::unique_lock lock(mutex_);
    work_.push_back(std::move(work));
    if (idle_ >= work_.size() || threads_ >= kMaxThreads) {
      has_work_.notify_one();
      return;
    }
    int error = StartThread([](void* pool) { static_cast<CallbackPool*>(pool)->ThreadMain(); }, this, "culvert-host");
    if (error == 0) {
      ++threads_;
      return;
    }
    if (threads_ != 0) return;  // one of them will come to it
    work = std::move(work_.back());
    work_.pop_back();
  }
  in_callback = true;
  work();
  in_callback = false;
}

void CallbackPool::ThreadMain() {
  in_callback = true;
  std::unique_lock lock(mutex_);
  while (true) {
    if (work_.empty()) {
      ++idle_;
      bool timed_out = has_work_.wait_for(lock, kIdleTime) == std::cv_status::timeout;
      --idle_;
      if (work_.empty()) {
        if (!timed_out) continue;
        --threads_;
        return;
      }
    }
    std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

}  // namespace culvert::npu

// A gate that holds a stream: a host function in the stream waits until the program opens the gate.
#ifndef TESTS_CONFORMANCE_GATE_H_
#define TESTS_CONFORMANCE_GATE_H_

#include <condition_variable>
#include <mutex>

#include "check.h"

class Gate {
 public:
  // Enqueues the waiting host function. The gate must outlive it.
  void Hold(cudaStream_t stream) { CHECK_CUDA(cudaLaunchHostFunc(stream, Wait, this)); }
  void Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    condition_.notify_all();
  }

 private:
  static void CUDART_CB Wait(void* self) {
    Gate* gate = static_cast<Gate*>(self);
    std::unique_lock<std::mutex> lock(gate->mutex_);
    gate->condition_.wait(lock, [gate] { return gate->open_; });
  }

  std::mutex mutex_;
  std::condition_variable condition_;
  bool open_ = false;
};

#endif  // TESTS_CONFORMANCE_GATE_H_

// PrintBuffer: what kernels of one context have printed and the host has not shown yet. Thread-safe. Text of one call
// stays together; calls of different threads are shown in the order in which they were made.
#ifndef CULVERT_RUNTIME_NPU_PRINT_BUFFER_H_
#define CULVERT_RUNTIME_NPU_PRINT_BUFFER_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace culvert::npu {

class PrintBuffer {
 public:
  explicit PrintBuffer(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  // False if the buffer is full: the text is dropped. (The hardware's buffer is a ring that loses the oldest text;
  // losing the newest keeps what led to the flood.)
  bool Append(std::string_view text);
  // Writes everything to stdout and empties the buffer.
  void Flush();
  uint64_t limit_bytes() const { return limit_bytes_; }
  void SetLimit(uint64_t bytes) { limit_bytes_ = bytes; }

 private:
  std::atomic<uint64_t> limit_bytes_;
  std::atomic<bool> empty_ = true;
  std::mutex mutex_;
  std::mutex flush_mutex_;  // held while writing, so that two flushes keep the order
  std::string text_;        // guarded by mutex_
};

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_PRINT_BUFFER_H_

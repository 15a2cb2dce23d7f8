#include "runtime/npu/print_buffer.h"

#include <stdio.h>

#include <utility>

namespace culvert::npu {

bool PrintBuffer::Append(std::string_view text) {
  std::lock_guard lock(mutex_);
  if (text_.size() + text.size() > limit_bytes_) return false;
  text_.append(text);
  empty_.store(false, std::memory_order_release);
  return true;
}

void PrintBuffer::Flush() {
  if (empty_.load(std::memory_order_acquire)) return;
  std::lock_guard flush_lock(flush_mutex_);
  std::string text;
  {
    std::lock_guard lock(mutex_);
    text = std::exchange(text_, {});
    empty_.store(true, std::memory_order_release);
  }
  fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace culvert::npu

// Stream: an in-order sequence of work in a context. Thread-safe; submission order is call order.
//
// Ordering between streams: the legacy stream waits for all work already in blocking streams of its context, and
// blocking streams wait for work already in the legacy stream. Non-blocking streams take no part. (CUDA Runtime API
// manual, "Stream synchronization behavior".)
#ifndef CULVERT_RUNTIME_STREAM_H_
#define CULVERT_RUNTIME_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/launch_params.h"

namespace culvert {

class Context;
class ContextState;
class Event;
namespace npu {
class Queue;
struct Command;
}  // namespace npu

enum class StreamKind : uint8_t { kLegacy, kPerThread, kCreated };

inline constexpr int kLeastStreamPriority = 0;
inline constexpr int kGreatestStreamPriority = -5;

struct StreamOptions {
  bool non_blocking = false;
  int priority = 0;  // clamped to the range above
};

class Stream : public std::enable_shared_from_this<Stream> {
 public:
  static absl::StatusOr<std::shared_ptr<Stream>> Create(const std::shared_ptr<Context>& context,
                                                        const StreamOptions& options);
  ~Stream();

  uint64_t id() const { return id_; }  // unique in the process
  StreamKind kind() const { return kind_; }
  bool non_blocking() const { return non_blocking_; }
  int priority() const { return priority_; }
  const std::shared_ptr<Context>& context() const { return context_; }

  // Every call below first returns the context's sticky status or kContextIsDestroyed.

  // Checks, copies the arguments, appends. Errors are those of CheckLaunch (launch_params.h), non-sticky. With
  // CUDA_LAUNCH_BLOCKING the call waits and reports the fault.
  absl::Status Launch(const LaunchParams& params);
  // `function` runs on a callback thread when the stream reaches it; skipped if the context has failed by then.
  absl::Status HostFunction(std::function<void()> function);
  // Like HostFunction, but always called, with the context's status.
  absl::Status AddCallback(std::function<void(const absl::Status&)> callback);
  // Work submitted to this stream after the call waits for what `event` captured at its latest record. An event never
  // recorded is complete.
  absl::Status WaitEvent(const std::shared_ptr<Event>& event);
  absl::Status Synchronize();
  absl::StatusOr<bool> Query();  // true: all work is complete

  // Internal to runtime/: appends one command after the waits that the legacy rule demands; returns its timeline value.
  absl::StatusOr<uint64_t> Submit(std::unique_ptr<npu::Command> command);
  absl::Status WaitValue(uint64_t value);
  const std::shared_ptr<npu::Queue>& queue() const { return queue_; }
  const std::shared_ptr<ContextState>& state() const { return state_; }

 private:
  friend class Context;
  friend class ContextState;
  Stream(std::shared_ptr<Context> context, std::shared_ptr<ContextState> state, StreamKind kind, StreamOptions options,
         std::shared_ptr<npu::Queue> queue);
  uint64_t id_;
  StreamKind kind_;
  bool non_blocking_;
  int priority_;
  std::shared_ptr<Context> context_;
  std::shared_ptr<ContextState> state_;
  std::shared_ptr<npu::Queue> queue_;
  uint64_t legacy_value_waited_ = 0;  // guarded by ContextState::order_mutex
};

}  // namespace culvert

#endif  // CULVERT_RUNTIME_STREAM_H_

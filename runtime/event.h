// Event: a point in a stream, with a time stamp unless disabled. Thread-safe.
#ifndef CULVERT_RUNTIME_EVENT_H_
#define CULVERT_RUNTIME_EVENT_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert {

class Context;
class ContextState;
class Stream;
namespace npu {
class Queue;
}

struct EventOptions {
  bool blocking_sync = false;
  bool disable_timing = false;
  bool interprocess = false;  // kept for the caller; kNotSupported at creation for now
};

// A point that a record captured: complete when the queue's timeline has reached the value.
struct EventPoint {
  std::shared_ptr<npu::Queue> queue;  // null: never recorded
  uint64_t value = 0;
};

class Event {
 public:
  static absl::StatusOr<std::shared_ptr<Event>> Create(const std::shared_ptr<Context>& context,
                                                       const EventOptions& options);
  ~Event();

  uint64_t id() const { return id_; }
  const EventOptions& options() const { return options_; }
  const std::shared_ptr<Context>& context() const { return context_; }

  // Captures the work now in `stream`, which must belong to the event's context (kInvalidHandle otherwise).
  absl::Status Record(const std::shared_ptr<Stream>& stream);
  absl::StatusOr<bool> Query() const;  // true: complete, or never recorded
  absl::Status Synchronize() const;
  // Milliseconds between two recorded, timed events; kInvalidHandle if either is not recorded or untimed, kNotReady if
  // one is not complete.
  static absl::StatusOr<float> ElapsedMs(const Event& start, const Event& end);

  EventPoint Point() const;  // internal to runtime/

 private:
  Event(std::shared_ptr<Context> context, std::shared_ptr<ContextState> state, const EventOptions& options);
  struct Impl;
  uint64_t id_;
  EventOptions options_;
  std::shared_ptr<Context> context_;
  std::shared_ptr<ContextState> state_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace culvert

#endif  // CULVERT_RUNTIME_EVENT_H_

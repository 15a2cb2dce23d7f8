#include "runtime/event.h"

#include <mutex>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/stream.h"

namespace culvert {

struct Event::Impl {
  mutable std::mutex mutex;
  EventPoint point;                      // guarded by mutex
  std::shared_ptr<npu::TimeStamp> time;  // of the latest record; guarded by mutex
};

Event::Event(std::shared_ptr<Context> context, std::shared_ptr<ContextState> state, const EventOptions& options)
    : id_(NextObjectId()),
      options_(options),
      context_(std::move(context)),
      state_(std::move(state)),
      impl_(std::make_unique<Impl>()) {}

Event::~Event() = default;

absl::StatusOr<std::shared_ptr<Event>> Event::Create(const std::shared_ptr<Context>& context,
                                                     const EventOptions& options) {
  if (options.interprocess) return MakeError(ErrorKind::kNotSupported, "events shared between processes");
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context->State());
  CULVERT_RETURN_IF_ERROR(state->status());
  return std::shared_ptr<Event>(new Event(context, std::move(state), options));
}

absl::Status Event::Record(const std::shared_ptr<Stream>& stream) {
  CULVERT_RETURN_IF_ERROR(state_->status());
  if (stream->state() != state_)
    return MakeError(ErrorKind::kInvalidHandle, "the event is of another context than the stream");
  auto time = options_.disable_timing ? nullptr : std::make_shared<npu::TimeStamp>();
  // Two records from two threads: the point that stays is that of the later place in its stream's order.
  std::lock_guard lock(impl_->mutex);
  CULVERT_ASSIGN_OR_RETURN(uint64_t value, stream->Submit(npu::MakeCommand(npu::SignalCommand{time})));
  impl_->point = {stream->queue(), value};
  impl_->time = std::move(time);
  return absl::OkStatus();
}

EventPoint Event::Point() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->point;
}

absl::StatusOr<bool> Event::Query() const {
  CULVERT_RETURN_IF_ERROR(state_->status());
  EventPoint point = Point();
  if (point.queue != nullptr && !point.queue->Reached(point.value)) return false;
  CULVERT_RETURN_IF_ERROR(state_->status());
  return true;
}

absl::Status Event::Synchronize() const {
  CULVERT_RETURN_IF_ERROR(state_->status());
  EventPoint point = Point();
  if (point.queue != nullptr) state_->npu().Wait(*point.queue, point.value, options_.blocking_sync);
  state_->domain().print_buffer().Flush();
  return state_->status();
}

absl::StatusOr<float> Event::ElapsedMs(const Event& start, const Event& end) {
  std::shared_ptr<npu::TimeStamp> times[2];
  const Event* events[2] = {&start, &end};
  for (int i = 0; i < 2; ++i) {
    CULVERT_RETURN_IF_ERROR(events[i]->state_->status());
    std::lock_guard lock(events[i]->impl_->mutex);
    const EventPoint& point = events[i]->impl_->point;
    times[i] = events[i]->impl_->time;
    if (point.queue == nullptr || times[i] == nullptr) {
      return MakeError(ErrorKind::kInvalidHandle, "elapsed time between events that are not recorded or not timed");
    }
    if (!point.queue->Reached(point.value)) return MakeError(ErrorKind::kNotReady, "an event is not complete");
  }
  int64_t ns =
      times[1]->steady_ns.load(std::memory_order_relaxed) - times[0]->steady_ns.load(std::memory_order_relaxed);
  return static_cast<float>(static_cast<double>(ns) * 1e-6);
}

}  // namespace culvert

#include "runtime/stream.h"

#include <algorithm>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/device.h"
#include "runtime/environment.h"
#include "runtime/event.h"
#include "runtime/launch.h"
#include "runtime/module.h"

namespace culvert {

Stream::Stream(std::shared_ptr<Context> context, std::shared_ptr<ContextState> state, StreamKind kind,
               StreamOptions options, std::shared_ptr<npu::Queue> queue)
    : id_(NextObjectId()),
      kind_(kind),
      non_blocking_(options.non_blocking),
      priority_(options.priority),
      context_(std::move(context)),
      state_(std::move(state)),
      queue_(std::move(queue)) {}

Stream::~Stream() { state_->RemoveStream(*this); }

absl::StatusOr<std::shared_ptr<Stream>> Stream::Create(const std::shared_ptr<Context>& context,
                                                       const StreamOptions& options) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context->State());
  CULVERT_RETURN_IF_ERROR(state->status());
  StreamOptions clamped = options;
  clamped.priority = std::clamp(options.priority, kGreatestStreamPriority, kLeastStreamPriority);
  std::shared_ptr<npu::Queue> queue = state->npu().CreateQueue(state->shared_domain(), clamped.priority);
  std::shared_ptr<Stream> stream(new Stream(context, state, StreamKind::kCreated, clamped, std::move(queue)));
  state->AddStream(*stream);
  return stream;
}

absl::StatusOr<uint64_t> Stream::Submit(std::unique_ptr<npu::Command> command) {
  return state_->Submit(*this, std::move(command));
}

absl::Status Stream::WaitValue(uint64_t value) {
  CULVERT_RETURN_IF_ERROR(state_->status());
  state_->npu().Wait(*queue_, value, /*blocking=*/false);
  return state_->status();
}

absl::Status Stream::Launch(const LaunchParams& params) {
  CULVERT_RETURN_IF_ERROR(state_->status());
  if (params.function == nullptr) return MakeError(ErrorKind::kInvalidHandle, "no kernel");
  if (params.function->module()->state() != state_) {
    return Error(ErrorKind::kInvalidHandle, "kernel %s is of another context than the stream", params.function->name());
  }
  CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<npu::Command> command, MakeLaunch(params));
  CULVERT_ASSIGN_OR_RETURN(uint64_t value, Submit(std::move(command)));
  if (!GetEnvironment().launch_blocking) return absl::OkStatus();
  CULVERT_RETURN_IF_ERROR(WaitValue(value));
  state_->domain().print_buffer().Flush();
  return absl::OkStatus();
}

absl::Status Stream::HostFunction(std::function<void()> function) {
  return Submit(npu::MakeCommand(
                    npu::HostCallCommand{.function = [call = std::move(function)](const absl::Status&) { call(); }}))
      .status();
}

absl::Status Stream::AddCallback(std::function<void(const absl::Status&)> callback) {
  return Submit(npu::MakeCommand(npu::HostCallCommand{.function = std::move(callback), .on_failure = true})).status();
}

absl::Status Stream::WaitEvent(const std::shared_ptr<Event>& event) {
  CULVERT_RETURN_IF_ERROR(state_->status());
  EventPoint point = event->Point();
  if (point.queue == nullptr || point.queue == queue_ || point.queue->Reached(point.value)) return absl::OkStatus();
  return Submit(npu::MakeCommand(npu::WaitCommand{std::move(point.queue), point.value})).status();
}

absl::Status Stream::Synchronize() { return state_->Wait(this); }

absl::StatusOr<bool> Stream::Query() {
  CULVERT_RETURN_IF_ERROR(state_->status());
  if (!state_->IsComplete(this)) return false;
  CULVERT_RETURN_IF_ERROR(state_->status());
  return true;
}

}  // namespace culvert

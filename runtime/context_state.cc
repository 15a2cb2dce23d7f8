#include "runtime/context_state.h"

#include <algorithm>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/device.h"
#include "runtime/environment.h"
#include "runtime/log.h"
#include "runtime/module.h"
#include "runtime/npu/host_ranges.h"
#include "runtime/stream.h"
#include "runtime/thread_state.h"

namespace culvert {
namespace {

// Address space of a context: room for all of the device's memory and as much again in pinned and internal memory, and
// enough spare for fragmentation. Reserved, not committed.
constexpr uint64_t kSpareWindowBytes = uint64_t{16} << 30;

struct Registry {
  struct Entry {
    std::shared_ptr<ContextState> state;
    std::shared_ptr<Context> context;
  };
  std::mutex mutex;
  std::vector<Entry> by_window;  // index: Window::index(); guarded by mutex
};

Registry& GetRegistry() {
  static Registry* registry = new Registry;
  return *registry;
}

}  // namespace

uint64_t NextObjectId() {
  static std::atomic<uint64_t> next = 1;
  return next.fetch_add(1, std::memory_order_relaxed);
}

ContextState::ContextState(const std::shared_ptr<Context>& context, std::shared_ptr<npu::Domain> domain)
    : id_(NextObjectId()),
      device_(context->device()),
      npu_(context->device()->npu()),
      context_(context),
      domain_(std::move(domain)),
      legacy_queue_(npu_.CreateQueue(domain_, /*priority=*/0)) {}

ContextState::~ContextState() = default;

absl::StatusOr<std::shared_ptr<ContextState>> ContextState::Create(const std::shared_ptr<Context>& context) {
  Device& device = *context->device();
  CULVERT_ASSIGN_OR_RETURN(
      std::shared_ptr<npu::Domain> domain,
      device.npu().CreateDomain({.window_bytes = 2 * device.properties().total_memory_bytes + kSpareWindowBytes,
                                 .budget = &device.budget(),
                                 .owner_id = context->id(),
                                 .report_faults = GetEnvironment().log_level > 0}));
  std::shared_ptr<ContextState> state(new ContextState(context, std::move(domain)));
  Registry& registry = GetRegistry();
  std::lock_guard lock(registry.mutex);
  uint32_t index = state->memory().window().index();
  if (registry.by_window.size() <= index) registry.by_window.resize(index + 1);
  registry.by_window[index] = {state, context};
  return state;
}

absl::Status ContextState::status() const {
  if (ended()) [[unlikely]] {
    return Error(ErrorKind::kContextIsDestroyed, "a context of device %d has ended", device_->ordinal());
  }
  return domain_->status();
}

bool ContextState::End() {
  if (ended_.exchange(true)) return false;
  Registry::Entry entry;  // keeps this object until the end of the function
  {
    Registry& registry = GetRegistry();
    std::lock_guard lock(registry.mutex);
    std::swap(entry, registry.by_window[memory().window().index()]);
  }
  npu_.EndDomain(*domain_,
                 Error(ErrorKind::kContextIsDestroyed, "a context of device %d has ended", device_->ordinal()));
  npu::RemoveHostRangesOf(memory().owner_id());
  absl::flat_hash_map<uint64_t, ModuleEntry> modules;
  std::shared_ptr<Stream> legacy_stream;
  {
    std::lock_guard lock(mutex_);
    modules.swap(modules_);
    legacy_stream.swap(legacy_stream_);
  }
  memory().FreeAll();
  return true;
}

void ContextState::AddStream(const Stream& stream) {
  if (stream.kind() == StreamKind::kLegacy) return;
  std::lock_guard lock(order_mutex_);
  queues_[stream.queue().get()] = {.queue = stream.queue(), .is_blocking = !stream.non_blocking()};
}

void ContextState::RemoveStream(const Stream& stream) {
  if (stream.kind() == StreamKind::kLegacy) return;
  std::lock_guard lock(order_mutex_);
  auto found = queues_.find(stream.queue().get());
  if (found == queues_.end()) return;
  if (found->second.queue->Idle()) {
    queues_.erase(found);
  } else {
    found->second.is_open = false;
    ++closed_queues_;
  }
}

void ContextState::DropIdleQueues() {
  if (closed_queues_ == 0) return;
  absl::erase_if(queues_, [&](const auto& item) {
    bool drop = !item.second.is_open && item.second.queue->Idle();
    closed_queues_ -= drop;
    return drop;
  });
}

absl::Status ContextState::SubmitWaits(Stream& stream) {
  if (stream.kind() == StreamKind::kLegacy) {
    DropIdleQueues();
    for (const auto& [key, entry] : queues_) {
      if (!entry.is_blocking || entry.queue->Idle()) continue;
      CULVERT_RETURN_IF_ERROR(
          npu_.Submit(*legacy_queue_, npu::MakeCommand(npu::WaitCommand{entry.queue, entry.queue->submitted()}))
              .status());
    }
    return absl::OkStatus();
  }
  uint64_t legacy = legacy_queue_->submitted();
  if (legacy == stream.legacy_value_waited_) return absl::OkStatus();
  if (!legacy_queue_->Reached(legacy)) {
    CULVERT_RETURN_IF_ERROR(
        npu_.Submit(*stream.queue(), npu::MakeCommand(npu::WaitCommand{legacy_queue_, legacy})).status());
  }
  stream.legacy_value_waited_ = legacy;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> ContextState::Submit(Stream& stream, std::unique_ptr<npu::Command> command) {
  absl::StatusOr<uint64_t> value = SubmitOrdered(stream, std::move(command));
  if (KindOf(value.status()) == ErrorKind::kOperatingSystem) [[unlikely]]
    LogRefusal(value.status()).IgnoreError();
  return value;
}

absl::StatusOr<uint64_t> ContextState::SubmitOrdered(Stream& stream, std::unique_ptr<npu::Command> command) {
  CULVERT_RETURN_IF_ERROR(status());
  npu::Queue& queue = *stream.queue();
  if (stream.non_blocking()) return npu_.Submit(queue, std::move(command));
  npu_.WaitForRoom(queue);
  std::lock_guard lock(order_mutex_);
  CULVERT_RETURN_IF_ERROR(SubmitWaits(stream));
  return npu_.Submit(queue, std::move(command));
}

std::vector<std::pair<std::shared_ptr<npu::Queue>, uint64_t>> ContextState::Pending(const Stream* stream) {
  std::vector<std::pair<std::shared_ptr<npu::Queue>, uint64_t>> pending;
  auto add = [&](const std::shared_ptr<npu::Queue>& queue) {
    if (!queue->Idle()) pending.emplace_back(queue, queue->submitted());
  };
  bool is_legacy = stream == nullptr || stream->kind() == StreamKind::kLegacy;
  if (!is_legacy) add(stream->queue());
  if (is_legacy || !stream->non_blocking()) add(legacy_queue_);
  if (is_legacy) {
    DropIdleQueues();
    for (const auto& [key, entry] : queues_) {
      if (stream == nullptr || entry.is_blocking) add(entry.queue);
    }
  }
  return pending;
}

bool ContextState::IsIdle(const Stream& stream) {
  std::lock_guard lock(order_mutex_);
  return Pending(&stream).empty();
}

bool ContextState::IsComplete(const Stream* stream) {
  // Work of a blocking stream has the waits for legacy work in its own queue.
  if (stream != nullptr && stream->kind() != StreamKind::kLegacy) return stream->queue()->Idle();
  std::lock_guard lock(order_mutex_);
  return Pending(stream).empty();
}

absl::Status ContextState::Wait(const Stream* stream) {
  if (ended()) return status();
  // After a fault too: what waits in the queues is abandoned soon, and callbacks must not come after this call.
  if (stream != nullptr && stream->kind() != StreamKind::kLegacy) {
    npu_.Wait(*stream->queue(), stream->queue()->submitted(), /*blocking=*/false);
  } else {
    std::vector<std::pair<std::shared_ptr<npu::Queue>, uint64_t>> pending;
    {
      std::lock_guard lock(order_mutex_);
      pending = Pending(stream);
    }
    for (const auto& [queue, value] : pending) npu_.Wait(*queue, value, /*blocking=*/false);
  }
  domain_->print_buffer().Flush();
  return status();
}

absl::StatusOr<std::shared_ptr<Stream>> ContextState::LegacyStream() {
  std::lock_guard lock(mutex_);
  if (legacy_stream_ != nullptr) return legacy_stream_;
  CULVERT_RETURN_IF_ERROR(status());
  std::shared_ptr<Context> context = context_.lock();
  if (context == nullptr) return MakeError(ErrorKind::kContextIsDestroyed, "the context has ended");
  legacy_stream_.reset(new Stream(context, shared_from_this(), StreamKind::kLegacy, StreamOptions{}, legacy_queue_));
  return legacy_stream_;
}

absl::StatusOr<std::shared_ptr<Stream>> ContextState::PerThreadStream() {
  auto& streams = GetThreadState().streams;
  auto mine =
      std::find_if(streams.begin(), streams.end(), [&](const auto& stream) { return stream->state().get() == this; });
  if (mine != streams.end()) return *mine;
  CULVERT_RETURN_IF_ERROR(status());
  std::shared_ptr<Context> context = context_.lock();
  if (context == nullptr) return MakeError(ErrorKind::kContextIsDestroyed, "the context has ended");
  std::erase_if(streams, [](const auto& stream) { return stream->state()->ended(); });
  std::shared_ptr<Stream> stream(
      new Stream(context, shared_from_this(), StreamKind::kPerThread, StreamOptions{}, npu_.CreateQueue(domain_, 0)));
  AddStream(*stream);
  streams.push_back(stream);
  return stream;
}

std::shared_ptr<Module> ContextState::FindModule(uint64_t library_id) {
  std::lock_guard lock(mutex_);
  auto found = modules_.find(library_id);
  return found == modules_.end() ? nullptr : found->second.module.lock();
}

std::shared_ptr<Module> ContextState::AddModule(uint64_t library_id, const std::shared_ptr<Module>& module,
                                                bool owned) {
  std::lock_guard lock(mutex_);
  ModuleEntry& entry = modules_[library_id];
  if (std::shared_ptr<Module> first = entry.module.lock()) return first;
  entry = {.module = module, .owned = owned ? module : nullptr};
  return module;
}

void ContextState::RemoveModule(uint64_t library_id) {
  ModuleEntry entry;  // goes after the lock
  std::lock_guard lock(mutex_);
  auto found = modules_.find(library_id);
  if (found == modules_.end()) return;
  entry = std::move(found->second);
  modules_.erase(found);
}

void ContextState::ForgetEndedModule(uint64_t library_id) {
  std::lock_guard lock(mutex_);
  auto found = modules_.find(library_id);
  if (found != modules_.end() && found->second.module.expired()) modules_.erase(found);
}

std::shared_ptr<ContextState> FindStateOfAddress(uint64_t address) {
  npu::Window* window = npu::Window::Find(address);
  if (window == nullptr) return nullptr;
  Registry& registry = GetRegistry();
  std::lock_guard lock(registry.mutex);
  return window->index() < registry.by_window.size() ? registry.by_window[window->index()].state : nullptr;
}

std::vector<std::shared_ptr<ContextState>> LiveStates() {
  std::vector<std::shared_ptr<ContextState>> states;
  Registry& registry = GetRegistry();
  std::lock_guard lock(registry.mutex);
  for (const auto& entry : registry.by_window) {
    if (entry.state != nullptr) states.push_back(entry.state);
  }
  return states;
}

std::shared_ptr<Context> FindContext(uint64_t id) {
  Registry& registry = GetRegistry();
  std::lock_guard lock(registry.mutex);
  for (const auto& entry : registry.by_window) {
    if (entry.context != nullptr && entry.context->id() == id) return entry.context;
  }
  return nullptr;
}

}  // namespace culvert

// ContextState: one life of a context, from activation to end. Holds what the device knows of it (the domain), the
// queues of its streams with the legacy-stream rule, and the modules loaded into it. Internal to runtime/. Thread-safe.
#ifndef CULVERT_RUNTIME_CONTEXT_STATE_H_
#define CULVERT_RUNTIME_CONTEXT_STATE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/npu/device.h"

namespace culvert {

class Context;
class Device;
class Module;
class Stream;

class ContextState : public std::enable_shared_from_this<ContextState> {
 public:
  // Reserves the address window and enters the registry, which keeps context and state until End.
  static absl::StatusOr<std::shared_ptr<ContextState>> Create(const std::shared_ptr<Context>& context);
  ~ContextState();

  uint64_t id() const { return id_; }
  Device* device() const { return device_; }
  npu::Device& npu() const { return npu_; }
  npu::Domain& domain() const { return *domain_; }
  const std::shared_ptr<npu::Domain>& shared_domain() const { return domain_; }
  npu::MemorySpace& memory() const { return domain_->memory(); }
  // Null once the context has ended and nobody else holds it.
  std::shared_ptr<Context> context() const { return context_.lock(); }

  // OK, the sticky fault, or kContextIsDestroyed. A few loads when OK.
  absl::Status status() const;
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  // Stops everything and frees the memory. False if another call has ended it.
  bool End();

  // ---- Streams ----
  void AddStream(const Stream& stream);
  void RemoveStream(const Stream& stream);  // its queue stays known while it has work
  // Appends to the stream's queue after the waits that the legacy rule demands.
  absl::StatusOr<uint64_t> Submit(Stream& stream, std::unique_ptr<npu::Command> command);
  // True if work submitted to `stream` now would run at once: nothing it must wait for is pending.
  bool IsIdle(const Stream& stream);
  // Frees that are on their way (FreeAsync): what an allocation that finds no memory may wait for.
  std::atomic<uint64_t>& pending_frees() { return pending_frees_; }
  // Waits for all that is now in the queues that work in `stream` would wait for; for null of all queues.
  absl::Status Wait(const Stream* stream);
  bool IsComplete(const Stream* stream);

  absl::StatusOr<std::shared_ptr<Stream>> LegacyStream();
  absl::StatusOr<std::shared_ptr<Stream>> PerThreadStream();

  // ---- Modules, by library; a library has at most one module here. Owned: kept until RemoveModule or End ----
  std::shared_ptr<Module> FindModule(uint64_t library_id);
  // Returns the module that stands for the library afterwards: `module`, or one that was added before it.
  std::shared_ptr<Module> AddModule(uint64_t library_id, const std::shared_ptr<Module>& module, bool owned);
  void RemoveModule(uint64_t library_id);
  void ForgetEndedModule(uint64_t library_id);  // by the module's destructor

 private:
  ContextState(const std::shared_ptr<Context>& context, std::shared_ptr<npu::Domain> domain);
  struct QueueEntry {
    std::shared_ptr<npu::Queue> queue;
    bool is_blocking = false;  // takes part in the legacy rule
    bool is_open = true;       // the stream exists
  };
  struct ModuleEntry {
    std::weak_ptr<Module> module;
    std::shared_ptr<Module> owned;
  };
  // Want order_mutex_.
  void DropIdleQueues();
  std::vector<std::pair<std::shared_ptr<npu::Queue>, uint64_t>> Pending(const Stream* stream);
  absl::Status SubmitWaits(Stream& stream);

  absl::StatusOr<uint64_t> SubmitOrdered(Stream& stream, std::unique_ptr<npu::Command> command);

  const uint64_t id_;
  Device* const device_;
  npu::Device& npu_;
  const std::weak_ptr<Context> context_;
  const std::shared_ptr<npu::Domain> domain_;
  std::atomic<bool> ended_ = false;
  std::atomic<uint64_t> pending_frees_ = 0;

  // Guards the queues and makes a legacy command and its waits one step.
  std::mutex order_mutex_;
  absl::flat_hash_map<const npu::Queue*, QueueEntry> queues_;
  size_t closed_queues_ = 0;  // entries whose stream is gone
  std::shared_ptr<npu::Queue> legacy_queue_;

  std::mutex mutex_;
  std::shared_ptr<Stream> legacy_stream_;               // guarded by mutex_
  absl::flat_hash_map<uint64_t, ModuleEntry> modules_;  // guarded by mutex_
};

// The live state whose window holds `address`, or null.
std::shared_ptr<ContextState> FindStateOfAddress(uint64_t address);
std::vector<std::shared_ptr<ContextState>> LiveStates();
// A live context by Context::id(), or null.
std::shared_ptr<Context> FindContext(uint64_t id);

uint64_t NextObjectId();  // ids of contexts, streams, events, modules, ...: unique in the process, never 0

}  // namespace culvert

#endif  // CULVERT_RUNTIME_CONTEXT_STATE_H_

// Context: an address window, the streams and modules that work in it, and one sticky status. A primary context can be
// activated, reset and activated again under the same identity; a created one lives once.
#ifndef CULVERT_RUNTIME_CONTEXT_H_
#define CULVERT_RUNTIME_CONTEXT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert {

class ContextState;  // one life of a context; internal to runtime/
class Device;
class Stream;

// What Context::SetLimit accepts.
enum class Limit : uint8_t {
  kStackBytes,  // per thread, for call chains that cannot be computed
  kPrintfBytes,
  kHeapBytes,
  kDeviceSyncDepth,        // device runtime: kNotSupported
  kPendingLaunchCount,     // device runtime: kNotSupported
  kMaxL2FetchGranularity,  // a hint: 0-128
  kPersistingL2Bytes,      // a hint
};

enum class CacheConfig : uint8_t { kNone, kPreferShared, kPreferL1, kPreferEqual };
enum class SharedConfig : uint8_t { kDefault, kFourByte, kEightByte };

class Context : public std::enable_shared_from_this<Context> {
 public:
  // A context of its own (not primary), active at once. `flags` is kept for flags(). Errors: kOutOfMemory (no address
  // window: the message names RLIMIT_AS where that is the reason).
  static absl::StatusOr<std::shared_ptr<Context>> Create(Device* device, uint32_t flags);
  ~Context();

  uint64_t id() const { return id_; }  // unique, never reused, and stable over resets
  Device* device() const { return device_; }
  bool is_primary() const { return is_primary_; }
  uint32_t flags() const;
  void SetFlags(uint32_t flags);
  bool active() const;

  // OK, the sticky fault, kContextIsDestroyed (destroyed, or a primary that is not active). Cheap: for every call.
  absl::Status status() const;

  // Waits for all work of the context, prints what kernels printed, returns status(). The calling thread helps.
  absl::Status Synchronize();
  // Ends the context: running kernels are stopped, waiters wake, memory is freed. kContextIsDestroyed the second time.
  absl::Status Destroy();

  absl::StatusOr<uint64_t> GetLimit(Limit limit) const;
  absl::Status SetLimit(Limit limit, uint64_t value);
  CacheConfig cache_config() const;
  void SetCacheConfig(CacheConfig config);
  SharedConfig shared_config() const;
  void SetSharedConfig(SharedConfig config);

  // The two default streams. PerThreadStream is the calling thread's.
  absl::StatusOr<std::shared_ptr<Stream>> LegacyStream();
  absl::StatusOr<std::shared_ptr<Stream>> PerThreadStream();

  // Lets kernels of this context use memory of `peer`. kPeerAccessAlreadyEnabled / kPeerAccessNotEnabled /
  // kPeerAccessUnsupported (same device) / kInvalidContext (this very context).
  absl::Status EnablePeerAccess(Context& peer);
  absl::Status DisablePeerAccess(Context& peer);

  // Internal to runtime/: the current life, or the status that stands instead.
  absl::StatusOr<std::shared_ptr<ContextState>> State() const;

 private:
  friend class Device;
  Context(Device* device, bool is_primary, uint32_t flags);
  absl::Status Activate();
  absl::Status Deactivate();
  struct Impl;
  uint64_t id_;
  Device* device_;
  bool is_primary_;
  std::unique_ptr<Impl> impl_;
};

// ---- The calling thread's stack of current contexts -----------------------------------------------------------------
// Shared by all APIs of the process. The top is the current context.
std::shared_ptr<Context> CurrentContext();                 // null if none
void SetCurrentContext(std::shared_ptr<Context> context);  // replaces the top; null pops it
void PushCurrentContext(std::shared_ptr<Context> context);
absl::StatusOr<std::shared_ptr<Context>> PopCurrentContext();  // kInvalidContext if the stack is empty
// A raw look at the top without touching the reference count; valid while the calling thread does not change its stack.
Context* CurrentContextOrNull();

}  // namespace culvert

#endif  // CULVERT_RUNTIME_CONTEXT_H_

// Platform: the process-wide root. Leaked singleton; callable before static constructors and after static destructors.
#ifndef CULVERT_RUNTIME_PLATFORM_H_
#define CULVERT_RUNTIME_PLATFORM_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/device.h"

namespace culvert {

class Platform {
 public:
  static Platform& Get();

  // Builds the devices; idempotent and thread-safe. Starts no thread. Errors: kNoDevice (none visible), kNotInitialized
  // (this process is a fork of an initialised one).
  absl::Status Initialize();

  // The check every API entry makes first. kNotInitialized before Initialize() and in a forked child of an initialised
  // process; kNotPermitted inside a host callback. Lock-free, a few loads.
  absl::Status CheckUsable() const;
  bool initialized() const;
  // True in a child forked after Initialize(): nothing but this and CheckUsable() may be called then.
  bool forked() const;

  int device_count() const;                              // 0 before Initialize()
  absl::StatusOr<Device*> GetDevice(int ordinal) const;  // kInvalidDevice

  // Prints what kernels have printed and not yet been shown, of all contexts. Also done at exit.
  void FlushPrintf();

 private:
  Platform();
  struct Impl;
  Impl* impl_;
};

// True on a thread that is running a host function of a stream, where API calls are answered with kNotPermitted.
bool InHostCallback();

}  // namespace culvert

#endif  // CULVERT_RUNTIME_PLATFORM_H_

// Device: what runtime/ sees of an NPU. Nothing above it may assume the software model; the implementation here is
// CreateSoftwareDevice, and docs/npu_commands.md specifies the behaviour another one must show.
#ifndef CULVERT_RUNTIME_NPU_DEVICE_H_
#define CULVERT_RUNTIME_NPU_DEVICE_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/npu/commands.h"
#include "runtime/npu/domain.h"
#include "runtime/npu/queue.h"

namespace culvert::npu {

class Device {
 public:
  virtual ~Device() = default;

  virtual absl::StatusOr<std::shared_ptr<Domain>> CreateDomain(const DomainConfig& config) = 0;
  // Ends a domain: fails it with `reason`, waits until nothing of it runs and releases what the cores keep for it. Its
  // queues are empty afterwards; the domain's memory lives until the last reference goes.
  virtual void EndDomain(Domain& domain, const absl::Status& reason) = 0;
  // Priority 0 (least) to -5 (greatest): of two queues with work the greater is served first.
  virtual std::shared_ptr<Queue> CreateQueue(std::shared_ptr<Domain> domain, int priority) = 0;

  // Appends a command; it is complete when the queue's timeline reaches the value returned. Errors: kOutOfMemory
  // (device memory for a parameter bank), kOperatingSystem (no worker thread can be started). A queue with too many
  // commands makes the caller wait (and help) for room first; WaitForRoom does that ahead of time, for callers that
  // hold locks at Submit.
  virtual absl::StatusOr<uint64_t> Submit(Queue& queue, std::unique_ptr<Command> command) = 0;
  virtual void WaitForRoom(Queue& queue) = 0;
  // Returns when the timeline has reached the value, by completion or by abandonment after a failure. The calling
  // thread executes commands and blocks it waits for if a core is free. blocking: sleep at once, do not spin.
  virtual void Wait(Queue& queue, uint64_t value, bool blocking) = 0;
};

struct SoftwareDeviceConfig {
  uint32_t workers = 1;         // of the process: all devices share the host's cores; the first device's value holds
  uint32_t reported_cores = 1;  // %nsmid, and what resident limits are computed from
  uint32_t watchdog_ms = 0;     // 0: off. Of the process
};
std::unique_ptr<Device> CreateSoftwareDevice(const SoftwareDeviceConfig& config);

}  // namespace culvert::npu

#endif  // CULVERT_RUNTIME_NPU_DEVICE_H_

// The software NPU behind the Device interface: queues served by the process-wide Scheduler.
#include <variant>

#include "include/culvert/error.h"

#include "runtime/npu/device.h"
#include "runtime/npu/scheduler.h"

namespace culvert::npu {
namespace {

class SoftwareDevice : public Device {
 public:
  explicit SoftwareDevice(const SoftwareDeviceConfig& config) : reported_cores_(config.reported_cores) {
    Scheduler::Get().Configure(config.workers, config.watchdog_ms);
  }

  absl::StatusOr<std::shared_ptr<Domain>> CreateDomain(const DomainConfig& config) override {
    return Domain::Create(config);
  }

  void EndDomain(Domain& domain, const absl::Status& reason) override {
    domain.Fail(reason);
    Scheduler::Get().Drain(domain);
    domain.print_buffer().Flush();
  }

  std::shared_ptr<Queue> CreateQueue(std::shared_ptr<Domain> domain, int priority) override {
    return std::make_shared<Queue>(std::move(domain), priority);
  }

  absl::StatusOr<uint64_t> Submit(Queue& queue, std::unique_ptr<Command> command) override {
    if (auto* launch = std::get_if<LaunchCommand>(&command->body)) {
      CULVERT_ASSIGN_OR_RETURN(command->grid,
                               Grid::Create(launch, &queue, reported_cores_, Scheduler::Get().workers()));
    }
    return Scheduler::Get().Submit(queue, std::move(command));
  }

  void WaitForRoom(Queue& queue) override { Scheduler::Get().WaitForRoom(queue); }
  void Wait(Queue& queue, uint64_t value, bool blocking) override { Scheduler::Get().Wait(queue, value, blocking); }

 private:
  uint32_t reported_cores_;
};

}  // namespace

std::unique_ptr<Device> CreateSoftwareDevice(const SoftwareDeviceConfig& config) {
  return std::make_unique<SoftwareDevice>(config);
}

}  // namespace culvert::npu

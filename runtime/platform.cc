#include "runtime/platform.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "include/culvert/error.h"
#include "runtime/device_properties.h"
#include "runtime/environment.h"
#include "runtime/npu/callback_pool.h"
#include "runtime/npu/domain.h"

namespace culvert {
namespace {

enum class Stage : int { kNew, kReady, kForked };
std::atomic<Stage> stage = Stage::kNew;

std::string_view NextEntry(std::string_view* list) {
  size_t comma = list->find(',');
  std::string_view entry = list->substr(0, comma);
  list->remove_prefix(comma == std::string_view::npos ? list->size() : comma + 1);
  while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
  while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
  return entry;
}

std::string UuidText(const std::array<uint8_t, 16>& uuid) {
  std::string text = "GPU-";
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    absl::StrAppendFormat(&text, "%02x", uuid[i]);
  }
  return text;
}

// The device an entry of CUDA_VISIBLE_DEVICES names: an ordinal, or the beginning of exactly one UUID. -1 if none.
int FindDevice(std::string_view entry, const std::vector<DeviceProperties>& all) {
  int ordinal = -1;
  if (absl::SimpleAtoi(std::string(entry), &ordinal)) return ordinal < static_cast<int>(all.size()) ? ordinal : -1;
  if (entry.substr(0, 4) != "GPU-") return -1;
  int found = -1;
  for (size_t i = 0; i < all.size(); ++i) {
    if (UuidText(all[i].uuid).compare(0, entry.size(), entry) != 0) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

// CUDA_VISIBLE_DEVICES: devices in the order given, up to the first entry that is wrong or names one a second time.
std::vector<DeviceProperties> VisibleDevices(const Environment& environment) {
  std::vector<DeviceProperties> all;
  for (uint32_t i = 0; i < environment.devices; ++i)
    all.push_back(MakeDeviceProperties(static_cast<int>(i), environment));
  if (!environment.has_visible_devices) return all;
  std::vector<DeviceProperties> visible;
  std::vector<int> chosen;
  std::string_view list = environment.visible_devices;
  while (!list.empty()) {
    int ordinal = FindDevice(NextEntry(&list), all);
    if (ordinal < 0 || std::find(chosen.begin(), chosen.end(), ordinal) != chosen.end()) break;
    chosen.push_back(ordinal);
    visible.push_back(all[static_cast<size_t>(ordinal)]);
  }
  return visible;
}

}  // namespace

struct Platform::Impl {
  std::mutex mutex;
  std::vector<Device*> devices;  // written once, before `stage` becomes kReady
};

Platform::Platform() : impl_(new Impl) {}

Platform& Platform::Get() {
  static Platform* platform = new Platform;
  return *platform;
}

absl::Status Platform::Initialize() {
  Stage now = stage.load(std::memory_order_acquire);
  if (now == Stage::kReady) return absl::OkStatus();
  if (now == Stage::kForked) return CheckUsable();
  std::lock_guard lock(impl_->mutex);
  if (stage.load(std::memory_order_acquire) == Stage::kReady) return absl::OkStatus();
  std::vector<DeviceProperties> visible = VisibleDevices(GetEnvironment());
  if (visible.empty()) {
    return MakeError(ErrorKind::kNoDevice, "no device is visible (CULVERT_DEVICES, CUDA_VISIBLE_DEVICES)");
  }
  for (size_t i = 0; i < visible.size(); ++i)
    impl_->devices.push_back(new Device(static_cast<int>(i), std::move(visible[i])));
  pthread_atfork(nullptr, nullptr, [] { stage.store(Stage::kForked); });
  atexit([] {
    if (stage.load() == Stage::kReady) npu::FlushAllPrintBuffers();
  });
  stage.store(Stage::kReady, std::memory_order_release);
  return absl::OkStatus();
}

absl::Status Platform::CheckUsable() const {
  switch (stage.load(std::memory_order_acquire)) {
    case Stage::kReady:
      if (InHostCallback()) [[unlikely]] {
        return MakeError(ErrorKind::kNotPermitted, "a host function of a stream may not call the API");
      }
      return absl::OkStatus();
    case Stage::kForked:
      return MakeError(ErrorKind::kNotInitialized,
                       "this process was forked from one that had initialised the NPU: "
                       "start it with exec, or initialise after the fork");
    case Stage::kNew:
      break;
  }
  return MakeError(ErrorKind::kNotInitialized, "not initialised");
}

bool Platform::initialized() const { return stage.load(std::memory_order_acquire) == Stage::kReady; }
bool Platform::forked() const { return stage.load(std::memory_order_acquire) == Stage::kForked; }

int Platform::device_count() const { return initialized() ? static_cast<int>(impl_->devices.size()) : 0; }

absl::StatusOr<Device*> Platform::GetDevice(int ordinal) const {
  if (ordinal < 0 || ordinal >= device_count()) {
    return Error(ErrorKind::kInvalidDevice, "device %d of %d", ordinal, device_count());
  }
  return impl_->devices[static_cast<size_t>(ordinal)];
}

void Platform::FlushPrintf() { npu::FlushAllPrintBuffers(); }

bool InHostCallback() { return npu::InCallback(); }

}  // namespace culvert

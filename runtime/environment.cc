#include "runtime/environment.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace culvert {
namespace {

constexpr uint32_t kMaxDevices = 64;
constexpr uint32_t kMaxCores = 1024;

// A small system file; empty if there is none.
std::string ReadSmallFile(const std::string& path) {
  char buffer[4096];
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  ssize_t bytes = read(file, buffer, sizeof(buffer));
  close(file);
  return std::string(buffer, bytes > 0 ? static_cast<size_t>(bytes) : 0);
}

// Directory of this process's control group for a version 1 controller, or of version 2 (controller empty). Inside a
// container the path may not be visible; then the root of the mount is the group.
std::vector<std::string> CgroupDirectories(absl::string_view controller) {
  std::vector<std::string> directories;
  std::string root = controller.empty() ? "/sys/fs/cgroup" : absl::StrCat("/sys/fs/cgroup/", controller);
  std::string groups = ReadSmallFile("/proc/self/cgroup");
  for (absl::string_view line : absl::StrSplit(groups, '\n', absl::SkipEmpty())) {
    std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    std::vector<absl::string_view> names = absl::StrSplit(fields[1], ',');
    if (std::find(names.begin(), names.end(), controller) == names.end()) continue;
    // Limits of the ancestors hold too.
    for (absl::string_view path = fields[2]; !path.empty() && path != "/"; path = path.substr(0, path.rfind('/'))) {
      directories.push_back(absl::StrCat(root, path));
    }
  }
  directories.push_back(root);
  return directories;
}

std::optional<uint64_t> ReadNumber(const std::string& path) {
  uint64_t value = 0;
  std::string text = ReadSmallFile(path);
  if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(text), &value)) return std::nullopt;
  return value;
}

// Cores that the control groups' quotas allow, rounded up; a large number without a quota.
uint32_t QuotaCores() {
  uint32_t cores = kMaxCores;
  auto apply = [&](uint64_t quota, uint64_t period) {
    if (quota == 0 || period == 0) return;
    cores = static_cast<uint32_t>(std::clamp<uint64_t>((quota + period - 1) / period, 1, cores));
  };
  for (const std::string& directory : CgroupDirectories("")) {
    std::vector<std::string> fields = absl::StrSplit(ReadSmallFile(directory + "/cpu.max"), absl::ByAnyChar(" \n"));
    uint64_t quota = 0, period = 0;
    if (fields.size() < 2 || !absl::SimpleAtoi(fields[0], &quota) || !absl::SimpleAtoi(fields[1], &period)) continue;
    apply(quota, period);
  }
  for (const std::string& directory : CgroupDirectories("cpu")) {
    apply(ReadNumber(directory + "/cpu.cfs_quota_us").value_or(0),
          ReadNumber(directory + "/cpu.cfs_period_us").value_or(0));
  }
  return cores;
}

void ReportBadValue(const char* name, const char* value, absl::string_view expected) {
  fprintf(stderr, "culvert: %s=%s is ignored: expected %.*s\n", name, value, static_cast<int>(expected.size()),
          expected.data());
}

void ReadUint(const char* name, uint32_t low, uint32_t high, uint32_t* value) {
  const char* text = getenv(name);
  if (text == nullptr || *text == '\0') return;
  uint32_t parsed = 0;
  if (!absl::SimpleAtoi(text, &parsed) || parsed < low || parsed > high) {
    return ReportBadValue(name, text, absl::StrCat("a number from ", low, " to ", high));
  }
  *value = parsed;
}

void ReadBool(const char* name, bool* value) {
  const char* text = getenv(name);
  if (text == nullptr || *text == '\0') return;
  if (!absl::SimpleAtob(text, value)) ReportBadValue(name, text, "0 or 1");
}

std::optional<uint64_t> ParseBytes(absl::string_view text) {
  int shift = 0;
  if (absl::ConsumeSuffix(&text, "K") || absl::ConsumeSuffix(&text, "k")) {
    shift = 10;
  } else if (absl::ConsumeSuffix(&text, "M") || absl::ConsumeSuffix(&text, "m")) {
    shift = 20;
  } else if (absl::ConsumeSuffix(&text, "G") || absl::ConsumeSuffix(&text, "g")) {
    shift = 30;
  }
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value > (std::numeric_limits<uint64_t>::max() >> shift)) return std::nullopt;
  return value << shift;
}

void ReadMemory(uint64_t* value) {
  const char* text = getenv("CULVERT_MEMORY");
  if (text == nullptr || *text == '\0') return;
  std::optional<uint64_t> bytes = ParseBytes(text);
  if (!bytes || *bytes < (1 << 20)) {
    return ReportBadValue("CULVERT_MEMORY", text, "at least 1M, as bytes or with suffix K, M or G");
  }
  *value = *bytes;
}

void ReadCapability(uint32_t* value) {
  const char* text = getenv("CULVERT_COMPUTE_CAPABILITY");
  if (text == nullptr || *text == '\0') return;
  std::vector<absl::string_view> fields = absl::StrSplit(text, '.');
  uint32_t major = 0, minor = 0;
  if (fields.size() != 2 || !absl::SimpleAtoi(fields[0], &major) || !absl::SimpleAtoi(fields[1], &minor) || major < 5 ||
      major > 99 || minor > 9) {
    return ReportBadValue("CULVERT_COMPUTE_CAPABILITY", text, "major.minor from 5.0 on, for example 12.1");
  }
  *value = major * 10 + minor;
}

Environment* ReadEnvironment() {
  auto* environment = new Environment;
  uint32_t cores = UsableCores();
  environment->sm_count = cores;
  environment->workers = cores;
  environment->memory_bytes = UsableMemoryBytes() / 4 * 3;
  ReadUint("CULVERT_DEVICES", 0, kMaxDevices, &environment->devices);
  ReadUint("CULVERT_SM_COUNT", 1, kMaxCores, &environment->sm_count);
  ReadUint("CULVERT_WORKERS", 1, kMaxCores, &environment->workers);
  ReadMemory(&environment->memory_bytes);
  ReadCapability(&environment->compute_capability);
  ReadUint("CULVERT_WATCHDOG_MS", 0, 1u << 30, &environment->watchdog_ms);
  ReadBool("CULVERT_TRACE", &environment->trace);
  ReadUint("CULVERT_LOG", 0, 9, &environment->log_level);
  ReadBool("CUDA_LAUNCH_BLOCKING", &environment->launch_blocking);
  const char* loading = getenv("CUDA_MODULE_LOADING");
  environment->eager_loading = loading != nullptr && strcmp(loading, "EAGER") == 0;
  if (const char* visible = getenv("CUDA_VISIBLE_DEVICES"); visible != nullptr) {
    environment->has_visible_devices = true;
    environment->visible_devices = visible;
  }
  return environment;
}

}  // namespace

const Environment& GetEnvironment() {
  static const Environment* environment = ReadEnvironment();
  return *environment;
}

const std::vector<EnvironmentVariable>& EnvironmentTable() {
  static const auto* table = new std::vector<EnvironmentVariable>{
      {"CULVERT_DEVICES", "number of devices, 0-64 (default 1)"},
      {"CULVERT_SM_COUNT", "multiprocessors that a device reports (default: usable cores)"},
      {"CULVERT_WORKERS", "threads that run kernels, of all devices together (default: usable cores)"},
      {"CULVERT_MEMORY",
       "memory of a device in bytes, or with suffix K, M, G (default: 3/4 of machine or control group)"},
      {"CULVERT_COMPUTE_CAPABILITY", "capability that devices report (default 12.1)"},
      {"CULVERT_WATCHDOG_MS", "stop kernels that run longer and say where they hang (default 0: never)"},
      {"CULVERT_TRACE", "1: print every API call on stderr"},
      {"CULVERT_LOG", "0: silent, 1: faults and refusals (default), 2: more"},
      {"CUDA_VISIBLE_DEVICES", "devices to show: ordinals or GPU-<uuid>, separated by commas"},
      {"CUDA_LAUNCH_BLOCKING", "1: launches wait for the kernel"},
      {"CUDA_MODULE_LOADING", "LAZY (default) or EAGER"},
  };
  return *table;
}

uint32_t UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  uint32_t cores = sched_getaffinity(0, sizeof(set), &set) == 0 ? static_cast<uint32_t>(CPU_COUNT(&set))
                                                                : static_cast<uint32_t>(sysconf(_SC_NPROCESSORS_ONLN));
  return std::max(1u, std::min(cores, QuotaCores()));
}

uint64_t UsableMemoryBytes() {
  struct sysinfo info = {};
  sysinfo(&info);
  uint64_t bytes = uint64_t{info.totalram} * info.mem_unit;
  for (const std::string& directory : CgroupDirectories("")) {
    bytes = std::min(bytes, ReadNumber(directory + "/memory.max").value_or(bytes));
  }
  for (const std::string& directory : CgroupDirectories("memory")) {
    bytes = std::min(bytes, ReadNumber(directory + "/memory.limit_in_bytes").value_or(bytes));
  }
  return bytes;
}

}  // namespace culvert

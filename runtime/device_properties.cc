#include "runtime/device_properties.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "include/culvert/npu_config.h"

namespace culvert {
namespace {

// Reported where the system does not say: the base clock of a common server core, and one channel pair of DDR4-3200.
constexpr int kFallbackClockKhz = 2'000'000;
constexpr int kMemoryClockKhz = 1'600'000;
constexpr int kMemoryBusWidthBits = 128;
constexpr int kFallbackL2Bytes = 8 << 20;

std::string ReadLine(const char* path) {
  char buffer[256];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  ssize_t bytes = read(file, buffer, sizeof(buffer));
  close(file);
  std::string text(buffer, bytes > 0 ? static_cast<size_t>(bytes) : 0);
  return text.substr(0, text.find('\n'));
}

uint64_t HashBytes(std::string_view text, uint64_t seed) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

// From the machine's id, so that it is the same in every process; version and variant bits as in a random UUID (RFC
// 9562).
std::array<uint8_t, 16> MakeUuid(int ordinal) {
  std::string machine = ReadLine("/etc/machine-id");
  std::array<uint8_t, 16> uuid;
  for (int half = 0; half < 2; ++half) {
    uint64_t hash = HashBytes(machine, static_cast<uint64_t>(2 * ordinal + half + 1) * 0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; ++i) uuid[8 * half + i] = static_cast<uint8_t>(hash >> (8 * i));
  }
  uuid[6] = (uuid[6] & 0x0f) | 0x40;
  uuid[8] = (uuid[8] & 0x3f) | 0x80;
  return uuid;
}

int ClockKhz() {
  int khz = atoi(ReadLine("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq").c_str());
  return khz > 0 ? khz : kFallbackClockKhz;
}

int CacheBytes() {
  long bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
  if (bytes <= 0) bytes = kFallbackL2Bytes;
  return static_cast<int>(std::min(bytes, 1L << 30));
}

// Limits of textures and surfaces as devices of compute capability 5.0 and later report them (CUDA C++ Programming
// Guide, "Technical Specifications per Compute Capability").
void SetTextureLimits(DeviceProperties* p) {
  p->max_texture_1d = 131072;
  p->max_texture_1d_linear = 268435456;
  p->max_texture_1d_mipmapped = 32768;
  p->max_texture_1d_layered[0] = 32768, p->max_texture_1d_layered[1] = 2048;
  p->max_texture_2d[0] = 131072, p->max_texture_2d[1] = 65536;
  p->max_texture_2d_linear[0] = 131072, p->max_texture_2d_linear[1] = 65000, p->max_texture_2d_linear[2] = 2097120;
  p->max_texture_2d_gather[0] = p->max_texture_2d_gather[1] = 32768;
  p->max_texture_2d_layered[0] = p->max_texture_2d_layered[1] = 32768, p->max_texture_2d_layered[2] = 2048;
  p->max_texture_2d_mipmapped[0] = p->max_texture_2d_mipmapped[1] = 32768;
  std::fill_n(p->max_texture_3d, 3, 16384);
  p->max_texture_3d_alternate[0] = p->max_texture_3d_alternate[1] = 8192, p->max_texture_3d_alternate[2] = 32768;
  p->max_texture_cubemap = 32768;
  p->max_texture_cubemap_layered[0] = 32768, p->max_texture_cubemap_layered[1] = 2046;
  p->max_surface_1d = 32768;
  p->max_surface_1d_layered[0] = 32768, p->max_surface_1d_layered[1] = 2048;
  p->max_surface_2d[0] = 131072, p->max_surface_2d[1] = 65536;
  p->max_surface_2d_layered[0] = p->max_surface_2d_layered[1] = 32768, p->max_surface_2d_layered[2] = 2048;
  std::fill_n(p->max_surface_3d, 3, 16384);
  p->max_surface_cubemap = 32768;
  p->max_surface_cubemap_layered[0] = 32768, p->max_surface_cubemap_layered[1] = 2046;
}

}  // namespace

DeviceProperties MakeDeviceProperties(int ordinal, const Environment& environment) {
  DeviceProperties p;
  p.name = "Culvert NPU";
  p.uuid = MakeUuid(ordinal);
  p.total_memory_bytes = environment.memory_bytes;
  p.major = static_cast<int>(environment.compute_capability / 10);
  p.minor = static_cast<int>(environment.compute_capability % 10);
  p.multiprocessor_count = static_cast<int>(environment.sm_count);
  p.warp_size = kWarpLanes;
  p.max_threads_per_block = kMaxThreadsPerBlock;
  std::copy_n(kMaxBlockDim, 3, p.max_block_dim);
  std::copy_n(kMaxGridDim, 3, p.max_grid_dim);
  p.max_shared_bytes_per_block = kScratchpadBytesPerBlock;
  p.max_shared_bytes_per_block_optin = kScratchpadBytesPerBlockOptin;
  p.max_shared_bytes_per_multiprocessor = kScratchpadBytesPerCore;
  p.reserved_shared_bytes_per_block = kReservedScratchpadBytesPerBlock;
  p.total_constant_bytes = kConstantBankBytes;
  p.max_registers_per_block = kRegistersPerCore;
  p.max_registers_per_multiprocessor = kRegistersPerCore;
  p.max_threads_per_multiprocessor = kMaxThreadsPerCore;
  p.max_blocks_per_multiprocessor = kMaxBlocksPerCore;
  p.max_pitch_bytes = 0x7fffffff;
  p.texture_alignment_bytes = 512;
  p.texture_pitch_alignment_bytes = 32;
  p.surface_alignment_bytes = 512;
  p.clock_khz = ClockKhz();
  p.memory_clock_khz = kMemoryClockKhz;
  p.memory_bus_width_bits = kMemoryBusWidthBits;
  p.l2_cache_bytes = CacheBytes();
  p.pci_bus = ordinal + 1;
  p.async_engine_count = 2;
  p.single_to_double_ratio = 2;
  SetTextureLimits(&p);
  return p;
}

}  // namespace culvert

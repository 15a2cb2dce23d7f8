#include "tools/culvert/info.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tools/culvert/environment.h"
#include "tools/culvert/install_paths.h"

namespace culvert::tools {
namespace {

namespace fs = std::filesystem;

const char kHelp[] = R"(Show the devices that a program would see, the libraries it would get and the settings.

Usage: culvert info

Settings are environment variables; `culvert run --help` lists the options that set them.
)";

// Attribute numbers of cuDeviceGetAttribute (driver API manual, CUdevice_attribute).
constexpr int kMaxThreadsPerBlock = 1;
constexpr int kMaxSharedMemoryPerBlock = 8;
constexpr int kWarpSize = 10;
constexpr int kMultiprocessorCount = 16;
constexpr int kComputeCapabilityMajor = 75;
constexpr int kComputeCapabilityMinor = 76;

// The calls that the report needs, looked up in our driver library. Functions return 0 on success.
class Driver {
 public:
  bool Load(const fs::path& library) {
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      std::fprintf(stderr, "culvert info: %s; build Culvert first (tools/dev build)\n", dlerror());
      return false;
    }
    return Find(handle, "cuInit", init) && Find(handle, "cuDriverGetVersion", version) &&
           Find(handle, "cuDeviceGetCount", count) && Find(handle, "cuDeviceGet", get) &&
           Find(handle, "cuDeviceGetName", name) && Find(handle, "cuDeviceTotalMem_v2", total_bytes) &&
           Find(handle, "cuDeviceGetAttribute", attribute);
  }

  int Attribute(int which, int device) const {
    int value = -1;
    attribute(&value, which, device);
    return value;
  }

  int (*init)(unsigned) = nullptr;
  int (*version)(int*) = nullptr;
  int (*count)(int*) = nullptr;
  int (*get)(int*, int) = nullptr;
  int (*name)(char*, int, int) = nullptr;
  int (*total_bytes)(size_t*, int) = nullptr;
  int (*attribute)(int*, int, int) = nullptr;

 private:
  template <typename Function>
  static bool Find(void* handle, const char* symbol, Function& function) {
    function = reinterpret_cast<Function>(dlsym(handle, symbol));
    if (function == nullptr) std::fprintf(stderr, "culvert info: the driver library lacks %s\n", symbol);
    return function != nullptr;
  }
};

bool PrintDevices(const Driver& driver) {
  int version = 0, count = 0;
  const int error = driver.init(0);
  if (error != 0 || driver.version(&version) != 0 || driver.count(&count) != 0) {
    std::fprintf(stderr, "culvert info: the driver library did not initialise (error %d)\n", error);
    return false;
  }
  std::printf("CUDA driver API %d.%d, %d device%s\n", version / 1000, version % 1000 / 10, count,
              count == 1 ? "" : "s");
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    int device = 0;
    char name[256] = "";
    size_t bytes = 0;
    if (driver.get(&device, ordinal) != 0 || driver.name(name, sizeof(name), device) != 0 ||
        driver.total_bytes(&bytes, device) != 0) {
      std::fprintf(stderr, "culvert info: device %d does not answer\n", ordinal);
      return false;
    }
    std::printf("\ndevice %d: %s\n", ordinal, name);
    std::printf("  compute capability       %d.%d\n", driver.Attribute(kComputeCapabilityMajor, device),
                driver.Attribute(kComputeCapabilityMinor, device));
    std::printf("  memory                   %.1f GiB\n", static_cast<double>(bytes) / (1 << 30));
    std::printf("  multiprocessors          %d\n", driver.Attribute(kMultiprocessorCount, device));
    std::printf("  threads per block        %d\n", driver.Attribute(kMaxThreadsPerBlock, device));
    std::printf("  shared memory per block  %d KiB\n", driver.Attribute(kMaxSharedMemoryPerBlock, device) / 1024);
    std::printf("  warp size                %d\n", driver.Attribute(kWarpSize, device));
  }
  return true;
}

void PrintPaths(const InstallPaths& paths) {
  std::printf("\nlibraries\n");
  for (const std::string& name : kFrontLibraries) {
    std::error_code error;
    const fs::path path = paths.lib_dir / name;
    std::printf("  %-18s %s\n", name.c_str(), fs::exists(path, error) ? path.c_str() : "not built");
  }
  std::printf("  %-18s %s\n", "headers", paths.include_dir.c_str());
}

void PrintEnvironment() {
  std::printf("\nsettings (environment)\n");
  for (const EnvironmentVariable& variable : kEnvironment) {
    const char* value = std::getenv(variable.name);
    std::printf("  %-27s %-22s %s\n", variable.name,
                value != nullptr ? value : (std::string("(") + variable.default_text + ")").c_str(), variable.meaning);
  }
}

}  // namespace

int RunInfo(const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    const bool help = arguments[0] == "--help" || arguments[0] == "-h";
    if (help) {
      std::fputs(kHelp, stdout);
      return 0;
    }
    std::fprintf(stderr, "culvert info: unexpected %s; it takes no arguments\n", arguments[0].c_str());
    return 2;
  }
  const InstallPaths paths = InstallPaths::OfThisExecutable();
  std::printf("Culvert " CULVERT_VERSION "\n");
  Driver driver;
  const bool alive = driver.Load(paths.lib_dir / "libcuda.so.1") && PrintDevices(driver);
  PrintPaths(paths);
  PrintEnvironment();
  return alive ? 0 : 1;
}

}  // namespace culvert::tools

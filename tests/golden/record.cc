// record_golden: runs the instruction-set cases with a CUDA driver, by default the system's libcuda.so.1, and writes
// the answers file. It uses the driver API only and knows nothing of Culvert's runtime, so the same program serves a
// real GPU and, to prove the path, Culvert itself.
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <regex>
#include <string>

#include "CLI/CLI.hpp"
#include "include/cuda/cuda.h"
#include "tests/golden/answers.h"

namespace culvert::golden {
namespace {

// The entry points, found by name.
struct Driver {
  decltype(&::cuInit) init;
  decltype(&::cuDriverGetVersion) version;
  decltype(&::cuDeviceGet) device;
  decltype(&::cuDeviceGetName) name;
  decltype(&::cuDeviceGetAttribute) attribute;
  decltype(&::cuDevicePrimaryCtxRetain) retain;
  decltype(&::cuDevicePrimaryCtxReset) reset;
  decltype(&::cuCtxSetCurrent) set_current;
  decltype(&::cuCtxSynchronize) synchronize;
  decltype(&::cuModuleLoadData) load;
  decltype(&::cuModuleUnload) unload;
  decltype(&::cuModuleGetFunction) function;
  decltype(&::cuLaunchKernel) launch;
  decltype(&::cuLaunchCooperativeKernel) launch_cooperative;
  decltype(&::cuMemAlloc) allocate;
  decltype(&::cuMemFree) free;
  decltype(&::cuMemcpyHtoD) copy_in;
  decltype(&::cuMemcpyDtoH) copy_out;
};

template <typename F>
bool Find(void* library, const char* name, F* function) {
  *function = reinterpret_cast<F>(dlsym(library, name));
  if (*function == nullptr) std::fprintf(stderr, "record_golden: no %s in the library\n", name);
  return *function != nullptr;
}

bool Open(const std::string& path, Driver* driver) {
  void* library = dlopen(path.c_str(), RTLD_NOW);
  if (library == nullptr) {
    std::fprintf(stderr, "record_golden: %s\n", dlerror());
    return false;
  }
  return Find(library, "cuInit", &driver->init) && Find(library, "cuDriverGetVersion", &driver->version) &&
         Find(library, "cuDeviceGet", &driver->device) && Find(library, "cuDeviceGetName", &driver->name) &&
         Find(library, "cuDeviceGetAttribute", &driver->attribute) &&
         Find(library, "cuDevicePrimaryCtxRetain", &driver->retain) &&
         Find(library, "cuDevicePrimaryCtxReset_v2", &driver->reset) &&
         Find(library, "cuCtxSetCurrent", &driver->set_current) &&
         Find(library, "cuCtxSynchronize", &driver->synchronize) && Find(library, "cuModuleLoadData", &driver->load) &&
         Find(library, "cuModuleUnload", &driver->unload) && Find(library, "cuModuleGetFunction", &driver->function) &&
         Find(library, "cuLaunchKernel", &driver->launch) &&
         Find(library, "cuLaunchCooperativeKernel", &driver->launch_cooperative) &&
         Find(library, "cuMemAlloc_v2", &driver->allocate) && Find(library, "cuMemFree_v2", &driver->free) &&
         Find(library, "cuMemcpyHtoD_v2", &driver->copy_in) && Find(library, "cuMemcpyDtoH_v2", &driver->copy_out);
}

class Recorder {
 public:
  explicit Recorder(const Driver& driver) : driver_(driver) {}

  bool Start() {
    int version = 0, major = 0, minor = 0;
    char name[256] = {};
    if (driver_.init(0) != CUDA_SUCCESS || driver_.version(&version) != CUDA_SUCCESS ||
        driver_.device(&device_, 0) != CUDA_SUCCESS || driver_.name(name, sizeof(name), device_) != CUDA_SUCCESS ||
        driver_.attribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device_) != CUDA_SUCCESS ||
        driver_.attribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device_) != CUDA_SUCCESS || !Enter()) {
      std::fprintf(stderr, "record_golden: no usable device\n");
      return false;
    }
    header_ = "device " + std::string(name) + ", capability " + std::to_string(major) + "." + std::to_string(minor) +
              ", driver " + std::to_string(version);
    target_ = "sm_" + std::to_string(major * 10 + minor);
    // CUDA 12.n speaks PTX 8.n, CUDA 13.n PTX 9.n; cases are written for 9.2.
    int ptx_major = version / 1000 - 4, ptx_minor = version % 1000 / 10;
    if (ptx_major > 9 || (ptx_major == 9 && ptx_minor > 2)) ptx_major = 9, ptx_minor = 2;
    version_ = std::to_string(ptx_major) + "." + std::to_string(ptx_minor);
    return true;
  }
  const std::string& header() const { return header_; }

  std::string Answer(const isa::Case& test) {
    // Cases for old targets keep theirs.
    std::string ptx = std::regex_replace(test.ptx, std::regex("^\\.version 9\\.2\n\\.target sm_121\n"),
                                         ".version " + version_ + "\n.target " + target_ + "\n");
    CUmodule module = nullptr;
    CUfunction function = nullptr;
    if (driver_.load(&module, ptx.c_str()) != CUDA_SUCCESS) return "unsupported";
    if (driver_.function(&function, module, test.entry.c_str()) != CUDA_SUCCESS) return "unsupported";
    std::string answer = Run(test, function);
    if (answer == "fault") {
      driver_.reset(device_);
      Enter();
    } else {
      driver_.unload(module);
    }
    return answer;
  }

 private:
  bool Enter() {
    return driver_.retain(&context_, device_) == CUDA_SUCCESS && driver_.set_current(context_) == CUDA_SUCCESS;
  }

  std::string Run(const isa::Case& test, CUfunction function) {
    std::vector<CUdeviceptr> addresses(test.buffers.size());
    std::vector<void*> arguments;
    for (size_t i = 0; i < addresses.size(); ++i) {
      const isa::Bytes& buffer = test.buffers[i];
      if (driver_.allocate(&addresses[i], std::max<size_t>(buffer.size(), 1)) != CUDA_SUCCESS) return "fault";
      if (!buffer.empty()) driver_.copy_in(addresses[i], buffer.data(), buffer.size());
      arguments.push_back(&addresses[i]);
    }
    CUresult result =
        test.cooperative
            ? driver_.launch_cooperative(function, test.grid[0], test.grid[1], test.grid[2], test.block[0],
                                         test.block[1], test.block[2], test.dynamic_shared_bytes, nullptr,
                                         arguments.data())
            : driver_.launch(function, test.grid[0], test.grid[1], test.grid[2], test.block[0], test.block[1],
                             test.block[2], test.dynamic_shared_bytes, nullptr, arguments.data(), nullptr);
    if (result != CUDA_SUCCESS || driver_.synchronize() != CUDA_SUCCESS) return "fault";
    std::vector<isa::Bytes> after = test.buffers;
    for (size_t i = 0; i < addresses.size(); ++i) {
      if (!after[i].empty()) driver_.copy_out(after[i].data(), addresses[i], after[i].size());
      driver_.free(addresses[i]);
    }
    return Text(HashOf(after));
  }

  const Driver& driver_;
  CUdevice device_ = 0;
  CUcontext context_ = nullptr;
  std::string header_, target_, version_;
};

int Main(const std::string& library, const std::string& output, const std::string& filter) {
  Driver driver;
  if (!Open(library, &driver)) return 2;
  Recorder recorder(driver);
  if (!recorder.Start()) return 2;
  std::ofstream file(output);
  file << "# " << recorder.header() << "\n";
  std::regex pattern(filter);
  int count = 0, unsupported = 0, faults = 0;
  ForEachCase([&](const isa::Case& test) {
    if (!std::regex_search(test.name, pattern)) return;
    std::string answer = recorder.Answer(test);
    ++count;
    unsupported += answer == "unsupported";
    faults += answer == "fault";
    file << test.name << " " << answer << "\n";
  });
  file.close();
  std::printf("%s: %d cases, %d unsupported, %d faults -> %s\n", recorder.header().c_str(), count, unsupported, faults,
              output.c_str());
  return file ? 0 : 2;
}

}  // namespace
}  // namespace culvert::golden

int main(int argc, char** argv) {
  CLI::App app("Runs the instruction-set cases on a CUDA device and stores a hash of each result.");
  std::string library = "libcuda.so.1", output, filter = ".*";
  app.add_option("--library", library, "the CUDA driver to use")->capture_default_str();
  app.add_option("--output", output, "the answers file to write")->required();
  app.add_option("--filter", filter, "cases to run (regular expression)")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return culvert::golden::Main(library, output, filter);
}

#include "tests/golden/gpu.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "include/cuda/cuda.h"

namespace culvert::golden {
namespace {

constexpr std::chrono::seconds kLimit{10};

// The functions used, by the symbols that the macros of cuda.h name.
#define GOLDEN_FUNCTIONS(X)                                                                                         \
  X(cuInit)                                                                                                         \
  X(cuDriverGetVersion)                                                                                             \
  X(cuDeviceGetCount) X(cuDeviceGet) X(cuDeviceGetName) X(cuDeviceGetAttribute) X(cuDevicePrimaryCtxRetain)         \
      X(cuDevicePrimaryCtxReset) X(cuDevicePrimaryCtxRelease) X(cuCtxSetCurrent) X(cuModuleLoadDataEx)              \
          X(cuModuleUnload) X(cuModuleGetFunction) X(cuFuncSetAttribute) X(cuMemAlloc) X(cuMemFree) X(cuMemcpyHtoD) \
              X(cuMemcpyDtoH) X(cuLaunchKernel) X(cuLaunchCooperativeKernel) X(cuStreamQuery) X(cuGetErrorName)

}  // namespace

struct Gpu::State {
  void* library = nullptr;
#define GOLDEN_MEMBER(name) decltype(&::name) name##_ = nullptr;
  GOLDEN_FUNCTIONS(GOLDEN_MEMBER)
#undef GOLDEN_MEMBER
  CUdevice device = 0;
  bool hangs = false;
  std::string description, header;

  absl::Status Load(const std::string& name);
  absl::Status Describe();
  absl::Status Check(CUresult result, const char* what) const {
    if (result == CUDA_SUCCESS) return absl::OkStatus();
    const char* error = nullptr;
    cuGetErrorName_(result, &error);
    return absl::AbortedError(absl::StrCat(what, ": ", error != nullptr ? error : absl::StrCat(int(result))));
  }
  // Makes the primary context current: a new one after a reset.
  absl::Status Enter() {
    CUcontext context = nullptr;
    absl::Status status = Check(cuDevicePrimaryCtxRetain_(&context, device), "cuDevicePrimaryCtxRetain");
    return status.ok() ? Check(cuCtxSetCurrent_(context), "cuCtxSetCurrent") : status;
  }
  void Leave() {
    cuCtxSetCurrent_(nullptr);
    cuDevicePrimaryCtxReset_(device);
    cuDevicePrimaryCtxRelease_(device);
  }
  absl::Status Launch(const isa::Case& test, CUmodule module, const std::vector<CUdeviceptr>& addresses);
};

absl::Status Gpu::State::Load(const std::string& name) {
  library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return absl::NotFoundError(dlerror());
#define GOLDEN_TEXT(name) #name
#define GOLDEN_LOOK_UP(name)                                                        \
  name##_ = reinterpret_cast<decltype(name##_)>(dlsym(library, GOLDEN_TEXT(name))); \
  if (name##_ == nullptr) return absl::NotFoundError("the library has no " GOLDEN_TEXT(name));
  GOLDEN_FUNCTIONS(GOLDEN_LOOK_UP)
#undef GOLDEN_LOOK_UP
#undef GOLDEN_TEXT
  return absl::OkStatus();
}

absl::Status Gpu::State::Describe() {
  int count = 0, driver = 0, major = 0, minor = 0;
  if (cuInit_(0) != CUDA_SUCCESS || cuDeviceGetCount_(&count) != CUDA_SUCCESS || count == 0) {
    return absl::NotFoundError("the library finds no device");
  }
  char name[256] = {};
  for (absl::Status status : {Check(cuDeviceGet_(&device, 0), "cuDeviceGet"),
                              Check(cuDeviceGetName_(name, sizeof(name) - 1, device), "cuDeviceGetName"),
                              Check(cuDriverGetVersion_(&driver), "cuDriverGetVersion"),
                              Check(cuDeviceGetAttribute_(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device),
                                    "cuDeviceGetAttribute"),
                              Check(cuDeviceGetAttribute_(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device),
                                    "cuDeviceGetAttribute")}) {
    if (!status.ok()) return status;
  }
  description =
      absl::StrFormat("%s, compute %d.%d, driver %d.%d", name, major, minor, driver / 1000, driver % 1000 / 10);
  // Features of one architecture (suffix a) count, too: the answers are for this device.
  header = absl::StrFormat(".version %s\n.target sm_%d%d%s\n.address_size 64\n", PtxVersionOf(driver), major, minor,
                           major >= 9 ? "a" : "");
  return absl::OkStatus();
}

Gpu::Gpu(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gpu::~Gpu() {
  if (!state_->hangs) state_->Leave();
}
const std::string& Gpu::description() const { return state_->description; }
const std::string& Gpu::header() const { return state_->header; }

absl::StatusOr<std::unique_ptr<Gpu>> Gpu::Open(const std::string& library) {
  auto state = std::make_unique<State>();
  absl::Status status = state->Load(library);
  if (status.ok()) status = state->Describe();
  if (status.ok()) status = state->Enter();
  if (!status.ok()) return status;
  return std::unique_ptr<Gpu>(new Gpu(std::move(state)));
}

absl::Status Gpu::State::Launch(const isa::Case& test, CUmodule module, const std::vector<CUdeviceptr>& addresses) {
  CUfunction function = nullptr;
  absl::Status status = Check(cuModuleGetFunction_(&function, module, test.entry.c_str()), "cuModuleGetFunction");
  if (status.ok() && test.dynamic_shared_bytes > 48 << 10) {
    status = Check(cuFuncSetAttribute_(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                       static_cast<int>(test.dynamic_shared_bytes)),
                   "cuFuncSetAttribute");
  }
  if (!status.ok()) return status;
  std::vector<void*> parameters;
  for (const CUdeviceptr& address : addresses) parameters.push_back(const_cast<CUdeviceptr*>(&address));
  for (const isa::Bytes& value : test.parameters) parameters.push_back(const_cast<uint8_t*>(value.data()));
  const uint32_t *g = test.grid, *b = test.block;
  status = test.cooperative ? Check(cuLaunchCooperativeKernel_(function, g[0], g[1], g[2], b[0], b[1], b[2],
                                                               test.dynamic_shared_bytes, nullptr, parameters.data()),
                                    "cuLaunchCooperativeKernel")
                            : Check(cuLaunchKernel_(function, g[0], g[1], g[2], b[0], b[1], b[2],
                                                    test.dynamic_shared_bytes, nullptr, parameters.data(), nullptr),
                                    "cuLaunchKernel");
  if (!status.ok()) return status;
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  CUresult result;
  while ((result = cuStreamQuery_(nullptr)) == CUDA_ERROR_NOT_READY) {
    if (std::chrono::steady_clock::now() > deadline) {
      hangs = true;
      return absl::DeadlineExceededError("the kernel does not end");
    }
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return Check(result, "kernel");
}

absl::StatusOr<std::vector<isa::Bytes>> Gpu::Run(const isa::Case& test) {
  State& gpu = *state_;
  if (gpu.hangs) return absl::DeadlineExceededError("an earlier kernel does not end");
  char log[4096] = {};
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void* values[] = {log, reinterpret_cast<void*>(sizeof(log) - 1)};
  CUmodule module = nullptr;
  const CUresult loaded = gpu.cuModuleLoadDataEx_(&module, test.ptx.c_str(), 2, options, values);
  if (loaded != CUDA_SUCCESS) {
    return absl::UnimplementedError(absl::StrCat(gpu.Check(loaded, "cuModuleLoadDataEx").message(), ": ", log));
  }
  absl::Status status;
  std::vector<CUdeviceptr> addresses;
  for (const isa::Bytes& buffer : test.buffers) {
    CUdeviceptr& address = addresses.emplace_back(0);
    if (status.ok()) status = gpu.Check(gpu.cuMemAlloc_(&address, std::max<size_t>(buffer.size(), 1)), "cuMemAlloc");
    if (status.ok() && !buffer.empty()) {
      status = gpu.Check(gpu.cuMemcpyHtoD_(address, buffer.data(), buffer.size()), "cuMemcpyHtoD");
    }
  }
  if (status.ok()) status = gpu.Launch(test, module, addresses);
  std::vector<isa::Bytes> after;
  for (size_t i = 0; status.ok() && i < addresses.size(); ++i) {
    isa::Bytes& bytes = after.emplace_back(test.buffers[i].size());
    if (!bytes.empty()) status = gpu.Check(gpu.cuMemcpyDtoH_(bytes.data(), addresses[i], bytes.size()), "cuMemcpyDtoH");
  }
  if (gpu.hangs) return status;
  for (CUdeviceptr address : addresses) {
    if (address != 0) gpu.cuMemFree_(address);
  }
  gpu.cuModuleUnload_(module);
  if (status.ok()) return after;
  gpu.Leave();  // a failed kernel spoils its context
  absl::Status entered = gpu.Enter();
  gpu.hangs = !entered.ok();
  return status;
}

std::string WithHeader(const std::string& ptx, const std::string& header) {
  const std::string old = isa::ModuleHeader();
  return absl::StartsWith(ptx, old) ? header + ptx.substr(old.size()) : ptx;
}

std::string PtxVersionOf(int driver_version) {
  struct Release {
    int driver;
    const char* ptx;
  };
  // PTX ISA, "Release Notes": the version that each CUDA release brought.
  static constexpr Release kReleases[] = {
      {13020, "9.2"}, {13010, "9.1"}, {13000, "9.0"}, {12090, "8.8"}, {12080, "8.7"}, {12050, "8.5"}, {12040, "8.4"},
      {12030, "8.3"}, {12020, "8.2"}, {12010, "8.1"}, {12000, "8.0"}, {11080, "7.8"}, {11040, "7.4"}, {11000, "7.0"}};
  const auto* found = std::find_if(std::begin(kReleases), std::end(kReleases),
                                   [&](const Release& release) { return release.driver <= driver_version; });
  return found == std::end(kReleases) ? "6.5" : found->ptx;
}

}  // namespace culvert::golden

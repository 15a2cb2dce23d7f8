// Images and what is in them.
//   Library  an image, independent of contexts; owns Kernels. Loading chooses and indexes the PTX, compiles nothing.
//   Module   a Library made present in one context: its variables have addresses there.
//   Kernel   an entry of a Library, independent of contexts.
//   Function a Kernel in a Module: what a launch takes.
// Everything is reference-counted: unloading while a launch runs is safe, memory goes when the last user goes.
// Thread-safe.
#ifndef CULVERT_RUNTIME_MODULE_H_
#define CULVERT_RUNTIME_MODULE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/culvert/kernel_info.h"

namespace culvert {

class Context;
class ContextState;
class Device;
class Function;
class Kernel;
class Module;
namespace npu {
class PreparedProgram;
}

struct ImageOptions {
  bool check_all = false;  // parse and check every body now (the program passed JIT log buffers)
  size_t size_bytes = 0;   // of the image, 0 if unknown
  // Variables that the image declares and does not define (.extern .global), at addresses of the host. kInvalidValue if
  // the image has none of a name.
  std::vector<std::pair<std::string, uint64_t>> external_addresses;
};

class Library : public std::enable_shared_from_this<Library> {
 public:
  // `image`: PTX text, fatbin wrapper, bare fatbin (content decides). The bytes are not read after the call. Errors,
  // with the diagnostics as message: kInvalidImage, kNoBinaryForDevice, kInvalidPtx, kUnsupportedPtxVersion.
  static absl::StatusOr<std::shared_ptr<Library>> Load(const void* image, const ImageOptions& options);
  // From a file: kFileNotFound.
  static absl::StatusOr<std::shared_ptr<Library>> LoadFile(const std::string& path, const ImageOptions& options);
  ~Library();

  uint64_t id() const { return id_; }
  std::vector<std::string> KernelNames() const;
  // kNotFound. The same object each time.
  absl::StatusOr<std::shared_ptr<Kernel>> GetKernel(std::string_view name);
  // Names of managed variables (they make loading eager).
  bool has_managed_variables() const;
  // This library in a context: made at the first call, then the same object until the context ends or Unload().
  absl::StatusOr<std::shared_ptr<Module>> InContext(Context& context);
  // Drops the per-context instances; they vanish when launches and handles let go.
  void Unload();

 private:
  friend class Kernel;
  friend class Module;
  struct Impl;
  Library();
  static absl::StatusOr<std::shared_ptr<Library>> LoadUnlogged(const void* image, const ImageOptions& options);
  uint64_t id_;
  std::unique_ptr<Impl> impl_;
};

struct GlobalVariable {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  bool is_managed = false;
  bool is_constant = false;
};

class Module : public std::enable_shared_from_this<Module> {
 public:
  // Loads an image into one context (a Library of its own).
  static absl::StatusOr<std::shared_ptr<Module>> Load(Context& context, const void* image, const ImageOptions& options);
  ~Module();

  uint64_t id() const { return id_; }
  const std::shared_ptr<Library>& library() const { return library_; }
  const std::shared_ptr<Context>& context() const { return context_; }
  absl::StatusOr<std::shared_ptr<Function>> GetFunction(std::string_view name);  // kNotFound
  absl::StatusOr<GlobalVariable> GetGlobal(std::string_view name) const;         // kNotFound
  const std::shared_ptr<ContextState>& state() const { return state_; }          // internal to runtime/

 private:
  friend class Library;
  friend class Kernel;
  friend class Function;
  struct Impl;
  Module(std::shared_ptr<Library> library, std::shared_ptr<Context> context, std::shared_ptr<ContextState> state);
  uint64_t id_;
  std::shared_ptr<Library> library_;
  std::shared_ptr<Context> context_;
  std::shared_ptr<ContextState> state_;
  std::unique_ptr<Impl> impl_;
};

// What programs ask about a kernel.
struct FunctionAttributes {
  int max_threads_per_block = 0;
  int shared_bytes = 0;  // static
  int constant_bytes = 0;
  int local_bytes = 0;  // per thread
  int registers = 0;
  int ptx_version = 0;     // .target of the chosen PTX: compute_75 -> 75
  int binary_version = 0;  // the device's capability: 12.1 -> 121
  int cache_mode_ca = 0;
  int max_dynamic_shared_bytes = 0;  // settable up to the opt-in limit minus the static part
  int preferred_carveout = -1;       // settable: -1 to 100
  bool cluster_size_must_be_set = false;
  int required_cluster[3] = {0, 0, 0};  // settable unless fixed in the kernel
  bool non_portable_cluster_allowed = false;
  int cluster_scheduling_policy = 0;
};
enum class SettableAttribute : uint8_t {
  kMaxDynamicSharedBytes,
  kPreferredCarveout,
  kRequiredClusterWidth,
  kRequiredClusterHeight,
  kRequiredClusterDepth,
  kNonPortableClusterAllowed,
  kClusterSchedulingPolicy,
};

class Kernel {
 public:
  uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }
  std::shared_ptr<Library> library() const;  // never null while a handle or a launch holds the kernel's library
  // The facts of the kernel; compiles it at the first call (kInvalidPtx, kNotSupported with the place in the text).
  absl::StatusOr<KernelInfo> Info();
  absl::StatusOr<FunctionAttributes> Attributes(const Device& device);
  // kInvalidValue: out of range, or not settable.
  absl::Status SetAttribute(const Device& device, SettableAttribute attribute, int value);
  // This kernel in a context; cached, so cheap after the first call.
  absl::StatusOr<std::shared_ptr<Function>> InContext(Context& context);

 private:
  friend class Library;
  friend class Function;
  friend class Module;
  struct Impl;
  Kernel(std::shared_ptr<Library> library, std::string name);
  uint64_t id_;
  std::string name_;
  std::weak_ptr<Library> library_;  // the library owns its kernels
  std::unique_ptr<Impl> impl_;

 public:
  ~Kernel();
};

class Function {
 public:
  uint64_t id() const { return id_; }
  const std::string& name() const;
  const std::shared_ptr<Kernel>& kernel() const { return kernel_; }
  std::shared_ptr<Module> module() const;  // never null while the function is held
  const std::shared_ptr<Context>& context() const;
  absl::StatusOr<FunctionAttributes> Attributes();
  absl::Status SetAttribute(SettableAttribute attribute, int value);
  // The program ready to run in this context; made at the first call.
  absl::StatusOr<std::shared_ptr<const npu::PreparedProgram>> Prepare();

 private:
  friend class Module;
  struct Impl;
  Function(std::shared_ptr<Kernel> kernel, Module* module);
  uint64_t id_;
  std::shared_ptr<Kernel> kernel_;
  Module* module_;  // owns this function; every shared_ptr<Function> handed out keeps the module
  std::unique_ptr<Impl> impl_;

 public:
  ~Function();
};

}  // namespace culvert

#endif  // CULVERT_RUNTIME_MODULE_H_

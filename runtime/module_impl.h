// The insides of Library, Kernel, Module and Function (module.h). Internal to runtime/.
//
// Who holds whom: a Library owns its Kernels, a Module owns its Functions and holds its Library. A shared_ptr<Kernel>
// handed out shares the Library's count, a shared_ptr<Function> the Module's, so there is no cycle and no dangling.
#ifndef CULVERT_RUNTIME_MODULE_IMPL_H_
#define CULVERT_RUNTIME_MODULE_IMPL_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "compiler/compiler.h"
#include "runtime/module.h"

namespace culvert {

inline absl::string_view Key(std::string_view name) { return {name.data(), name.size()}; }

struct Library::Impl {
  std::shared_ptr<compiler::CompiledModule> compiled;
  bool has_managed_variables = false;
  absl::flat_hash_map<std::string, uint64_t> external_addresses;  // of variables that are only declared
  std::mutex mutex;
  // Guarded by mutex.
  absl::flat_hash_set<std::string> entry_names;  // filled at the first look-up
  absl::flat_hash_map<std::string, std::unique_ptr<Kernel>> kernels;
  std::vector<std::weak_ptr<ContextState>> states;  // that hold a module of this library
  // Managed variables have one address in all contexts: they lie in the context that used the library first.
  std::weak_ptr<ContextState> managed_home;
  absl::flat_hash_map<std::string, uint64_t> managed_addresses;
};

// What SetAttribute has set for one device.
struct KernelSettings {
  int max_dynamic_shared_bytes = -1;  // -1: the limit without opt-in
  int preferred_carveout = -1;
  int required_cluster[3] = {0, 0, 0};
  bool non_portable_cluster_allowed = false;
  int cluster_scheduling_policy = 0;
};

struct Kernel::Impl {
  absl::StatusOr<std::shared_ptr<const Program>> Compile(Kernel& kernel);
  FunctionAttributes Attributes(const Device& device, const Program& program);

  std::mutex mutex;
  // Guarded by mutex.
  std::shared_ptr<const Program> program;
  absl::flat_hash_map<int, KernelSettings> settings;                    // by device
  std::vector<std::pair<uint64_t, std::weak_ptr<Function>>> functions;  // by ContextState::id()
};

struct Module::Impl {
  // Gives every variable memory and its initial value.
  absl::Status Initialize(Module& module);
  absl::StatusOr<uint64_t> AddressOf(const Module& module, const std::string& symbol) const;
  // Memory for one variable; false in *is_new if it is a managed one that another context holds already.
  absl::StatusOr<uint64_t> Place(Module& module, const ModuleVariable& variable, bool* is_new);

  // Written by Initialize, read-only afterwards.
  absl::flat_hash_map<std::string, GlobalVariable> variables;
  std::vector<uint64_t> owned_addresses;  // of variables that lie in this module's context
  std::mutex mutex;
  absl::flat_hash_map<std::string, std::unique_ptr<Function>> functions;  // guarded by mutex
};

struct Function::Impl {
  std::mutex mutex;
  std::shared_ptr<const npu::PreparedProgram> prepared;  // guarded by mutex
};

}  // namespace culvert

#endif  // CULVERT_RUNTIME_MODULE_IMPL_H_

#include "compiler/compiler.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "compiler/bytecode/lower.h"
#include "compiler/ptx/module.h"
#include "include/culvert/error.h"

namespace culvert::compiler {
namespace {

class PtxModule : public CompiledModule {
 public:
  explicit PtxModule(std::unique_ptr<ptx::Module> module) : module_(std::move(module)) {
    const std::vector<ptx::FunctionHeader>& functions = module_->functions();
    for (uint32_t i = 0; i < functions.size(); ++i) {
      if (functions[i].is_entry && functions[i].has_body)
        entries_.try_emplace(functions[i].name, std::make_unique<Entry>(i));
    }
  }

  std::vector<std::string> EntryNames() const override {
    std::vector<std::string> names;
    for (const ptx::FunctionHeader& function : module_->functions()) {
      if (function.is_entry && function.has_body) names.emplace_back(function.name);
    }
    return names;
  }
  const std::vector<ModuleVariable>& Variables() const override { return module_->variables(); }
  uint32_t PtxVersion() const override { return module_->version(); }
  uint32_t PtxTarget() const override { return module_->target(); }

  absl::StatusOr<std::shared_ptr<const Program>> CompileEntry(std::string_view name) override {
    auto found = entries_.find(name);
    if (found == entries_.end()) return Error(ErrorKind::kNotFound, "the module has no kernel '%s'", name);
    Entry& entry = *found->second;
    absl::MutexLock lock(&entry.mutex);
    if (!entry.compiled) {
      // A failure is cached too: the text does not change.
      absl::StatusOr<Program> program = lowering::LowerEntry(*module_, entry.index);
      if (program.ok()) {
        entry.result = std::make_shared<const Program>(*std::move(program));
      } else {
        entry.result = program.status();
      }
      entry.compiled = true;
    }
    return entry.result;
  }

 private:
  struct Entry {
    explicit Entry(uint32_t i) : index(i) {}
    const uint32_t index;  // into ptx::Module::functions()
    absl::Mutex mutex;
    bool compiled ABSL_GUARDED_BY(mutex) = false;
    absl::StatusOr<std::shared_ptr<const Program>> result ABSL_GUARDED_BY(mutex) = std::shared_ptr<const Program>();
  };

  std::unique_ptr<ptx::Module> module_;
  absl::flat_hash_map<std::string_view, std::unique_ptr<Entry>> entries_;  // not changed after construction
};

}  // namespace

absl::StatusOr<std::shared_ptr<CompiledModule>> CompiledModule::Load(std::string ptx, const LoadOptions& options) {
  CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<ptx::Module> module,
                           ptx::Module::Index(std::move(ptx), options.device_capability, options.display_name));
  if (options.check_all) {
    std::string report;
    for (const ptx::Diagnostic& diagnostic : module->CheckAll()) report += module->Format(diagnostic);
    if (!report.empty()) return MakeError(ErrorKind::kInvalidPtx, std::move(report));
  }
  return std::make_shared<PtxModule>(std::move(module));
}

}  // namespace culvert::compiler

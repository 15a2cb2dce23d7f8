#include "compiler/compiler.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "compiler/bytecode/lower.h"
#include "compiler/fatbin/fatbin_writer.h"
#include "compiler/link/linker.h"
#include "compiler/link/undefined.h"
#include "compiler/ptx/module.h"
#include "include/culvert/error.h"

namespace culvert::compiler {
namespace {

class PtxModule : public CompiledModule {
 public:
  PtxModule(std::unique_ptr<ptx::Module> module, uint32_t objects_without_ptx)
      : module_(std::move(module)), objects_without_ptx_(objects_without_ptx) {
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
        entry.result = WithNote(program.status());
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

  // What is missing may be in an object that was left out.
  absl::Status WithNote(const absl::Status& status) const {
    if (objects_without_ptx_ == 0) return status;
    return Error(KindOf(status), "%s  note: %u objects of this program hold no PTX for the device and were left out\n",
                 status.message(), objects_without_ptx_);
  }

  std::unique_ptr<ptx::Module> module_;
  const uint32_t objects_without_ptx_;
  absl::flat_hash_map<std::string_view, std::unique_ptr<Entry>> entries_;  // not changed after construction
};

// Indexes a text and, if asked, checks its bodies.
absl::StatusOr<std::unique_ptr<ptx::Unit>> IndexText(std::string ptx, const std::string& name,
                                                     const LoadOptions& options) {
  CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<ptx::Unit> unit,
                           ptx::Module::Index(std::move(ptx), options.device_capability, name));
  if (!options.check_all) return unit;
  std::string report;
  for (const ptx::Diagnostic& diagnostic : unit->CheckAll()) report += unit->Format(diagnostic);
  if (!report.empty()) return MakeError(ErrorKind::kInvalidPtx, std::move(report));
  return unit;
}

}  // namespace

absl::StatusOr<std::shared_ptr<CompiledModule>> CompiledModule::Load(std::string ptx, const LoadOptions& options) {
  SelectedImage image;
  image.texts.push_back({.ptx = std::move(ptx), .arch = 0, .name = ""});
  return Load(std::move(image), options);
}

absl::StatusOr<std::shared_ptr<CompiledModule>> CompiledModule::Load(SelectedImage image, const LoadOptions& options) {
  if (image.texts.empty()) return Error(ErrorKind::kInvalidValue, "an image without a text");
  if (image.texts.size() == 1) {
    PtxText& text = image.texts.front();
    CULVERT_ASSIGN_OR_RETURN(
        std::unique_ptr<ptx::Module> module,
        IndexText(std::move(text.ptx), text.name.empty() ? options.display_name : text.name, options));
    return std::make_shared<PtxModule>(std::move(module), image.objects_without_ptx);
  }
  link::Linker linker;
  for (size_t i = 0; i < image.texts.size(); ++i) {
    PtxText& text = image.texts[i];
    CULVERT_ASSIGN_OR_RETURN(
        std::unique_ptr<ptx::Unit> unit,
        IndexText(std::move(text.ptx), text.name.empty() ? absl::StrFormat("input %u", i + 1) : text.name, options));
    CULVERT_RETURN_IF_ERROR(linker.Add(std::move(unit)));
  }
  CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<ptx::Module> module, linker.Complete());
  return std::make_shared<PtxModule>(std::move(module), image.objects_without_ptx);
}

struct ImageLinker::Impl {
  LoadOptions options;
  link::Linker linker;
  size_t inputs = 0;
  absl::Status status;

  absl::Status Add(PtxText text, std::string_view name) {
    ++inputs;
    if (text.name.empty()) text.name = name.empty() ? absl::StrFormat("input %u", inputs) : std::string(name);
    CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<ptx::Unit> unit, IndexText(std::move(text.ptx), text.name, options));
    return linker.Add(std::move(unit));
  }

  absl::StatusOr<std::string> Complete() {
    CULVERT_ASSIGN_OR_RETURN(std::unique_ptr<link::LinkedModule> module, linker.Complete());
    CULVERT_RETURN_IF_ERROR(link::CheckDefined(*module));
    std::vector<fatbin::PtxImage> images;
    for (const std::unique_ptr<ptx::Unit>& unit : module->units()) {
      images.push_back({.arch = unit->target(),
                        .text = std::string(unit->text()),
                        .name = std::string(unit->display_name()),
                        .version = unit->version()});
    }
    return fatbin::WriteFatbin(images, fatbin::Compression::kNone, fatbin::kLinkedMagic);
  }
};

ImageLinker::ImageLinker(const LoadOptions& options) : impl_(std::make_unique<Impl>(Impl{.options = options})) {}
ImageLinker::~ImageLinker() = default;

absl::Status ImageLinker::Add(SelectedImage image, std::string_view name) {
  for (PtxText& text : image.texts) {
    if (impl_->status.ok()) impl_->status = impl_->Add(std::move(text), name);
  }
  return impl_->status;
}

absl::StatusOr<std::string> ImageLinker::Complete() {
  CULVERT_RETURN_IF_ERROR(impl_->status);
  if (impl_->inputs == 0) return Error(ErrorKind::kInvalidValue, "nothing was added to the link");
  absl::StatusOr<std::string> bytes = impl_->Complete();
  impl_->status = bytes.ok() ? Error(ErrorKind::kInvalidValue, "the link is complete") : bytes.status();
  return bytes;
}

}  // namespace culvert::compiler

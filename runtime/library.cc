#include <stdio.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/context_state.h"
#include "runtime/environment.h"
#include "runtime/log.h"
#include "runtime/module_impl.h"

namespace culvert {

Library::Library() : id_(NextObjectId()), impl_(std::make_unique<Impl>()) {}
Library::~Library() = default;

absl::StatusOr<std::shared_ptr<Library>> Library::Load(const void* image, const ImageOptions& options) {
  absl::StatusOr<std::shared_ptr<Library>> library = LoadUnlogged(image, options);
  if (library.ok() || options.check_all) return library;  // a program with log buffers has the text
  ErrorKind kind = KindOf(library.status());
  bool is_refusal = kind == ErrorKind::kNoBinaryForDevice || kind == ErrorKind::kUnsupportedPtxVersion ||
                    kind == ErrorKind::kInvalidPtx || kind == ErrorKind::kInvalidSource;
  return is_refusal ? LogRefusal(library.status()) : library.status();
}

absl::StatusOr<std::shared_ptr<Library>> Library::LoadUnlogged(const void* image, const ImageOptions& options) {
  if (image == nullptr) return MakeError(ErrorKind::kInvalidValue, "no image");
  uint32_t capability = GetEnvironment().compute_capability;
  CULVERT_ASSIGN_OR_RETURN(compiler::SelectedImage selected,
                           compiler::SelectImage(image, options.size_bytes, capability));
  compiler::LoadOptions load = {.device_capability = capability, .check_all = options.check_all};
  std::shared_ptr<Library> library(new Library);
  CULVERT_ASSIGN_OR_RETURN(library->impl_->compiled, compiler::CompiledModule::Load(std::move(selected), load));
  const auto& variables = library->impl_->compiled->Variables();
  library->impl_->has_managed_variables = std::any_of(
      variables.begin(), variables.end(), [](const ModuleVariable& variable) { return variable.is_managed; });
  for (const auto& [name, address] : options.external_addresses) {
    const bool is_declared = std::any_of(variables.begin(), variables.end(), [&](const ModuleVariable& variable) {
      return variable.name == name && variable.is_external && !variable.is_constant;
    });
    if (!is_declared) {
      return Error(ErrorKind::kInvalidValue, "%s is no undefined .global variable of the image", name);
    }
    library->impl_->external_addresses[name] = address;
  }
  return library;
}

absl::StatusOr<std::shared_ptr<Library>> Library::LoadFile(const std::string& path, const ImageOptions& options) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(ErrorKind::kFileNotFound, "cannot open %s", path);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return Error(ErrorKind::kFileNotFound, "cannot read %s", path);
  ImageOptions file_options = options;
  file_options.size_bytes = bytes.size();
  if (bytes.empty()) return Error(ErrorKind::kInvalidImage, "%s is empty", path);
  return Load(bytes.c_str(), file_options);  // text ends with NUL
}

std::vector<std::string> Library::KernelNames() const { return impl_->compiled->EntryNames(); }

bool Library::has_managed_variables() const { return impl_->has_managed_variables; }

absl::StatusOr<std::shared_ptr<Kernel>> Library::GetKernel(std::string_view name) {
  std::lock_guard lock(impl_->mutex);
  if (impl_->entry_names.empty()) {
    for (std::string& entry : impl_->compiled->EntryNames()) impl_->entry_names.insert(std::move(entry));
  }
  auto entry = impl_->entry_names.find(Key(name));
  if (entry == impl_->entry_names.end()) return Error(ErrorKind::kNotFound, "the image has no kernel %s", name);
  std::unique_ptr<Kernel>& kernel = impl_->kernels[*entry];
  if (kernel == nullptr) kernel.reset(new Kernel(shared_from_this(), *entry));
  return std::shared_ptr<Kernel>(shared_from_this(), kernel.get());
}

absl::StatusOr<std::shared_ptr<Module>> Library::InContext(Context& context) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<ContextState> state, context.State());
  if (std::shared_ptr<Module> module = state->FindModule(id_)) return module;
  CULVERT_RETURN_IF_ERROR(state->status());
  std::shared_ptr<Module> module(new Module(shared_from_this(), context.shared_from_this(), state));
  CULVERT_RETURN_IF_ERROR(module->impl_->Initialize(*module));
  {
    std::lock_guard lock(impl_->mutex);
    std::erase_if(impl_->states, [](const auto& other) { return other.expired(); });
    impl_->states.push_back(state);
  }
  return state->AddModule(id_, module, /*owned=*/true);
}

void Library::Unload() {
  std::vector<std::weak_ptr<ContextState>> states;
  {
    std::lock_guard lock(impl_->mutex);
    states.swap(impl_->states);
  }
  for (const auto& weak : states) {
    if (std::shared_ptr<ContextState> state = weak.lock()) state->RemoveModule(id_);
  }
}

}  // namespace culvert

#include "runtime/linker.h"

#include <utility>

#include "compiler/compiler.h"
#include "include/culvert/error.h"
#include "runtime/environment.h"

namespace culvert {
namespace {

compiler::LoadOptions ForCompiler(const LinkOptions& options) {
  return {.device_capability = options.target != 0 ? options.target : GetEnvironment().compute_capability,
          .check_all = options.check_all};
}

absl::Status CheckKind(Linker::Input input, compiler::ImageKind kind) {
  switch (input) {
    case Linker::Input::kPtx:
      if (kind == compiler::ImageKind::kPtx) return absl::OkStatus();
      return Error(ErrorKind::kInvalidPtx, "the input is not PTX text");
    case Linker::Input::kFatbin:
      if (kind == compiler::ImageKind::kFatbin) return absl::OkStatus();
      return Error(ErrorKind::kInvalidImage, "the input is not a fatbin");
    case Linker::Input::kCubin:
      // Machine code is refused by name when its image is read.
      if (kind == compiler::ImageKind::kLinked || kind == compiler::ImageKind::kElf) return absl::OkStatus();
      return Error(ErrorKind::kInvalidImage, "the input is not a cubin");
  }
  return absl::OkStatus();
}

}  // namespace

struct Linker::Impl {
  explicit Impl(const LinkOptions& options) : load(ForCompiler(options)), images(load) {}
  const compiler::LoadOptions load;
  compiler::ImageLinker images;
};

Linker::Linker(const LinkOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Linker::~Linker() = default;

absl::Status Linker::Add(Input input, const void* data, size_t size_bytes, std::string_view name) {
  if (data == nullptr || size_bytes == 0) return Error(ErrorKind::kInvalidValue, "the input is empty");
  CULVERT_RETURN_IF_ERROR(CheckKind(input, compiler::KindOfImage(data, size_bytes)));
  CULVERT_ASSIGN_OR_RETURN(compiler::SelectedImage image,
                           compiler::SelectImage(data, size_bytes, impl_->load.device_capability));
  return impl_->images.Add(std::move(image), name);
}

absl::StatusOr<std::string> Linker::Complete() { return impl_->images.Complete(); }

}  // namespace culvert

// The linker (CUDA Driver API, "Module Management", cuLink*). Its result is an image for cuModuleLoadData, which tells
// kinds by content. Inputs are PTX, fatbins with PTX, and images this linker made.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_format.h"
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/jit_options.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/linker.h"

namespace culvert::libcuda {

using api::JitOptions;

// One link in progress. The options given at its creation hold for every step: logs and the time are added up until it
// is destroyed.
class LinkState {
 public:
  explicit LinkState(JitOptions options) : options_(std::move(options)), linker_(options_.ForLink()) {}

  // `add` adds one input to the linker it is given.
  absl::Status Add(absl::FunctionRef<absl::Status(Linker&)> add) {
    std::lock_guard lock(mutex_);
    options_.Resume();
    if (!image_.empty()) return options_.Report(Error(ErrorKind::kInvalidValue, "the link is complete"));
    const absl::Status status = add(linker_);
    if (status.ok()) ++inputs_;
    return options_.Report(status);
  }

  // The image lives as long as the link, and is the same for every call.
  absl::StatusOr<std::string_view> Complete() {
    std::lock_guard lock(mutex_);
    options_.Resume();
    if (image_.empty()) {
      auto image = linker_.Complete();
      CULVERT_RETURN_IF_ERROR(options_.Report(image.status(), absl::StrFormat("linked %d inputs\n", inputs_)));
      image_ = *std::move(image);
    }
    return image_;
  }

 private:
  std::mutex mutex_;
  JitOptions options_;
  Linker linker_;
  int inputs_ = 0;
  std::string image_;
};

}  // namespace culvert::libcuda

namespace culvert::api {
template <>
struct HandleKindOf<libcuda::LinkState> {
  static constexpr HandleKind kKind = HandleKind::kLinkState;
};
}  // namespace culvert::api

namespace culvert::libcuda {
namespace {

absl::StatusOr<std::shared_ptr<LinkState>> UseLink(CUlinkState handle) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::FromHandle<LinkState>(handle);
}

// Objects, libraries and intermediate code would need a code generator of the vendor's.
absl::StatusOr<Linker::Input> InputOf(CUjitInputType type) {
  switch (type) {
    case CU_JIT_INPUT_PTX:
      return Linker::Input::kPtx;
    case CU_JIT_INPUT_FATBINARY:
      return Linker::Input::kFatbin;
    case CU_JIT_INPUT_CUBIN:
      return Linker::Input::kCubin;
    default:
      break;
  }
  if (static_cast<unsigned>(type) >= CU_JIT_NUM_INPUT_TYPES) {
    return Error(ErrorKind::kInvalidValue, "%d is no type of input", static_cast<int>(type));
  }
  return Error(ErrorKind::kNotSupported, "inputs of type %d cannot be linked: only PTX and fatbins with PTX can",
               static_cast<int>(type));
}

absl::StatusOr<std::string> ReadFile(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == nullptr) return Error(ErrorKind::kFileNotFound, "%s: %s", path, strerror(errno));
  std::string text;
  char buffer[1 << 16];
  while (size_t count = fread(buffer, 1, sizeof buffer, file)) text.append(buffer, count);
  bool failed = ferror(file) != 0;
  fclose(file);
  if (failed) return Error(ErrorKind::kFileNotFound, "%s cannot be read", path);
  return text;
}

}  // namespace

absl::Status cuLinkCreate_v2(unsigned int numOptions, CUjit_option* options, void** optionValues,
                             CUlinkState* stateOut) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  if (stateOut == nullptr) return Error(ErrorKind::kInvalidValue, "stateOut must not be null");
  CULVERT_ASSIGN_OR_RETURN(JitOptions jit, JitOptions::Read(numOptions, options, optionValues, JitOptions::Use::kLink));
  *stateOut = api::ToHandle<CUlinkState>(std::make_shared<LinkState>(std::move(jit)));
  return absl::OkStatus();
}

absl::Status cuLinkCreate(unsigned int numOptions, CUjit_option* options, void** optionValues, CUlinkState* stateOut) {
  return cuLinkCreate_v2(numOptions, options, optionValues, stateOut);
}

absl::Status cuLinkAddData_v2(CUlinkState state, CUjitInputType type, void* data, size_t size, const char* name,
                              unsigned int numOptions, CUjit_option* options, void** optionValues) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<LinkState> link, UseLink(state));
  CULVERT_RETURN_IF_ERROR(JitOptions::Read(numOptions, options, optionValues, JitOptions::Use::kLinkInput).status());
  return link->Add([&](Linker& linker) -> absl::Status {
    CULVERT_ASSIGN_OR_RETURN(Linker::Input input, InputOf(type));
    return linker.Add(input, data, size, name == nullptr ? "" : name);
  });
}

absl::Status cuLinkAddData(CUlinkState state, CUjitInputType type, void* data, size_t size, const char* name,
                           unsigned int numOptions, CUjit_option* options, void** optionValues) {
  return cuLinkAddData_v2(state, type, data, size, name, numOptions, options, optionValues);
}

absl::Status cuLinkAddFile_v2(CUlinkState state, CUjitInputType type, const char* path, unsigned int numOptions,
                              CUjit_option* options, void** optionValues) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<LinkState> link, UseLink(state));
  CULVERT_RETURN_IF_ERROR(JitOptions::Read(numOptions, options, optionValues, JitOptions::Use::kLinkInput).status());
  return link->Add([&](Linker& linker) -> absl::Status {
    CULVERT_ASSIGN_OR_RETURN(Linker::Input input, InputOf(type));
    CULVERT_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
    return linker.Add(input, bytes.data(), bytes.size(), path);
  });
}

absl::Status cuLinkAddFile(CUlinkState state, CUjitInputType type, const char* path, unsigned int numOptions,
                           CUjit_option* options, void** optionValues) {
  return cuLinkAddFile_v2(state, type, path, numOptions, options, optionValues);
}

absl::Status cuLinkComplete(CUlinkState state, void** cubinOut, size_t* sizeOut) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<LinkState> link, UseLink(state));
  if (cubinOut == nullptr) return Error(ErrorKind::kInvalidValue, "cubinOut must not be null");
  CULVERT_ASSIGN_OR_RETURN(std::string_view image, link->Complete());
  *cubinOut = const_cast<char*>(image.data());
  if (sizeOut != nullptr) *sizeOut = image.size();
  return absl::OkStatus();
}

absl::Status cuLinkDestroy(CUlinkState state) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::RemoveHandle<LinkState>(state).status();
}

}  // namespace culvert::libcuda

// The linker (CUDA Driver API, "Module Management", cuLink*). Its result is an image for cuModuleLoadData, which tells
// kinds by content, so linking one PTX text gives that text. Several inputs need a linker and are refused.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/jit_options.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"

namespace culvert::libcuda {

using api::JitOptions;

// One link in progress. The options given at its creation hold for every step: logs are written by each.
class LinkState {
 public:
  explicit LinkState(const JitOptions& options) : options_(options) {}
  const JitOptions& options() const { return options_; }

  absl::Status Add(std::string_view image) {
    std::lock_guard lock(mutex_);
    if (complete_) return Error(ErrorKind::kInvalidValue, "the link is complete");
    if (++inputs_ > 1) return Error(ErrorKind::kNotSupported, "linking several inputs is not implemented");
    image_ = image;
    return absl::OkStatus();
  }

  // The image lives as long as the link.
  absl::StatusOr<std::string_view> Complete() {
    std::lock_guard lock(mutex_);
    if (inputs_ != 1) return Error(ErrorKind::kInvalidValue, "the link has %d usable inputs", inputs_);
    CULVERT_RETURN_IF_ERROR(Library::Load(image_.c_str(), options_.ForImage()).status());
    complete_ = true;
    return std::string_view(image_.c_str(), image_.size() + 1);
  }

 private:
  const JitOptions options_;
  std::mutex mutex_;
  int inputs_ = 0;
  bool complete_ = false;
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

// What the linker takes. Objects, libraries and intermediate code would need a code generator of the vendor's.
absl::Status CheckType(CUjitInputType type) {
  if (type == CU_JIT_INPUT_PTX) return absl::OkStatus();
  if (static_cast<unsigned>(type) >= CU_JIT_NUM_INPUT_TYPES) {
    return Error(ErrorKind::kInvalidValue, "%d is no type of input", static_cast<int>(type));
  }
  return Error(ErrorKind::kNotSupported, "inputs of type %d cannot be linked: only PTX can", static_cast<int>(type));
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

// PTX may end with zeros that are counted in its size.
std::string_view WithoutZeros(std::string_view text) { return text.substr(0, text.find('\0')); }

}  // namespace

absl::Status cuLinkCreate_v2(unsigned int numOptions, CUjit_option* options, void** optionValues,
                             CUlinkState* stateOut) {
  CULVERT_RETURN_IF_ERROR(UseCurrentContext().status());
  if (stateOut == nullptr) return Error(ErrorKind::kInvalidValue, "stateOut must not be null");
  CULVERT_ASSIGN_OR_RETURN(JitOptions jit, JitOptions::Read(numOptions, options, optionValues));
  *stateOut = api::ToHandle<CUlinkState>(std::make_shared<LinkState>(jit));
  return absl::OkStatus();
}

absl::Status cuLinkCreate(unsigned int numOptions, CUjit_option* options, void** optionValues, CUlinkState* stateOut) {
  return cuLinkCreate_v2(numOptions, options, optionValues, stateOut);
}

absl::Status cuLinkAddData_v2(CUlinkState state, CUjitInputType type, void* data, size_t size, const char* name,
                              unsigned int numOptions, CUjit_option* options, void** optionValues) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<LinkState> link, UseLink(state));
  if (data == nullptr || size == 0) return Error(ErrorKind::kInvalidValue, "the input is empty");
  CULVERT_RETURN_IF_ERROR(JitOptions::Read(numOptions, options, optionValues).status());
  CULVERT_RETURN_IF_ERROR(link->options().Report(CheckType(type)));
  return link->options().Report(link->Add(WithoutZeros({static_cast<const char*>(data), size})));
}

absl::Status cuLinkAddData(CUlinkState state, CUjitInputType type, void* data, size_t size, const char* name,
                           unsigned int numOptions, CUjit_option* options, void** optionValues) {
  return cuLinkAddData_v2(state, type, data, size, name, numOptions, options, optionValues);
}

absl::Status cuLinkAddFile_v2(CUlinkState state, CUjitInputType type, const char* path, unsigned int numOptions,
                              CUjit_option* options, void** optionValues) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<LinkState> link, UseLink(state));
  CULVERT_RETURN_IF_ERROR(JitOptions::Read(numOptions, options, optionValues).status());
  CULVERT_RETURN_IF_ERROR(link->options().Report(CheckType(type)));
  auto text = ReadFile(path);
  if (!text.ok()) return link->options().Report(text.status());
  return link->options().Report(link->Add(WithoutZeros(*text)));
}

absl::Status cuLinkAddFile(CUlinkState state, CUjitInputType type, const char* path, unsigned int numOptions,
                           CUjit_option* options, void** optionValues) {
  return cuLinkAddFile_v2(state, type, path, numOptions, options, optionValues);
}

absl::Status cuLinkComplete(CUlinkState state, void** cubinOut, size_t* sizeOut) {
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<LinkState> link, UseLink(state));
  if (cubinOut == nullptr) return Error(ErrorKind::kInvalidValue, "cubinOut must not be null");
  auto image = link->Complete();
  CULVERT_RETURN_IF_ERROR(link->options().Report(image.status()));
  *cubinOut = const_cast<char*>(image->data());
  if (sizeOut != nullptr) *sizeOut = image->size();
  return absl::OkStatus();
}

absl::Status cuLinkDestroy(CUlinkState state) {
  CULVERT_RETURN_IF_ERROR(CheckUsable());
  return api::RemoveHandle<LinkState>(state).status();
}

}  // namespace culvert::libcuda

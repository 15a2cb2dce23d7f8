// The compiler as the runtime sees it: PTX text in, Programs out. Knows no CUDA API and no device object.
#ifndef CULVERT_COMPILER_COMPILER_H_
#define CULVERT_COMPILER_COMPILER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/culvert/program.h"

namespace culvert::compiler {

struct LoadOptions {
  uint32_t device_capability = 121;         // major * 10 + minor: highest .target accepted
  bool check_all = false;                   // parse and check every body now (the program passed a JIT log buffer)
  std::string display_name = "module.ptx";  // of a single text without a name of its own
};

// A text and where it came from.
struct PtxText {
  std::string ptx;
  uint32_t arch = 0;  // compute_XX of the fatbin entry, 0 for bare PTX
  std::string name;   // file name in diagnostics; may be empty
};
struct SelectedImage;

// One loaded PTX module, of one text or linked from several. Thread-safe.
class CompiledModule {
 public:
  // Indexes the text; kInvalidPtx / kUnsupportedPtxVersion / kNoBinaryForDevice with the diagnostics as message.
  static absl::StatusOr<std::shared_ptr<CompiledModule>> Load(std::string ptx, const LoadOptions& options);
  // The same for the texts of an image; kInvalidSource if they cannot be linked: the message has both places. What no
  // text defines is an error of the entries that reach it.
  static absl::StatusOr<std::shared_ptr<CompiledModule>> Load(SelectedImage image, const LoadOptions& options);
  virtual ~CompiledModule() = default;

  virtual std::vector<std::string> EntryNames() const = 0;
  virtual const std::vector<ModuleVariable>& Variables() const = 0;
  virtual uint32_t PtxVersion() const = 0;
  virtual uint32_t PtxTarget() const = 0;
  // Compiles one entry with everything it reaches; cached. kNotFound if there is no such entry, kInvalidPtx with
  // diagnostics if its text is wrong or uses an instruction that is not implemented (named with line and column).
  virtual absl::StatusOr<std::shared_ptr<const Program>> CompileEntry(std::string_view name) = 0;
};

// What an image handed to a load call holds (content decides, never the name).
enum class ImageKind : uint8_t { kPtx, kFatbinWrapper, kFatbin, kLinked, kElf, kUnknown };
// `data` is not null; no byte is read beyond the first that tells. `size_bytes` as in SelectImage.
ImageKind KindOfImage(const void* data, size_t size_bytes);

// The PTX chosen from an image: one text, or all texts of code that was compiled separately. `data` points at the start
// of the image; for kFatbinWrapper it is the 24-byte structure with pointers, for text a NUL-terminated string.
// `size_bytes` is 0 when the caller does not know it (the APIs pass bare pointers): then sizes come from the headers,
// which are checked for consistency.
// Errors: kInvalidImage (corrupt), kNoBinaryForDevice (no PTX inside: the message names the architectures found and how
// to rebuild with PTX), kInvalidPtx.
struct SelectedImage {
  std::vector<PtxText> texts;        // at least one; several are to be linked
  uint32_t objects_without_ptx = 0;  // of a linked program, left out
};
absl::StatusOr<SelectedImage> SelectImage(const void* data, size_t size_bytes, uint32_t device_capability);

// Links PTX of several images into one image. Not thread-safe.
class ImageLinker {
 public:
  explicit ImageLinker(const LoadOptions& options);
  ~ImageLinker();
  // Indexes the texts, and checks their bodies if options.check_all; `name` stands for texts without a name of their
  // own. Errors as of CompiledModule::Load. An error is final: later calls repeat it.
  absl::Status Add(SelectedImage image, std::string_view name);
  // Links what was added: the bytes of an image for SelectImage. Call once. kInvalidValue if nothing was added,
  // kInvalidSource if a kernel reaches a function or variable that no text defines.
  absl::StatusOr<std::string> Complete();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace culvert::compiler

#endif  // CULVERT_COMPILER_COMPILER_H_

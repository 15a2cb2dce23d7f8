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
  std::string display_name = "module.ptx";  // file name in diagnostics
};

// One loaded PTX module. Thread-safe.
class CompiledModule {
 public:
  // Indexes the text; kInvalidPtx / kUnsupportedPtxVersion / kNoBinaryForDevice with the diagnostics as message.
  static absl::StatusOr<std::shared_ptr<CompiledModule>> Load(std::string ptx, const LoadOptions& options);
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
enum class ImageKind : uint8_t { kPtx, kFatbinWrapper, kFatbin, kElf, kUnknown };

// The PTX chosen from an image. `data` points at the start of the image; for kFatbinWrapper it is the 24-byte
// structure with pointers, for text a NUL-terminated string. `size_bytes` is 0 when the caller does not know it (the
// APIs pass bare pointers): then sizes come from the headers, which are checked for consistency.
// Errors: kInvalidImage (corrupt), kNoBinaryForDevice (no PTX inside: the message names the architectures found and how
// to rebuild with PTX), kInvalidPtx.
struct SelectedImage {
  std::string ptx;
  uint32_t arch = 0;  // compute_XX of the fatbin entry, 0 for bare PTX
  std::string name;   // for diagnostics
};
absl::StatusOr<SelectedImage> SelectImage(const void* data, size_t size_bytes, uint32_t device_capability);

}  // namespace culvert::compiler

#endif  // CULVERT_COMPILER_COMPILER_H_

// Links separately compiled device code into one image. Not thread-safe.
#ifndef CULVERT_RUNTIME_LINKER_H_
#define CULVERT_RUNTIME_LINKER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert {

struct LinkOptions {
  bool check_all = false;  // parse and check every body when it is added (the program passed log buffers)
  uint32_t target = 0;     // highest PTX target taken, major * 10 + minor; 0: what the devices have
};

class Linker {
 public:
  // What an input claims to be. kCubin: images that another Linker made.
  enum class Input : uint8_t { kPtx, kFatbin, kCubin };

  explicit Linker(const LinkOptions& options);
  ~Linker();
  // The bytes are not read after the call. Errors, with the diagnostics as message: kInvalidValue (empty), kInvalidPtx,
  // kUnsupportedPtxVersion, kInvalidImage (not what it claims to be), kNoBinaryForDevice, kInvalidSource (it disagrees
  // with an input added before: the message has the symbol and both places). The first error is final.
  absl::Status Add(Input input, const void* data, size_t size_bytes, std::string_view name);
  // The bytes of an image for Library::Load. kInvalidSource if code that can run uses what no input defines. Call once.
  absl::StatusOr<std::string> Complete();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace culvert

#endif  // CULVERT_RUNTIME_LINKER_H_

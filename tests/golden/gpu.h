// Runs cases through a CUDA driver library, whichever is given: a real GPU's libcuda.so.1 or Culvert's own. Only the
// driver API is used, and nothing is linked: the library is opened by name.
#ifndef CULVERT_TESTS_GOLDEN_GPU_H_
#define CULVERT_TESTS_GOLDEN_GPU_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/isa/case.h"

namespace culvert::golden {

class Gpu {
 public:
  // `library`: a path or a name that dlopen finds. Takes device 0. NotFound if there is no library or no device.
  static absl::StatusOr<std::unique_ptr<Gpu>> Open(const std::string& library);
  ~Gpu();

  // "NVIDIA H100 80GB HBM3, compute 9.0, driver 13.0"
  const std::string& description() const;
  // The module header (.version, .target, .address_size) of the newest PTX that this driver and device accept.
  const std::string& header() const;

  // The buffers after the kernel of `test` has run. Unimplemented: the driver does not take the PTX (its message is
  // the driver's log). Aborted: the kernel failed; the next case gets a new context. DeadlineExceeded: it does not end
  // within ten seconds, and nothing can be run any more.
  absl::StatusOr<std::vector<isa::Bytes>> Run(const isa::Case& test);

 private:
  struct State;
  explicit Gpu(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// `ptx` with its first lines (as isa::ModuleHeader writes them) replaced by `header`.
std::string WithHeader(const std::string& ptx, const std::string& header);

// The newest .version that a driver of this number (13000: CUDA 13.0) accepts, at most 9.2.
std::string PtxVersionOf(int driver_version);

}  // namespace culvert::golden

#endif  // CULVERT_TESTS_GOLDEN_GPU_H_

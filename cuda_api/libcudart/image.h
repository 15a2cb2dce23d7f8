// Image: one registered fat binary and, once used, the Library made of it. Thread-safe.
#ifndef CULVERT_CUDA_API_LIBCUDART_IMAGE_H_
#define CULVERT_CUDA_API_LIBCUDART_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/context.h"
#include "runtime/module.h"

namespace culvert::libcudart {

class Image {
 public:
  // `wrapper` is owned by the program and valid until Unload().
  explicit Image(const void* wrapper) : wrapper_(wrapper) {}

  // Loads at the first call. A failure is kept (the bytes do not change), except that of memory.
  absl::StatusOr<std::shared_ptr<Library>> Load();
  // Drops the library; the image cannot be loaded again.
  void Unload();

  void AddManaged(void** host_pointer, std::string name);
  bool has_managed();
  // Writes the addresses that the managed variables have in `context` to their host pointers.
  absl::Status PlaceManaged(Context& context);
  // The host pointer of the managed variable whose value is at `address`; null if none.
  void** FindManaged(uint64_t address);

 private:
  struct ManagedVariable {
    void** host_pointer = nullptr;
    std::string name;
    uint64_t address = 0;
  };

  std::mutex mutex_;
  const void* wrapper_;
  bool tried_ = false;
  absl::Status failure_;
  std::shared_ptr<Library> library_;
  std::vector<ManagedVariable> managed_;
};

}  // namespace culvert::libcudart

#endif  // CULVERT_CUDA_API_LIBCUDART_IMAGE_H_

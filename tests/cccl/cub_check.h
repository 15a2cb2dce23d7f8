// check.h and CUB's two-step protocol: ask for the bytes of temporary storage, then run.
#ifndef TESTS_CCCL_CUB_CHECK_H_
#define TESTS_CCCL_CUB_CHECK_H_

#include "check.h"

namespace check {
template <typename Algorithm>
void WithTemporary(Algorithm algorithm) {
  size_t bytes = 0;
  CHECK_CUDA(algorithm(nullptr, bytes));
  Device<char> temporary(bytes == 0 ? 1 : bytes);
  CHECK_CUDA(algorithm(temporary.get(), bytes));
  CHECK_LAUNCH();
}
}  // namespace check

#endif  // TESTS_CCCL_CUB_CHECK_H_

// The C side of the stubs in the generated tables.
#include "cuda_api/stub.h"

#include "cuda_api/boundary.h"

using culvert::api::Library;
using culvert::api::Unimplemented;

extern "C" unsigned culvert_libcuda_unimplemented(const char* name, unsigned char* said) {
  return Unimplemented(Library::kDriver, name, __atomic_exchange_n(said, 1, __ATOMIC_RELAXED) == 0);
}

extern "C" unsigned culvert_libcudart_unimplemented(const char* name, unsigned char* said) {
  return Unimplemented(Library::kRuntime, name, __atomic_exchange_n(said, 1, __ATOMIC_RELAXED) == 0);
}

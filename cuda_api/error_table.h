// Names and texts of the error codes of both APIs (cuGetErrorName, cudaGetErrorString, ...). The table is generated
// from include/cuda (names) and cuda_api/api/error_texts.toml (texts, our wording).
#ifndef CULVERT_CUDA_API_ERROR_TABLE_H_
#define CULVERT_CUDA_API_ERROR_TABLE_H_

#include <cstdint>

namespace culvert::api {

struct ErrorText {
  uint32_t code;
  const char* driver_name;   // null: the driver API has no such code
  const char* runtime_name;  // null: the runtime API has no such code
  const char* text;
};

// Null for a number that is no error code.
const ErrorText* FindError(uint32_t code);

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_ERROR_TABLE_H_

// Names of enumerators for the call trace. The tables are generated from include/cuda.
#ifndef CULVERT_CUDA_API_ENUM_TABLE_H_
#define CULVERT_CUDA_API_ENUM_TABLE_H_

#include <cstddef>
#include <cstdint>

namespace culvert::api {

struct EnumName {
  uint32_t value;
  const char* name;
};

// The enumerators of one type, the first name of each value first.
struct EnumNames {
  const EnumName* names = nullptr;
  size_t count = 0;

  const char* Find(uint32_t value) const {
    for (size_t i = 0; i < count; ++i) {
      if (names[i].value == value) return names[i].name;
    }
    return nullptr;
  }
};

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_ENUM_TABLE_H_

// The identifier type that both APIs share: 16 bytes in the order they are printed.
#ifndef CULVERT_INCLUDE_CUDA_DETAIL_UUID_H_
#define CULVERT_INCLUDE_CUDA_DETAIL_UUID_H_

struct CUuuid_st {
  char bytes[16];
};
typedef struct CUuuid_st CUuuid;

#endif  // CULVERT_INCLUDE_CUDA_DETAIL_UUID_H_

/* What the generated tables (C) need: a stub per symbol that has no implementation. It ignores its arguments, which
 * both supported calling conventions permit, answers NOT_SUPPORTED and names itself once. */
#ifndef CULVERT_CUDA_API_STUB_H_
#define CULVERT_CUDA_API_STUB_H_

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*culvert_entry)(void);

/* Say once that `name` is not implemented; return 801 as CUresult or as cudaError_t (recorded as the last error). */
__attribute__((visibility("hidden"))) unsigned culvert_libcuda_unimplemented(const char* name, unsigned char* said);
__attribute__((visibility("hidden"))) unsigned culvert_libcudart_unimplemented(const char* name, unsigned char* said);

#ifdef __cplusplus
}
#endif

/* A function that returns a status. */
#define STUB(name)                      \
  static unsigned stub_##name(void) {   \
    static unsigned char said;          \
    return UNIMPLEMENTED(#name, &said); \
  }

/* A function that returns nothing or a pointer. */
#define NULL_STUB(name)            \
  static void* stub_##name(void) { \
    static unsigned char said;     \
    UNIMPLEMENTED(#name, &said);   \
    return 0;                      \
  }

/* A function that returns a structure in memory. */
#define STRUCT_STUB(name, type)   \
  static type stub_##name(void) { \
    static unsigned char said;    \
    type zero = {0};              \
    UNIMPLEMENTED(#name, &said);  \
    return zero;                  \
  }

#endif /* CULVERT_CUDA_API_STUB_H_ */

// For the driver-API programs: the error macros of check.h for CUresult, and a device with a current primary context.
#ifndef TESTS_CONFORMANCE_CHECK_DRIVER_H_
#define TESTS_CONFORMANCE_CHECK_DRIVER_H_

#include <cuda.h>

#include "check.h"

namespace check {
inline const char* Name(CUresult result) {
  const char* name = nullptr;
  return cuGetErrorName(result, &name) == CUDA_SUCCESS && name != nullptr ? name : "unnamed";
}
}  // namespace check

#define CHECK_CU(expr)                                                                                                \
  do {                                                                                                                \
    CUresult check_result_ = (expr);                                                                                  \
    if (check_result_ != CUDA_SUCCESS) {                                                                              \
      std::printf("%s:%d: %s: %s (%d)\n", __FILE__, __LINE__, #expr, check::Name(check_result_), int(check_result_)); \
      std::fflush(stdout);                                                                                            \
      std::_Exit(1);                                                                                                  \
    }                                                                                                                 \
  } while (0)

#define EXPECT_CU(expr, want)                                                                               \
  do {                                                                                                      \
    CUresult check_got_ = (expr), check_want_ = (want);                                                     \
    if (check_got_ != check_want_)                                                                          \
      check::Fail("%s:%d: %s gave %d (%s), expected %d (%s)\n", __FILE__, __LINE__, #expr, int(check_got_), \
                  check::Name(check_got_), int(check_want_), check::Name(check_want_));                     \
  } while (0)

namespace check {

// cuInit and the primary context of device 0, current in this thread until the object goes.
class PrimaryContext {
 public:
  PrimaryContext() {
    CHECK_CU(cuInit(0));
    CHECK_CU(cuDeviceGet(&device, 0));
    CHECK_CU(cuDevicePrimaryCtxRetain(&context, device));
    CHECK_CU(cuCtxSetCurrent(context));
  }
  ~PrimaryContext() {
    cuCtxSetCurrent(nullptr);
    cuDevicePrimaryCtxRelease(device);
  }
  CUdevice device = 0;
  CUcontext context = nullptr;
};

// `count` elements of device memory through the driver API.
template <typename T>
class Buffer {
 public:
  explicit Buffer(size_t count) : count_(count) { CHECK_CU(cuMemAlloc(&address_, count * sizeof(T))); }
  explicit Buffer(const std::vector<T>& values) : Buffer(values.size()) {
    CHECK_CU(cuMemcpyHtoD(address_, values.data(), count_ * sizeof(T)));
  }
  ~Buffer() { cuMemFree(address_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  CUdeviceptr& address() { return address_; }
  std::vector<T> Get() const {
    std::vector<T> values(count_);
    CHECK_CU(cuMemcpyDtoH(values.data(), address_, count_ * sizeof(T)));
    return values;
  }

 private:
  CUdeviceptr address_ = 0;
  size_t count_;
};

}  // namespace check

// Kernels written by hand in PTX, shared by the driver-API programs.
inline const char kPtx[] = R"(
.version 7.0
.target sm_70
.address_size 64

.visible .global .align 4 .u32 counter = 5;
.visible .const .align 4 .f32 scale[2] = {2.0, 0.5};
.extern .shared .align 4 .b8 dynamic[];

// y[i] = a * x[i] + y[i]
.visible .entry saxpy(.param .u64 x, .param .u64 y, .param .f32 a, .param .u32 n)
{
  .reg .pred %p<2>;
  .reg .b32 %r<6>;
  .reg .f32 %f<5>;
  .reg .b64 %rd<8>;
  ld.param.u64 %rd1, [x];
  ld.param.u64 %rd2, [y];
  ld.param.f32 %f1, [a];
  ld.param.u32 %r1, [n];
  mov.u32 %r2, %ctaid.x;
  mov.u32 %r3, %ntid.x;
  mov.u32 %r4, %tid.x;
  mad.lo.s32 %r5, %r2, %r3, %r4;
  setp.ge.u32 %p1, %r5, %r1;
  @%p1 bra DONE;
  cvta.to.global.u64 %rd3, %rd1;
  cvta.to.global.u64 %rd4, %rd2;
  mul.wide.u32 %rd5, %r5, 4;
  add.s64 %rd6, %rd3, %rd5;
  add.s64 %rd7, %rd4, %rd5;
  ld.global.f32 %f2, [%rd6];
  ld.global.f32 %f3, [%rd7];
  fma.rn.f32 %f4, %f1, %f2, %f3;
  st.global.f32 [%rd7], %f4;
DONE:
  ret;
}

// out[ctaid] = sum of in over the block, through dynamic shared memory; counter counts the blocks
.visible .entry block_sum(.param .u64 in, .param .u64 out)
{
  .reg .pred %p<3>;
  .reg .b32 %r<14>;
  .reg .b64 %rd<8>;
  ld.param.u64 %rd1, [in];
  ld.param.u64 %rd2, [out];
  cvta.to.global.u64 %rd3, %rd1;
  mov.u32 %r1, %tid.x;
  mov.u32 %r2, %ctaid.x;
  mov.u32 %r3, %ntid.x;
  mad.lo.u32 %r4, %r2, %r3, %r1;
  mul.wide.u32 %rd4, %r4, 4;
  add.s64 %rd5, %rd3, %rd4;
  ld.global.u32 %r5, [%rd5];
  mov.u32 %r6, dynamic;
  shl.b32 %r7, %r1, 2;
  add.u32 %r8, %r6, %r7;
  st.shared.u32 [%r8], %r5;
  shr.u32 %r9, %r3, 1;
LOOP:
  bar.sync 0;
  setp.ge.u32 %p1, %r1, %r9;
  @%p1 bra NEXT;
  shl.b32 %r10, %r9, 2;
  add.u32 %r11, %r8, %r10;
  ld.shared.u32 %r12, [%r11];
  ld.shared.u32 %r13, [%r8];
  add.u32 %r13, %r13, %r12;
  st.shared.u32 [%r8], %r13;
NEXT:
  shr.u32 %r9, %r9, 1;
  setp.ne.u32 %p2, %r9, 0;
  @%p2 bra LOOP;
  setp.ne.u32 %p1, %r1, 0;
  @%p1 bra END;
  ld.shared.u32 %r13, [%r6];
  mul.wide.u32 %rd6, %r2, 4;
  add.s64 %rd7, %rd2, %rd6;
  st.global.u32 [%rd7], %r13;
  red.global.add.u32 [counter], 1;
END:
  ret;
}

// out[i] = i * scale[i & 1], with the constant bank read through a register address
.visible .entry use_constant(.param .u64 out)
{
  .reg .b32 %r<4>;
  .reg .f32 %f<4>;
  .reg .b64 %rd<7>;
  ld.param.u64 %rd1, [out];
  mov.u32 %r1, %tid.x;
  and.b32 %r2, %r1, 1;
  mul.wide.u32 %rd2, %r2, 4;
  mov.u64 %rd3, scale;
  add.s64 %rd4, %rd3, %rd2;
  ld.const.f32 %f1, [%rd4];
  cvt.rn.f32.u32 %f2, %r1;
  mul.f32 %f3, %f1, %f2;
  mul.wide.u32 %rd5, %r1, 4;
  add.s64 %rd6, %rd1, %rd5;
  st.global.f32 [%rd6], %f3;
  ret;
}
)";

#endif  // TESTS_CONFORMANCE_CHECK_DRIVER_H_

#include "driver.h"

namespace culvert {

const char kPtx[] = R"(
.version 8.0
.target sm_70
.address_size 64

.visible .global .align 4 .u32 counter = 7;
.visible .const .align 4 .u32 limits[4] = {1, 2, 3, 4};
.visible .global .attribute(.managed) .align 4 .u32 managed_value = 5;

.visible .entry add_one(.param .u64 data, .param .u32 count)
{
  .reg .pred %p<2>;
  .reg .b32 %r<7>;
  .reg .b64 %rd<4>;
  ld.param.u64 %rd1, [data];
  ld.param.u32 %r1, [count];
  mov.u32 %r2, %ctaid.x;
  mov.u32 %r3, %ntid.x;
  mov.u32 %r4, %tid.x;
  mad.lo.s32 %r5, %r2, %r3, %r4;
  setp.ge.u32 %p1, %r5, %r1;
  @%p1 bra done;
  cvta.to.global.u64 %rd1, %rd1;
  mul.wide.u32 %rd2, %r5, 4;
  add.s64 %rd3, %rd1, %rd2;
  ld.global.u32 %r6, [%rd3];
  add.s32 %r6, %r6, 1;
  st.global.u32 [%rd3], %r6;
done:
  ret;
}

.visible .entry write_block(.param .u64 out)
{
  .reg .b32 %r<2>;
  .reg .b64 %rd<4>;
  ld.param.u64 %rd1, [out];
  mov.u32 %r1, %ctaid.x;
  mul.wide.u32 %rd2, %r1, 4;
  add.s64 %rd3, %rd1, %rd2;
  st.global.u32 [%rd3], %r1;
  ret;
}

.visible .entry store_bad(.param .u64 address)
{
  .reg .b32 %r<2>;
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [address];
  mov.u32 %r1, 1;
  st.global.u32 [%rd1], %r1;
  ret;
}

.visible .entry spin(.param .u64 flag)
{
  .reg .pred %p<2>;
  .reg .b32 %r<2>;
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [flag];
again:
  ld.volatile.global.u32 %r1, [%rd1];
  setp.eq.u32 %p1, %r1, 0;
  @%p1 bra again;
  ret;
}

.visible .entry nothing()
{
  ret;
}

.visible .entry many(.param .u8 a, .param .align 8 .b8 b[24], .param .u16 c)
{
  ret;
}

.visible .entry shared_user() .maxntid 256, 1, 1
{
  .shared .align 4 .b8 scratch[1024];
  .reg .b32 %r<2>;
  mov.u32 %r1, %tid.x;
  st.shared.u32 [scratch], %r1;
  ret;
}
)";

void ContextTest::SetUp() {
  DriverTest::SetUp();
  ASSERT_CU(cuCtxCreate(&context_, nullptr, 0, 0));
}

void ContextTest::TearDown() {
  if (context_ != nullptr) EXPECT_CU(cuCtxDestroy(context_));
}

void ModuleTest::SetUp() {
  ContextTest::SetUp();
  ASSERT_CU(cuModuleLoadData(&module_, kPtx));
}

CUfunction ModuleTest::Function(const char* name) {
  CUfunction function = nullptr;
  EXPECT_CU(cuModuleGetFunction(&function, module_, name)) << name;
  return function;
}

CUresult ModuleTest::LaunchOne(CUfunction function, void** arguments) {
  return cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr);
}

}  // namespace culvert

// A context on device 0 and the short forms that tests of the runtime use.
#ifndef CULVERT_TESTS_RUNTIME_FIXTURE_H_
#define CULVERT_TESTS_RUNTIME_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/event.h"
#include "runtime/memory.h"
#include "runtime/module.h"
#include "runtime/platform.h"
#include "runtime/stream.h"

namespace culvert {

inline constexpr char kPtxHeader[] = ".version 8.5\n.target sm_75\n.address_size 64\n";

// out[i] = a[i] + b[i] for i < n, one element per thread.
inline constexpr char kVectorAdd[] = R"(
.visible .entry vector_add(.param .u64 a, .param .u64 b, .param .u64 out, .param .u32 n) {
  .reg .pred %p; .reg .b32 %r<6>; .reg .f32 %f<4>; .reg .b64 %rd<8>;
  mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x;
  mad.lo.s32 %r4, %r1, %r2, %r3;
  ld.param.u32 %r5, [n];
  setp.ge.u32 %p, %r4, %r5;
  @%p bra DONE;
  ld.param.u64 %rd1, [a]; ld.param.u64 %rd2, [b]; ld.param.u64 %rd3, [out];
  cvta.to.global.u64 %rd1, %rd1; cvta.to.global.u64 %rd2, %rd2; cvta.to.global.u64 %rd3, %rd3;
  mul.wide.u32 %rd4, %r4, 4;
  add.s64 %rd5, %rd1, %rd4; add.s64 %rd6, %rd2, %rd4; add.s64 %rd7, %rd3, %rd4;
  ld.global.f32 %f1, [%rd5]; ld.global.f32 %f2, [%rd6];
  add.f32 %f3, %f1, %f2;
  st.global.f32 [%rd7], %f3;
DONE:
  ret;
}
)";
// *counter += 1 by every thread.
inline constexpr char kCount[] = R"(
.visible .entry count(.param .u64 counter) {
  .reg .b32 %r<2>; .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [counter];
  cvta.to.global.u64 %rd1, %rd1;
  red.global.add.u32 [%rd1], 1;
  ret;
}
)";
// Waits until *flag is not 0.
inline constexpr char kWaitForFlag[] = R"(
.visible .entry wait_for_flag(.param .u64 flag) {
  .reg .pred %p; .reg .b32 %r<2>; .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [flag];
AGAIN:
  ld.volatile.u32 %r1, [%rd1];
  setp.eq.u32 %p, %r1, 0;
  @%p bra AGAIN;
  ret;
}
)";
// *address = 7
inline constexpr char kStore[] = R"(
.visible .entry store(.param .u64 address) {
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [address];
  st.u32 [%rd1], 7;
  ret;
}
)";
inline constexpr char kEmpty[] = ".visible .entry empty() { ret; }\n";

class RuntimeTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Platform::Get().Initialize().ok());
    device_ = *Platform::Get().GetDevice(0);
    context_ = *Context::Create(device_, 0);
    stream_ = *Stream::Create(context_, {.non_blocking = true});
  }
  void TearDown() override {
    stream_.reset();
    context_->Destroy().IgnoreError();
  }

  std::shared_ptr<Function> Load(const std::string& body, const std::string& name) {
    absl::StatusOr<std::shared_ptr<Module>> module = Module::Load(*context_, (kPtxHeader + body).c_str(), {});
    EXPECT_TRUE(module.ok()) << module.status();
    if (!module.ok()) return nullptr;
    absl::StatusOr<std::shared_ptr<Function>> function = (*module)->GetFunction(name);
    EXPECT_TRUE(function.ok()) << function.status();
    return function.ok() ? *function : nullptr;
  }
  // Launches with arguments given as values.
  template <typename... Args>
  static absl::Status Launch(Stream& stream, std::shared_ptr<Function> function, uint32_t grid, uint32_t block,
                             Args... args) {
    void* arguments[] = {&args..., nullptr};
    LaunchParams params;
    params.function = std::move(function);
    params.grid[0] = grid;
    params.block[0] = block;
    params.arguments = arguments;
    return stream.Launch(params);
  }
  absl::Status CopyIn(uint64_t dst, const void* src, uint64_t bytes) {
    return CopySync(*stream_, {.dst = dst, .src = reinterpret_cast<uint64_t>(src), .width_bytes = bytes});
  }
  absl::Status CopyOut(void* dst, uint64_t src, uint64_t bytes) {
    return CopySync(*stream_, {.dst = reinterpret_cast<uint64_t>(dst), .src = src, .width_bytes = bytes});
  }

  Device* device_ = nullptr;
  std::shared_ptr<Context> context_;
  std::shared_ptr<Stream> stream_;
};

inline void ExpectKind(const absl::Status& status, ErrorKind kind) { EXPECT_EQ(KindOf(status), kind) << status; }

}  // namespace culvert

#endif  // CULVERT_TESTS_RUNTIME_FIXTURE_H_

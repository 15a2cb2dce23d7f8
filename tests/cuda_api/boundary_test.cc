#include "cuda_api/boundary.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "cuda_api/error_table.h"
#include "include/culvert/error.h"

namespace culvert::api {
namespace {

constexpr Function kDriverCall = {"cuTestCall", Library::kDriver, "*dptr,bytes,name"};
constexpr Function kRuntimeCall = {"cudaTestCall", Library::kRuntime, "*devPtr,size,kind"};

// Runs `body` as a call of the runtime API with tracing on and returns what was written to stderr.
template <typename Body, typename... Args>
std::string Traced(const Function& function, Body body, const Args&... args) {
  int before = internal::trace_state.exchange(1);
  testing::internal::CaptureStderr();
  Call<uint32_t>(function, body, args...);
  internal::trace_state.store(before);
  return testing::internal::GetCapturedStderr();
}

class BoundaryTest : public testing::Test {
 protected:
  void SetUp() override { TakeLastError(); }
};

TEST_F(BoundaryTest, ConvertsStatusToTheCodeOfEachLibrary) {
  auto fail_with = [](ErrorKind kind) { return [kind]() -> absl::Status { return Error(kind, "as asked"); }; };
  EXPECT_EQ(Call<uint32_t>(kDriverCall, [] { return absl::OkStatus(); }), 0u);
  EXPECT_EQ(Call<uint32_t>(kDriverCall, fail_with(ErrorKind::kOutOfMemory)), 2u);
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, fail_with(ErrorKind::kOutOfMemory)), 2u);
  // Only the runtime API tells a bad launch configuration from a bad value.
  EXPECT_EQ(Call<uint32_t>(kDriverCall, fail_with(ErrorKind::kInvalidConfiguration)), 1u);
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, fail_with(ErrorKind::kInvalidConfiguration)), 9u);
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, [] { return NullArgument("size"); }), 1u);
}

TEST_F(BoundaryTest, RecordsTheLastErrorOfTheRuntimeLibraryPerThread) {
  auto fail = []() -> absl::Status { return Error(ErrorKind::kInvalidValue, "as asked"); };
  Call<uint32_t>(kDriverCall, fail);
  EXPECT_EQ(PeekLastError(), 0u) << "the driver API has no last error";
  Call<uint32_t>(kRuntimeCall, fail);
  Call<uint32_t>(kRuntimeCall, [] { return absl::OkStatus(); });
  EXPECT_EQ(PeekLastError(), 1u) << "success does not clear it";
  std::thread([] { EXPECT_EQ(PeekLastError(), 0u); }).join();
  EXPECT_EQ(TakeLastError(), 1u);
  EXPECT_EQ(TakeLastError(), 0u);
}

TEST_F(BoundaryTest, NotReadyIsNoError) {
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, []() -> absl::Status { return Error(ErrorKind::kNotReady, "running"); }),
            600u);
  EXPECT_EQ(PeekLastError(), 0u);
}

TEST_F(BoundaryTest, NoExceptionLeaves) {
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, []() -> absl::Status { throw std::bad_alloc(); }), 2u);
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, []() -> absl::Status { throw std::runtime_error("bug"); }), 999u);
  EXPECT_EQ(Call<uint32_t>(kRuntimeCall, []() -> absl::Status { throw 5; }), 999u);
  testing::internal::CaptureStderr();
  EXPECT_EQ(CallRaw<const char*>(kRuntimeCall, []() -> const char* { throw std::runtime_error("bug"); }), nullptr);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("cudaTestCall"), std::string::npos);
}

TEST_F(BoundaryTest, TraceShowsArgumentsResultsAndTime) {
  uint64_t address = 0;
  auto allocate = [&]() -> absl::Status {
    address = 0x7f0000001000;
    return absl::OkStatus();
  };
  std::string line = Traced(kDriverCall, allocate, &address, size_t{4096}, static_cast<const char*>("a\nname"));
  EXPECT_NE(line.find(" -> 0x7f0000001000, bytes=4096, name=\"a.name\") = 0 CUDA_SUCCESS, "), std::string::npos)
      << line;
  EXPECT_TRUE(line.starts_with("culvert: [")) << line;
  EXPECT_TRUE(line.ends_with(" ns\n")) << line;
}

TEST_F(BoundaryTest, TraceShowsWhyACallFailed) {
  auto fail = []() -> absl::Status { return Error(ErrorKind::kInvalidMemcpyDirection, "kind 7 is no direction"); };
  std::string line = Traced(kRuntimeCall, fail, static_cast<void**>(nullptr), size_t{1}, cudaMemcpyHostToDevice);
  EXPECT_NE(
      line.find("cudaTestCall(devPtr=0x0, size=1, kind=cudaMemcpyHostToDevice) = 21 cudaErrorInvalidMemcpyDirection, "),
      std::string::npos)
      << line;
  EXPECT_TRUE(line.ends_with(": kind 7 is no direction\n")) << line;
  EXPECT_EQ(PeekLastError(), 21u);
}

TEST_F(BoundaryTest, TraceSurvivesValuesThatAreNoEnumerators) {
  auto succeed = [] { return absl::OkStatus(); };
  std::string line =
      Traced(kRuntimeCall, succeed, static_cast<void**>(nullptr), size_t{1}, static_cast<cudaMemcpyKind>(77));
  EXPECT_NE(line.find("kind=77)"), std::string::npos) << line;
}

TEST_F(BoundaryTest, PerThreadDefaultStreamHoldsDuringTheCall) {
  EXPECT_FALSE(PerThreadDefaultStream());
  {
    PerThreadDefaultStreamScope outer;
    EXPECT_TRUE(PerThreadDefaultStream());
    {
      PerThreadDefaultStreamScope inner;
    }
    EXPECT_TRUE(PerThreadDefaultStream());
  }
  EXPECT_FALSE(PerThreadDefaultStream());
}

TEST(ErrorTable, NamesAndTexts) {
  EXPECT_STREQ(FindError(700)->driver_name, "CUDA_ERROR_ILLEGAL_ADDRESS");
  EXPECT_STREQ(FindError(700)->runtime_name, "cudaErrorIllegalAddress");
  EXPECT_EQ(FindError(9)->driver_name, nullptr);
  EXPECT_STREQ(FindError(9)->runtime_name, "cudaErrorInvalidConfiguration");
  EXPECT_EQ(FindError(12345), nullptr);
  EXPECT_GT(std::strlen(FindError(0)->text), 0u);
}

}  // namespace
}  // namespace culvert::api

#include <atomic>
#include <numeric>
#include <thread>

#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using CopyTest = RuntimeTest;

template <typename T>
uint64_t AddressOf(std::vector<T>& values) {
  return reinterpret_cast<uint64_t>(values.data());
}

// Holds a stream until Release.
class Gate {
 public:
  explicit Gate(Stream& stream) {
    EXPECT_TRUE(stream
                    .HostFunction([this] {
                      while (!open_) std::this_thread::yield();
                    })
                    .ok());
  }
  void Release() { open_ = true; }

 private:
  std::atomic<bool> open_ = false;
};

TEST_F(CopyTest, EveryDirection) {
  for (uint64_t elems : {uint64_t{1000}, uint64_t{300000}}) {
    std::vector<uint32_t> in(elems), out(elems);
    std::iota(in.begin(), in.end(), 1u);
    uint64_t bytes = elems * 4;
    uint64_t device_memory = *Allocate(*context_, bytes), second = *Allocate(*context_, bytes);
    uint64_t pinned = *AllocateHost(*context_, bytes, 0), managed = *AllocateManaged(*context_, bytes, 1);
    uint64_t chain[] = {AddressOf(in), device_memory, second, pinned, managed, device_memory, AddressOf(out)};
    for (int i = 0; i < 6; ++i) {
      ASSERT_TRUE(CopySync(*stream_, {.dst = chain[i + 1], .src = chain[i], .width_bytes = bytes}).ok());
    }
    EXPECT_EQ(in, out);
    std::fill(out.begin(), out.end(), 0);
    for (int i = 0; i < 6; ++i) {
      ASSERT_TRUE(CopyAsync(*stream_, {.dst = chain[i + 1], .src = chain[i], .width_bytes = bytes}).ok());
    }
    ASSERT_TRUE(stream_->Synchronize().ok());
    EXPECT_EQ(in, out);
  }
}

TEST_F(CopyTest, BoxesWithStrides) {
  // 3 planes of 4 rows of 5 bytes, out of 8 x 6 x 3 into 16 x 5 x 3.
  std::vector<uint8_t> in(8 * 6 * 3), out(16 * 5 * 3, 0xee);
  std::iota(in.begin(), in.end(), uint8_t{0});
  uint64_t memory = *Allocate(*context_, out.size());
  ASSERT_TRUE(CopyIn(memory, out.data(), out.size()).ok());
  CopyParams params = {.dst = memory,
                       .src = AddressOf(in),
                       .width_bytes = 5,
                       .height = 4,
                       .depth = 3,
                       .dst_pitch_bytes = 16,
                       .src_pitch_bytes = 8,
                       .dst_slice_bytes = 80,
                       .src_slice_bytes = 48};
  ASSERT_TRUE(CopySync(*stream_, params).ok());
  ASSERT_TRUE(CopyOut(out.data(), memory, out.size()).ok());
  for (uint64_t i = 0; i < out.size(); ++i) {
    uint64_t x = i % 16, y = i / 16 % 5, z = i / 80;
    EXPECT_EQ(out[i], x < 5 && y < 4 ? in[z * 48 + y * 8 + x] : 0xee) << i;
  }
}

TEST_F(CopyTest, StagedStridedCopyIsTight) {
  std::vector<uint8_t> in(100), out(12);
  std::iota(in.begin(), in.end(), uint8_t{0});
  uint64_t memory = *Allocate(*context_, 12);
  Gate gate(*stream_);
  CopyParams params = {
      .dst = memory, .src = AddressOf(in), .width_bytes = 3, .height = 4, .dst_pitch_bytes = 3, .src_pitch_bytes = 10};
  ASSERT_TRUE(CopyAsync(*stream_, params).ok());
  std::fill(in.begin(), in.end(), 0xff);  // the call has taken the bytes
  gate.Release();
  ASSERT_TRUE(CopyOut(out.data(), memory, 12).ok());
  for (uint64_t i = 0; i < 12; ++i) EXPECT_EQ(out[i], i / 3 * 10 + i % 3);
}

TEST_F(CopyTest, DeviceToDeviceDoesNotWait) {
  uint64_t memory = *Allocate(*context_, 2 << 20);
  Gate gate(*stream_);
  ASSERT_TRUE(CopySync(*stream_, {.dst = memory, .src = memory + (1 << 20), .width_bytes = 1 << 20}).ok());
  EXPECT_FALSE(*stream_->Query());
  gate.Release();
  ASSERT_TRUE(stream_->Synchronize().ok());
}

TEST_F(CopyTest, CopiesStayInOrder) {
  uint64_t memory = *Allocate(*context_, 4);
  Gate gate(*stream_);
  for (uint32_t i = 0; i <= 100; ++i) {
    ASSERT_TRUE(CopyAsync(*stream_, {.dst = memory, .src = reinterpret_cast<uint64_t>(&i), .width_bytes = 4}).ok());
  }
  gate.Release();
  uint32_t value = 0;
  ASSERT_TRUE(CopyOut(&value, memory, 4).ok());
  EXPECT_EQ(value, 100u);
}

TEST_F(CopyTest, WrongRangesAreRefused) {
  uint64_t memory = *Allocate(*context_, 1000);
  std::vector<uint8_t> host(2000);
  ExpectKind(CopyIn(memory, host.data(), 1001), ErrorKind::kInvalidValue);
  ExpectKind(CopyIn(memory + 500, host.data(), 501), ErrorKind::kInvalidValue);
  ExpectKind(CopyIn(memory + 2000, host.data(), 1), ErrorKind::kInvalidValue);
  ExpectKind(CopyIn(0, host.data(), 1), ErrorKind::kInvalidValue);
  EXPECT_TRUE(CopyIn(0, host.data(), 0).ok());
  ExpectKind(CopyIn(memory, host.data(), ~uint64_t{0}), ErrorKind::kInvalidValue);
  CopyParams params = {.dst = AddressOf(host), .src = memory, .width_bytes = 10};
  params.direction = CopyDirection::kHostToDevice;  // the target is no device memory
  ExpectKind(CopySync(*stream_, params), ErrorKind::kInvalidValue);
  params = {.dst = AddressOf(host),
            .src = memory,
            .width_bytes = 10,
            .height = 2,
            .dst_pitch_bytes = 9,
            .src_pitch_bytes = 10};
  ExpectKind(CopySync(*stream_, params), ErrorKind::kInvalidValue);
  ASSERT_TRUE(Free(memory).ok());
  ExpectKind(CopyIn(memory, host.data(), 10), ErrorKind::kInvalidValue);
  EXPECT_TRUE(stream_->Synchronize().ok());
}

TEST_F(CopyTest, BetweenContexts) {
  std::shared_ptr<Context> other = *Context::Create(device_, 0);
  uint64_t here = *Allocate(*context_, 4), there = *Allocate(*other, 4);
  uint32_t value = 77;
  ASSERT_TRUE(CopyIn(here, &value, 4).ok());
  ASSERT_TRUE(CopySync(*stream_, {.dst = there, .src = here, .width_bytes = 4}).ok());
  value = 0;
  ASSERT_TRUE(CopyOut(&value, there, 4).ok());
  EXPECT_EQ(value, 77u);
  EXPECT_TRUE(other->Destroy().ok());
  ExpectKind(CopyOut(&value, there, 4), ErrorKind::kInvalidValue);
}

}  // namespace
}  // namespace culvert

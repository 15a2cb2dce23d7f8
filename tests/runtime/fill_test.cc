#include "tests/runtime/fixture.h"

namespace culvert {
namespace {

using FillTest = RuntimeTest;

TEST_F(FillTest, EverySizeOfElement) {
  uint64_t memory = *Allocate(*context_, 400000);
  for (uint64_t elems : {uint64_t{7}, uint64_t{100000}}) {
    std::vector<uint8_t> bytes(elems);
    std::vector<uint16_t> halves(elems);
    std::vector<uint32_t> words(elems);
    ASSERT_TRUE(FillSync(*stream_, {.dst = memory, .element_bytes = 1, .value = 0x1ff, .width_elems = elems}).ok());
    ASSERT_TRUE(CopyOut(bytes.data(), memory, elems).ok());
    EXPECT_EQ(bytes, std::vector<uint8_t>(elems, 0xff));
    ASSERT_TRUE(FillSync(*stream_, {.dst = memory, .element_bytes = 2, .value = 0x10203, .width_elems = elems}).ok());
    ASSERT_TRUE(CopyOut(halves.data(), memory, elems * 2).ok());
    EXPECT_EQ(halves, std::vector<uint16_t>(elems, 0x0203));
    ASSERT_TRUE(FillAsync(*stream_, {.dst = memory, .element_bytes = 4, .value = 0x10203, .width_elems = elems}).ok());
    ASSERT_TRUE(CopyOut(words.data(), memory, elems * 4).ok());
    EXPECT_EQ(words, std::vector<uint32_t>(elems, 0x10203));
  }
}

TEST_F(FillTest, Rows) {
  uint64_t memory = *Allocate(*context_, 64);
  ASSERT_TRUE(FillSync(*stream_, {.dst = memory, .width_elems = 64}).ok());
  ASSERT_TRUE(FillSync(*stream_, {.dst = memory, .value = 1, .width_elems = 3, .height = 4, .pitch_bytes = 16}).ok());
  std::vector<uint8_t> out(64);
  ASSERT_TRUE(CopyOut(out.data(), memory, 64).ok());
  for (size_t i = 0; i < 64; ++i) EXPECT_EQ(out[i], i % 16 < 3) << i;
}

TEST_F(FillTest, WrongArguments) {
  uint64_t memory = *Allocate(*context_, 64);
  int on_stack = 0;
  ExpectKind(FillSync(*stream_, {.dst = memory + 1, .element_bytes = 2, .width_elems = 1}), ErrorKind::kInvalidValue);
  ExpectKind(FillSync(*stream_, {.dst = memory, .element_bytes = 3, .width_elems = 1}), ErrorKind::kInvalidValue);
  ExpectKind(FillSync(*stream_, {.dst = memory, .width_elems = 65}), ErrorKind::kInvalidValue);
  ExpectKind(FillSync(*stream_, {.dst = memory, .width_elems = ~uint64_t{0}}), ErrorKind::kInvalidValue);
  ExpectKind(FillSync(*stream_, {.dst = memory, .element_bytes = 4, .width_elems = 1, .height = 2, .pitch_bytes = 6}),
             ErrorKind::kInvalidValue);
  ExpectKind(FillSync(*stream_, {.dst = reinterpret_cast<uint64_t>(&on_stack), .width_elems = 1}),
             ErrorKind::kInvalidValue);
  EXPECT_TRUE(FillSync(*stream_, {.dst = memory, .width_elems = 0}).ok());
}

}  // namespace
}  // namespace culvert

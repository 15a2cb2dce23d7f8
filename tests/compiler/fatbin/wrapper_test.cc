// SelectImage on the registered wrapper structure, plain and linked (-rdc=true).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "compiler/compiler.h"
#include "include/culvert/error.h"
#include "tests/compiler/fatbin/images.h"

namespace culvert::compiler::fatbin {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kDevice = 121;

uint64_t Address(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

absl::StatusOr<SelectedImage> SelectPlain(const std::string& fatbin, uint32_t version = 1) {
  const GuardedBytes data(fatbin);
  const WrapperLayout wrapper{kWrapperMagic, version, Address(data.data()), 0};
  return SelectImage(&wrapper, 0, kDevice);
}

absl::StatusOr<SelectedImage> SelectLinkedImages(const std::string& linked, const std::vector<std::string>& objects) {
  std::vector<std::unique_ptr<GuardedBytes>> kept;
  std::vector<const void*> list;
  for (const std::string& object : objects) {
    kept.push_back(std::make_unique<GuardedBytes>(object));
    list.push_back(kept.back()->data());
  }
  list.push_back(nullptr);
  const GuardedBytes data(linked);
  const WrapperLayout wrapper{kWrapperMagic, kWrapperLinked, Address(data.data()), Address(list.data())};
  return SelectImage(&wrapper, 0, kDevice);
}

const char kDeviceRuntime[] = ".extern .func (.param .b32 func_retval0) cnpGetLimit\n.entry internal() {}\n";

TEST(Wrapper, Plain) {
  const auto image = SelectPlain(Fatbin(PtxEntry(80, Ptx(80))));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->texts.at(0).ptx, Ptx(80));
}

TEST(Wrapper, Defects) {
  EXPECT_THAT(std::string(SelectPlain(Fatbin(""), 3).status().message()), HasSubstr("wrapper version 3"));
  EXPECT_EQ(KindOf(SelectPlain(std::string(16, 'x')).status()), ErrorKind::kInvalidImage);
  WrapperLayout wrapper{kWrapperMagic, 1, 0, 0};
  EXPECT_THAT(std::string(SelectImage(&wrapper, 0, kDevice).status().message()), HasSubstr("without a fatbin"));
  EXPECT_EQ(KindOf(SelectImage(&wrapper, 23, kDevice).status()), ErrorKind::kInvalidImage);
  const std::string empty = Fatbin("");
  wrapper = {kWrapperMagic, kWrapperLinked, Address(empty.data()), 0};
  EXPECT_THAT(std::string(SelectImage(&wrapper, 0, kDevice).status().message()), HasSubstr("no list of its objects"));
}

TEST(Wrapper, LinkedWithOneObjectOfOurs) {
  const std::string object = Fatbin(ElfEntry(80) + PtxEntry(80, Ptx(80, ".extern .func (.param .b32 r) vprintf\n")));
  const std::string device_runtime = Fatbin(ElfEntry(90) + PtxEntry(121, Ptx(121, kDeviceRuntime)));
  for (const std::string& linked : {Fatbin(""), Fatbin(ElfEntry(80))}) {
    const auto image = SelectLinkedImages(linked, {object, device_runtime});
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->texts.at(0).arch, 80u);
    EXPECT_THAT(image->texts.at(0).ptx, HasSubstr("vprintf"));
  }
}

TEST(Wrapper, PtxOfTheLinkedFatbinComesFirst) {
  const auto image = SelectLinkedImages(Fatbin(PtxEntry(75, Ptx(75))), {Fatbin(PtxEntry(80, Ptx(80)))});
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->texts.at(0).arch, 75u);
}

TEST(Wrapper, LinkedWithSeveralObjects) {
  const std::string device_runtime = Fatbin(PtxEntry(121, Ptx(121, kDeviceRuntime)));
  const auto image = SelectLinkedImages(
      Fatbin(""), {Fatbin(PtxEntry(80, Ptx(80))), Fatbin(ElfEntry(90)), device_runtime, Fatbin(PtxEntry(75, Ptx(75)))});
  ASSERT_TRUE(image.ok()) << image.status();
  ASSERT_EQ(image->texts.size(), 2u);
  EXPECT_EQ(image->texts[0].ptx, Ptx(80));
  EXPECT_EQ(image->texts[1].ptx, Ptx(75));
  EXPECT_EQ(image->objects_without_ptx, 1u);
}

TEST(Wrapper, TheDeviceRuntimeIsKnownByItsDeclarationsOnly) {
  const std::string mentions = "// cnp\n.extern .func cudaGetParameterBufferV2\n.extern .global .u32 cnpx;\n";
  const auto image = SelectLinkedImages(Fatbin(""), {Fatbin(PtxEntry(80, Ptx(80, mentions)))});
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->texts.size(), 1u);
}

TEST(Wrapper, TheDeviceRuntimeInOtherSpellings) {
  for (const char* declaration : {".extern .func cnpGetLimit", "  .extern  .func (.param .b32 r)  cnpGetLimit(",
                                  ".extern .func\tcnpX;\r\n", "// cnp\n\n.extern .func cnpLast"}) {
    const auto image =
        SelectLinkedImages(Fatbin(""), {Fatbin(PtxEntry(80, Ptx(80))), Fatbin(PtxEntry(121, Ptx(121, declaration)))});
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->texts.size(), 1u) << declaration;
  }
  for (const char* other : {"cnp", "   \ncnp", ".extern cnp", ".extern .func (cnp", "// .extern .func cnp"}) {
    const auto image = SelectLinkedImages(Fatbin(""), {Fatbin(PtxEntry(80, Ptx(80, other)))});
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->texts.size(), 1u) << other;
  }
}

TEST(Wrapper, LinkedListWithoutEnd) {
  const std::string object = Fatbin(ElfEntry(80));
  const std::vector<const void*> list(size_t{1} << 16, object.data());
  const WrapperLayout wrapper{kWrapperMagic, kWrapperLinked, Address(object.data()), Address(list.data())};
  EXPECT_THAT(std::string(SelectImage(&wrapper, 0, kDevice).status().message()), HasSubstr("has no end"));
}

// A linked fatbin that is corrupt is an error; its objects are not looked at.
TEST(Wrapper, CorruptLinkedFatbin) {
  const auto image = SelectLinkedImages(Fatbin(std::string(40, 'x')), {Fatbin(PtxEntry(80, Ptx(80)))});
  EXPECT_EQ(KindOf(image.status()), ErrorKind::kInvalidImage);
}

TEST(Wrapper, LinkedWithoutAnyPtx) {
  const auto image = SelectLinkedImages(Fatbin(ElfEntry(80)), {Fatbin(ElfEntry(80)), Fatbin(ElfEntry(90))});
  EXPECT_EQ(KindOf(image.status()), ErrorKind::kNoBinaryForDevice);
  EXPECT_THAT(std::string(image.status().message()), HasSubstr("sm_80, sm_90"));
}

TEST(Wrapper, LinkedWithACorruptObject) {
  const auto image = SelectLinkedImages(Fatbin(""), {Fatbin(std::string(40, 'x'))});
  EXPECT_EQ(KindOf(image.status()), ErrorKind::kInvalidImage);
}

}  // namespace
}  // namespace culvert::compiler::fatbin

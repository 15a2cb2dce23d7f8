// SelectImage on crafted images: what is chosen, and which error each defect gives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compiler/compiler.h"
#include "compiler/fatbin/fatbin_writer.h"
#include "include/culvert/error.h"
#include "tests/compiler/fatbin/images.h"

namespace culvert::compiler::fatbin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint32_t kDevice = 121;

absl::StatusOr<SelectedImage> Select(const std::string& image, uint32_t capability = kDevice) {
  const GuardedBytes guarded(image);
  return SelectImage(guarded.data(), image.size(), capability);
}
absl::StatusOr<SelectedImage> SelectBare(const std::string& image, uint32_t capability = kDevice) {
  const GuardedBytes guarded(image);
  return SelectImage(guarded.data(), 0, capability);
}

// The error of `image`, read both with and without a known size.
void ExpectError(const std::string& image, ErrorKind kind, const std::string& part) {
  const auto sized = Select(image);
  EXPECT_EQ(KindOf(sized.status()), kind) << sized.status();
  EXPECT_THAT(std::string(sized.status().message()), HasSubstr(part));
}

TEST(SelectImage, TextIsTakenAsItIs) {
  const std::string text = Ptx(80);
  for (const auto& image : {Select(text), Select(text + '\0'), SelectBare(text + '\0')}) {
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->texts.at(0).ptx, text);
    EXPECT_EQ(image->texts.at(0).arch, 0u);
  }
}

TEST(SelectImage, ShortTextBehindABarePointerIsNotOverrun) {
  for (const char* text : {".", "//", ".v", "\n"}) {
    const auto image = SelectBare(std::string(text) + '\0');
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->texts.at(0).ptx, text);
  }
}

TEST(SelectImage, NoImage) {
  EXPECT_EQ(KindOf(SelectImage(nullptr, 0, kDevice).status()), ErrorKind::kInvalidValue);
  ExpectError(std::string(8, '\0'), ErrorKind::kInvalidPtx, "empty text");
  ExpectError("garbage", ErrorKind::kInvalidImage, "first byte 0x67");
  ExpectError("\xff\xfe\x01", ErrorKind::kInvalidImage, "first byte 0xff");
}

TEST(SelectImage, HighestArchitectureTheDeviceHas) {
  const std::string fatbin = Fatbin(PtxEntry(75, Ptx(75)) + ElfEntry(90) + PtxEntry(90, Ptx(90)) +
                                    PtxEntry(80, Ptx(80)) + PtxEntry(130, Ptx(130)));
  for (auto [capability, chosen] :
       {std::pair(121u, 90u), {90u, 90u}, {89u, 80u}, {80u, 80u}, {75u, 75u}, {140u, 130u}}) {
    const auto image = Select(fatbin, capability);
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->texts.at(0).arch, chosen);
    EXPECT_EQ(image->texts.at(0).ptx, Ptx(chosen));
  }
}

TEST(SelectImage, ArchitectureSpecificPtxIsTheLastChoice) {
  const std::string specific = PtxEntry(90, Ptx(90, ".target sm_90a"), kFlagArchSpecific);
  auto image = Select(Fatbin(specific + PtxEntry(80, Ptx(80))));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->texts.at(0).arch, 80u);
  image = Select(Fatbin(specific));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->texts.at(0).arch, 90u);
}

TEST(SelectImage, EveryCompressionOfTheWriter) {
  const std::string text = Ptx(80, std::string(100000, ' ') + "// end\n");
  for (Compression compression : {Compression::kNone, Compression::kLz4, Compression::kZstd}) {
    const auto fatbin = WriteFatbin({{80, text, "kernel.cu"}, {70, Ptx(70), ""}}, compression);
    ASSERT_TRUE(fatbin.ok()) << fatbin.status();
    for (const auto& image : {Select(*fatbin), SelectBare(*fatbin)}) {
      ASSERT_TRUE(image.ok()) << image.status();
      EXPECT_EQ(image->texts.at(0).ptx, text);
      EXPECT_EQ(image->texts.at(0).arch, 80u);
      EXPECT_EQ(image->texts.at(0).name, "kernel.cu");
    }
  }
}

TEST(SelectImage, LinkedImageGivesAllItsTexts) {
  for (Compression compression : {Compression::kNone, Compression::kLz4, Compression::kZstd}) {
    auto linked = WriteFatbin({{.arch = 80, .text = Ptx(80), .name = "a.cu"},
                               {.arch = 75, .text = Ptx(75), .name = ""},
                               {.arch = 80, .text = Ptx(80), .name = "a.cu"}},
                              compression, kLinkedMagic);
    ASSERT_TRUE(linked.ok()) << linked.status();
    for (const auto& image : {Select(*linked), SelectBare(*linked)}) {
      ASSERT_TRUE(image.ok()) << image.status();
      ASSERT_EQ(image->texts.size(), 3u);
      EXPECT_EQ(image->texts[0].name, "a.cu");
      EXPECT_EQ(image->texts[1].ptx, Ptx(75));
    }
    for (size_t bytes = 1; bytes < linked->size(); ++bytes)
      EXPECT_FALSE(Select(linked->substr(0, bytes)).ok()) << bytes;
  }
  std::string empty = Fatbin("");
  std::string machine_code = Fatbin(ElfEntry(80));
  for (std::string* bytes : {&empty, &machine_code}) {
    memcpy(bytes->data(), &kLinkedMagic, sizeof kLinkedMagic);
    ExpectError(*bytes, ErrorKind::kInvalidImage, "linked image");
  }
}

TEST(SelectImage, WriterRefusesWhatIsNotPtx) {
  EXPECT_EQ(KindOf(WriteFatbin({{80, "hello", ""}}, Compression::kNone).status()), ErrorKind::kInvalidPtx);
  EXPECT_EQ(KindOf(WriteFatbin({{80, Ptx(80) + '\0', ""}}, Compression::kNone).status()), ErrorKind::kInvalidPtx);
}

TEST(SelectImage, WriterTakesTheVersionItIsGiven) {
  EXPECT_EQ(KindOf(WriteFatbin({{80, ".version x", ""}}, Compression::kNone).status()), ErrorKind::kInvalidPtx);
  PtxImage image{.arch = 80, .text = "anything"};
  image.version = 85;
  const auto written = WriteFatbin({image}, Compression::kNone);
  ASSERT_TRUE(written.ok()) << written.status();
  EntryLayout layout;
  memcpy(&layout, written->data() + sizeof(FatbinHeaderLayout), sizeof layout);
  EXPECT_EQ(layout.major, 8u);
  EXPECT_EQ(layout.minor, 5u);
}

TEST(SelectImage, WhatTextBeginsWith) {
  for (const char first : {'.', '/', ' ', '\t', '\n', '\r'}) {
    EXPECT_TRUE(Select(first + std::string(".version 8.0\n")).ok()) << first;
  }
  EXPECT_EQ(KindOf(Select("version").status()), ErrorKind::kInvalidImage);
}

TEST(SelectImage, NamesFamiliesAndArchitectures) {
  const auto image = Select(Fatbin(PtxEntry(130, Ptx(130), kFlagFamilySpecific) +
                                   PtxEntry(131, Ptx(131), kFlagArchSpecific) + ElfEntry(132)));
  EXPECT_THAT(std::string(image.status().message()), HasSubstr("compute_130f, compute_131a, sm_132"));
}

TEST(SelectImage, MachineCodeOnlyNamesTheArchitecturesAndTheWayOut) {
  const auto image = Select(Fatbin(ElfEntry(90) + ElfEntry(75) + CraftedEntry(EntryKind::kLto, 80, "x").Bytes()));
  EXPECT_EQ(KindOf(image.status()), ErrorKind::kNoBinaryForDevice);
  EXPECT_THAT(std::string(image.status().message()), AllOf(HasSubstr("sm_75, LTO-IR for sm_80, sm_90"),
                                                           HasSubstr("-gencode arch=compute_90,code=compute_90")));
}

TEST(SelectImage, EmptyFatbin) { ExpectError(Fatbin(""), ErrorKind::kNoBinaryForDevice, "fatbin is empty"); }

TEST(SelectImage, PtxAboveTheDeviceNamesTheSetting) {
  const auto image = Select(Fatbin(PtxEntry(130, Ptx(130))));
  EXPECT_EQ(KindOf(image.status()), ErrorKind::kNoBinaryForDevice);
  EXPECT_THAT(std::string(image.status().message()), AllOf(HasSubstr("compute_130"), HasSubstr("capability 12.1"),
                                                           HasSubstr("CULVERT_COMPUTE_CAPABILITY=13.0")));
}

TEST(SelectImage, BareMachineCode) {
  ExpectError(ElfHeader(190, 7, 0x00500550 | 86), ErrorKind::kNoBinaryForDevice, "sm_");
  ExpectError(ElfHeader(190, 7, 0x00500556), ErrorKind::kNoBinaryForDevice, "machine code for sm_86");
  ExpectError(ElfHeader(190, 8, 0x06007802), ErrorKind::kNoBinaryForDevice, "machine code for sm_120");
  ExpectError(ElfHeader(62, 0, 0), ErrorKind::kInvalidImage, "machine 62");
  ExpectError(ElfHeader(190, 8, 0).substr(0, 63), ErrorKind::kInvalidImage, "shorter than its header");
  EXPECT_EQ(KindOf(SelectBare(ElfHeader(190, 8, 0x5a00)).status()), ErrorKind::kNoBinaryForDevice);
}

TEST(SelectImage, HeaderDefects) {
  std::string fatbin = Fatbin(PtxEntry(80, Ptx(80)));
  std::string changed = fatbin;
  changed[4] = 2;
  ExpectError(changed, ErrorKind::kInvalidImage, "fatbin version 2");
  changed = fatbin;
  changed[6] = 24;
  ExpectError(changed, ErrorKind::kInvalidImage, "header of 24 bytes");
  changed = fatbin;
  changed[8] = static_cast<char>(changed[8] + 8);
  ExpectError(changed, ErrorKind::kInvalidImage, "bytes of entries");
  changed = fatbin;
  changed[15] = 1;  // 2^56 bytes: refused without a known size too
  ExpectError(changed, ErrorKind::kInvalidImage, "bytes of entries");
  EXPECT_EQ(KindOf(SelectBare(changed).status()), ErrorKind::kInvalidImage);
  ExpectError(fatbin.substr(0, 15), ErrorKind::kInvalidImage, "shorter than its header");
}

// Each defect is made in an entry that follows a good one, so that the index in the message counts.
void ExpectEntryError(const CraftedEntry& entry, const std::string& part, ErrorKind kind = ErrorKind::kInvalidImage) {
  ExpectError(Fatbin(PtxEntry(50, Ptx(50)) + entry.Bytes()), kind, part);
}

TEST(SelectImage, EntryDefects) {
  const auto good = [] { return CraftedEntry(EntryKind::kPtx, 80, Ptx(80) + '\0'); };
  CraftedEntry entry = good();
  entry.layout.version = 0x0102;
  ExpectEntryError(entry, "entry 1: version 0x102");
  for (uint32_t bytes : {0u, 63u, 100000u, 0xFFFFFFFFu}) {
    entry = good();
    entry.layout.header_bytes = bytes;
    ExpectEntryError(entry, "entry 1: header size");
  }
  for (uint64_t bytes : {entry.payload.size() + 1, size_t{1} << 40, ~size_t{0}, ~size_t{0} - 63}) {
    entry = good();
    entry.layout.payload_bytes = bytes;
    ExpectEntryError(entry, "entry 1: payload of");
  }
  entry = good();
  entry.layout.payload_bytes -= 8;  // the rest is then no entry
  ExpectEntryError(entry, "entry 2: 8 bytes left");
  entry = good();
  entry.layout.compressed_bytes = 8;
  ExpectEntryError(entry, "no compression");
  entry = good();
  entry.layout.flags |= kFlagLz4 | kFlagZstd;
  ExpectEntryError(entry, "two compressions");
  entry = good();
  entry.layout.flags |= kFlagZstd;
  ExpectEntryError(entry, "its sizes are 0 and 0");
  entry.layout.compressed_bytes = static_cast<uint32_t>(entry.payload.size()) + 1;
  entry.layout.uncompressed_bytes = 100;
  ExpectEntryError(entry, "is above the payload's");
}

TEST(SelectImage, StringDefects) {
  CraftedEntry entry(EntryKind::kPtx, 80, Ptx(80) + '\0');
  entry.strings = std::string("name.cu\0", 8);
  entry.layout.header_bytes = 72;
  entry.layout.name_bytes = 7;
  for (uint32_t offset : {1u, 63u, 66u, 0xFFFFFFFFu}) {
    entry.layout.name_offset = offset;
    ExpectEntryError(entry, "source name at");
  }
  entry.layout.name_offset = 64;
  EXPECT_EQ(Select(Fatbin(entry.Bytes()))->texts.at(0).name, "name.cu");
  entry.layout.name_offset = entry.layout.name_bytes = 0;
  for (uint32_t offset : {4u, 65u, 0xFFFFFFFCu}) {
    entry.layout.options_offset = offset;
    ExpectEntryError(entry, "options block at");
  }
  entry.layout.options_offset = 64;
  ExpectEntryError(entry, "are outside its header");  // the bytes of "name.cu" are taken as offset and length
}

TEST(SelectImage, PayloadDefects) {
  const auto compressed = [](uint64_t flag, const std::string& payload, uint64_t uncompressed) {
    CraftedEntry entry(EntryKind::kPtx, 80, payload);
    entry.layout.flags |= flag;
    entry.layout.compressed_bytes = static_cast<uint32_t>(payload.size());
    entry.layout.uncompressed_bytes = uncompressed;
    return entry;
  };
  ExpectEntryError(compressed(kFlagZstd, "not a zstd frame", 100), "no frame header");
  ExpectEntryError(compressed(kFlagZstd, "not a zstd frame", 16 * 32768 + 1), "more than it can hold");
  ExpectEntryError(compressed(kFlagZstd, std::string(40000, 'x'), kMaxTextBytes + 1), "the limit is");
  ExpectEntryError(compressed(kFlagZstd, std::string(40000, 'x'), ~uint64_t{0}), "the limit is");
  ExpectEntryError(compressed(kFlagLz4, "\xff\xff\xff\xff", 100), "LZ4 payload is corrupt");
  ExpectEntryError(compressed(kFlagLz4,
                              "\x40"
                              "abcd",
                              100),
                   "gives 4 bytes, the entry says 100");
  ExpectEntryError(compressed(kFlagLz4, "abcd", 4 * 255 + 1), "more than it can hold");

  CraftedEntry inner(EntryKind::kPtx, 80, Ptx(80) + '\0' + Ptx(80));
  ExpectEntryError(inner, "NUL byte at offset", ErrorKind::kInvalidPtx);
  CraftedEntry empty(EntryKind::kPtx, 80, std::string(8, '\0'));
  ExpectEntryError(empty, "is empty", ErrorKind::kInvalidPtx);
}

TEST(SelectImage, DecompressedSizeMustMatch) {
  for (Compression compression : {Compression::kLz4, Compression::kZstd}) {
    const std::string fatbin = *WriteFatbin({{80, Ptx(80, std::string(500, 'x')), ""}}, compression);
    for (int delta : {-8, -1, 1, 8}) {
      std::string changed = fatbin;
      uint64_t size;
      std::memcpy(&size, changed.data() + 16 + 56, 8);
      size += static_cast<uint64_t>(static_cast<int64_t>(delta));
      std::memcpy(changed.data() + 16 + 56, &size, 8);
      EXPECT_EQ(KindOf(Select(changed).status()), ErrorKind::kInvalidImage) << delta;
    }
  }
}

TEST(SelectImage, EveryTruncationIsAnError) {
  for (Compression compression : {Compression::kNone, Compression::kLz4, Compression::kZstd}) {
    const std::string fatbin =
        *WriteFatbin({{80, Ptx(80, std::string(300, '\n')), "a.cu"}, {90, Ptx(90), "b.cu"}}, compression);
    for (size_t bytes = 1; bytes < fatbin.size(); ++bytes) {
      const auto image = Select(fatbin.substr(0, bytes));
      EXPECT_EQ(KindOf(image.status()), ErrorKind::kInvalidImage) << bytes << ": " << image.status();
      // The container's size is right and the entries are cut.
      if (bytes <= 16) continue;
      std::string consistent = Fatbin(fatbin.substr(16, bytes - 16));
      const auto cut = SelectBare(consistent);
      if (cut.ok()) {
        EXPECT_EQ(cut->texts.at(0).arch, 80u) << "only the whole first entry may be left";
      }
    }
  }
}

TEST(SelectImage, FlippedBitsNeverReadOutside) {
  int selected = 0;
  for (Compression compression : {Compression::kNone, Compression::kLz4, Compression::kZstd}) {
    const std::string fatbin =
        *WriteFatbin({{80, Ptx(80, std::string(200, '\n')), "a.cu"}, {90, Ptx(90), "b.cu"}}, compression);
    for (size_t bit = 0; bit < fatbin.size() * 8; ++bit) {
      std::string changed = fatbin;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
      const auto image = Select(changed);
      selected += image.ok();
      if (image.ok()) {
        EXPECT_LE(image->texts.at(0).ptx.size(), fatbin.size() + 300);
      } else {
        EXPECT_THAT(KindOf(image.status()),
                    testing::AnyOf(ErrorKind::kInvalidImage, ErrorKind::kNoBinaryForDevice, ErrorKind::kInvalidPtx));
      }
    }
  }
  EXPECT_GT(selected, 0);
}

}  // namespace
}  // namespace culvert::compiler::fatbin

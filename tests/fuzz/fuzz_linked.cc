// A program built with -rdc=true: a wrapper that names its linked fatbin and the fatbins of its objects, which are
// linked and compiled. The input is split at 0x1e; each piece is one object, built as its first byte says.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/compiler.h"
#include "compiler/fatbin/fatbin_format.h"
#include "compiler/fatbin/fatbin_writer.h"

namespace {

using namespace culvert::compiler::fatbin;  // NOLINT: a fuzz target

template <typename T>
std::string Raw(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

// A fatbin whose entries are any bytes. Its own header is right: behind a bare pointer it has to be believed.
std::string Fatbin(std::string_view entries) {
  return Raw(FatbinHeaderLayout{kFatbinMagic, kFatbinVersion, sizeof(FatbinHeaderLayout), entries.size()}) +
         std::string(entries);
}

std::string Object(std::string_view piece) {
  if (piece.empty()) return Fatbin("");
  const char form = piece.front();
  piece.remove_prefix(1);
  if (form == 'r') return Fatbin(piece);
  if (form == 'e') {
    return Fatbin(Raw(EntryLayout{.kind = static_cast<uint16_t>(EntryKind::kElf),
                                  .version = kEntryVersion,
                                  .header_bytes = sizeof(EntryLayout),
                                  .arch = static_cast<uint8_t>(piece.empty() ? 80 : piece.front())}));
  }
  const Compression compression = form == 'l'   ? Compression::kLz4
                                  : form == 'z' ? Compression::kZstd
                                                : Compression::kNone;
  auto fatbin = WriteFatbin(
      {{.arch = 80, .text = ".version 7.8\n.target sm_80\n.address_size 64\n" + std::string(piece), .name = "a.cu"}},
      compression);
  return fatbin.ok() ? *fatbin : Fatbin("");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::unique_ptr<char[]>> objects;  // of exactly their size, so that reads past the end are seen
  std::vector<const void*> addresses;
  while (objects.size() < 16) {
    const size_t end = text.find('\x1e');
    const std::string object = Object(text.substr(0, end));
    objects.emplace_back(new char[object.size()]);
    object.copy(objects.back().get(), object.size());
    addresses.push_back(objects.back().get());
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const void* linked = addresses.front();  // the first piece is the device linker's output
  addresses.erase(addresses.begin());
  addresses.push_back(nullptr);
  const WrapperLayout wrapper{.magic = kWrapperMagic,
                              .version = kWrapperLinked,
                              .data = reinterpret_cast<uintptr_t>(linked),
                              .prelink_images = reinterpret_cast<uintptr_t>(addresses.data())};
  auto image = culvert::compiler::SelectImage(&wrapper, sizeof wrapper, 121);
  if (!image.ok()) return 0;
  auto module = culvert::compiler::CompiledModule::Load(*std::move(image), {.check_all = true});
  if (!module.ok()) return 0;
  for (const std::string& name : (*module)->EntryNames()) (void)(*module)->CompileEntry(name);
  return 0;
}

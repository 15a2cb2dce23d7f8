// The payloads of fatbin entries: any bytes with any claimed size, and a payload that was compressed here, with bytes
// changed. Nothing is read or written outside the buffers, and what is accepted has the size that was claimed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "compiler/fatbin/decompress.h"
#include "compiler/fatbin/fatbin_reader.h"
#include "compiler/fatbin/fatbin_writer.h"

namespace {

using namespace culvert::compiler::fatbin;  // NOLINT: a fuzz target

void Require(bool ok) {
  if (!ok) abort();
}

void Decompress(std::string_view payload, uint64_t claimed, bool zstd) {
  // Exactly this size, so that reads past the end are seen.
  std::unique_ptr<char[]> copy(new char[payload.size()]);
  payload.copy(copy.get(), payload.size());
  std::string_view bytes(copy.get(), payload.size());
  auto text = zstd ? DecompressZstd(bytes, claimed) : DecompressLz4(bytes, claimed);
  if (text.ok()) Require(text->size() == claimed);
}

// `text` as the writer stores it, with one byte of the payload replaced unless `change` is 0.
void RoundTrip(std::string text, Compression compression, uint8_t change, size_t at) {
  text = ".version 8.0\n" + text;
  auto fatbin = WriteFatbin({{.arch = 80, .text = text}}, compression);
  if (!fatbin.ok()) return;  // NUL bytes
  auto entries = ReadEntries(*fatbin);
  Require(entries.ok() && entries->size() == 1);
  if (change == 0) {
    auto read = PtxText(entries->front());
    Require(read.ok() && *read == text);
    return;
  }
  std::string payload(entries->front().payload);
  payload[at % payload.size()] ^= static_cast<char>(change);
  Decompress(payload, text.size() + 1, compression == Compression::kZstd);
}

}  // namespace

// Byte 0: what to do. Bytes 1-3: the claimed size, or place and value of the change. The rest: payload or text.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  const uint64_t number = data[1] | data[2] << 8 | data[3] << 16;
  std::string_view rest(reinterpret_cast<const char*>(data) + 4, size - 4);
  const bool zstd = (data[0] & 1) != 0;
  if ((data[0] & 2) == 0) {
    Decompress(rest, number, zstd);
  } else {
    RoundTrip(std::string(rest), zstd ? Compression::kZstd : Compression::kLz4, data[3], number & 0xffff);
  }
  return 0;
}

#include "tests/golden/archive.h"

#include <zstd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"

namespace culvert::golden {
namespace {

constexpr std::string_view kMagic = "CULVANS1";
constexpr uint64_t kMostBytes = uint64_t{1} << 30;
constexpr uint32_t kMostBuffers = 64;
constexpr int kLevel = 19;
constexpr int kWindowLog = 25;  // operands of one type signature recur: matches reach far back

void Put(std::string& out, uint32_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof(value)); }
void Put(std::string& out, std::string_view text) {
  Put(out, static_cast<uint32_t>(text.size()));
  out += text;
}
void Put(std::string& out, const std::vector<isa::Bytes>& buffers) {
  Put(out, static_cast<uint32_t>(buffers.size()));
  for (const isa::Bytes& buffer : buffers) {
    Put(out, std::string_view(reinterpret_cast<const char*>(buffer.data()), buffer.size()));
  }
}

// Reads from a text; after the first mistake everything reads as empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view Take(size_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  uint32_t Number() {
    uint32_t value = 0;
    std::string_view bytes = Take(sizeof(value));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }
  std::string_view Text() { return Take(Number()); }
  std::vector<isa::Bytes> Buffers() {
    uint32_t count = Number();
    if (count > kMostBuffers) ok_ = false;
    std::vector<isa::Bytes> buffers;
    for (uint32_t i = 0; ok_ && i < count; ++i) {
      std::string_view bytes = Text();
      buffers.emplace_back(bytes.begin(), bytes.end());
    }
    return buffers;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string Serialize(const Archive& archive) {
  std::string out(kMagic);
  Put(out, archive.device);
  Put(out, static_cast<uint32_t>(archive.answers.size()));
  for (const Answer& answer : archive.answers) {
    const isa::Case& test = answer.test;
    Put(out, test.name);
    Put(out, test.ptx);
    Put(out, test.entry);
    for (uint32_t extent : test.grid) Put(out, extent);
    for (uint32_t extent : test.block) Put(out, extent);
    Put(out, test.dynamic_shared_bytes);
    Put(out, uint32_t{test.cooperative});
    Put(out, test.parameters);
    Put(out, test.buffers);
    Put(out, answer.after);
  }
  return out;
}

absl::StatusOr<Archive> Parse(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Take(kMagic.size()) != kMagic) return absl::DataLossError("not a file of answers");
  Archive archive;
  archive.device = reader.Text();
  uint32_t count = reader.Number();
  for (uint32_t i = 0; reader.ok() && i < count; ++i) {
    Answer& answer = archive.answers.emplace_back();
    answer.test.name = reader.Text();
    answer.test.ptx = reader.Text();
    answer.test.entry = reader.Text();
    for (uint32_t& extent : answer.test.grid) extent = reader.Number();
    for (uint32_t& extent : answer.test.block) extent = reader.Number();
    answer.test.dynamic_shared_bytes = reader.Number();
    answer.test.cooperative = reader.Number() != 0;
    answer.test.parameters = reader.Buffers();
    answer.test.buffers = reader.Buffers();
    answer.after = reader.Buffers();
    if (reader.ok() && answer.after.size() != answer.test.buffers.size()) {
      return absl::DataLossError(absl::StrCat(answer.test.name, ": other buffers after than before"));
    }
  }
  if (!reader.ok() || !reader.at_end()) return absl::DataLossError("damaged file of answers");
  return archive;
}

absl::Status WriteArchive(const std::string& path, const Archive& archive) {
  const std::string bytes = Serialize(archive);
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog);
  ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  size_t size = ZSTD_compress2(context, packed.data(), packed.size(), bytes.data(), bytes.size());
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(size) != 0) return absl::InternalError(absl::StrCat(path, ": ", ZSTD_getErrorName(size)));
  std::ofstream file(path, std::ios::binary);
  file.write(packed.data(), static_cast<std::streamsize>(size));
  if (!file.flush()) return absl::UnavailableError("cannot write " + path);
  return absl::OkStatus();
}

absl::StatusOr<Archive> ReadArchive(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  std::string packed((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMostBytes) {
    return absl::DataLossError(path + ": not one frame of at most 1 GiB");
  }
  std::string bytes(size, '\0');
  size_t got = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0) return absl::DataLossError(absl::StrCat(path, ": ", ZSTD_getErrorName(got)));
  absl::StatusOr<Archive> archive = Parse(std::string_view(bytes).substr(0, got));
  if (!archive.ok()) return absl::DataLossError(absl::StrCat(path, ": ", archive.status().message()));
  return archive;
}

}  // namespace culvert::golden

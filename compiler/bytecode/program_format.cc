#include "include/culvert/program_format.h"

#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "include/culvert/error.h"

namespace culvert {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is written with memcpy");

constexpr char kMagic[8] = {'C', 'U', 'L', 'V', 'P', 'R', 'O', 'G'};
constexpr size_t kHeaderBytes = 32;
enum Flag : uint32_t { kNeedsParameterMemory = 1, kHasSpinLoops = 2 };

uint64_t Checksum(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

class Writer {
 public:
  template <typename T>
  void Value(const T& value) {
    static_assert(std::is_arithmetic_v<T>);
    out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void Flag(bool& value) { Value(static_cast<uint8_t>(value)); }
  void String(std::string& value) {
    Value(static_cast<uint32_t>(value.size()));
    out_ += value;
  }
  template <typename T, typename Row>
  void List(std::vector<T>& rows, Row row) {
    Value(static_cast<uint32_t>(rows.size()));
    for (T& item : rows) row(*this, item);
  }
  template <typename T>
  void Raw(std::vector<T>& rows) {  // rows without padding
    Value(static_cast<uint32_t>(rows.size()));
    out_.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(T));
  }
  std::string& out() { return out_; }

 private:
  std::string out_;
};

// Reads the same sequence; after the first short read everything yields zeros and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  template <typename T>
  void Value(T& value) {
    static_assert(std::is_arithmetic_v<T>);
    value = {};
    if (const char* at = Take(sizeof(T))) std::memcpy(&value, at, sizeof(T));
  }
  void Flag(bool& value) {
    uint8_t byte;
    Value(byte);
    ok_ = ok_ && byte <= 1;
    value = byte == 1;
  }
  void String(std::string& value) {
    uint32_t size;
    Value(size);
    if (const char* at = Take(size)) value.assign(at, size);
  }
  template <typename T, typename Row>
  void List(std::vector<T>& rows, Row row) {
    uint32_t count;
    Value(count);
    // Rows are at least one byte, so a count beyond the rest is damage and not worth an allocation.
    if (count > rest_.size()) ok_ = false;
    for (uint32_t i = 0; ok_ && i < count; ++i) row(*this, rows.emplace_back());
  }
  template <typename T>
  void Raw(std::vector<T>& rows) {
    static_assert(std::is_trivially_copyable_v<T>);
    uint32_t count;
    Value(count);
    if (uint64_t{count} * sizeof(T) > rest_.size()) ok_ = false;
    if (!ok_) return;
    rows.resize(count);
    if (count != 0) std::memcpy(static_cast<void*>(rows.data()), Take(count * sizeof(T)), count * sizeof(T));
  }

 private:
  const char* Take(size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return nullptr;
    }
    const char* at = rest_.data();
    rest_.remove_prefix(size);
    return at;
  }
  std::string_view rest_;
  bool ok_ = true;
};

// The order of the fields, once for both directions.
template <typename Archive>
void Visit(Archive& a, KernelInfo& info) {
  a.String(info.name);
  a.List(info.parameters, [](Archive& list, KernelParameter& p) {
    list.Value(p.offset_bytes), list.Value(p.size_bytes), list.Value(p.align_bytes);
  });
  for (uint32_t* field :
       {&info.parameter_bytes, &info.static_scratchpad_bytes, &info.scratchpad_align_bytes, &info.constant_bytes,
        &info.local_bytes, &info.registers, &info.max_threads[0], &info.max_threads[1], &info.max_threads[2],
        &info.required_threads[0], &info.required_threads[1], &info.required_threads[2], &info.min_blocks_per_core,
        &info.cluster_dims[0], &info.cluster_dims[1], &info.cluster_dims[2], &info.ptx_version, &info.ptx_target}) {
    a.Value(*field);
  }
  a.Flag(info.uses_barriers), a.Flag(info.uses_device_heap), a.Flag(info.uses_printf);
}

template <typename Archive>
void Visit(Archive& a, Program& program) {
  Visit(a, program.info);
  a.Value(program.entry);
  a.List(program.functions, [](Archive& list, ProgramFunction& f) {
    list.String(f.name);
    for (uint32_t* field : {&f.first_instruction, &f.instruction_count, &f.predicate_count, &f.slot_count,
                            &f.first_constant, &f.constant_count, &f.local_bytes, &f.argument_bytes}) {
      list.Value(*field);
    }
  });
  a.Raw(program.code);
  a.Raw(program.constants);
  a.Raw(program.branch_targets);
  a.List(program.symbols, [](Archive& list, std::string& s) { list.String(s); });
  a.Raw(program.function_table);
  a.Raw(program.lines);
  a.List(program.files, [](Archive& list, std::string& s) { list.String(s); });
}
static_assert(sizeof(SourceLine) == 16 && sizeof(FunctionTableEntry) == 8, "written as they lie in memory");

}  // namespace

std::string SerializeProgram(const Program& program) {
  Writer payload;
  // Visit() takes a mutable program because reading shares it; the writer changes nothing.
  Visit(payload, const_cast<Program&>(program));
  Writer out;
  out.out().append(kMagic, sizeof(kMagic));
  out.Value(bytecode::kFormatVersion);
  out.Value(static_cast<uint32_t>((program.needs_parameter_memory ? kNeedsParameterMemory : 0) |
                                  (program.has_spin_loops ? kHasSpinLoops : 0)));
  out.Value(static_cast<uint64_t>(payload.out().size()));
  out.Value(Checksum(payload.out()));
  return std::move(out.out()) + payload.out();
}

absl::StatusOr<Program> DeserializeProgram(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), kMagic, sizeof(kMagic)) != 0) {
    return Error(ErrorKind::kInvalidImage, "not a serialised Culvert program");
  }
  Reader header(bytes.substr(sizeof(kMagic), kHeaderBytes - sizeof(kMagic)));
  uint32_t version, flags;
  uint64_t size, checksum;
  header.Value(version), header.Value(flags), header.Value(size), header.Value(checksum);
  if (version != bytecode::kFormatVersion) {
    return Error(ErrorKind::kInvalidImage, "program format version %d; this build reads %d", version,
                 bytecode::kFormatVersion);
  }
  std::string_view payload = bytes.substr(kHeaderBytes);
  if (payload.size() != size || (flags & ~(kNeedsParameterMemory | kHasSpinLoops)) != 0) {
    return Error(ErrorKind::kInvalidImage, "the serialised program is cut off or has a damaged header");
  }
  if (Checksum(payload) != checksum)
    return Error(ErrorKind::kInvalidImage, "the serialised program is damaged (checksum)");
  Program program;
  Reader reader(payload);
  Visit(reader, program);
  if (!reader.ok() || !reader.at_end()) return Error(ErrorKind::kInvalidImage, "the serialised program is malformed");
  program.needs_parameter_memory = (flags & kNeedsParameterMemory) != 0;
  program.has_spin_loops = (flags & kHasSpinLoops) != 0;
  CULVERT_RETURN_IF_ERROR(ValidateProgram(program));
  return program;
}

}  // namespace culvert

#include "runtime/npu/interp/print_format.h"

#include <stdio.h>

#include <cstring>

namespace culvert::npu {
namespace {

constexpr size_t kMaxFormatBytes = 4096;
constexpr size_t kMaxStringBytes = 65536;
constexpr int kMaxArguments = 32;
constexpr int kMaxWidth = 4096;  // of one conversion: a hostile width must not make us print for ever

class Formatter {
 public:
  Formatter(const MemoryReader& read, std::string format, uint64_t arguments)
      : read_(read), format_(std::move(format)), next_(arguments) {}

  FormattedText Run() {
    for (size_t i = 0; i < format_.size() && out_.bad_address == 0;) {
      if (format_[i] != '%') {
        out_.text += format_[i++];
        continue;
      }
      i = Conversion(i);
    }
    return std::move(out_);
  }

 private:
  template <typename T>
  T Take() {
    T value = {};
    if (out_.arguments >= kMaxArguments) return value;
    next_ = (next_ + sizeof(T) - 1) & ~uint64_t{sizeof(T) - 1};
    if (!read_(next_, &value, sizeof(T))) out_.bad_address = next_;
    next_ += sizeof(T);
    ++out_.arguments;
    return value;
  }

  // A width or precision: digits or '*'.
  size_t Number(size_t i, std::string* spec) {
    if (i < format_.size() && format_[i] == '*') {
      int value = Take<int32_t>();
      *spec += std::to_string(std::min(std::max(value, -kMaxWidth), kMaxWidth));
      return i + 1;
    }
    int value = 0;
    bool any = false;
    for (; i < format_.size() && format_[i] >= '0' && format_[i] <= '9'; ++i) {
      value = std::min(value * 10 + (format_[i] - '0'), kMaxWidth);
      any = true;
    }
    if (any) *spec += std::to_string(value);
    return i;
  }

  template <typename T>
  void Print(std::string spec, T value) {
    char buffer[kMaxWidth + 512];
    int length = snprintf(buffer, sizeof(buffer), spec.c_str(), value);
    if (length > 0) out_.text.append(buffer, std::min<size_t>(static_cast<size_t>(length), sizeof(buffer) - 1));
  }

  void Integer(std::string spec, const std::string& length, char kind) {
    bool wide = length == "l" || length == "ll" || length == "j" || length == "z" || length == "t";
    uint64_t value = wide ? Take<uint64_t>() : Take<uint32_t>();
    bool is_signed = kind == 'd' || kind == 'i';
    if (!wide && is_signed) value = static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)});
    if (length == "h") value = is_signed ? static_cast<uint64_t>(int64_t{static_cast<int16_t>(value)}) : value & 0xffff;
    if (length == "hh") value = is_signed ? static_cast<uint64_t>(int64_t{static_cast<int8_t>(value)}) : value & 0xff;
    Print(spec + "ll" + kind, value);
  }

  size_t Conversion(size_t start) {
    size_t i = start + 1;
    std::string spec = "%";
    while (i < format_.size() && std::strchr("-+ #0", format_[i]) != nullptr) {
      if (spec.size() < 8) spec += format_[i];
      ++i;
    }
    i = Number(i, &spec);
    if (i < format_.size() && format_[i] == '.') {
      spec += '.';
      i = Number(i + 1, &spec);
    }
    std::string length;
    while (i < format_.size() && length.size() < 2 && std::strchr("hlLjzt", format_[i]) != nullptr)
      length += format_[i++];
    char kind = i < format_.size() ? format_[i] : '\0';
    switch (kind) {
      case '%':
        out_.text += '%';
        break;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        Integer(spec, length, kind);
        break;
      case 'c':
        Print(spec + 'c', Take<int32_t>());
        break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        Print(spec + kind, Take<double>());
        break;
      case 'p':
        Print(spec + 'p', reinterpret_cast<void*>(Take<uint64_t>()));
        break;
      case 's': {
        uint64_t address = Take<uint64_t>();
        std::optional<std::string> text = address == 0 ? "(null)" : ReadString(read_, address, kMaxStringBytes);
        if (!text.has_value()) {
          out_.bad_address = address;
          break;
        }
        char buffer[kMaxStringBytes + kMaxWidth];
        int bytes = snprintf(buffer, sizeof(buffer), (spec + 's').c_str(), text->c_str());
        if (bytes > 0) out_.text.append(buffer, std::min<size_t>(static_cast<size_t>(bytes), sizeof(buffer) - 1));
        break;
      }
      default:
        out_.text.append(format_, start, i - start + (kind != '\0'));
        break;
    }
    return i + (kind != '\0');
  }

  const MemoryReader& read_;
  std::string format_;
  uint64_t next_;
  FormattedText out_;
};

}  // namespace

std::optional<std::string> ReadString(const MemoryReader& read, uint64_t address, size_t limit) {
  std::string text;
  while (text.size() < limit) {
    char c = 0;
    if (!read(address + text.size(), &c, 1)) return std::nullopt;
    if (c == '\0') break;
    text += c;
  }
  return text;
}

FormattedText FormatPrintf(const MemoryReader& read, uint64_t format, uint64_t arguments) {
  std::optional<std::string> text = ReadString(read, format, kMaxFormatBytes);
  if (!text.has_value()) return FormattedText{.text = "", .bad_address = format};
  return Formatter(read, *std::move(text), arguments).Run();
}

}  // namespace culvert::npu

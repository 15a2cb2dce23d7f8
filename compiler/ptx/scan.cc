#include "compiler/ptx/scan.h"

#include <cstdint>
#include <cstring>

namespace culvert::ptx {
namespace {

using Bytes16 = uint8_t __attribute__((vector_size(16)));

inline Bytes16 Load(const char* p) {
  Bytes16 v;
  memcpy(&v, p, sizeof v);
  return v;
}

// One bit per byte of `mask` (bytes are 0 or 0xff).
inline uint32_t MoveMask(Bytes16 mask) {
#if defined(__SSE2__)
  using Chars = char __attribute__((vector_size(16)));
  return static_cast<uint32_t>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars>(mask)));
#else
  uint32_t bits = 0;
  for (int i = 0; i < 16; ++i) bits |= static_cast<uint32_t>(mask[i] & 1) << i;
  return bits;
#endif
}

// Past the end of the string or comment that starts at p (which holds '"' or '/'); p + 1 if it is neither.
const char* SkipStringOrComment(const char* p, const char* end) {
  if (*p == '"') {
    for (++p; p < end && *p != '"' && *p != '\n'; ++p) {
      if (*p == '\\' && p + 1 < end) ++p;
    }
    return p < end ? p + 1 : end;
  }
  if (p + 1 >= end) return end;
  if (p[1] == '/') {
    const void* newline = memchr(p, '\n', static_cast<size_t>(end - p));
    return newline == nullptr ? end : static_cast<const char*>(newline);
  }
  if (p[1] == '*') {
    for (p += 2; p + 1 < end; ++p) {
      if (p[0] == '*' && p[1] == '/') return p + 2;
    }
    return end;
  }
  return p + 1;
}

}  // namespace

const char* FindMatchingBrace(const char* p, const char* end) {
  size_t depth = 1;
  // Looks at one interesting character; returns where to go on, or nullptr when it was the matching brace.
  auto step = [&](const char* at) -> const char* {
    switch (*at) {
      case '{':
        ++depth;
        return at + 1;
      case '}':
        return --depth == 0 ? nullptr : at + 1;
      default:
        return SkipStringOrComment(at, end);
    }
  };
  while (end - p >= 16) {
    Bytes16 bytes = Load(p);
    uint32_t hits = MoveMask((bytes == '{') | (bytes == '}') | (bytes == '"') | (bytes == '/'));
    const char* next = p + 16;
    while (hits != 0) {
      const char* at = p + __builtin_ctz(hits);
      hits &= hits - 1;
      const char* resume = step(at);
      if (resume == nullptr) return at;
      if (resume != at + 1) {  // a string or comment: its inside does not count
        if (resume >= next) {
          next = resume;
          break;
        }
        hits &= ~uint32_t{0} << (resume - p);
      }
    }
    p = next;
  }
  while (p < end) {
    if (*p == '{' || *p == '}' || *p == '"' || *p == '/') {
      const char* resume = step(p);
      if (resume == nullptr) return p;
      p = resume;
    } else {
      ++p;
    }
  }
  return nullptr;
}

size_t CountNewlines(const char* p, const char* end) {
  size_t count = 0;
  while (end - p >= 64) {
    uint64_t bits = MoveMask(Load(p) == '\n') | static_cast<uint64_t>(MoveMask(Load(p + 16) == '\n')) << 16 |
                    static_cast<uint64_t>(MoveMask(Load(p + 32) == '\n')) << 32 |
                    static_cast<uint64_t>(MoveMask(Load(p + 48) == '\n')) << 48;
    count += static_cast<size_t>(__builtin_popcountll(bits));
    p += 64;
  }
  for (; p < end; ++p) count += *p == '\n';
  return count;
}

}  // namespace culvert::ptx

// Byte operations: substring search, case folding, word count, byte-wise SIMD on packed words, unaligned byte copies.
#include "check.h"

__global__ void Find(const char* text, int length, const char* pattern, int size, int* hits, int* count) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i + size > length) return;
  for (int k = 0; k < size; ++k) {
    if (text[i + k] != pattern[k]) return;
  }
  hits[i] = 1;
  atomicAdd(count, 1);
}

__global__ void Fold(const char* in, char* out, int length) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= length) return;
  char c = in[i];
  out[i] = c >= 'a' && c <= 'z' ? char(c - 32) : c >= 'A' && c <= 'Z' ? char(c + 32) : c;
}

__global__ void Words(const char* text, int length, int* words) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  bool begins = i < length && text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
  int count = __syncthreads_count(begins);
  if (threadIdx.x == 0) atomicAdd(words, count);
}

// Signed and unsigned bytes widen differently; a byte store keeps its neighbours.
__global__ void Widen(const signed char* s, const unsigned char* u, short* out, unsigned char* packed, int n) {
  int i = threadIdx.x;
  if (i >= n) return;
  out[2 * i] = short(s[i] * 3);
  out[2 * i + 1] = short(u[i] * 3);
  packed[3 * i + 1] = (unsigned char)(s[i] >> 1);
}

__global__ void Copy(const char* in, char* out, int n) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) out[i] = in[i];
}

int main() {
  const int length = 20000;
  std::string text, pattern = "abba";
  for (int i = 0; i < length; ++i) text += "ab ABc"[check::Hash32(i) % 6];
  text.replace(length - 4, 4, pattern);
  text.replace(0, 4, pattern);
  std::vector<char> chars(text.begin(), text.end()), folded(chars);
  std::vector<int> want(length, 0);
  int total = 0, words = 0;
  for (size_t at = text.find(pattern); at != std::string::npos; at = text.find(pattern, at + 1)) want[at] = 1, ++total;
  for (int i = 0; i < length; ++i) {
    words += text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
    char c = text[i];
    folded[i] = c >= 'a' && c <= 'z' ? char(c - 32) : c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  }
  check::Device<char> dtext(chars), dpattern(std::vector<char>(pattern.begin(), pattern.end())), out(length);
  check::Device<int> hits(length), counts(2);
  hits.Zero(), counts.Zero();
  int blocks = (length + 127) / 128;
  Find<<<blocks, 128>>>(dtext, length, dpattern, 4, hits, counts);
  Words<<<blocks, 128>>>(dtext, length, counts + 1);
  Fold<<<blocks, 128>>>(dtext, out, length);
  CHECK_LAUNCH();
  check::Equal("hits", hits.Get(), want);
  check::Equal("counts", counts.Get(), {total, words});
  check::Equal("folded", out.Get(), folded);

  const int n = 256;
  std::vector<signed char> s(n);
  std::vector<unsigned char> u(n), packed(3 * n, 0xee), packed_want(3 * n, 0xee);
  std::vector<short> wide(2 * n);
  for (int i = 0; i < n; ++i) {
    s[i] = (signed char)(i), u[i] = (unsigned char)(i);
    wide[2 * i] = short(s[i] * 3), wide[2 * i + 1] = short(u[i] * 3);
    packed_want[3 * i + 1] = (unsigned char)(s[i] >> 1);
  }
  check::Device<signed char> ds(s);
  check::Device<unsigned char> du(u), dpacked(packed);
  check::Device<short> dwide(2 * n);
  Widen<<<1, n>>>(ds, du, dwide, dpacked, n);
  CHECK_LAUNCH();
  check::Equal("widened", dwide.Get(), wide);
  check::Equal("byte stores", dpacked.Get(), packed_want);

  for (int offset : {1, 2, 3, 5}) {
    Copy<<<1, 64>>>(dtext + offset, out + 7, 1000);
    CHECK_LAUNCH();
    std::vector<char> got = out.Get();
    EXPECT(std::memcmp(&got[7], &text[offset], 1000) == 0);
  }
  return check::Finish("string_search");
}

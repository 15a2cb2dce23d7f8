// SHA-256 (FIPS 180-4) of many short messages, one per thread, against the same code on the host and published digests;
// CRC-32 with a table in constant memory and bit by bit.
#include "check.h"

__constant__ uint32_t round_constants[64];
__constant__ uint32_t crc_table[256];

// The constants are the fractional parts of the cube roots of the first 64 primes: computed, not listed.
std::vector<uint32_t> RoundConstants() {
  std::vector<uint32_t> k;
  for (int p = 2; k.size() < 64; ++p) {
    bool prime = true;
    for (int d = 2; d * d <= p; ++d) prime &= p % d != 0;
    if (!prime) continue;
    long double root = std::cbrt(static_cast<long double>(p));
    k.push_back(uint32_t((root - std::floor(root)) * 4294967296.0L));
  }
  return k;
}

__host__ __device__ inline uint32_t Rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

// One padded block: `length` <= 55 bytes of message.
__host__ __device__ inline void Sha256(const uint8_t* message, int length, const uint32_t* k, uint32_t* digest) {
  uint32_t w[64], h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (int i = 0; i < 16; ++i) {
    w[i] = 0;
    for (int b = 0; b < 4; ++b) {
      int at = i * 4 + b;
      uint32_t byte = at < length ? message[at] : at == length ? 0x80 : 0;
      w[i] = w[i] << 8 | byte;
    }
  }
  w[15] = uint32_t(length) * 8;
  for (int i = 16; i < 64; ++i) {
    uint32_t s0 = Rotate(w[i - 15], 7) ^ Rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = Rotate(w[i - 2], 17) ^ Rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t v[8];
  for (int i = 0; i < 8; ++i) v[i] = h[i];
  for (int i = 0; i < 64; ++i) {
    uint32_t s1 = Rotate(v[4], 6) ^ Rotate(v[4], 11) ^ Rotate(v[4], 25), choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
    uint32_t t1 = v[7] + s1 + choose + k[i] + w[i];
    uint32_t s0 = Rotate(v[0], 2) ^ Rotate(v[0], 13) ^ Rotate(v[0], 22);
    uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    for (int j = 7; j > 0; --j) v[j] = v[j - 1];
    v[4] += t1;
    v[0] = t1 + s0 + majority;
  }
  for (int i = 0; i < 8; ++i) digest[i] = h[i] + v[i];
}

__global__ void HashAll(const uint8_t* messages, const int* lengths, uint32_t* digests, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) Sha256(messages + i * 56, lengths[i], round_constants, digests + i * 8);
}

__global__ void Crc(const uint8_t* messages, const int* lengths, uint32_t* by_table, uint32_t* by_bit, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  uint32_t a = ~0u, b = ~0u;
  for (int k = 0; k < lengths[i]; ++k) {
    uint8_t byte = messages[i * 56 + k];
    a = a >> 8 ^ crc_table[(a ^ byte) & 0xff];
    b ^= byte;
    for (int bit = 0; bit < 8; ++bit) b = b >> 1 ^ (b & 1 ? 0xedb88320u : 0u);
  }
  by_table[i] = ~a;
  by_bit[i] = ~b;
}

int main() {
  const int n = 300;
  std::vector<uint8_t> messages(n * 56);
  std::vector<int> lengths(n);
  for (size_t i = 0; i < messages.size(); ++i) messages[i] = uint8_t(check::Hash32(uint32_t(i)));
  for (int i = 0; i < n; ++i) lengths[i] = int(check::Hash32(i + 1000) % 56);
  lengths[0] = 3;
  std::memcpy(&messages[0], "abc", 3);
  lengths[1] = 9;
  std::memcpy(&messages[56], "123456789", 9);
  std::vector<uint32_t> k = RoundConstants(), table(256), want(n * 8), crc(n);
  for (uint32_t i = 0; i < 256; ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0u);
  }
  CHECK_CUDA(cudaMemcpyToSymbol(round_constants, k.data(), 64 * 4));
  CHECK_CUDA(cudaMemcpyToSymbol(crc_table, table.data(), 256 * 4));
  check::Device<uint8_t> dmessages(messages);
  check::Device<int> dlengths(lengths);
  check::Device<uint32_t> digests(n * 8), by_table(n), by_bit(n);
  HashAll<<<(n + 63) / 64, 64>>>(dmessages, dlengths, digests, n);
  Crc<<<(n + 31) / 32, 32>>>(dmessages, dlengths, by_table, by_bit, n);
  CHECK_LAUNCH();
  for (int i = 0; i < n; ++i) {
    Sha256(&messages[i * 56], lengths[i], k.data(), &want[i * 8]);
    crc[i] = ~0u;
    for (int b = 0; b < lengths[i]; ++b) crc[i] = crc[i] >> 8 ^ table[(crc[i] ^ messages[i * 56 + b]) & 0xff];
    crc[i] = ~crc[i];
  }
  EXPECT_EQ(want[0], 0xba7816bfu);  // FIPS 180-4, the digest of "abc"
  EXPECT_EQ(want[7], 0xf20015adu);
  EXPECT_EQ(crc[1], 0xcbf43926u);  // the check value of CRC-32
  check::Equal("sha-256", digests.Get(), want);
  check::Equal("crc by table", by_table.Get(), crc);
  check::Equal("crc by bit", by_bit.Get(), crc);
  return check::Finish("hashes");
}

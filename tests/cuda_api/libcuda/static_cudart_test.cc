// What a statically linked runtime library asks of the driver beyond the public API (cuGetExportTable). Whether such a
// library accepts the answers is tested by the conformance programs that nvcc builds.
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include "driver.h"

namespace culvert {
namespace {

using Slot = const void*;

const Slot* TableOf(const unsigned char (&id)[16]) {
  CUuuid uuid;
  memcpy(uuid.bytes, id, 16);
  const void* table = nullptr;
  EXPECT_CU(cuGetExportTable(&table, &uuid));
  return static_cast<const Slot*>(table);
}

constexpr unsigned char kInterface[16] = {0x6b, 0xd5, 0xfb, 0x6c, 0x5b, 0xf4, 0xe7, 0x4a,
                                          0x89, 0x87, 0xd9, 0x39, 0x12, 0xfd, 0x9d, 0xf9};
constexpr unsigned char kStorage[16] = {0xc6, 0x93, 0x33, 0x6e, 0x11, 0x21, 0xdf, 0x11,
                                        0xa8, 0xc3, 0x68, 0xf3, 0x55, 0xd8, 0x95, 0x93};
constexpr unsigned char kCallbacks[16] = {0xa0, 0x94, 0x79, 0x8c, 0x2e, 0x74, 0x2e, 0x74,
                                          0x93, 0xf2, 0x08, 0x00, 0x20, 0x0c, 0x0a, 0x66};
constexpr unsigned char kHandshake[16] = {0xd4, 0x08, 0x20, 0x55, 0xbd, 0xe6, 0x70, 0x4b,
                                          0x8d, 0x34, 0xba, 0x12, 0x3c, 0x66, 0xe1, 0xf2};

template <typename Function>
Function Entry(const unsigned char (&id)[16], size_t slot) {
  return reinterpret_cast<Function>(const_cast<void*>(TableOf(id)[slot]));
}

using Destructor = void (*)(CUcontext, void*, void*);
using Put = CUresult (*)(CUcontext, void*, void*, Destructor);
using Delete = CUresult (*)(CUcontext, void*);
using Get = CUresult (*)(void**, CUcontext, void*);
using Handshake = CUresult (*)(uint32_t, uint64_t, uint8_t*);
using Flags = void (*)(const void**, size_t*);

TEST(ExportTable, UnknownTablesAreRefused) {
  CUuuid uuid = {};
  const void* table = &uuid;
  EXPECT_EQ(cuGetExportTable(&table, &uuid), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(table, nullptr);
  EXPECT_EQ(cuGetExportTable(nullptr, &uuid), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuGetExportTable(&table, nullptr), CUDA_ERROR_INVALID_VALUE);
}

TEST(ExportTable, TablesSayTheirSizeAndHaveNoEmptySlot) {
  const Slot* table = TableOf(kInterface);
  size_t bytes = reinterpret_cast<size_t>(table[0]);
  ASSERT_EQ(bytes, 13 * sizeof(Slot));
  for (size_t i = 1; i < bytes / sizeof(Slot); ++i) EXPECT_NE(table[i], nullptr);
  EXPECT_EQ(Entry<CUresult (*)()>(kInterface, 5)(), CUDA_ERROR_NOT_SUPPORTED);
}

TEST_F(DriverTest, PrimaryContextWithoutActivation) {
  CUcontext handle = nullptr, retained = nullptr;
  auto primary = Entry<CUresult (*)(CUcontext*, CUdevice)>(kInterface, 2);
  ASSERT_CU(primary(&handle, 0));
  unsigned flags;
  int active = -1;
  EXPECT_CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
  EXPECT_EQ(active, 0);
  EXPECT_CU(cuCtxSetCurrent(handle));
  EXPECT_CU(cuDevicePrimaryCtxRetain(&retained, 0));
  EXPECT_EQ(handle, retained);
  EXPECT_EQ(primary(&handle, 4), CUDA_ERROR_INVALID_DEVICE);
}

int destroyed = 0;
void CountDestroyed(CUcontext, void* key, void* value) {
  EXPECT_EQ(key, reinterpret_cast<void*>(1));
  EXPECT_EQ(value, reinterpret_cast<void*>(22));
  ++destroyed;
}

TEST_F(ContextTest, StorageOfTheCurrentContext) {
  auto put = Entry<Put>(kStorage, 0);
  auto get = Entry<Get>(kStorage, 2);
  auto key = reinterpret_cast<void*>(1), other_key = reinterpret_cast<void*>(2);
  void* value = nullptr;
  EXPECT_EQ(get(&value, nullptr, key), CUDA_ERROR_INVALID_HANDLE);
  ASSERT_CU(put(nullptr, key, reinterpret_cast<void*>(11), nullptr));
  ASSERT_CU(put(nullptr, key, reinterpret_cast<void*>(22), CountDestroyed));
  ASSERT_CU(put(nullptr, other_key, reinterpret_cast<void*>(33), nullptr));
  EXPECT_CU(get(&value, context_, key));
  EXPECT_EQ(value, reinterpret_cast<void*>(22));
  EXPECT_CU(Entry<Delete>(kStorage, 1)(nullptr, other_key));
  EXPECT_EQ(get(&value, nullptr, other_key), CUDA_ERROR_INVALID_HANDLE);
  // Another context has storage of its own, and its end leaves ours alone.
  CUcontext second;
  ASSERT_CU(cuCtxCreate(&second, nullptr, 0, 0));
  EXPECT_EQ(get(&value, nullptr, key), CUDA_ERROR_INVALID_HANDLE);
  ASSERT_CU(cuCtxDestroy(second));
  EXPECT_EQ(destroyed, 0);
  ASSERT_CU(cuCtxDestroy(context_));
  context_ = nullptr;
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(get(&value, nullptr, key), CUDA_ERROR_INVALID_CONTEXT);
}

TEST_F(DriverTest, ResetCallsDestructors) {
  CUcontext context;
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  auto key = reinterpret_cast<void*>(1);
  ASSERT_CU(Entry<Put>(kStorage, 0)(context, key, reinterpret_cast<void*>(22), CountDestroyed));
  ASSERT_CU(cuDevicePrimaryCtxReset(0));
  EXPECT_EQ(destroyed, 1);
  ASSERT_CU(cuDevicePrimaryCtxRetain(&context, 0));
  void* value;
  EXPECT_EQ(Entry<Get>(kStorage, 2)(&value, context, key), CUDA_ERROR_INVALID_HANDLE);
}

TEST(ExportTable, NoToolWatchesRuntimeCalls) {
  const void* flags = nullptr;
  size_t count = 0;
  Entry<Flags>(kCallbacks, 2)(&flags, &count);
  ASSERT_GE(count, 523u);
  for (size_t i = 0; i < count; ++i) ASSERT_EQ(static_cast<const uint32_t*>(flags)[i], 0u);
  Entry<Flags>(kCallbacks, 6)(&flags, &count);
  EXPECT_GE(count, 14u);
}

TEST_F(DriverTest, HandshakeDependsOnItsArguments) {
  auto handshake = Entry<Handshake>(kHandshake, 1);
  std::set<std::string> answers;
  for (uint32_t version : {13000u, 13001u, 13002u, 12082u}) {
    for (uint64_t seconds : {1000, 1001}) {
      unsigned char first[16], second[16];
      ASSERT_CU(handshake(version, seconds, first));
      ASSERT_CU(handshake(version, seconds, second));
      EXPECT_EQ(memcmp(first, second, 16), 0);
      answers.insert(std::string(reinterpret_cast<char*>(first), 16));
    }
  }
  EXPECT_EQ(answers.size(), 6u);  // two versions have fixed answers
  EXPECT_EQ(handshake(13002, 0, nullptr), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
}  // namespace culvert

#include "tests/cuda_api/libcudart/kernels.h"

#include <cstdlib>
#include <cstring>

#include "compiler/fatbin/fatbin_format.h"
#include "compiler/fatbin/fatbin_writer.h"
#include "include/cuda/detail/registration.h"

namespace culvert::testing {

char fill, increment, store, trap, wait_flag, static_shared, limited, read_symbols, unregistered, absent, sass_only;
uint32_t scalar;
uint32_t table[4];
uint32_t* managed;

namespace {

constexpr char kPtx[] = R"(.version 8.0
.target sm_75
.address_size 64

.visible .global .align 4 .u32 scalar = 7;
.visible .const .align 4 .u32 table[4] = {1, 2, 3, 4};
.visible .global .attribute(.managed) .align 4 .u32 managed_value = 5;

.visible .entry fill(.param .u64 out, .param .u32 value, .param .u32 count)
{
  .reg .pred %p<2>;
  .reg .b32 %r<7>;
  .reg .b64 %rd<5>;
  ld.param.u64 %rd1, [out];
  ld.param.u32 %r1, [value];
  ld.param.u32 %r2, [count];
  mov.u32 %r3, %ctaid.x;
  mov.u32 %r4, %ntid.x;
  mov.u32 %r5, %tid.x;
  mad.lo.s32 %r6, %r3, %r4, %r5;
  setp.ge.u32 %p1, %r6, %r2;
  @%p1 bra DONE;
  cvta.to.global.u64 %rd2, %rd1;
  mul.wide.u32 %rd3, %r6, 4;
  add.s64 %rd4, %rd2, %rd3;
  st.global.u32 [%rd4], %r1;
DONE:
  ret;
}

.visible .entry increment(.param .u64 out)
{
  .reg .b32 %r<3>;
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [out];
  ld.global.u32 %r1, [%rd1];
  add.s32 %r2, %r1, 1;
  st.global.u32 [%rd1], %r2;
  ret;
}

.visible .entry store(.param .u64 address)
{
  .reg .b32 %r<2>;
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [address];
  mov.u32 %r1, 1;
  st.global.u32 [%rd1], %r1;
  ret;
}

.visible .entry trap()
{
  trap;
  ret;
}

.visible .entry wait_flag(.param .u64 flag)
{
  .reg .pred %p<2>;
  .reg .b32 %r<2>;
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [flag];
AGAIN:
  ld.volatile.global.u32 %r1, [%rd1];
  setp.eq.u32 %p1, %r1, 0;
  @%p1 bra AGAIN;
  ret;
}

.visible .entry static_shared()
{
  .reg .b32 %r<2>;
  .shared .align 4 .b8 buffer[4096];
  mov.u32 %r1, 1;
  st.shared.u32 [buffer], %r1;
  ret;
}

.visible .entry limited()
.maxntid 64, 1, 1
{
  ret;
}

.visible .entry read_symbols(.param .u64 out)
{
  .reg .b32 %r<8>;
  .reg .b64 %rd<2>;
  ld.param.u64 %rd1, [out];
  ld.global.u32 %r1, [scalar];
  ld.const.u32 %r2, [table+8];
  ld.global.u32 %r3, [managed_value];
  st.global.u32 [%rd1], %r1;
  st.global.u32 [%rd1+4], %r2;
  st.global.u32 [%rd1+8], %r3;
  add.s32 %r4, %r1, 1;
  st.global.u32 [scalar], %r4;
  add.s32 %r5, %r3, 1;
  st.global.u32 [managed_value], %r5;
  ret;
}
)";

// One fat binary and its wrapper; the program's image lives until the end of the process.
struct FatBinary {
  std::string bytes;
  compiler::fatbin::WrapperLayout wrapper;
  void** handle = nullptr;

  explicit FatBinary(std::string fatbin) : bytes(std::move(fatbin)) {
    wrapper = {compiler::fatbin::kWrapperMagic, compiler::fatbin::kWrapperPlain,
               reinterpret_cast<uint64_t>(bytes.data()), 0};
    handle = __cudaRegisterFatBinary(&wrapper);
  }
};

std::string PtxFatBinary() {
  auto bytes = compiler::fatbin::WriteFatbin({{75, PtxText(), "kernels.ptx"}}, compiler::fatbin::Compression::kNone);
  if (!bytes.ok()) abort();
  return *bytes;
}

// A fat binary whose only entry is an ELF file for sm_90.
std::string SassFatBinary() {
  using namespace compiler::fatbin;
  std::string elf(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  elf.resize(128);
  EntryLayout entry = {};
  entry.kind = static_cast<uint16_t>(EntryKind::kElf);
  entry.version = kEntryVersion;
  entry.header_bytes = sizeof(EntryLayout);
  entry.payload_bytes = elf.size();
  entry.arch = 90;
  entry.flags = kFlag64Bit | kFlagLinux;
  FatbinHeaderLayout header = {kFatbinMagic, kFatbinVersion, sizeof(FatbinHeaderLayout),
                               sizeof(EntryLayout) + elf.size()};
  std::string out(reinterpret_cast<const char*>(&header), sizeof(header));
  out.append(reinterpret_cast<const char*>(&entry), sizeof(entry));
  return out + elf;
}

void RegisterKernel(void** handle, char* stub, const char* name) {
  __cudaRegisterFunction(handle, stub, const_cast<char*>(name), name, -1, nullptr, nullptr, nullptr, nullptr, nullptr);
}

template <typename T>
void RegisterVariable(void** handle, T* host, const char* name, bool constant) {
  __cudaRegisterVar(handle, reinterpret_cast<char*>(host), const_cast<char*>(name), name, 0, sizeof(T), constant, 0);
}

// What the static constructor of a compiled program does.
[[maybe_unused]] const bool registered = [] {
  auto* ptx = new FatBinary(PtxFatBinary());
  void** handle = ptx->handle;
  RegisterKernel(handle, &fill, "fill");
  RegisterKernel(handle, &increment, "increment");
  RegisterKernel(handle, &store, "store");
  RegisterKernel(handle, &trap, "trap");
  RegisterKernel(handle, &wait_flag, "wait_flag");
  RegisterKernel(handle, &static_shared, "static_shared");
  RegisterKernel(handle, &limited, "limited");
  RegisterKernel(handle, &read_symbols, "read_symbols");
  RegisterKernel(handle, &absent, "absent");
  RegisterVariable(handle, &scalar, "scalar", false);
  RegisterVariable(handle, &table, "table", true);
  __cudaRegisterManagedVar(handle, reinterpret_cast<void**>(&managed), nullptr, "managed_value", 0, sizeof(uint32_t), 0,
                           0);
  __cudaRegisterFatBinaryEnd(handle);
  auto* sass = new FatBinary(SassFatBinary());
  RegisterKernel(sass->handle, &sass_only, "sass_only");
  __cudaRegisterFatBinaryEnd(sass->handle);
  return true;
}();

}  // namespace

const std::string& PtxText() {
  static const std::string* text = new std::string(kPtx);
  return *text;
}

}  // namespace culvert::testing

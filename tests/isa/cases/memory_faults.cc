// Accesses outside of memory and misaligned ones (PTX ISA, "Alignment"; the driver's errors 700, 716 and 719): each
// state space, read and write, one lane of many or all.
#include "tests/isa/cases/load.h"

namespace culvert::isa {
namespace {

struct FaultPlace {
  const char* space;
  const char* name;
  const char* address;  // PTX that leaves it in %d30
  const char* message;  // what the fault's text says before the access
};
// The variables of the kernel: `data` of 256 bytes in .shared and .local, `fixed` in .const.
constexpr FaultPlace kPlaces[] = {
    {"", "null", "mov.u64 %d30, 0;", "illegal generic"},
    {".global", "null", "mov.u64 %d30, 0;", "illegal global"},
    {".global", "small", "mov.u64 %d30, 4096;", "illegal global"},
    {".global", "highest", "mov.u64 %d30, 0xfffffffffffffff0;", "illegal global"},
    {"", "highest", "mov.u64 %d30, 0xfffffffffffffff0;", "illegal generic"},
    {".global", "noncanonical", "mov.u64 %d30, 0x8000000000000000;", "illegal global"},
    // 1 GiB behind a buffer of one page nothing is allocated.
    {".global", "behind", "add.u64 %d30, %d0, 0x40000000;", "illegal global"},
    {"", "behind", "add.u64 %d30, %d0, 0x40000000;", "illegal generic"},
    {".shared", "behind", "mov.u64 %d30, shared_data;\n  add.u64 %d30, %d30, 0x40000;", "failed shared"},
    {".shared", "negative", "mov.u64 %d30, 0xfffffff0;", "failed shared"},
    {".local", "behind", "mov.u64 %d30, local_data;\n  add.u64 %d30, %d30, 0x1000000;", "illegal local"},
    {".local", "negative", "mov.u64 %d30, 0xfffffff0;", "illegal local"},
    {".const", "behind", "mov.u64 %d30, fixed;\n  add.u64 %d30, %d30, 0x40000000;", "illegal"},
    {"", "misaligned", "add.u64 %d30, %d0, 2;", "misaligned generic"},
    {".global", "misaligned", "add.u64 %d30, %d0, 2;", "misaligned global"},
    {".shared", "misaligned", "mov.u64 %d30, shared_data;\n  add.u64 %d30, %d30, 2;", "misaligned shared"},
    {".local", "misaligned", "mov.u64 %d30, local_data;\n  add.u64 %d30, %d30, 2;", "misaligned local"},
    {".const", "misaligned", "mov.u64 %d30, fixed;\n  add.u64 %d30, %d30, 2;", "misaligned"},
    // A constant cannot be written, whatever address it is reached by.
    {"", "of_constant", "mov.u64 %d30, fixed;\n  cvta.const.u64 %d30, %d30;", "illegal generic write"},
};

// Which lanes access the bad address; the others an allowed one.
constexpr const char* kBadLanes[] = {"setp.ge.u32 %p2, %r31, 0;", "setp.eq.u32 %p2, %r29, 37;"};
constexpr const char* kBadNames[] = {"all", "one"};

Case FaultCase(const FaultPlace& place, bool write, const std::string& type, int lanes) {
  std::string space = place.space, opcode = (write ? "st" : "ld") + space + type;
  bool wide = type.find(".v2") != std::string::npos;
  std::string registers = wide ? "{%r5, %r6}" : "%r5";
  std::string good = space == ".shared"  ? "mov.u64 %d31, shared_data;"
                     : space == ".local" ? "mov.u64 %d31, local_data;"
                     : space == ".const" ? "mov.u64 %d31, fixed;"
                                         : "add.u64 %d31, %d0, 16;";
  std::string body = "  .local .align 16 .b8 local_data[256];\n  mov.u32 %r5, 3;\n  mov.u32 %r6, 4;\n  ";
  body += std::string(place.address) + "\n  " + good + "\n  " + kBadLanes[lanes] +
          "\n  selp.b64 %d32, %d30, %d31, %p2;\n  ";
  body += write ? opcode + " [%d32], " + registers + ";  //!\n" : opcode + " " + registers + ", [%d32];  //!\n";
  body += "  st.global.u32 [%d0], %r5;\n";
  Case test;
  test.name = opcode + "/fault_" + place.name + "_" + kBadNames[lanes];
  test.ptx = Kernel(1, body,
                    ".shared .align 16 .b8 shared_data[256];\n"
                    ".const .align 16 .b32 fixed[4] = {1, 2, 3, 4};\n");
  test.block[0] = 64;
  test.buffers = {Bytes(4096)};
  test.expected_fault = place.message;
  if (test.expected_fault.find(" write") == std::string::npos) test.expected_fault += write ? " write" : " read";
  if (space == ".const") test.expected_fault = place.message;
  test.check = [](const std::vector<Bytes>&) { return "no fault"; };
  return test;
}

// Addresses that fault only for wide elements: the first bytes lie inside, or the element is aligned to its half.
Case VectorCase(const std::string& opcode, int offset, const std::string& message) {
  bool write = opcode.starts_with("st");
  std::string registers = opcode.find(".v4") != std::string::npos ? "{%r5, %r6, %r7, %r8}" : "{%r5, %r6}";
  std::string address = "[%d30+" + std::to_string(offset) + "]";
  std::string body = "  mov.u32 %r5, 1;\n  mov.u32 %r6, 1;\n  mov.u32 %r7, 1;\n  mov.u32 %r8, 1;\n";
  body += opcode.find(".shared") != std::string::npos ? "  mov.u64 %d30, data;\n" : "  mov.u64 %d30, %d0;\n";
  body += "  " + opcode + " " + (write ? address + ", " + registers : registers + ", " + address) + ";  //!\n";
  body += "  st.global.u32 [%d0], %r5;\n  st.global.u32 [%d0+4], %r6;\n";
  Case test;
  test.name = opcode + "/fault_at_" + std::to_string(offset);
  test.ptx = Kernel(1, body, ".shared .align 16 .b8 data[256];\n");
  test.buffers = {Bytes(4096)};
  test.expected_fault = message;
  test.check = [](const std::vector<Bytes>&) { return "no fault"; };
  return test;
}

}  // namespace

void AddAccessFaults(std::vector<Case>* cases) {
  for (const FaultPlace& place : kPlaces) {
    bool only_write = std::string(place.name) == "of_constant", only_read = std::string(place.space) == ".const";
    for (bool write : {false, true}) {
      if ((write && only_read) || (!write && only_write)) continue;
      for (int lanes : {0, 1}) {
        for (const char* type : {".u32", ".v2.b32"}) cases->push_back(FaultCase(place, write, type, lanes));
      }
    }
  }
  for (const char* space : {".global", ".shared", ""}) {
    std::string name = *space == 0 ? "generic" : space + 1;
    for (const char* opcode : {"ld", "st"}) {
      std::string access = opcode[0] == 'l' ? " read" : " write", at = std::string(opcode) + space;
      cases->push_back(VectorCase(at + ".v2.u32", 4, "misaligned " + name + access + " of 8 bytes"));
      cases->push_back(VectorCase(at + ".v4.u32", 8, "misaligned " + name + access + " of 16 bytes"));
      cases->push_back(VectorCase(at + ".v2.u16", 2, "misaligned " + name + access + " of 4 bytes"));
    }
  }
}

}  // namespace culvert::isa

// The functions that running kernels call: slow access checks, faults, heap, printf, assert.
#include <stdio.h>

#include <string>

#include "absl/strings/str_format.h"
#include "include/culvert/bytecode.h"
#include "include/culvert/error.h"
#include "runtime/npu/grid.h"

namespace culvert::npu {
namespace {

const char* SpaceName(uint32_t space) {
  switch (static_cast<bytecode::Space>(space)) {
    case bytecode::Space::kGlobal:
      return "global";
    case bytecode::Space::kShared:
      return "shared";
    case bytecode::Space::kLocal:
      return "local";
    case bytecode::Space::kConst:
      return "constant";
    case bytecode::Space::kParam:
      return "parameter";
    case bytecode::Space::kGeneric:
      break;
  }
  return "generic";
}

std::string What(const culvert_fault& fault) {
  const char* access = fault.access == CULVERT_ACCESS_WRITE  ? "write"
                       : fault.access == CULVERT_ACCESS_READ ? "read"
                                                             : "access";
  std::string memory =
      absl::StrFormat("%s %s of %d bytes at 0x%x", SpaceName(fault.space), access, fault.bytes, fault.address);
  switch (static_cast<ErrorKind>(fault.kind)) {
    case ErrorKind::kIllegalAddress:
      return "illegal " + memory;
    case ErrorKind::kMisalignedAddress:
      return "misaligned " + memory;
    case ErrorKind::kInvalidAddressSpace:
      return "wrong address space, " + memory;
    case ErrorKind::kAssert:
      return "assertion failed";
    case ErrorKind::kHardwareStackError:
      return "stack overflow";
    case ErrorKind::kIllegalInstruction:
      return "illegal instruction";
    case ErrorKind::kInvalidPc:
      return absl::StrFormat("call of 0x%x, which is no function", fault.address);
    case ErrorKind::kLaunchFailed:
      return fault.access != 0 ? "failed " + memory : "trap";
    case ErrorKind::kLaunchOutOfResources:
      return "out of resources";
    default:
      return absl::StrFormat("error %d", fault.kind);
  }
}

void ReportFault(culvert_launch_state* launch, const culvert_fault* fault) {
  Grid& grid = *GridOf(launch);
  std::string message =
      absl::StrFormat("kernel %s faulted: %s by block (%d,%d,%d) thread (%d,%d,%d), %s", grid.program().info.name,
                      What(*fault), fault->block[0], fault->block[1], fault->block[2], fault->thread[0],
                      fault->thread[1], fault->thread[2], DescribeInstruction(grid.program(), fault->instruction));
  FailGrid(grid, MakeError(static_cast<ErrorKind>(fault->kind), message));
}

int CheckAccess(const culvert_launch_state* launch, uint64_t address, uint32_t bytes, uint32_t access) {
  return GridOf(launch)->domain->AllowsForeignAccess(address, bytes, (access & CULVERT_ACCESS_WRITE) != 0) ? 1 : 0;
}

uint64_t HeapAlloc(culvert_launch_state* launch, uint64_t bytes) {
  return GridOf(launch)->domain->heap().Allocate(bytes);
}

int HeapFree(culvert_launch_state* launch, uint64_t address) {
  return GridOf(launch)->domain->heap().Free(address) ? 1 : 0;
}

int Print(culvert_launch_state* launch, const char* text, uint64_t length) {
  return GridOf(launch)->domain->print_buffer().Append({text, length}) ? 0 : -1;
}

void AssertMessage(culvert_launch_state* launch, const char* text, uint64_t length) {
  std::string line(text, length);
  if (line.empty() || line.back() != '\n') line += '\n';
  fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

const culvert_services* DeviceServices() {
  static const culvert_services services = {
      .version = CULVERT_KERNEL_ABI_VERSION,
      .size_bytes = sizeof(culvert_services),
      .check_access = CheckAccess,
      .report_fault = ReportFault,
      .heap_alloc = HeapAlloc,
      .heap_free = HeapFree,
      .print = Print,
      .assert_message = AssertMessage,
  };
  return &services;
}

void FailGrid(Grid& grid, const absl::Status& status) {
  grid.Stop();
  if (!grid.domain->Fail(status)) return;
  if (grid.domain->reports_faults()) fprintf(stderr, "culvert: %s\n", std::string(status.message()).c_str());
  AbandonQueuesOf(*grid.domain);
}

}  // namespace culvert::npu

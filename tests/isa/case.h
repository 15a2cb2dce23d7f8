// A Case: one self-checking kernel of the instruction-set tests. PTX, a launch, buffers with their contents before, and
// a check of their contents after. Everything that exercises instructions is written as Cases, so one list serves the
// tests, the check of the checks (mutation), the coverage page, the golden vectors and, later, other engines.
//
// The kernel `entry` of the module takes one .param .u64 per buffer, in order: the device address of the buffer, which
// is 256-byte aligned, as a generic address (equal to its .global address). Further parameters get the bytes of
// `parameters`.
//
// Lines of the PTX that are under test end with the comment "//!": mutation changes only their code.
#ifndef CULVERT_TESTS_ISA_CASE_H_
#define CULVERT_TESTS_ISA_CASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "include/culvert/program.h"

namespace culvert::isa {

using Bytes = std::vector<uint8_t>;

struct Case {
  std::string name;  // unique: "add.rn.ftz.f32/registers", "shfl.sync.up.b32/partial_mask"
  std::string ptx;   // a whole module
  std::string entry = "kernel";
  uint32_t grid[3] = {1, 1, 1};
  uint32_t block[3] = {32, 1, 1};
  uint32_t dynamic_shared_bytes = 0;
  bool cooperative = false;
  std::vector<Bytes> buffers;     // contents before
  std::vector<Bytes> parameters;  // values of the parameters after the buffers' addresses
  // Empty: right. Otherwise what differs first, for people: "lane 5: 0x1 + 0x2 gives 0x4, expected 0x3".
  std::function<std::string(const std::vector<Bytes>& after)> check;
  // Not empty: the kernel must end with a fault whose message contains this text; `check` is not called.
  std::string expected_fault;
  // Results that the ISA fixes: the answers of a real GPU may be stored and compared (docs/golden.md). False where a
  // result depends on timing or is only bounded.
  bool deterministic = true;
};

// The text of a module's begin: .version 9.2, .target sm_121, .address_size 64.
std::string ModuleHeader();

// What Execute gave, judged by the case. Empty: passed.
std::string Judge(const Case& test, const absl::StatusOr<std::vector<Bytes>>& after);

// Runs cases on the software NPU, below the CUDA API: compiler -> program -> device. Not thread-safe.
class CaseRunner {
 public:
  // Workers belong to the process: the first runner's number holds.
  explicit CaseRunner(uint32_t workers = 2);
  ~CaseRunner();

  // The program of a case; errors are those of compiler::CompiledModule.
  static absl::StatusOr<std::shared_ptr<const Program>> Compile(const Case& test);
  // Runs `program` (of this case, possibly changed) and returns the buffers afterwards. An error is a fault of the
  // kernel, a program that the verifier rejects, or a kernel that did not end within `limit_ms`.
  absl::StatusOr<std::vector<Bytes>> Execute(const Case& test, std::shared_ptr<const Program> program,
                                             uint32_t limit_ms = 20000);
  // Compiles, executes, judges. Empty: passed.
  std::string Run(const Case& test);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace culvert::isa

#endif  // CULVERT_TESTS_ISA_CASE_H_

// Links indexed texts: PTX ISA, "Linking Directives"; engine pass "ptx.link". Nothing is parsed or compiled here beyond
// what the index knows, so linking costs little more than indexing.
#ifndef CULVERT_COMPILER_LINK_LINKER_H_
#define CULVERT_COMPILER_LINK_LINKER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/link/linked_module.h"
#include "compiler/link/symbols.h"
#include "compiler/ptx/module.h"

namespace culvert::link {

// Not thread-safe.
class Linker {
 public:
  // kInvalidSource if the text disagrees with one added before (SymbolTable::AddLast); then every later call fails
  // alike.
  absl::Status Add(std::unique_ptr<ptx::Unit> unit);

  // All texts as one module, which takes them: nothing may follow. Symbols that nothing defines stay undefined in it:
  // see CheckDefined (undefined.h), and lowering, which refuses kernels that reach one.
  absl::StatusOr<std::unique_ptr<LinkedModule>> Complete();

 private:
  Units units_;
  SymbolTable symbols_;
  absl::Status status_;
};

}  // namespace culvert::link

#endif  // CULVERT_COMPILER_LINK_LINKER_H_

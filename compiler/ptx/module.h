// A PTX module: text indexed at load, bodies parsed and checked when asked for. Thread-safe after construction.
#ifndef CULVERT_COMPILER_PTX_MODULE_H_
#define CULVERT_COMPILER_PTX_MODULE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ptx/ast.h"
#include "include/culvert/program.h"

namespace culvert::ptx {

// A function or entry as the index knows it: signature, linkage, and where its body lies.
struct FunctionHeader {
  std::string_view name;
  bool is_entry = false;
  bool is_external = false;  // .extern declaration, or a forward declaration without body
  bool is_visible = false;
  bool is_weak = false;
  bool has_body = false;
  uint32_t function_id = ~0u;  // id in the module's function-address table; ~0u if its address is never taken
  std::vector<Parameter> parameters;
  std::vector<Parameter> returns;
  FunctionDirectives directives;
  SourcePosition position;
  uint64_t body_begin = 0;  // byte offsets into the text, after '{' and at the matching '}'
  uint64_t body_end = 0;
};

// One problem found in the text. Printed as
//   name.ptx:LINE:COL: error[PTX0123]: message
// followed by the source line, a caret line and a hint, as engine.md section 8 asks.
struct Diagnostic {
  SourcePosition position;
  uint32_t code = 0;
  std::string message;
  std::string entry;  // function it belongs to; empty for module scope
  std::string hint;
};

class Module {
 public:
  // Indexes `text` (copied; a trailing NUL is dropped). Fails with kInvalidPtx (the status message holds the formatted
  // diagnostics), or kUnsupportedPtxVersion for a .version above kMaxPtxIsa, or kNoBinaryForDevice for an
  // architecture-specific target (sm_90a) or one above `device_capability` (major * 10 + minor).
  static absl::StatusOr<std::unique_ptr<Module>> Index(std::string text, uint32_t device_capability,
                                                       std::string display_name = "module.ptx");
  virtual ~Module() = default;

  virtual std::string_view text() const = 0;
  virtual uint32_t version() const = 0;  // major * 10 + minor
  virtual uint32_t target() const = 0;   // XX of sm_XX
  virtual const std::vector<FunctionHeader>& functions() const = 0;
  virtual const std::vector<ModuleVariable>& variables() const = 0;  // .global and .const, addresses resolved to names
  virtual const std::vector<Variable>& shared_variables()
      const = 0;                                              // module-scope .shared; SymbolKind::kSharedVariable
                                                              // with index >= kModuleSharedBase
  virtual const std::vector<std::string>& files() const = 0;  // .file: index = number
  // Parses and checks the body of functions()[index]. All errors of the body (at most 20) are in the status message
  // (kInvalidPtx). The result is owned by the module and cached.
  virtual absl::StatusOr<const Function*> Body(uint32_t index) const = 0;
  // Parses and checks every body; the diagnostics of all of them, in the order of the text, until about 1000 are found.
  // Used when a program passed a JIT log buffer.
  virtual std::vector<Diagnostic> CheckAll() const = 0;
  virtual std::string Format(const Diagnostic& diagnostic) const = 0;
};

// SymbolRef::index of a module-scope .shared variable i is kModuleSharedBase + i.
inline constexpr uint32_t kModuleSharedBase = 1u << 31;

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_MODULE_H_

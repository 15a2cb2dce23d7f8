// A PTX module: text indexed at load, bodies parsed and checked when asked for. Thread-safe after construction.
//   Module  what lowering reads: one text, or several that compiler/link made one
//   Unit    one text, with what the linker needs to know about it
#ifndef CULVERT_COMPILER_PTX_MODULE_H_
#define CULVERT_COMPILER_PTX_MODULE_H_

#include <cstdint>
#include <memory>
#include <optional>
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
  uint32_t alias_of = ~0u;     // .alias: index of the function that this name stands for; has no body of its own
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

// How a module-scope variable takes part in linking (PTX ISA, "Linking Directives"), and where it is declared.
struct Linkage {
  bool is_external = false;
  bool is_visible = false;
  bool is_weak = false;
  bool is_common = false;
  SourcePosition position;
};

class Unit;

class Module {
 public:
  // Indexes `text` (copied; a trailing NUL is dropped). Fails with kInvalidPtx (the status message holds the formatted
  // diagnostics), or kUnsupportedPtxVersion for a .version above kMaxPtxIsa, or kNoBinaryForDevice for an
  // architecture-specific target (sm_90a) or one above `device_capability` (major * 10 + minor).
  static absl::StatusOr<std::unique_ptr<Unit>> Index(std::string text, uint32_t device_capability,
                                                     std::string display_name = "module.ptx");
  virtual ~Module() = default;

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
  // The line of the text at a position; empty if there is none.
  virtual std::string_view TextLine(uint32_t line) const = 0;
  // Positions of a module of several texts count the lines of all of them: the line's number in its own text.
  virtual uint32_t LineInText(uint32_t line) const = 0;
};

class Unit : public Module {
 public:
  virtual std::string_view display_name() const = 0;
  virtual std::string_view text() const = 0;
  virtual const std::vector<Linkage>& variable_linkage() const = 0;  // of variables()
  virtual const std::vector<Linkage>& shared_linkage() const = 0;    // of shared_variables()
  // What a name at module scope stands for; an alias stands for its function.
  virtual std::optional<SymbolRef> Find(std::string_view name) const = 0;
  // Like Body(), parsed anew and owned by the caller.
  virtual absl::StatusOr<std::unique_ptr<Function>> ParseBody(uint32_t index) const = 0;
};

// SymbolRef::index of a module-scope .shared variable i is kModuleSharedBase + i.
inline constexpr uint32_t kModuleSharedBase = 1u << 31;

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_MODULE_H_

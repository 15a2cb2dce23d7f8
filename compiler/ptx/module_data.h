// What the index knows about a module; read by the body parser. Immutable once Index has returned.
#ifndef CULVERT_COMPILER_PTX_MODULE_DATA_H_
#define CULVERT_COMPILER_PTX_MODULE_DATA_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "compiler/ptx/module.h"
#include "include/culvert/error.h"

namespace culvert::ptx {

struct ModuleData {
  std::string text;
  std::string display_name;
  uint32_t version = 0;    // major * 10 + minor
  uint32_t target = 0;     // XX of sm_XX
  char target_suffix = 0;  // 'a', 'f' or 0
  uint32_t address_bits = 64;
  std::vector<FunctionHeader> functions;
  std::vector<SourcePosition> body_positions;  // of functions[i].body_begin
  std::vector<ModuleVariable> variables;
  std::vector<Linkage> variable_linkage;
  std::vector<Variable> shared_variables;
  std::vector<Linkage> shared_linkage;
  std::vector<std::string> files;
  absl::flat_hash_map<std::string_view, SymbolRef> symbols;      // module scope; keys point into text
  absl::flat_hash_map<std::string_view, Type> opaque_variables;  // .texref, .samplerref, .surfref
};

// Indexes data->text. False: *diagnostics holds the errors; *kind the reason.
bool IndexModule(ModuleData* data, uint32_t device_capability, std::vector<Diagnostic>* diagnostics, ErrorKind* kind);

// Parses and checks the body of data.functions[index].
void ParseBody(const ModuleData& data, uint32_t index, Function* function, std::vector<Diagnostic>* diagnostics);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_MODULE_DATA_H_

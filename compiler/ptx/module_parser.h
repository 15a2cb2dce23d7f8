// Indexes the text of a module: directives at depth 0 are parsed, function bodies are skipped by a brace scan.
#ifndef CULVERT_COMPILER_PTX_MODULE_PARSER_H_
#define CULVERT_COMPILER_PTX_MODULE_PARSER_H_

#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ptx/module_data.h"
#include "compiler/ptx/parser.h"

namespace culvert::ptx {

class ModuleParser : public Parser {
 public:
  ModuleParser(ModuleData* data, uint32_t device_capability, std::vector<Diagnostic>* diagnostics)
      : Parser(data->text.data(), data->text.data() + data->text.size(), {1, 1}, diagnostics),
        data_(data),
        capability_(device_capability) {}

  bool Parse(ErrorKind* kind);

 private:
  // One element of an initialiser.
  struct InitValue {
    SourcePosition position;
    uint64_t element = 0;  // index in the flattened array
    bool has_symbol = false;
    std::string_view symbol;
    uint64_t mask = 0;  // 0xFF(symbol); 0: no mask
    int64_t addend = 0;
    Constant constant;
  };
  struct PendingAddress {  // resolved when the whole text is known
    size_t variable = 0;
    size_t address = 0;
    SourcePosition position;
  };

  bool ParsePreamble(ErrorKind* kind);
  bool ParseVersion(ErrorKind* kind);
  bool ParseTarget(ErrorKind* kind);
  bool ParseDirective();
  bool ParseFile();
  bool ParseSection();
  bool ParseAlias();
  bool ParseFunction(bool is_entry, const Linkage& linkage);
  bool AddFunction(FunctionHeader header, SourcePosition body);
  bool ParseBodySpan(FunctionHeader* header, SourcePosition* body);
  bool ParseVariable(const Linkage& linkage);
  struct Declaration;
  bool ParseDeclarator(const Declaration& declaration);
  bool AddVariable(const Declaration& declaration, std::string_view name, SourcePosition position, uint64_t elements,
                   bool open, const std::vector<uint64_t>& dimensions);
  bool ParseInitializer(const std::vector<uint64_t>& dimensions, size_t level, uint64_t limit, uint64_t* position,
                        std::vector<InitValue>* values);
  bool ParseInitValue(InitValue* value);
  bool AddShared(const Variable& variable, const Linkage& linkage);
  bool AddModuleVariable(ModuleVariable variable, std::string_view name, const Linkage& linkage);
  bool JoinsEarlier(std::string_view name, bool same_space, const Linkage& earlier, const Linkage& linkage,
                    std::pair<uint64_t, uint64_t> sizes);
  bool StoreInitializer(Type type, const std::vector<InitValue>& values, ModuleVariable* variable);
  bool StoreMasked(const std::vector<InitValue>& values, size_t* i, Type type, ModuleVariable* variable);
  bool Declare(std::string_view name, SymbolRef symbol, SourcePosition position);
  bool ResolveAddresses();
  void Recover(const char* resume_after);

  ModuleData* data_;
  uint32_t capability_;
  std::vector<PendingAddress> pending_;
  uint64_t sparse_bytes_ = 0;  // of initialised variables that are mostly gaps
};

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_MODULE_PARSER_H_

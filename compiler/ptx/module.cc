#include "compiler/ptx/module.h"

#include <mutex>

#include "absl/base/call_once.h"
#include "absl/strings/str_format.h"
#include "compiler/ptx/diagnostics.h"
#include "compiler/ptx/module_data.h"

namespace culvert::ptx {
namespace {

class IndexedModule final : public Unit {
 public:
  explicit IndexedModule(ModuleData data) : data_(std::move(data)) {}

  absl::Status Index(uint32_t device_capability) {
    std::vector<Diagnostic> diagnostics;
    ErrorKind kind = ErrorKind::kInvalidPtx;
    if (!IndexModule(&data_, device_capability, &diagnostics, &kind)) {
      return MakeError(kind, FormatDiagnostics(data_.text, data_.display_name, diagnostics));
    }
    bodies_ = std::make_unique<LazyBody[]>(data_.functions.size());
    return absl::OkStatus();
  }

  std::string_view display_name() const override { return data_.display_name; }
  std::string_view text() const override { return data_.text; }
  uint32_t version() const override { return data_.version; }
  uint32_t target() const override { return data_.target; }
  const std::vector<FunctionHeader>& functions() const override { return data_.functions; }
  const std::vector<ModuleVariable>& variables() const override { return data_.variables; }
  const std::vector<Variable>& shared_variables() const override { return data_.shared_variables; }
  const std::vector<std::string>& files() const override { return data_.files; }
  const std::vector<Linkage>& variable_linkage() const override { return data_.variable_linkage; }
  const std::vector<Linkage>& shared_linkage() const override { return data_.shared_linkage; }
  uint32_t LineInText(uint32_t line) const override { return line; }

  std::optional<SymbolRef> Find(std::string_view name) const override {
    auto it = data_.symbols.find(name);
    if (it == data_.symbols.end()) return std::nullopt;
    return it->second;
  }

  absl::StatusOr<const Function*> Body(uint32_t index) const override {
    CULVERT_RETURN_IF_ERROR(CheckHasBody(index));
    const LazyBody& body = Parsed(index);
    if (!body.diagnostics.empty()) return BodyError(body.diagnostics);
    return body.function.get();
  }

  absl::StatusOr<std::unique_ptr<Function>> ParseBody(uint32_t index) const override {
    CULVERT_RETURN_IF_ERROR(CheckHasBody(index));
    auto function = std::make_unique<Function>();
    std::vector<Diagnostic> diagnostics;
    ptx::ParseBody(data_, index, function.get(), &diagnostics);
    if (!diagnostics.empty()) return BodyError(diagnostics);
    return function;
  }

  std::vector<Diagnostic> CheckAll() const override {
    std::vector<Diagnostic> all;
    for (uint32_t i = 0; i < data_.functions.size(); ++i) {
      if (!data_.functions[i].has_body) continue;
      if (all.size() >= kMaxDiagnosticsPerModule) break;
      const LazyBody& body = Parsed(i);
      all.insert(all.end(), body.diagnostics.begin(), body.diagnostics.end());
    }
    return all;
  }

  std::string Format(const Diagnostic& diagnostic) const override {
    return FormatDiagnosticOnLine(TextLine(diagnostic.position.line), data_.display_name, diagnostic);
  }

  std::string_view TextLine(uint32_t line) const override {
    absl::call_once(lines_once_, [this] {
      const std::string_view text = data_.text;
      for (size_t at = 0; at != std::string_view::npos;) {
        line_starts_.push_back(at);
        size_t newline = text.find('\n', at);
        at = newline == std::string_view::npos ? newline : newline + 1;
      }
    });
    if (line == 0 || line > line_starts_.size()) return {};
    std::string_view rest = std::string_view(data_.text).substr(line_starts_[line - 1]);
    return rest.substr(0, rest.find('\n'));
  }

 private:
  struct LazyBody {
    absl::once_flag once;
    std::unique_ptr<Function> function;
    std::vector<Diagnostic> diagnostics;
  };

  absl::Status CheckHasBody(uint32_t index) const {
    if (index >= data_.functions.size()) {
      return Error(ErrorKind::kInvalidValue, "module has no function %d", index);
    }
    if (data_.functions[index].has_body) return absl::OkStatus();
    return Error(ErrorKind::kInvalidPtx, "%s: function '%s' is declared but not defined", data_.display_name,
                 data_.functions[index].name);
  }

  absl::Status BodyError(const std::vector<Diagnostic>& diagnostics) const {
    return MakeError(ErrorKind::kInvalidPtx, FormatDiagnostics(data_.text, data_.display_name, diagnostics));
  }

  const LazyBody& Parsed(uint32_t index) const {
    LazyBody& body = bodies_[index];
    absl::call_once(body.once, [&] {
      auto function = std::make_unique<Function>();
      ptx::ParseBody(data_, index, function.get(), &body.diagnostics);
      if (body.diagnostics.empty()) body.function = std::move(function);
    });
    return body;
  }

  ModuleData data_;
  std::unique_ptr<LazyBody[]> bodies_;
  mutable absl::once_flag lines_once_;
  mutable std::vector<size_t> line_starts_;  // byte offsets, built for the first diagnostic
};

}  // namespace

absl::StatusOr<std::unique_ptr<Unit>> Module::Index(std::string text, uint32_t device_capability,
                                                    std::string display_name) {
  while (!text.empty() && text.back() == '\0') text.pop_back();
  ModuleData data;
  data.text = std::move(text);
  data.display_name = std::move(display_name);
  auto module = std::make_unique<IndexedModule>(std::move(data));
  CULVERT_RETURN_IF_ERROR(module->Index(device_capability));
  return module;
}

}  // namespace culvert::ptx

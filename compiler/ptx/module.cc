#include "compiler/ptx/module.h"

#include <mutex>

#include "absl/base/call_once.h"
#include "absl/strings/str_format.h"
#include "compiler/ptx/diagnostics.h"
#include "compiler/ptx/module_data.h"

namespace culvert::ptx {
namespace {

class IndexedModule final : public Module {
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

  std::string_view text() const override { return data_.text; }
  uint32_t version() const override { return data_.version; }
  uint32_t target() const override { return data_.target; }
  const std::vector<FunctionHeader>& functions() const override { return data_.functions; }
  const std::vector<ModuleVariable>& variables() const override { return data_.variables; }
  const std::vector<Variable>& shared_variables() const override { return data_.shared_variables; }
  const std::vector<std::string>& files() const override { return data_.files; }

  absl::StatusOr<const Function*> Body(uint32_t index) const override {
    if (index >= data_.functions.size()) {
      return Error(ErrorKind::kInvalidValue, "module has no function %d", index);
    }
    const FunctionHeader& header = data_.functions[index];
    if (!header.has_body) {
      return Error(ErrorKind::kInvalidPtx, "%s: function '%s' is declared but not defined", data_.display_name,
                   header.name);
    }
    const LazyBody& body = Parsed(index);
    if (!body.diagnostics.empty()) {
      return MakeError(ErrorKind::kInvalidPtx, FormatDiagnostics(data_.text, data_.display_name, body.diagnostics));
    }
    return body.function.get();
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
    absl::call_once(lines_once_, [this] {
      const std::string_view text = data_.text;
      for (size_t at = 0; at != std::string_view::npos;) {
        line_starts_.push_back(at);
        size_t newline = text.find('\n', at);
        at = newline == std::string_view::npos ? newline : newline + 1;
      }
    });
    uint32_t line = diagnostic.position.line;
    if (line == 0 || line > line_starts_.size()) return FormatDiagnosticOnLine("", data_.display_name, diagnostic);
    std::string_view rest = std::string_view(data_.text).substr(line_starts_[line - 1]);
    return FormatDiagnosticOnLine(rest.substr(0, rest.find('\n')), data_.display_name, diagnostic);
  }

 private:
  struct LazyBody {
    absl::once_flag once;
    std::unique_ptr<Function> function;
    std::vector<Diagnostic> diagnostics;
  };

  const LazyBody& Parsed(uint32_t index) const {
    LazyBody& body = bodies_[index];
    absl::call_once(body.once, [&] {
      auto function = std::make_unique<Function>();
      ParseBody(data_, index, function.get(), &body.diagnostics);
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

absl::StatusOr<std::unique_ptr<Module>> Module::Index(std::string text, uint32_t device_capability,
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

#include "compiler/ptx/diagnostics.h"

#include "absl/strings/str_format.h"
#include "compiler/ptx/concat.h"

namespace culvert::ptx {
namespace {

constexpr size_t kMaxLineShown = 200;

std::string_view LineOf(std::string_view text, uint32_t line) {
  size_t begin = 0;
  for (uint32_t i = 1; i < line; ++i) {
    size_t newline = text.find('\n', begin);
    if (newline == std::string_view::npos) return {};
    begin = newline + 1;
  }
  std::string_view rest = text.substr(begin);
  return rest.substr(0, rest.find('\n'));
}

}  // namespace

std::string FormatDiagnostic(std::string_view text, std::string_view display_name, const Diagnostic& diagnostic) {
  return FormatDiagnosticOnLine(LineOf(text, diagnostic.position.line), display_name, diagnostic);
}

std::string FormatDiagnosticOnLine(std::string_view line, std::string_view display_name, const Diagnostic& diagnostic) {
  std::string out = absl::StrFormat("%s:%d:%d: error[PTX%04d]: %s\n", display_name, diagnostic.position.line,
                                    diagnostic.position.column, diagnostic.code, diagnostic.message);
  if (diagnostic.position.line != 0) {
    std::string shown(line.substr(0, kMaxLineShown));
    std::string caret(shown, 0, diagnostic.position.column - 1);
    for (char& c : shown) {
      bool printable = (c >= ' ' && c <= '~') || c == '\t';
      if (!printable) c = '?';
    }
    for (char& c : caret) {
      if (c != '\t') c = ' ';
    }
    out += Concat("  ", shown, "\n");
    if (diagnostic.position.column <= kMaxLineShown) out += Concat("  ", caret, "^\n");
  }
  if (!diagnostic.entry.empty()) out += Concat("  in: ", diagnostic.entry, "\n");
  if (!diagnostic.hint.empty()) out += Concat("  hint: ", diagnostic.hint, "\n");
  return out;
}

std::string FormatDiagnostics(std::string_view text, std::string_view display_name,
                              std::span<const Diagnostic> diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += FormatDiagnostic(text, display_name, diagnostic);
  return out;
}

}  // namespace culvert::ptx

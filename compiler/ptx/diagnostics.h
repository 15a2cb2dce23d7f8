// Codes and layout of PTX diagnostics.
#ifndef CULVERT_COMPILER_PTX_DIAGNOSTICS_H_
#define CULVERT_COMPILER_PTX_DIAGNOSTICS_H_

#include <span>
#include <string>
#include <string_view>

#include "compiler/ptx/module.h"

namespace culvert::ptx {

// Numbers are stable: programs and people search for them.
enum DiagnosticCode : uint32_t {
  kSyntax = 1,             // unexpected token
  kBadToken = 2,           // character, number, string or comment that cannot be read
  kVersionDirective = 10,  // .version / .target / .address_size missing or wrong
  kDuplicate = 20,         // name declared twice
  kUndefined = 21,         // name never declared
  kUndefinedLabel = 22,
  kBadDirective = 30,  // unknown or misplaced directive
  kBadInitializer = 31,
  kBadSize = 32,      // array size, alignment, register count
  kUnsupported = 33,  // legal PTX that Culvert does not implement, outside instructions
  kLimit = 40,
  kUnknownInstruction = 100,
  kUnsupportedInstruction = 101,
  kBadModifier = 102,
  kMissingModifier = 103,
  kOperandCount = 104,
  kOperandKind = 105,
  kOperandType = 106,
  kVectorWidth = 107,
  kStateSpace = 108,
  kNeedsVersion = 110,
  kNeedsTarget = 111,
  kCallMismatch = 112,
  kGuard = 113,
  kOperandRange = 114,
  // compiler/link
  kLinkDuplicate = 200,
  kLinkMismatch = 201,
  kLinkUndefined = 202,
};

inline constexpr size_t kMaxDiagnosticsPerBody = 20;
inline constexpr size_t kMaxDiagnosticsPerModule = 1000;

// name:LINE:COL: error[PTX0123]: message / source line / caret / note with the entry / hint.
std::string FormatDiagnostic(std::string_view text, std::string_view display_name, const Diagnostic& diagnostic);
// The same with the text of the line at hand.
std::string FormatDiagnosticOnLine(std::string_view line, std::string_view display_name, const Diagnostic& diagnostic);
std::string FormatDiagnostics(std::string_view text, std::string_view display_name,
                              std::span<const Diagnostic> diagnostics);

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_DIAGNOSTICS_H_

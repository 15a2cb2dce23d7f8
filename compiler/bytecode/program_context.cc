#include "compiler/bytecode/program_context.h"

#include <algorithm>
#include <utility>

#include "include/culvert/error.h"
#include "include/culvert/npu_config.h"

namespace culvert::lowering {
namespace {

uint64_t AlignUp(uint64_t value, uint64_t align) { return align <= 1 ? value : (value + align - 1) / align * align; }

}  // namespace

uint32_t ProgramContext::FunctionNumber(uint32_t index) {
  auto [it, inserted] = function_numbers_.try_emplace(index, static_cast<uint32_t>(functions_.size()));
  if (inserted) functions_.push_back(index);
  return it->second;
}

uint32_t ProgramContext::SymbolNumber(std::string_view name) {
  auto [it, inserted] = symbol_numbers_.try_emplace(std::string(name), static_cast<uint32_t>(symbols_.size()));
  if (inserted) symbols_.emplace_back(name);
  return it->second;
}

uint32_t ProgramContext::SharedNumber(const void* owner, uint32_t index, const ptx::Variable& variable) {
  auto [it, inserted] = shared_numbers_.try_emplace({owner, index}, static_cast<uint32_t>(shared_.size()));
  if (inserted) {
    shared_.push_back({variable.size_bytes, std::max(variable.align_bytes, 1u), variable.is_external});
  }
  return it->second;
}

void ProgramContext::PlaceShared() {
  uint64_t end = reserves_system_shared_ ? kReservedScratchpadBytesPerBlock : 0;
  uint32_t dynamic_align = 1;
  shared_align_ = 1;
  for (SharedVariable& variable : shared_) {
    shared_align_ = std::max(shared_align_, variable.align_bytes);
    if (variable.is_external) {
      dynamic_align = std::max(dynamic_align, variable.align_bytes);
      continue;
    }
    variable.offset = AlignUp(end, variable.align_bytes);
    end = variable.offset + variable.size_bytes;
  }
  end = AlignUp(end, dynamic_align);
  for (SharedVariable& variable : shared_) {
    if (variable.is_external) variable.offset = end;
  }
  // More than 4 GiB cannot be launched anyway; saturate so that the launch check refuses it.
  static_shared_bytes_ = static_cast<uint32_t>(std::min<uint64_t>(end, UINT32_MAX));
}

void ProgramContext::ResolveShared(LirFunction& function) const {
  for (Constant& constant : function.constants) {
    if (constant.kind != kSharedOffset) continue;
    constant.kind = bytecode::ConstantKind::kBits;
    constant.value += shared_[constant.symbol].offset;
    constant.symbol = 0;
    if (constant.width_bytes == 4) constant.value &= 0xffffffffu;
    constant.source_bytes = constant.width_bytes;
  }
}

absl::Status ProgramContext::ErrorAt(ptx::SourcePosition position, uint32_t code, std::string message,
                                     std::string_view function, std::string hint) const {
  ptx::Diagnostic diagnostic{position, code, std::move(message), std::string(function), std::move(hint)};
  return MakeError(ErrorKind::kInvalidPtx, module_.Format(diagnostic));
}

ArgumentLayout LayOutArguments(const std::vector<ptx::Parameter>& parameters,
                               const std::vector<ptx::Parameter>& returns) {
  ArgumentLayout layout;
  uint64_t end = 0;
  auto place = [&end](const ptx::Parameter& parameter) {
    // A frame starts at a multiple of 16, which is also the strictest alignment an access can need.
    uint32_t align = std::clamp(parameter.align_bytes, 1u, 16u);
    uint64_t offset = AlignUp(end, align);
    end = offset + parameter.size_bytes;
    return static_cast<uint32_t>(offset);
  };
  for (const ptx::Parameter& parameter : parameters) layout.parameters.push_back(place(parameter));
  for (const ptx::Parameter& parameter : returns) layout.returns.push_back(place(parameter));
  layout.total_bytes = static_cast<uint32_t>(std::min<uint64_t>(AlignUp(end, 16), 1u << 30));
  return layout;
}

}  // namespace culvert::lowering

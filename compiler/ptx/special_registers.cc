#include "compiler/ptx/special_registers.h"

#include "absl/container/flat_hash_map.h"

namespace culvert::ptx {
namespace {

constexpr auto kScalar = SpecialRegisterInfo::Shape::kScalar;
constexpr auto kVector = SpecialRegisterInfo::Shape::kVector;
constexpr auto kNumbered = SpecialRegisterInfo::Shape::kNumbered;

constexpr SpecialRegisterInfo kRegisters[] = {
#define CULVERT_SPECIAL_REGISTER(name, enumerator, shape, bytes, since, sm) \
  {name, SpecialRegister::enumerator, shape, bytes, since, sm},
#include "compiler/ptx/special_registers.def"
#undef CULVERT_SPECIAL_REGISTER
};

using Map = absl::flat_hash_map<std::string_view, const SpecialRegisterInfo*>;

const Map& Registers() {
  static const Map& map = *[] {
    auto* built = new Map;  // leaked: usable during process exit
    for (const SpecialRegisterInfo& info : kRegisters) built->emplace(info.name, &info);
    return built;
  }();
  return map;
}

uint32_t NumberLimit(SpecialRegister reg) {
  return reg == SpecialRegister::kPm ? 8 : reg == SpecialRegister::kEnvReg ? 32 : 2;
}

}  // namespace

const SpecialRegisterInfo* FindSpecialRegister(std::string_view name, uint32_t* number, bool* is_wide) {
  *number = 0;
  *is_wide = false;
  auto it = Registers().find(name);
  if (it != Registers().end()) return it->second->shape == kNumbered ? nullptr : it->second;
  std::string_view stem = name;
  if (stem.ends_with("_64")) {
    stem.remove_suffix(3);
    *is_wide = true;
  }
  size_t end = stem.size();
  while (end > 0 && stem[end - 1] >= '0' && stem[end - 1] <= '9') --end;
  if (end == stem.size() || stem.size() - end > 2) return nullptr;
  for (char digit : stem.substr(end)) *number = *number * 10 + static_cast<uint32_t>(digit - '0');
  it = Registers().find(stem.substr(0, end));
  if (it == Registers().end() || it->second->shape != kNumbered || *number >= NumberLimit(it->second->first)) {
    return nullptr;
  }
  if (*is_wide && it->second->first != SpecialRegister::kPm) return nullptr;
  return it->second;
}

}  // namespace culvert::ptx

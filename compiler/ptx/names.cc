#include "compiler/ptx/names.h"

namespace culvert::ptx {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool EndsInDigit(std::string_view name) { return !name.empty() && IsDigit(name.back()); }
constexpr size_t kMaxDigits = 10;

}  // namespace

void NameTable::CloseScope() {
  Scope& scope = scopes_.back();
  for (size_t i = scope.entries.size(); i-- > 0;) {
    const Entry& entry = entries_[scope.entries[i]];
    if (entry.shadowed == kNothing)
      by_name_.erase(entry.name);
    else
      by_name_[entry.name] = entry.shadowed;
  }
  for (size_t i = scope.ranges.size(); i-- > 0;) {
    const Range& range = ranges_[scope.ranges[i]];
    if (range.shadowed == kNothing)
      by_prefix_.erase(range.prefix);
    else
      by_prefix_[range.prefix] = range.shadowed;
  }
  scopes_.pop_back();
}

bool NameTable::Declare(std::string_view name, const NameTarget& target) {
  uint32_t index = static_cast<uint32_t>(entries_.size());
  auto [it, inserted] = by_name_.emplace(name, index);
  uint32_t shadowed = kNothing;
  if (!inserted) {
    if (entries_[it->second].level == depth()) return false;
    shadowed = it->second;
    it->second = index;
  }
  if (name.front() == '%' && EndsInDigit(name)) exact_percent_digit_ = true;
  entries_.push_back({name, target, depth(), shadowed});
  scopes_.back().entries.push_back(index);
  return true;
}

bool NameTable::DeclareRange(std::string_view prefix, uint32_t count, Type type, uint8_t lanes) {
  uint32_t index = static_cast<uint32_t>(ranges_.size());
  auto [it, inserted] = by_prefix_.emplace(prefix, index);
  uint32_t shadowed = kNothing;
  if (!inserted) {
    if (ranges_[it->second].level == depth()) return false;
    shadowed = it->second;
    it->second = index;
  }
  prefix_ends_in_digit_ |= EndsInDigit(prefix);
  ranges_.push_back({prefix, count, type, lanes, depth(), shadowed});
  scopes_.back().ranges.push_back(index);
  return true;
}

RegisterId NameTable::AddRegister(std::string_view name, Type type, uint8_t lanes) {
  RegisterId first = static_cast<RegisterId>(registers_->size());
  if (lanes == 1) {
    registers_->push_back({std::string(name), type});
  } else {
    for (uint8_t lane = 0; lane < lanes; ++lane) registers_->push_back({std::string(name) + "." + "xyzw"[lane], type});
  }
  return first;
}

uint32_t NameTable::FindRange(std::string_view name, uint32_t* number) const {
  size_t first_digit = name.size();
  while (first_digit > 1 && IsDigit(name[first_digit - 1])) --first_digit;
  // The longest run of digits is the number, unless a prefix itself ends in a digit: then every split counts and the
  // innermost range wins.
  uint32_t best = kNothing;
  for (size_t split = first_digit; split < name.size(); ++split) {
    std::string_view digits = name.substr(split);
    bool canonical = digits.size() == 1 || digits[0] != '0';
    if (canonical && digits.size() <= kMaxDigits) {
      auto it = by_prefix_.find(name.substr(0, split));
      if (it != by_prefix_.end()) {
        uint64_t value = 0;
        for (char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
        // A range too short for this number may hide a longer one outside.
        uint32_t index = it->second;
        while (index != kNothing && value >= ranges_[index].count) index = ranges_[index].shadowed;
        if (index != kNothing && (best == kNothing || ranges_[index].level > ranges_[best].level)) {
          best = index;
          *number = static_cast<uint32_t>(value);
        }
      }
    }
    if (!prefix_ends_in_digit_) break;
  }
  return best;
}

bool NameTable::Find(std::string_view name, NameTarget* target) {
  uint32_t number = 0;
  uint32_t range = EndsInDigit(name) ? FindRange(name, &number) : kNothing;
  bool may_shadow = range == kNothing || name.front() != '%' || exact_percent_digit_;
  if (may_shadow) {
    auto it = by_name_.find(name);
    if (it != by_name_.end() && (range == kNothing || entries_[it->second].level >= ranges_[range].level)) {
      *target = entries_[it->second].target;
      return true;
    }
  }
  if (range == kNothing) return false;
  auto [it, inserted] = materialised_.emplace(uint64_t{range} << 32 | number, 0);
  if (inserted) it->second = AddRegister(name, ranges_[range].type, ranges_[range].lanes);
  *target = NameTarget();
  target->is_register = true;
  target->lanes = ranges_[range].lanes;
  target->reg = it->second;
  return true;
}

}  // namespace culvert::ptx

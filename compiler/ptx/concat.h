// Concat(a, b, ...): the pieces as one string. Debian's Abseil has its own string_view, so absl::StrCat does not take
// std::string_view.
#ifndef CULVERT_COMPILER_PTX_CONCAT_H_
#define CULVERT_COMPILER_PTX_CONCAT_H_

#include <string>
#include <string_view>

namespace culvert::ptx {

template <typename... Pieces>
std::string Concat(const Pieces&... pieces) {
  std::string out;
  out.reserve((std::string_view(pieces).size() + ...));
  (out.append(std::string_view(pieces)), ...);
  return out;
}

}  // namespace culvert::ptx

#endif  // CULVERT_COMPILER_PTX_CONCAT_H_

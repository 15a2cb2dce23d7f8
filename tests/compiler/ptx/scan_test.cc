#include "compiler/ptx/scan.h"

#include <string>

#include "gtest/gtest.h"

namespace culvert::ptx {
namespace {

// Position of the matching brace; -1 if there is none.
ptrdiff_t Match(const std::string& text) {
  const char* found = FindMatchingBrace(text.data(), text.data() + text.size());
  return found == nullptr ? -1 : found - text.data();
}

TEST(Scan, MatchingBraceAtEveryAlignment) {
  for (size_t pad = 0; pad < 70; ++pad) {
    std::string text = std::string(pad, 'x') + "{ // }\n { \"}\" } /* } */ } ";
    size_t expected = text.size();
    EXPECT_EQ(Match(text + "} }"), static_cast<ptrdiff_t>(expected)) << pad;
    EXPECT_EQ(Match(text), -1) << pad;
  }
}

TEST(Scan, UnendedStringsAndComments) {
  EXPECT_EQ(Match("/* }"), -1);
  EXPECT_EQ(Match("// }"), -1);
  EXPECT_EQ(Match("\"}"), -1);
  EXPECT_EQ(Match("/}"), 1);
  EXPECT_EQ(Match("/"), -1);
}

TEST(Scan, CountsNewlines) {
  for (size_t n = 0; n < 200; n += 7) {
    std::string text = std::string(n, '\n') + "x";
    EXPECT_EQ(CountNewlines(text.data(), text.data() + text.size()), n);
  }
}

}  // namespace
}  // namespace culvert::ptx

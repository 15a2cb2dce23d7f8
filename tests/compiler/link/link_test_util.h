// Short ways to link PTX texts in tests.
#ifndef CULVERT_TESTS_COMPILER_LINK_LINK_TEST_UTIL_H_
#define CULVERT_TESTS_COMPILER_LINK_LINK_TEST_UTIL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiler.h"
#include "gtest/gtest.h"
#include "include/culvert/error.h"

namespace culvert {

inline constexpr char kModuleHead[] = ".version 8.5\n.target sm_80\n.address_size 64\n";

// The texts as one image; they are called a.ptx, b.ptx, ...; bodies start in line 4.
inline compiler::SelectedImage Image(const std::vector<std::string>& texts) {
  compiler::SelectedImage image;
  for (const std::string& text : texts) {
    const std::string name = std::string(1, static_cast<char>('a' + image.texts.size())) + ".ptx";
    image.texts.push_back({.ptx = kModuleHead + text, .arch = 80, .name = name});
  }
  return image;
}

inline absl::StatusOr<std::shared_ptr<compiler::CompiledModule>> LoadLinked(const std::vector<std::string>& texts) {
  return compiler::CompiledModule::Load(Image(texts), {});
}

// What the linker says about the texts: the status of adding them one by one and completing.
inline absl::Status LinkStatus(const std::vector<std::string>& texts) {
  compiler::ImageLinker linker({});
  for (compiler::PtxText& text : Image(texts).texts) {
    compiler::SelectedImage image;
    image.texts.push_back(std::move(text));
    if (absl::Status status = linker.Add(std::move(image), "unused"); !status.ok()) return status;
  }
  return linker.Complete().status();
}

}  // namespace culvert

#endif  // CULVERT_TESTS_COMPILER_LINK_LINK_TEST_UTIL_H_

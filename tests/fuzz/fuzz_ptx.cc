// Any bytes as a PTX module: index, parse and check everything, format what was found.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compiler/ptx/module.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  // Most inputs would fail at the first line otherwise.
  if (size == 0 || data[0] != '.') text = ".version 9.2\n.target sm_121\n.address_size 64\n" + text;
  auto module = culvert::ptx::Module::Index(text, 121, "fuzz.ptx");
  if (!module.ok()) return 0;
  for (const culvert::ptx::Diagnostic& diagnostic : (*module)->CheckAll()) (*module)->Format(diagnostic);
  return 0;
}

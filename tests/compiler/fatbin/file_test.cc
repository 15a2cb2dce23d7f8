// fatbin_file_test FILE...: selects from each file and prints "FILE: arch BYTES first-line" or "FILE: error KIND
// message".
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "compiler/compiler.h"
#include "include/culvert/error.h"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    const auto image = culvert::compiler::SelectImage(bytes.data(), bytes.size(), 121);
    if (image.ok()) {
      const bool has_version = image->texts.at(0).ptx.find("\n.version ") != std::string::npos;
      std::printf("%s: arch %u name '%s' %s\n", argv[i], image->texts.at(0).arch, image->texts.at(0).name.c_str(),
                  has_version ? "ptx" : "no-ptx");
    } else {
      std::printf("%s: error %u %s\n", argv[i], static_cast<unsigned>(culvert::KindOf(image.status())),
                  std::string(image.status().message()).c_str());
    }
  }
  return 0;
}

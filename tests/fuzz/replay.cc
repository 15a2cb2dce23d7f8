// Runs a fuzz target without libFuzzer, in any build: replay [--mutations=N] FILE_OR_FOLDER...
// Every input is run as it is, then N inputs made from them by changes that only depend on N and the inputs: the same
// on every machine. The corpus and the findings of long runs are replayed this way by every run of the tests.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = 4096;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

uint64_t Random() {  // splitmix64
  static uint64_t state = 3;
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}
size_t Below(size_t n) { return n == 0 ? 0 : Random() % n; }

// One change: a byte, a bit, a piece taken away, doubled, or from another input.
void Mutate(std::string& input, const std::vector<std::string>& inputs) {
  const size_t at = Below(input.size() + 1), bytes = 1 + Below(16);
  switch (Random() % 5) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(Random());
      break;
    case 1:
      if (at < input.size()) input[at] ^= static_cast<char>(1 << Below(8));
      break;
    case 2:
      input.erase(at, bytes);
      break;
    case 3:
      input.insert(at, std::string(input, at, bytes));
      break;
    default: {
      const std::string& other = inputs[Below(inputs.size())];
      input.insert(at, std::string(other, Below(other.size() + 1), bytes * 4));
      break;
    }
  }
  if (input.size() > kMaxBytes) input.resize(kMaxBytes);
}

void Load(const fs::path& path, std::vector<fs::path>& files) {
  if (!fs::is_directory(path)) {
    files.push_back(path);
    return;
  }
  for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path());
}

}  // namespace

int main(int argc, char** argv) {
  size_t mutations = 0;
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "--mutations=", 12) == 0) {
      mutations = strtoull(argv[i] + 12, nullptr, 10);
    } else {
      Load(argv[i], files);
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      fprintf(stderr, "replay: cannot read %s\n", file.c_str());
      return 1;
    }
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  if (inputs.empty()) {
    fprintf(stderr, "replay: no inputs\n");
    return 1;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    fprintf(stderr, "%s\n", files[i].c_str());  // the last line names the input that ended the process
    Run(inputs[i]);
  }
  for (size_t i = 0; i < mutations; ++i) {
    std::string input = inputs[Below(inputs.size())];
    for (size_t changes = 1 + Below(4); changes > 0; --changes) Mutate(input, inputs);
    Run(input);
  }
  printf("%zu inputs, %zu changed inputs\n", inputs.size(), mutations);
  return 0;
}

#include "tests/isa/generator/regression.h"

#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace culvert::gen {
namespace {

std::string Hex(const std::vector<uint8_t>& bytes) {
  return absl::BytesToHexString({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool Bytes(const std::string& hex, std::vector<uint8_t>* out) {
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  std::string bytes = absl::HexStringToBytes(hex);
  out->assign(bytes.begin(), bytes.end());
  return true;
}

}  // namespace

std::string FormatRegression(const Regression& r) {
  const Job& job = r.job;
  return absl::StrFormat("// %s\n// grid %d %d block %d %d %d\n// input %s\n// params %s\n// expect %s\n%s", r.comment,
                         job.grid[0], job.grid[1], job.block[0], job.block[1], job.block[2], Hex(job.input),
                         Hex(job.params), Hex(r.expected), job.ptx);
}

absl::StatusOr<Regression> ParseRegression(const std::string& text) {
  Regression r;
  std::istringstream in(text);
  std::string line, word, hex;
  auto next = [&](const char* name) {
    if (!std::getline(in, line)) return false;
    std::istringstream words(line);
    return words >> word >> word && word == name && static_cast<bool>(words >> hex);
  };
  if (!std::getline(in, line) || line.substr(0, 3) != "// ") return absl::InvalidArgumentError("no comment line");
  r.comment = line.substr(3);
  if (!std::getline(in, line)) return absl::InvalidArgumentError("no shape");
  Job& job = r.job;
  if (std::sscanf(line.c_str(), "// grid %u %u block %u %u %u", &job.grid[0], &job.grid[1], &job.block[0],
                  &job.block[1], &job.block[2]) != 5)
    return absl::InvalidArgumentError("no shape");
  if (!next("input") || !Bytes(hex, &job.input)) return absl::InvalidArgumentError("no input");
  if (!next("params") || !Bytes(hex, &job.params)) return absl::InvalidArgumentError("no params");
  if (!next("expect") || !Bytes(hex, &r.expected)) return absl::InvalidArgumentError("no answer");
  if (r.expected.size() < kCellBytes) return absl::InvalidArgumentError("the answer is too short");
  job.output_bytes = r.expected.size();
  std::ostringstream rest;
  rest << in.rdbuf();
  job.ptx = rest.str();
  return r;
}

absl::StatusOr<Regression> ReadRegression(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(path);
  std::ostringstream text;
  text << in.rdbuf();
  return ParseRegression(text.str());
}

}  // namespace culvert::gen

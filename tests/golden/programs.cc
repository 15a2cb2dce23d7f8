#include "tests/golden/programs.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace culvert::golden {
namespace {

namespace fs = std::filesystem;

// In single quotes, for a shell.
std::string Quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

ProgramAnswer RunOne(const fs::path& path, const std::string& launcher) {
  ProgramAnswer answer{.name = path.filename().string()};
  const std::string command = absl::StrCat("timeout 120 ", launcher, " ", Quoted(path.string()), " 2>&1");
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    answer.first_problem = "cannot be started";
    return answer;
  }
  std::string output;
  char buffer[4096];
  while (size_t count = std::fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, count);
  const int status = pclose(pipe);
  const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  answer.passed = ended && absl::StrContains(output, "PASS " + answer.name);
  if (!answer.passed) {
    std::vector<std::string> lines = absl::StrSplit(output, '\n');
    answer.first_problem = !lines[0].empty() ? lines[0] : absl::StrCat("wait status ", status);
  }
  return answer;
}

}  // namespace

absl::StatusOr<std::vector<ProgramAnswer>> RunPrograms(const std::string& folder, const std::string& filter,
                                                       const std::string& launcher) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && !entry.path().has_extension() &&
        absl::StrContains(entry.path().filename().string(), filter) && access(entry.path().c_str(), X_OK) == 0) {
      paths.push_back(entry.path());
    }
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  if (paths.empty()) return absl::NotFoundError("no programs in " + folder);
  std::sort(paths.begin(), paths.end());
  std::vector<ProgramAnswer> answers;
  for (const fs::path& path : paths) {
    answers.push_back(RunOne(path, launcher));
    std::printf("%s %s\n", answers.back().passed ? "PASS" : "FAIL", answers.back().name.c_str());
    std::fflush(stdout);
  }
  return answers;
}

absl::Status WriteProgramAnswers(const std::string& path, const std::vector<ProgramAnswer>& answers) {
  std::ofstream file(path);
  for (const ProgramAnswer& answer : answers) {
    if (answer.passed) {
      file << "PASS " << answer.name << "\n";
    } else {
      file << "FAIL " << answer.name << ": " << answer.first_problem << "\n";
    }
  }
  return file.flush() ? absl::OkStatus() : absl::UnavailableError("cannot write " + path);
}

absl::StatusOr<std::vector<ProgramAnswer>> ReadProgramAnswers(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError("cannot read " + path);
  std::vector<ProgramAnswer> answers;
  for (std::string line; std::getline(file, line);) {
    ProgramAnswer& answer = answers.emplace_back();
    std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    answer.passed = parts.first == "PASS";
    if ((!answer.passed && parts.first != "FAIL") || parts.second.empty()) {
      return absl::DataLossError(absl::StrCat(path, ": ", line));
    }
    std::pair<std::string, std::string> rest = absl::StrSplit(parts.second, absl::MaxSplits(": ", 1));
    answer.name = rest.first, answer.first_problem = rest.second;
  }
  return answers;
}

}  // namespace culvert::golden

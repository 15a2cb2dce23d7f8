#include "tools/culvert/install_paths.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <system_error>

namespace culvert::tools {
namespace fs = std::filesystem;

const std::vector<std::string> kFrontLibraries = {"libcuda.so.1", "libcudart.so.13", "libcudart.so.12",
                                                  "libcudart.so.11.0"};

InstallPaths InstallPaths::OfThisExecutable() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  InstallPaths paths;
  paths.root = executable.parent_path().parent_path();
  paths.lib_dir = paths.root / "lib";
  paths.include_dir = paths.root / "share/culvert/include";
  paths.device_math = paths.root / "share/culvert/device_math.bc";
  return paths;
}

std::vector<fs::path> ExistingFrontLibraries(const fs::path& lib_dir) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const std::string& name : kFrontLibraries) {
    if (fs::exists(lib_dir / name, error)) found.push_back(lib_dir / name);
  }
  return found;
}

std::optional<fs::path> FindProgram(const std::string& program) {
  std::error_code error;
  if (program.find('/') != std::string::npos) {
    if (fs::exists(program, error)) return program;
    return std::nullopt;
  }
  const char* path = std::getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    const fs::path candidate = fs::path(directory.empty() ? "." : directory) / program;
    if (fs::is_regular_file(candidate, error) && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

}  // namespace culvert::tools

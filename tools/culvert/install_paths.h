// Where an installation or a build tree keeps what the tool needs, found relative to the running executable:
//   <root>/bin/culvert  <root>/lib/*.so*  <root>/share/culvert/include  <root>/share/culvert/device_math.bc
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace culvert::tools {

struct InstallPaths {
  std::filesystem::path root;
  std::filesystem::path lib_dir;      // our shared objects
  std::filesystem::path include_dir;  // headers for CUDA sources
  std::filesystem::path device_math;  // bitcode of the __nv_* functions

  // Paths of the running executable; they may name files that do not exist.
  static InstallPaths OfThisExecutable();
};

// SONAMEs of the front libraries in the order in which they are preloaded. The first two are always built; the others
// serve programs linked with an older runtime.
extern const std::vector<std::string> kFrontLibraries;

// Absolute paths of the front libraries that exist in `lib_dir`.
std::vector<std::filesystem::path> ExistingFrontLibraries(const std::filesystem::path& lib_dir);

// What execvp would run for `program`: the path itself if it contains a slash, else the first executable file of that
// name in PATH; nullopt if there is none.
std::optional<std::filesystem::path> FindProgram(const std::string& program);

}  // namespace culvert::tools

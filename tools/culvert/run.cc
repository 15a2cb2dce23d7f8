#include "tools/culvert/run.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tools/culvert/install_paths.h"

namespace culvert::tools {
namespace {

namespace fs = std::filesystem;

constexpr int kWrongUsage = 2;
constexpr int kNotExecutable = 126;
constexpr int kNotFound = 127;

const char kDescription[] = R"(Run a CUDA program on the software NPU.

  culvert run -- ./vadd 1000                 the program's exit status is kept
  culvert run --trace -- ./vadd              print every CUDA call
  culvert run --devices 2 -- python3 train.py

The program and everything it starts find Culvert's libcuda and libcudart by LD_PRELOAD; the program itself is not
changed. `LD_PRELOAD=<lib>/libcuda.so.1 ./vadd` does the same by hand for programs with a static CUDA runtime.)";

struct Settings {
  bool trace = false;
  std::string devices, workers, sm_count, memory, compute_capability, watchdog_ms;
  bool blocking = false;
};

void SetIfGiven(const char* name, const std::string& value) {
  if (!value.empty()) setenv(name, value.c_str(), 1);
}

void ExportSettings(const Settings& settings) {
  if (settings.trace) setenv("CULVERT_TRACE", "1", 1);
  if (settings.blocking) setenv("CUDA_LAUNCH_BLOCKING", "1", 1);
  SetIfGiven("CULVERT_DEVICES", settings.devices);
  SetIfGiven("CULVERT_WORKERS", settings.workers);
  SetIfGiven("CULVERT_SM_COUNT", settings.sm_count);
  SetIfGiven("CULVERT_MEMORY", settings.memory);
  SetIfGiven("CULVERT_COMPUTE_CAPABILITY", settings.compute_capability);
  SetIfGiven("CULVERT_WATCHDOG_MS", settings.watchdog_ms);
}

void AddOptions(CLI::App& app, Settings& settings) {
  app.add_flag("--trace", settings.trace, "Print every CUDA call with its result (CULVERT_TRACE=1)");
  app.add_flag("--blocking", settings.blocking, "Wait for each kernel at its launch (CUDA_LAUNCH_BLOCKING=1)");
  app.add_option("--devices", settings.devices, "Number of devices (CULVERT_DEVICES)")->check(CLI::Range(1, 64));
  app.add_option("--workers", settings.workers, "Threads that execute device work (CULVERT_WORKERS)")
      ->check(CLI::Range(1, 4096));
  app.add_option("--sm-count", settings.sm_count, "Multiprocessors that a device reports (CULVERT_SM_COUNT)")
      ->check(CLI::Range(1, 4096));
  app.add_option("--memory", settings.memory, "Memory of a device, for example 4G (CULVERT_MEMORY)");
  app.add_option("--cc", settings.compute_capability,
                 "Compute capability that the program sees, for example 8.0 (CULVERT_COMPUTE_CAPABILITY)");
  app.add_option("--watchdog-ms", settings.watchdog_ms, "End a kernel that runs longer (CULVERT_WATCHDOG_MS)")
      ->check(CLI::PositiveNumber);
}

// Our libraries first, then what LD_PRELOAD held.
bool SetPreload(const fs::path& lib_dir) {
  const std::vector<fs::path> libraries = ExistingFrontLibraries(lib_dir);
  if (libraries.empty()) {
    std::fprintf(stderr, "culvert run: no libraries in %s; build Culvert first (tools/dev build)\n", lib_dir.c_str());
    return false;
  }
  if (lib_dir.string().find_first_of(" :") != std::string::npos) {
    std::fprintf(stderr, "culvert run: %s contains a space or a colon, which LD_PRELOAD cannot express; move it\n",
                 lib_dir.c_str());
    return false;
  }
  std::string preload;
  for (const fs::path& library : libraries) preload += (preload.empty() ? "" : ":") + library.string();
  const char* before = std::getenv("LD_PRELOAD");
  if (before != nullptr && *before != '\0') preload += std::string(":") + before;
  setenv("LD_PRELOAD", preload.c_str(), 1);
  return true;
}

// True for a 64-bit ELF executable without a dynamic loader: LD_PRELOAD has no effect on it.
bool IsStaticallyLinked(const fs::path& program) {
  std::ifstream file(program, std::ios::binary);
  Elf64_Ehdr header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof(header))) return false;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) return false;
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    file.seekg(static_cast<std::streamoff>(header.e_phoff + static_cast<uint64_t>(i) * header.e_phentsize));
    if (!file.read(reinterpret_cast<char*>(&segment), sizeof(segment))) return false;
    if (segment.p_type == PT_INTERP || segment.p_type == PT_DYNAMIC) return false;
  }
  return header.e_type == ET_EXEC || header.e_type == ET_DYN;
}

int Execute(const std::vector<std::string>& program) {
  const std::optional<fs::path> path = FindProgram(program[0]);
  if (!path) {
    const bool has_slash = program[0].find('/') != std::string::npos;
    std::error_code error;
    std::fprintf(stderr, "culvert run: %s: not found%s\n", program[0].c_str(),
                 has_slash                       ? ""
                 : fs::exists(program[0], error) ? " in PATH; for the file in this directory write ./ before its name"
                                                 : " in PATH");
    return kNotFound;
  }
  std::error_code error;
  if (fs::is_directory(*path, error) || access(path->c_str(), X_OK) != 0) {
    std::fprintf(stderr, "culvert run: %s: not executable%s\n", path->c_str(),
                 fs::is_directory(*path, error) ? " (a directory)" : "; chmod +x it, or run it with its interpreter");
    return kNotExecutable;
  }
  if (IsStaticallyLinked(*path)) {
    std::fprintf(stderr,
                 "culvert run: %s is linked statically with the C library, so no library can be placed under it; "
                 "link it dynamically\n",
                 path->c_str());
    return kNotExecutable;
  }
  std::vector<char*> words;
  for (const std::string& word : program) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(path->c_str(), words.data());
  std::fprintf(stderr, "culvert run: cannot start %s: %s%s\n", path->c_str(), std::strerror(errno),
               errno == ENOEXEC ? "; a script needs a #! line" : "");
  return errno == ENOENT ? kNotFound : kNotExecutable;
}

}  // namespace

int RunProgram(const std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> options(arguments.begin(), separator);
  std::vector<std::string> program(separator == arguments.end() ? separator : separator + 1, arguments.end());

  CLI::App app(kDescription, "culvert run");
  app.prefix_command();
  Settings settings;
  AddOptions(app, settings);
  try {
    std::reverse(options.begin(), options.end());  // CLI11 takes them last first
    app.parse(options);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : (app.exit(error), kWrongUsage);
  }
  // Without "--" the program starts at the first word that is not an option.
  std::vector<std::string> rest = app.remaining();
  if (!rest.empty() && rest[0][0] == '-') {
    std::fprintf(stderr, "culvert run: unknown option %s; options of the program go after --, see culvert run --help\n",
                 rest[0].c_str());
    return kWrongUsage;
  }
  if (!rest.empty() && separator != arguments.end()) rest.push_back("--");
  program.insert(program.begin(), rest.begin(), rest.end());
  if (program.empty()) {
    std::fprintf(stderr, "culvert run: no program given; for example: culvert run -- ./vadd\n");
    return kWrongUsage;
  }
  if (!SetPreload(InstallPaths::OfThisExecutable().lib_dir)) return 1;
  ExportSettings(settings);
  return Execute(program);
}

}  // namespace culvert::tools

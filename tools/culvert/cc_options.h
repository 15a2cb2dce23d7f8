// The command line of `culvert cc`: nvcc's spellings where they make sense, the host compiler's otherwise.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace culvert::tools {

struct CcInput {
  enum class Kind {
    kCuda,    // compiled for device and host
    kHost,    // C, C++ or assembler, compiled for the host only
    kLinker,  // an object, an archive, -l, -Wl, ...: goes to the link line at this position
  };
  Kind kind;
  std::string text;  // a path, or the linker argument
};

struct CcOptions {
  enum class Output { kExecutable, kObject, kDeviceLink, kPtx, kFatbin, kPreprocessed };

  Output output = Output::kExecutable;
  std::string output_path;  // empty: the default of the output kind
  std::vector<CcInput> inputs;
  std::vector<int> architectures;         // compute capability * 10, e.g. 80; ascending, never empty
  std::vector<std::string> common_flags;  // device, host and host-only compilations
  std::vector<std::string> device_flags;  // device compilations
  std::vector<std::string> cuda_flags;    // both halves of a CUDA source
  std::vector<std::string> host_flags;    // host halves and host sources
  std::vector<std::string> link_flags;    // the link, before the inputs
  std::vector<std::string> notes;         // options accepted without effect, and why; printed with -v
  std::vector<std::string> warnings;      // printed always
  std::string standard;                   // -std= of CUDA and C++ sources (of C sources if it names a C one)
  std::string clang;                      // empty: clang++-19 from PATH
  bool optimisation_given = false;
  bool relocatable = false;  // -rdc=true: device code of several sources is linked
  bool rpath = true;
  bool verbose = false;
  bool dry_run = false;
  bool keep = false;
  bool help = false;
};

// The parsed options, or a message (one sentence and what to do) for the user.
std::variant<CcOptions, std::string> ParseCcOptions(const std::vector<std::string>& arguments);

extern const char kCcHelp[];

}  // namespace culvert::tools

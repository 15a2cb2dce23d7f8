// The command-line tool: culvert run | cc | info.

#include <cstdio>
#include <string>
#include <vector>

#include "tools/culvert/cc.h"
#include "tools/culvert/info.h"
#include "tools/culvert/run.h"

namespace {

const char kHelp[] = R"(Culvert runs unmodified CUDA programs on a software NPU: no GPU is needed.

Usage: culvert <command> [options]

  culvert run -- ./program args...    run a CUDA program
  culvert cc vadd.cu -o vadd          compile CUDA C++ without a CUDA toolkit
  culvert info                        show devices, libraries and settings

Each command explains itself: culvert <command> --help
)";

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  const std::vector<std::string> rest(argv + (argc > 1 ? 2 : argc), argv + argc);
  if (command == "run") return culvert::tools::RunProgram(rest);
  if (command == "cc") return culvert::tools::RunCc(rest);
  if (command == "info") return culvert::tools::RunInfo(rest);
  if (command == "--help" || command == "-h" || command == "help") {
    std::fputs(kHelp, stdout);
    return 0;
  }
  if (command == "--version") {
    std::puts("culvert " CULVERT_VERSION);
    return 0;
  }
  if (command.empty()) {
    std::fputs(kHelp, stderr);
  } else {
    std::fprintf(stderr, "culvert: unknown command %s; the commands are run, cc and info (culvert --help)\n",
                 command.c_str());
  }
  return 2;
}

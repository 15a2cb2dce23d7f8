#include "tools/culvert/cc_options.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace culvert::tools {
namespace {

using Words = std::vector<std::string>;

constexpr int kDefaultArchitecture = 80;
// What clang 19 can generate PTX for; newer devices run the PTX of older architectures.
constexpr int kNewestArchitecture = 90;
constexpr int kOldestArchitecture = 50;

bool StartsWith(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

Words SplitCommas(const std::string& text) {
  Words parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

class Parser {
 public:
  explicit Parser(const Words& arguments) : arguments_(arguments) {}

  std::variant<CcOptions, std::string> Parse() {
    while (next_ < arguments_.size() && error_.empty()) ParseOne(arguments_[next_++]);
    if (error_.empty()) Finish();
    if (!error_.empty()) return error_;
    return std::move(options_);
  }

 private:
  void ParseOne(const std::string& word) {
    if (word.empty() || word[0] != '-') return AddInput(word);
    if (ParseExact(word) || ParseWithValue(word) || ParsePrefix(word)) return;
    error_ = "unknown option " + word + "; pass it to the host compiler with -Xcompiler " + word +
             ", to clang's front end with -Xclang, or see culvert cc --help";
  }

  void AddInput(const std::string& path) {
    static const std::set<std::string> kHostExtensions = {".c", ".cc", ".cpp", ".cxx", ".C", ".s", ".S"};
    const std::string extension = std::filesystem::path(path).extension().string();
    CcInput::Kind kind = CcInput::Kind::kLinker;
    if (language_ == "cuda" || (language_.empty() && extension == ".cu")) {
      kind = CcInput::Kind::kCuda;
    } else if (!language_.empty() || kHostExtensions.contains(extension)) {
      kind = CcInput::Kind::kHost;
    }
    options_.inputs.push_back({kind, path});
  }

  // Options without a value.
  bool ParseExact(const std::string& word) {
    static const std::map<std::string, std::function<void(Parser&)>> kActions = {
        {"-c", [](Parser& p) { p.options_.output = CcOptions::Output::kObject; }},
        {"--compile", [](Parser& p) { p.options_.output = CcOptions::Output::kObject; }},
        {"-ptx", [](Parser& p) { p.options_.output = CcOptions::Output::kPtx; }},
        {"--ptx", [](Parser& p) { p.options_.output = CcOptions::Output::kPtx; }},
        {"-fatbin", [](Parser& p) { p.options_.output = CcOptions::Output::kFatbin; }},
        {"--fatbin", [](Parser& p) { p.options_.output = CcOptions::Output::kFatbin; }},
        {"-E", [](Parser& p) { p.options_.output = CcOptions::Output::kPreprocessed; }},
        {"-g", [](Parser& p) { p.options_.host_flags.push_back("-g"); }},
        {"-G", [](Parser& p) { p.DeviceDebug(); }},
        {"--device-debug", [](Parser& p) { p.DeviceDebug(); }},
        {"-lineinfo", [](Parser& p) { p.options_.device_flags.push_back("-gline-directives-only"); }},
        {"--generate-line-info", [](Parser& p) { p.options_.device_flags.push_back("-gline-directives-only"); }},
        {"-use_fast_math", [](Parser& p) { p.FastMath(); }},
        {"--use_fast_math", [](Parser& p) { p.FastMath(); }},
        {"-shared", [](Parser& p) { p.options_.link_flags.push_back("-shared"); }},
        {"--shared", [](Parser& p) { p.options_.link_flags.push_back("-shared"); }},
        {"-pthread", [](Parser& p) { p.HostAndLink("-pthread"); }},
        {"-w", [](Parser& p) { p.options_.common_flags.push_back("-w"); }},
        {"-v", [](Parser& p) { p.options_.verbose = true; }},
        {"--verbose", [](Parser& p) { p.options_.verbose = true; }},
        {"--dryrun", [](Parser& p) { p.options_.verbose = p.options_.dry_run = true; }},
        {"-dryrun", [](Parser& p) { p.options_.verbose = p.options_.dry_run = true; }},
        {"-###", [](Parser& p) { p.options_.verbose = p.options_.dry_run = true; }},
        {"--keep", [](Parser& p) { p.options_.keep = true; }},
        {"-keep", [](Parser& p) { p.options_.keep = true; }},
        {"--no-rpath", [](Parser& p) { p.options_.rpath = false; }},
        {"-h", [](Parser& p) { p.options_.help = true; }},
        {"--help", [](Parser& p) { p.options_.help = true; }},
        {"-dc", [](Parser& p) { p.RelocatableObject(true); }},
        {"--device-c", [](Parser& p) { p.RelocatableObject(true); }},
        {"-dw", [](Parser& p) { p.RelocatableObject(false); }},
        {"--device-w", [](Parser& p) { p.RelocatableObject(false); }},
        {"-dlink", [](Parser& p) { p.options_.output = CcOptions::Output::kDeviceLink; }},
        {"--device-link", [](Parser& p) { p.options_.output = CcOptions::Output::kDeviceLink; }},
        {"-cubin", [](Parser& p) { p.RefuseCubin("-cubin"); }},
        {"--cubin", [](Parser& p) { p.RefuseCubin("--cubin"); }},
    };
    static const std::set<std::string> kWithoutEffect = {
        "--expt-relaxed-constexpr",
        "-expt-relaxed-constexpr",
        "--expt-extended-lambda",
        "-expt-extended-lambda",
        "--extended-lambda",
        "-extended-lambda",
        "-res-usage",
        "--resource-usage",
        "-disable-warnings",
        "-Wno-deprecated-gpu-targets",
        "-restrict",
        "--restrict",
        "-extra-device-vectorization",
    };
    if (const auto action = kActions.find(word); action != kActions.end()) {
      action->second(*this);
      return true;
    }
    if (kWithoutEffect.contains(word)) {
      options_.notes.push_back(word + " is accepted and changes nothing");
      return true;
    }
    if (StartsWith(word, "-M") && (word == "-MD" || word == "-MMD" || word == "-MP" || word == "-M" || word == "-MM")) {
      options_.host_flags.push_back(word);
      return true;
    }
    return false;
  }

  // Options with a value, as "-o x", "--output-file=x" and, where nvcc or the host compiler allow it, "-ox".
  bool ParseWithValue(const std::string& word) {
    struct Option {
      Words names;
      bool joined;  // the value may follow without a separator
      std::function<void(Parser&, const std::string&)> action;
    };
    static const std::vector<Option> kOptions = {
        {{"--output-file", "-o"}, true, [](Parser& p, const std::string& v) { p.options_.output_path = v; }},
        {{"-arch", "--gpu-architecture"}, false, [](Parser& p, const std::string& v) { p.AddArchitecture(v); }},
        {{"-code", "--gpu-code"},
         false,
         [](Parser& p, const std::string& v) { p.options_.notes.push_back("-code=" + v + ": only PTX is embedded"); }},
        {{"-gencode", "--generate-code"}, false, [](Parser& p, const std::string& v) { p.AddGenerateCode(v); }},
        {{"-rdc", "--relocatable-device-code"}, false, [](Parser& p, const std::string& v) { p.Rdc(v); }},
        {{"-ftz", "--ftz"}, false, [](Parser& p, const std::string& v) { p.FlushToZero(p.Bool("-ftz", v)); }},
        {{"-fmad", "--fmad"}, false, [](Parser& p, const std::string& v) { p.Contract(p.Bool("-fmad", v)); }},
        {{"-prec-div", "--prec-div"},
         false,
         [](Parser& p, const std::string& v) { p.PreciseDivision(p.Bool("-prec-div", v)); }},
        {{"-prec-sqrt", "--prec-sqrt"},
         false,
         [](Parser& p, const std::string& v) { p.PreciseSqrt(p.Bool("-prec-sqrt", v)); }},
        {{"-default-stream", "--default-stream"}, false, [](Parser& p, const std::string& v) { p.DefaultStream(v); }},
        {{"-Xcompiler", "--compiler-options"},
         false,
         [](Parser& p, const std::string& v) {
           for (const std::string& flag : SplitCommas(v)) p.HostAndLink(flag);
         }},
        {{"-Xlinker", "--linker-options"}, false, [](Parser& p, const std::string& v) { p.Linker("-Wl," + v); }},
        {{"-Xclang"}, false, [](Parser& p, const std::string& v) { p.Common({"-Xclang", v}); }},
        {{"-mllvm"}, false, [](Parser& p, const std::string& v) { p.Common({"-mllvm", v}); }},
        {{"--clang"}, false, [](Parser& p, const std::string& v) { p.options_.clang = v; }},
        {{"-std", "--std"}, false, [](Parser& p, const std::string& v) { p.options_.standard = v; }},
        {{"--include-path", "-I"}, true, [](Parser& p, const std::string& v) { p.Common({"-I" + v}); }},
        {{"-isystem", "--system-include"}, false, [](Parser& p, const std::string& v) { p.Common({"-isystem", v}); }},
        {{"-iquote"}, false, [](Parser& p, const std::string& v) { p.Common({"-iquote", v}); }},
        {{"-include", "--pre-include"}, false, [](Parser& p, const std::string& v) { p.Common({"-include", v}); }},
        {{"--define-macro", "-D"}, true, [](Parser& p, const std::string& v) { p.Common({"-D" + v}); }},
        {{"--undefine-macro", "-U"}, true, [](Parser& p, const std::string& v) { p.Common({"-U" + v}); }},
        {{"--optimize", "-O"}, true, [](Parser& p, const std::string& v) { p.Optimise(v); }},
        {{"--library-path", "-L"},
         true,
         [](Parser& p, const std::string& v) { p.options_.link_flags.push_back("-L" + v); }},
        {{"--library", "-l"}, true, [](Parser& p, const std::string& v) { p.AddLibrary(v); }},
        {{"-x", "--x"}, false, [](Parser& p, const std::string& v) { p.Language(v); }},
        {{"-MF"}, false, [](Parser& p, const std::string& v) { p.Host({"-MF", v}); }},
        {{"-MT"}, false, [](Parser& p, const std::string& v) { p.Host({"-MT", v}); }},
        {{"-MQ"}, false, [](Parser& p, const std::string& v) { p.Host({"-MQ", v}); }},
        {{"-cudart", "--cudart"}, false, [](Parser& p, const std::string& v) { p.Cudart(v); }},
        {{"-Xptxas", "--ptxas-options"}, false, &Parser::IgnoreValue},
        {{"-Xnvlink", "--nvlink-options"}, false, &Parser::IgnoreValue},
        {{"-Xfatbin", "--fatbin-options"}, false, &Parser::IgnoreValue},
        {{"-Xcudafe"}, false, &Parser::IgnoreValue},
        {{"-ccbin", "--compiler-bindir"}, false, &Parser::IgnoreValue},
        {{"-maxrregcount", "--maxrregcount"}, false, &Parser::IgnoreValue},
        {{"-diag-suppress", "--diag-suppress"}, false, &Parser::IgnoreValue},
        {{"-t", "--threads"}, false, &Parser::IgnoreValue},
        {{"-m", "--machine"},
         false,
         [](Parser& p, const std::string& v) {
           if (v != "64") p.error_ = "-m" + v + ": only 64-bit programs can be built";
         }},
    };
    for (const Option& option : kOptions) {
      for (const std::string& name : option.names) {
        std::optional<std::string> value;
        if (word == name) {
          if (name == "-O") {
            value = "1";
          } else if (next_ < arguments_.size()) {
            value = arguments_[next_++];
          } else {
            error_ = word + " needs a value";
            return true;
          }
        } else if (StartsWith(word, name + "=")) {
          value = word.substr(name.size() + 1);
        } else if (option.joined && name.size() == 2 && StartsWith(word, name)) {
          value = word.substr(name.size());
        }
        if (!value) continue;
        current_ = name;
        option.action(*this, *value);
        return true;
      }
    }
    return false;
  }

  // Families that go through to clang unchanged.
  bool ParsePrefix(const std::string& word) {
    if (StartsWith(word, "-Wl,")) {
      Linker(word);
    } else if (StartsWith(word, "-W")) {
      options_.common_flags.push_back(word);
    } else if (word == "-m64") {
    } else if (StartsWith(word, "-f") || StartsWith(word, "-m") || StartsWith(word, "-g") || word == "-pg") {
      HostAndLink(word);
    } else {
      return false;
    }
    return true;
  }

  void Common(const Words& flags) { Append(options_.common_flags, flags); }
  void Host(const Words& flags) { Append(options_.host_flags, flags); }
  void HostAndLink(const std::string& flag) {
    options_.host_flags.push_back(flag);
    options_.link_flags.push_back(flag);
  }
  void Linker(const std::string& flag) { options_.inputs.push_back({CcInput::Kind::kLinker, flag}); }
  static void Append(Words& to, const Words& from) { to.insert(to.end(), from.begin(), from.end()); }

  static void IgnoreValue(Parser& p, const std::string& value) {
    p.options_.notes.push_back(p.current_ + " " + value + " is accepted and changes nothing");
  }

  void Optimise(const std::string& level) {
    options_.optimisation_given = true;
    options_.common_flags.push_back("-O" + level);
  }

  void DeviceDebug() {
    device_debug_ = true;
    options_.device_flags.push_back("-gline-directives-only");
  }

  void FastMath() {
    FlushToZero(true);
    PreciseDivision(false);
    PreciseSqrt(false);
    options_.device_flags.push_back("-fgpu-approx-transcendentals");
  }
  void FlushToZero(bool on) { flush_to_zero_ = on; }
  void PreciseDivision(bool on) { precise_division_ = on; }
  void PreciseSqrt(bool on) { precise_sqrt_ = on; }
  void Contract(bool on) { options_.device_flags.push_back(on ? "-ffp-contract=fast" : "-ffp-contract=off"); }

  bool Bool(const std::string& option, const std::string& value) {
    if (value == "true" || value == "1") return true;
    if (value != "false" && value != "0") error_ = option + "=" + value + ": expected true or false";
    return false;
  }

  void DefaultStream(const std::string& which) {
    if (which == "per-thread") {
      options_.cuda_flags.push_back("-fgpu-default-stream=per-thread");
      Common({"-DCUDA_API_PER_THREAD_DEFAULT_STREAM=1"});
    } else if (which != "legacy" && which != "null") {
      error_ = "-default-stream " + which + ": expected legacy or per-thread";
    }
  }

  void Language(const std::string& name) {
    if (name == "cu" || name == "cuda") {
      language_ = "cuda";
    } else if (name == "none") {
      language_.clear();
    } else if (name == "c" || name == "c++") {
      language_ = name;
    } else {
      error_ = "-x " + name + ": expected cu, c, c++ or none";
    }
  }

  void Cudart(const std::string& kind) {
    if (kind == "static" || kind == "none") {
      options_.warnings.push_back("-cudart " + kind + ": the runtime is always linked as a shared library");
    } else if (kind != "shared") {
      error_ = "-cudart " + kind + ": expected shared";
    }
  }

  // Ours are always on the link line.
  void AddLibrary(const std::string& name) {
    if (name == "cuda" || name == "cudart" || name == "cudart_static") return;
    if (name == "cudadevrt") {
      options_.notes.push_back("-lcudadevrt is accepted and changes nothing");
      return;
    }
    Linker("-l" + name);
  }

  void Rdc(const std::string& value) { options_.relocatable = Bool(current_, value); }
  void RelocatableObject(bool relocatable) {
    options_.relocatable = relocatable;
    options_.output = CcOptions::Output::kObject;
  }
  void RefuseCubin(const std::string& option) {
    error_ = option + ": no machine code of a GPU is generated; use --ptx or --fatbin";
  }

  void AddArchitecture(const std::string& text) {
    static const std::set<std::string> kAny = {"native", "all", "all-major"};
    if (kAny.contains(text)) {
      architectures_.insert(kNewestArchitecture);
      return;
    }
    const size_t digits = text.find_first_of("0123456789");
    const bool prefix_ok =
        digits != std::string::npos && (digits == 0 || StartsWith(text, "sm_") || StartsWith(text, "compute_"));
    char* end = nullptr;
    const long number = prefix_ok ? std::strtol(text.c_str() + digits, &end, 10) : 0;
    const std::string suffix = end != nullptr ? end : "";
    if (number == 0 || !(suffix.empty() || suffix == "a" || suffix == "f")) {
      error_ = "-arch " + text + ": expected sm_NN or compute_NN, for example sm_80";
    } else if (number < kOldestArchitecture) {
      error_ = "-arch " + text + ": the oldest architecture is sm_" + std::to_string(kOldestArchitecture);
    } else if (number > kNewestArchitecture) {
      options_.warnings.push_back("-arch " + text + ": compiling for sm_" + std::to_string(kNewestArchitecture) +
                                  ", the newest that clang 19 knows; " + text + " runs it");
      architectures_.insert(kNewestArchitecture);
    } else {
      architectures_.insert(static_cast<int>(number));
    }
  }

  // arch=compute_80,code=[sm_80,compute_80]: the virtual architecture decides, for only PTX is embedded.
  void AddGenerateCode(const std::string& text) {
    for (const std::string& part : SplitCommas(text)) {
      if (StartsWith(part, "arch=")) return AddArchitecture(part.substr(5));
    }
    error_ = "-gencode " + text + ": expected arch=compute_NN,code=sm_NN";
  }

  void Finish() {
    if (options_.help) return;
    if (architectures_.empty()) architectures_.insert(kDefaultArchitecture);
    options_.architectures.assign(architectures_.begin(), architectures_.end());
    if (flush_to_zero_) options_.device_flags.push_back("-fgpu-flush-denormals-to-zero");
    if (!precise_division_) Append(options_.device_flags, {"-mllvm", "-nvptx-prec-divf32=1"});
    if (!precise_sqrt_) Append(options_.device_flags, {"-mllvm", "-nvptx-prec-sqrtf32=0"});
    if (!options_.optimisation_given) options_.common_flags.push_back("-O2");
    if (device_debug_) options_.device_flags.push_back("-O0");
    CheckInputs();
  }

  void CheckInputs() {
    size_t sources = 0, cuda_sources = 0;
    for (const CcInput& input : options_.inputs) {
      sources += input.kind != CcInput::Kind::kLinker;
      cuda_sources += input.kind == CcInput::Kind::kCuda;
    }
    const bool links =
        options_.output == CcOptions::Output::kExecutable || options_.output == CcOptions::Output::kDeviceLink;
    if (options_.inputs.empty() || (!links && sources == 0)) {
      error_ = "no input files; for example: culvert cc vadd.cu -o vadd";
    } else if (options_.output == CcOptions::Output::kDeviceLink && sources != 0) {
      error_ = "-dlink takes objects; compile the sources with -dc";
    } else if (!links && sources > 1 && !options_.output_path.empty()) {
      error_ = "-o with several sources needs a link; compile them one by one, or leave -o out";
    } else if ((options_.output == CcOptions::Output::kPtx || options_.output == CcOptions::Output::kFatbin) &&
               cuda_sources != sources) {
      error_ = "--ptx and --fatbin take CUDA sources only (.cu, or any file after -x cu)";
    } else if (options_.output == CcOptions::Output::kPtx && options_.architectures.size() > 1) {
      error_ = "--ptx writes one file: name one architecture";
    }
  }

  const Words& arguments_;
  size_t next_ = 0;
  CcOptions options_;
  std::string error_;
  std::string current_;  // the spelling of the option being parsed
  std::string language_;
  std::set<int> architectures_;
  bool flush_to_zero_ = false;
  bool precise_division_ = true;
  bool precise_sqrt_ = true;
  bool device_debug_ = false;
};

}  // namespace

std::variant<CcOptions, std::string> ParseCcOptions(const std::vector<std::string>& arguments) {
  return Parser(arguments).Parse();
}

const char kCcHelp[] =
    R"(Compile CUDA C++ with clang 19 and Culvert's own headers. No CUDA toolkit is needed or used.

Usage: culvert cc [options] file...

  culvert cc vadd.cu -o vadd             compile and link; then: culvert run -- ./vadd
  culvert cc -c -O3 kernels.cu           an object for your own link line
  culvert cc main.cpp kernels.o -o app   link objects and host sources
  culvert cc --ptx -o - vadd.cu          look at the device code

Inputs: .cu (device and host), .c .cc .cpp .cxx .s (host), anything else goes to the linker.
The program is an ordinary executable that needs libcudart.so.13 (and libcuda.so.1 if it calls the driver API); an
rpath to Culvert's libraries is added, so it runs by itself on this machine.

Output
  -o FILE                    output file (- for stdout with --ptx and -E)
  -c                         compile to objects, do not link
  --ptx, --fatbin, -E        stop after the device code, its container, or the host preprocessor
Code generation
  -arch=sm_NN                sm_50 to sm_90, default sm_80; also compute_NN; give it or -gencode several times
  -gencode arch=..,code=..   nvcc's form; only PTX is embedded
  -O0 .. -O3                 default -O2
  -g, -G, -lineinfo          host debug information; unoptimised device code with lines; lines only
  -use_fast_math             = -ftz=true -prec-div=false -prec-sqrt=false and approximate sinf, expf, ...
  -ftz= -prec-div= -prec-sqrt= -fmad= true|false
  -default-stream per-thread
Host compiler and linker
  -I -isystem -D -U -include -std= -W* -M*         as usual, for both halves
  -f* -m* -pthread, -Xcompiler A,B                 host half and link
  -L -l -shared -Wl,* -Xlinker ARG                 link
  -x cu|c|c++|none                                 language of the inputs that follow
  --no-rpath                                       leave the path of Culvert's libraries out
  --clang PATH                                     another clang++, version 19 or newer
Tool
  -v, --dryrun               print the commands; print and do not run them
  --keep                     keep PTX and fatbin beside the output
Several sources with device code
  -rdc=true, -dc             device functions and variables of other sources may be used; -dc is -rdc=true -c
  -dlink                     the object to add when your own linker links such objects
The device code is linked when the program starts. Objects in an archive are linked if host code refers to them:
give archives of device code between -Wl,--whole-archive and -Wl,--no-whole-archive.
)";

}  // namespace culvert::tools

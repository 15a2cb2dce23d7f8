#include "tools/culvert/cc.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>

#include "compiler/fatbin/fatbin_writer.h"
#include "tools/culvert/cc_options.h"
#include "tools/culvert/install_paths.h"
#include "tools/culvert/process.h"
#include "tools/culvert/relocatable.h"

namespace culvert::tools {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Output = CcOptions::Output;

void Append(Words& to, const Words& from) { to.insert(to.end(), from.begin(), from.end()); }

void Complain(const std::string& message) { std::fprintf(stderr, "culvert cc: %s\n", message.c_str()); }

// A directory of its own for intermediate files, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "culvert-cc-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::optional<std::string> ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// The functions that device code may leave undefined: the system calls of the PTX interoperability guide.
const std::set<std::string>& SystemCalls() {
  static const std::set<std::string> names = {"vprintf", "malloc", "free", "__assertfail"};
  return names;
}

// Names that `ptx` declares `.extern .func` and that no runtime provides.
Words UndefinedFunctions(const std::string& ptx) {
  Words undefined;
  std::istringstream lines(ptx);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(".extern .func", 0) != 0) continue;
    // ".extern .func  (.param .b32 r) name" or ".extern .func name"; the parameters follow on the next lines.
    const size_t result_end = line.find(')');
    std::istringstream rest(line.substr(result_end != std::string::npos ? result_end + 1 : 13));
    std::string name;
    rest >> name;
    if (!name.empty() && !SystemCalls().contains(name)) undefined.push_back(name);
  }
  return undefined;
}

class Compilation {
 public:
  Compilation(CcOptions options, InstallPaths paths) : options_(std::move(options)), paths_(std::move(paths)) {}

  int Run() {
    for (const std::string& warning : options_.warnings) Complain("warning: " + warning);
    if (options_.verbose) {
      for (const std::string& note : options_.notes) Complain("note: " + note);
    }
    if (!CheckInstallation()) return 1;
    for (const CcInput& input : options_.inputs) {
      const int status = Compile(input);
      if (status != 0) return status;
    }
    if (options_.output == Output::kDeviceLink) {
      return CompileStub(options_.output_path.empty() ? "a_dlink.o" : options_.output_path);
    }
    return options_.output == Output::kExecutable ? Link() : 0;
  }

 private:
  bool CheckInstallation() {
    if (options_.clang.empty()) options_.clang = "clang++-19";
    if (!FindProgram(options_.clang)) {
      Complain(options_.clang +
               " was not found; install clang 19 (Debian: apt install clang-19) or name another one "
               "with --clang PATH");
      return false;
    }
    std::error_code error;
    for (const fs::path& needed : {paths_.include_dir / "cuda_runtime.h", paths_.device_math}) {
      if (fs::exists(needed, error)) continue;
      Complain(needed.string() + " is missing; build or install Culvert completely (tools/dev build)");
      return false;
    }
    if (temporary_.path().empty()) {
      Complain("cannot create a temporary directory in " + fs::temp_directory_path().string());
      return false;
    }
    return true;
  }

  int Compile(const CcInput& input) {
    std::error_code error;
    if (input.kind == CcInput::Kind::kLinker) {
      objects_.push_back(input.text);
      return 0;
    }
    if (!fs::exists(input.text, error)) {
      Complain(input.text + ": no such file");
      return 1;
    }
    const std::string stem =
        (temporary_.path() / (std::to_string(count_++) + "-" + fs::path(input.text).stem().string())).string();
    return input.kind == CcInput::Kind::kCuda ? CompileCuda(input.text, stem) : CompileHost(input.text, stem);
  }

  int CompileCuda(const std::string& source, const std::string& stem) {
    if (options_.output == Output::kPreprocessed) {
      Words command = HostCudaCommand();
      Append(command, {"-E", source, "-o", OutputFor(source, "-")});
      return Execute(command);
    }
    std::vector<compiler::fatbin::PtxImage> images;
    for (int architecture : options_.architectures) {
      const std::string suffix = options_.architectures.size() > 1 ? "." + std::to_string(architecture) : "";
      const std::string ptx =
          options_.output == Output::kPtx ? OutputFor(source, ".ptx") : Intermediate(source, stem, suffix + ".ptx");
      Words command = DeviceCommand(architecture);
      Append(command, RelocatableFlags(source));
      Append(command, {"-S", source, "-o", ptx});
      const int status = Execute(command);
      if (status != 0) return status;
      if (options_.dry_run || ptx == "-") continue;
      images.push_back({static_cast<uint32_t>(architecture), ReadFile(ptx).value_or(""), source});
      if (!options_.relocatable) {
        if (!CheckDefined(source, images.back().text)) return 1;
        continue;
      }
      images.back().text = WithStaticNames(images.back().text);
      if (options_.output == Output::kPtx && !WriteFile(ptx, images.back().text)) return 1;
    }
    if (options_.output == Output::kPtx) return 0;

    const std::string fatbin =
        options_.output == Output::kFatbin ? OutputFor(source, ".fatbin") : Intermediate(source, stem, ".fatbin");
    if (!options_.dry_run && !WriteImages(source, fatbin, images)) return 1;
    if (options_.output == Output::kFatbin) return 0;
    Words command = HostCudaCommand();
    Append(command, RelocatableFlags(source));
    Append(command, {"-Xclang", "-fcuda-include-gpubinary", "-Xclang", fatbin});
    const std::string object = ObjectFor(source, stem);
    if (options_.relocatable) return CompileRelocatable(command, source, stem, object);
    Append(command, {"-c", source, "-o", object});
    return Execute(command);
  }

  // The host half by way of assembly, in which the registration is redirected.
  int CompileRelocatable(Words command, const std::string& source, const std::string& stem, const std::string& object) {
    const std::string assembly = stem + ".s";
    Append(command, {"-S", source, "-o", assembly});
    // Dependency files are named after the object.
    const auto given = [&](const char* flag) { return std::ranges::find(command, flag) != command.end(); };
    if (given("-MD") || given("-MMD")) {
      if (!given("-MF")) Append(command, {"-MF", fs::path(object).replace_extension(".d").string()});
      if (!given("-MT") && !given("-MQ")) Append(command, {"-MT", object});
    }
    if (const int status = Execute(command); status != 0) return status;
    if (!options_.dry_run && !WriteFile(assembly, WithLinkRegistration(ReadFile(assembly).value_or("")))) return 1;
    return Execute({options_.clang, "-c", assembly, "-o", object});
  }

  int CompileStub(const std::string& object) {
    const std::string source = (temporary_.path() / "link.cc").string();
    if (!WriteFile(source, LinkStub())) return 1;
    return Execute({options_.clang, "-O1", "-fPIC", "-c", source, "-o", object});
  }

  int CompileHost(const std::string& source, const std::string& stem) {
    Words command = {options_.clang};
    const std::string extension = fs::path(source).extension().string();
    const bool is_c = extension == ".c";
    if (is_c) command.push_back("--driver-mode=gcc");
    const bool c_standard = options_.standard.size() > 1 && options_.standard[1] != '+' && options_.standard[3] != '+';
    if (!options_.standard.empty() && c_standard == is_c) command.push_back("-std=" + options_.standard);
    Append(command, options_.common_flags);
    Append(command, options_.host_flags);
    Append(command, {"-isystem", paths_.include_dir.string()});
    if (options_.output == Output::kPreprocessed) {
      Append(command, {"-E", source, "-o", OutputFor(source, "-")});
    } else {
      Append(command, {"-c", source, "-o", ObjectFor(source, stem)});
    }
    return Execute(command);
  }

  // What both halves of a CUDA source share. --cuda-path points nowhere: an installed toolkit must not be found.
  Words CudaCommand() const {
    Words command = {options_.clang,
                     "-x",
                     "cuda",
                     "--cuda-path=/nonexistent",
                     "-nocudainc",
                     "-nocudalib",
                     "-Xclang",
                     "-target-sdk-version=12.5",
                     "-Wno-unknown-cuda-version",
                     "-isystem",
                     paths_.include_dir.string(),
                     "-include",
                     (paths_.include_dir / "culvert/prelude.h").string()};
    if (!options_.standard.empty()) command.push_back("-std=" + options_.standard);
    Append(command, options_.common_flags);
    Append(command, options_.cuda_flags);
    return command;
  }

  // Both halves must agree on the names of static variables and kernels: the identifier is part of them. clang's driver
  // hands it to the device half only.
  Words RelocatableFlags(const std::string& source) const {
    if (!options_.relocatable) return {};
    std::error_code error;
    const size_t hash = std::hash<std::string>()(fs::absolute(source, error).lexically_normal().string());
    const std::string id = "-cuid=" + std::to_string(hash);
    return {"-fgpu-rdc", id, "-Xclang", id};
  }

  Words DeviceCommand(int architecture) const {
    Words command = CudaCommand();
    Append(command,
           {"--cuda-device-only", "--cuda-gpu-arch=sm_" + std::to_string(architecture), "--cuda-feature=+ptx85",
            "-Xclang", "-mlink-builtin-bitcode", "-Xclang", paths_.device_math.string()});
    Append(command, options_.device_flags);
    return command;
  }

  Words HostCudaCommand() const {
    Words command = CudaCommand();
    Append(command, {"--cuda-host-only"});
    Append(command, options_.host_flags);
    return command;
  }

  int Link() {
    Words command = {options_.clang};
    Append(command, options_.link_flags);
    Append(command, objects_);
    if (MayHaveRelocatableObjects()) {
      const std::string stub = (temporary_.path() / "link.o").string();
      if (const int status = CompileStub(stub); status != 0) return status;
      command.push_back(stub);
    }
    Append(command, {"-L" + paths_.lib_dir.string(), "-l:libcudart.so.13", "-Wl,--as-needed", "-l:libcuda.so.1",
                     "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined"});
    if (options_.rpath) command.push_back("-Wl,-rpath," + paths_.lib_dir.string());
    Append(command, {"-o", options_.output_path.empty() ? "a.out" : options_.output_path});
    std::error_code error;
    if (!options_.dry_run && !fs::exists(paths_.lib_dir / "libcudart.so.13", error)) {
      Complain((paths_.lib_dir / "libcudart.so.13").string() + " is missing; build Culvert first (tools/dev build)");
      return 1;
    }
    return Execute(command);
  }

  bool MayHaveRelocatableObjects() const {
    return options_.relocatable || std::ranges::any_of(options_.inputs, [](const CcInput& input) {
             const std::string extension = fs::path(input.text).extension().string();
             return input.kind == CcInput::Kind::kLinker && (extension == ".o" || extension == ".a");
           });
  }

  bool CheckDefined(const std::string& source, const std::string& ptx) const {
    const Words undefined = UndefinedFunctions(ptx);
    for (const std::string& name : undefined) {
      Complain(source + ": device function " + name +
               " is called but defined nowhere in this source; compile with "
               "-rdc=true if another source defines it");
    }
    return undefined.empty();
  }

  // Not compressed: a program that starts reads its device code without unpacking it.
  bool WriteImages(const std::string& source, const std::string& path,
                   const std::vector<compiler::fatbin::PtxImage>& images) const {
    const absl::StatusOr<std::string> bytes = WriteFatbin(images, compiler::fatbin::Compression::kNone);
    if (bytes.ok()) return WriteFile(path, *bytes);
    Complain(source + ": " + std::string(bytes.status().message()));
    return false;
  }

  bool WriteFile(const std::string& path, const std::string& bytes) const {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << bytes;
    file.close();
    if (file) return true;
    Complain("cannot write " + path);
    return false;
  }

  // `suffix` "-" stands for stdout.
  std::string OutputFor(const std::string& source, const std::string& suffix) const {
    if (!options_.output_path.empty()) return options_.output_path;
    return suffix == "-" ? suffix : fs::path(source).stem().string() + suffix;
  }

  std::string Intermediate(const std::string& source, const std::string& stem, const std::string& suffix) const {
    if (!options_.keep) return stem + suffix;
    return (fs::path(options_.output_path).parent_path() / (fs::path(source).stem().string() + suffix)).string();
  }

  std::string ObjectFor(const std::string& source, const std::string& stem) {
    if (options_.output == Output::kObject) return OutputFor(source, ".o");
    objects_.push_back(stem + ".o");
    return objects_.back();
  }

  int Execute(const Words& command) const {
    if (options_.verbose) std::fprintf(stderr, "%s\n", QuoteCommand(command).c_str());
    return options_.dry_run ? 0 : RunCommand(command);
  }

  CcOptions options_;
  const InstallPaths paths_;
  TemporaryDirectory temporary_;
  Words objects_;  // in the order of the inputs
  int count_ = 0;
};

}  // namespace

int RunCc(const std::vector<std::string>& arguments) {
  std::variant<CcOptions, std::string> parsed = ParseCcOptions(arguments);
  if (const std::string* message = std::get_if<std::string>(&parsed)) {
    Complain(*message);
    return 1;
  }
  CcOptions options = std::get<CcOptions>(std::move(parsed));
  if (options.help) {
    std::fputs(kCcHelp, stdout);
    return 0;
  }
  return Compilation(std::move(options), InstallPaths::OfThisExecutable()).Run();
}

}  // namespace culvert::tools

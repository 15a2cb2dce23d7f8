// Writes what the fuzz targets start from: gen_inputs DIRECTORY makes
//   ptx.dict              every mnemonic, modifier, type, special register and directive, from the tables
//   seeds/fuzz_ptx_body/  valid statements, some of every row of the instruction table
//   seeds/fuzz_ptx/       a module with each kind of declaration
//   seeds/fuzz_fatbin/    containers with text, LZ4 and zstd payloads, machine code; an ELF header
//   seeds/fuzz_decompress/, seeds/fuzz_linked/
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "compiler/fatbin/fatbin_reader.h"
#include "compiler/fatbin/fatbin_writer.h"
#include "tests/compiler/fatbin/images.h"
#include "tests/compiler/ptx/row_instances.h"

namespace {

namespace fatbin = culvert::compiler::fatbin;
namespace fs = std::filesystem;
using namespace culvert::ptx;  // NOLINT: a generator

constexpr std::string_view kTableNames[] = {
#define CULVERT_OPCODE(name, text) text,
#include "compiler/ptx/opcodes.def"
#undef CULVERT_OPCODE
#define CULVERT_MODIFIER(text, field, value, since, sm) text,
#define CULVERT_MODIFIER_SET(name, field, alternatives)
#include "compiler/ptx/modifiers.def"
#undef CULVERT_MODIFIER
#undef CULVERT_MODIFIER_SET
#define CULVERT_SPECIAL_REGISTER(name, enumerator, shape, bytes, since, sm) name,
#include "compiler/ptx/special_registers.def"
#undef CULVERT_SPECIAL_REGISTER
};

// What is not in a table: directives (PTX ISA, "PTX Directives"), and names that mean something to the parser.
constexpr std::string_view kOtherWords[] = {".version",
                                            ".target",
                                            ".address_size",
                                            ".entry",
                                            ".func",
                                            ".visible",
                                            ".extern",
                                            ".weak",
                                            ".common",
                                            ".global",
                                            ".const",
                                            ".shared",
                                            ".local",
                                            ".param",
                                            ".reg",
                                            ".align",
                                            ".ptr",
                                            ".file",
                                            ".loc",
                                            ".section",
                                            ".pragma",
                                            ".alias",
                                            ".maxntid",
                                            ".reqntid",
                                            ".minnctapersm",
                                            ".maxnctapersm",
                                            ".maxnreg",
                                            ".reqnctapercluster",
                                            ".explicitcluster",
                                            ".maxclusterrank",
                                            ".blocksareclusters",
                                            ".noreturn",
                                            ".abi_preserve",
                                            ".abi_preserve_control",
                                            ".attribute",
                                            ".managed",
                                            ".unified",
                                            ".branchtargets",
                                            ".calltargets",
                                            ".callprototype",
                                            "function_name",
                                            "inlined_at",
                                            "generic",
                                            "WARP_SZ",
                                            "sm_121",
                                            "compute_80",
                                            "_",
                                            "0f3F800000",
                                            "0d3FF0000000000000",
                                            "0xFF",
                                            "1U",
                                            "1.5e-3",
                                            "%r1",
                                            "%d1",
                                            "%p1",
                                            "{%r1, %r2}",
                                            "[%d9]",
                                            "[buffer+8]",
                                            "@%p1",
                                            "@!%p2",
                                            "%r1|%p1",
                                            "/*",
                                            "*/",
                                            "//",
                                            "<16>"};

void Write(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) {
    fprintf(stderr, "gen_inputs: cannot write %s\n", path.c_str());
    exit(1);
  }
}

void WriteDictionary(const fs::path& path) {
  std::set<std::string> words(std::begin(kTableNames), std::end(kTableNames));
  words.insert(std::begin(kOtherWords), std::end(kOtherWords));
  for (int t = 1; t <= static_cast<int>(Type::kSurfref); ++t) {
    words.insert("." + std::string(TypeName(static_cast<Type>(t))));
  }
  std::string out = "# Written by tests/fuzz/gen_inputs from compiler/ptx/*.def.\n";
  for (const std::string& word : words) out += "\"" + word + "\"\n";
  Write(path, out);
}

// Up to `kPerRow` instances of each row, a few rows to a file.
void WriteStatements(const fs::path& folder) {
  constexpr size_t kPerRow = 6, kPerFile = 12;
  std::string body;
  size_t count = 0, file = 0;
  auto flush = [&] {
    if (!body.empty()) Write(folder / ("rows_" + std::to_string(file++)), body);
    body.clear();
  };
  for (const InstructionRow& row : Rows()) {
    size_t left = kPerRow;
    for (const std::string& statement : RowInstances(row)) {
      if (left-- == 0) break;
      body += statement + "\n";
      if (++count % kPerFile == 0) flush();
    }
  }
  flush();
}

constexpr std::string_view kModule = R"(.version 8.5
.target sm_80
.address_size 64
.file 1 "a.cu"
.extern .func (.param .b32 r) vprintf (.param .b64 a, .param .b64 b);
.const .align 8 .b8 c[16] = {1, 2, 0xFF(g), 0xFF00(g), 4};
.global .align 4 .f32 g[2][2] = {{1.5, 0f3F800000}, {2}};
.visible .global .u64 p = generic(g) + 8;
.global .attribute(.managed) .u32 m;
.weak .global .v4 .u32 w;
.extern .shared .align 16 .b8 dynamic[];
.global .texref t = { normalized_coords = 1 };
.func (.param .b32 r) f (.param .b32 a, .reg .b32 b) .noreturn { st.param.b32 [r], 1; ret; }
.alias h, f;
.visible .entry k (.param .u64 .ptr .global .align 4 p, .param .align 8 .b8 s[24])
.maxntid 128, 2, 1 .minnctapersm 2 .maxnreg 32
{
  .reg .pred %p<3>; .reg .b32 %r<9>; .reg .b64 %rd<5>; .reg .v2 .f32 v;
  .local .align 8 .b8 stack[32];
  .shared .b32 tile[32];
  .loc 1 3 5, function_name L0, inlined_at 1 2 3
  ld.param.u64 %rd1, [p];
  { .reg .b32 %inner; mov.u32 %inner, %tid.x; add.s32 %r1, %inner, -(3 * 4) % 5 ? 1 : 2; }
  setp.ne.s32 %p1, %r1, WARP_SZ;
  @%p1 bra $done;
  T: .branchtargets L0, $done;
  P: .callprototype (.param .b32 _) _ (.param .b32 _, .reg .b32 _);
  Q: .calltargets f;
  brx.idx %r1, T;
L0:
  { .param .b32 out; .param .b32 in; st.param.b32 [in], %r1; call (out), f, (in, %r1); ld.param.b32 %r2, [out]; }
  call (%r3), %rd2, (%r1, %r2), P;
$done:
  ret;
}
)";

void WriteImages(const fs::path& seeds) {
  using fatbin::Compression;
  const std::string text = fatbin::Ptx(80, ".entry k() { ret; }\n");
  for (auto [name, compression] : {std::pair("text", Compression::kNone), std::pair("lz4", Compression::kLz4),
                                   std::pair("zstd", Compression::kZstd)}) {
    const std::string file =
        *fatbin::WriteFatbin({{.arch = 80, .text = text, .name = "a.cu"}, {.arch = 130, .text = text}}, compression);
    Write(seeds / "fuzz_fatbin" / name, file);
    const auto entries = *fatbin::ReadEntries(file);
    const char method = compression == Compression::kZstd ? 1 : 0;
    if (compression == Compression::kNone) continue;
    const uint64_t size = entries[0].uncompressed_bytes;
    const char head[] = {method, static_cast<char>(size), static_cast<char>(size >> 8), 0};
    Write(seeds / "fuzz_decompress" / name, std::string(head, 4) + std::string(entries[0].payload));
    const char changed[] = {static_cast<char>(method | 2), 9, 0, 0x40};
    Write(seeds / "fuzz_decompress" / (std::string(name) + "_changed"), std::string(changed, 4) + text + text);
  }
  std::string linked = fatbin::Fatbin(fatbin::PtxEntry(80, text) + fatbin::PtxEntry(90, text));
  memcpy(linked.data(), &fatbin::kLinkedMagic, sizeof fatbin::kLinkedMagic);
  Write(seeds / "fuzz_fatbin" / "linked", linked);
  Write(seeds / "fuzz_fatbin" / "elf", fatbin::ElfHeader(190, 8, 90 << 8));
  Write(seeds / "fuzz_fatbin" / "machine_code", fatbin::Fatbin(fatbin::ElfEntry(80) + fatbin::ElfEntry(90)));
  Write(seeds / "fuzz_fatbin" / "ptx", text);
  const std::string caller =
      ".extern .func (.param .b32 r) other (.param .b32 a)\n;\n.extern .global .u32 shared_word;\n"
      ".visible .entry k(.param .b64 p) { .reg .b32 %r<4>; ld.global.u32 %r1, [shared_word]; { .param .b32 a; .param "
      ".b32 r; st.param.b32 [a], %r1; call (r), other, (a); ld.param.b32 %r2, [r]; } ret; }";
  const std::string callee =
      ".visible .global .u32 shared_word = 3;\n.visible .func (.param .b32 r) other (.param .b32 a) { .reg .b32 %r<3>; "
      "ld.param.b32 %r1, [a]; add.s32 %r2, %r1, 1; st.param.b32 [r], %r2; ret; }";
  Write(seeds / "fuzz_linked" / "one", "eP\x1en" + caller);
  Write(seeds / "fuzz_linked" / "two", "\x1ez" + callee + "\x1el" + caller + "\x1e" + "eZ");
  Write(seeds / "fuzz_linked" / "common", "\x1en.common .global .u32 c[4];\n.weak .func f() { ret; }" +
                                              ("\x1en" + callee) +
                                              "\x1en.common .global .u32 c[8];\n.weak .func f() { ret; }");
  Write(seeds / "fuzz_linked" / "raw", "\x1er" + fatbin::PtxEntry(80, text));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: gen_inputs DIRECTORY\n");
    return 2;
  }
  const fs::path out = argv[1], seeds = out / "seeds";
  WriteDictionary(out / "ptx.dict");
  WriteStatements(seeds / "fuzz_ptx_body");
  Write(seeds / "fuzz_ptx" / "module", kModule);
  Write(seeds / "fuzz_lexer" / "module", kModule);
  WriteImages(seeds);
  return 0;
}

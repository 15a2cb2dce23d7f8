// Test tool: PTX text in, disassembly out.
//   ptx_to_bytecode FILE.ptx [--entry NAME] [--lines] [--quiet] [--summary]
// Every program is also serialised, read back, and verified by the interpreter. Exit status 1 if an entry does not
// compile (its diagnostics go to standard error, the others are still printed).
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "compiler/bytecode/disassemble.h"
#include "compiler/compiler.h"
#include "include/culvert/program_format.h"
#include "runtime/npu/interp/block_runner.h"

int main(int argc, char** argv) {
  std::string file, only;
  bool quiet = false, summary = false;
  culvert::lowering::DisassembleOptions options;
  for (int i = 1; i < argc; ++i) {
    std::string arg = argv[i];
    if (arg == "--lines")
      options.lines = true;
    else if (arg == "--quiet")
      quiet = true;
    else if (arg == "--summary")
      quiet = summary = true;
    else if (arg == "--entry" && i + 1 < argc)
      only = argv[++i];
    else
      file = arg;
  }
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) {
    std::cerr << "cannot read " << file << "\n";
    return 2;
  }
  auto start = std::chrono::steady_clock::now();
  auto elapsed_us = [&start] {
    auto now = std::chrono::steady_clock::now();
    double us = std::chrono::duration<double, std::micro>(now - start).count();
    start = now;
    return us;
  };
  culvert::compiler::LoadOptions load;
  load.display_name = file.substr(file.find_last_of('/') + 1);
  auto module = culvert::compiler::CompiledModule::Load(text.str(), load);
  if (!module.ok()) {
    std::cerr << module.status().message() << "\n";
    return 1;
  }
  if (summary) std::printf("%-60s index %.0f us\n", load.display_name.c_str(), elapsed_us());
  int failures = 0;
  for (const std::string& name : (*module)->EntryNames()) {
    if (!only.empty() && name != only) continue;
    elapsed_us();
    auto program = (*module)->CompileEntry(name);
    double us = elapsed_us();
    if (!program.ok()) {
      std::cerr << program.status().message() << "\n";
      ++failures;
      continue;
    }
    std::string bytes = culvert::SerializeProgram(**program);
    auto again = culvert::DeserializeProgram(bytes);
    if (!again.ok() || culvert::SerializeProgram(*again) != bytes) {
      std::cerr << name << ": does not survive serialisation: " << again.status().message() << "\n";
      ++failures;
      continue;
    }
    auto prepared =
        culvert::npu::PreparedProgram::Prepare(*program, std::vector<uint64_t>((*program)->symbols.size(), 4096));
    if (!prepared.ok()) {
      std::cerr << prepared.status().message() << "\n";
      ++failures;
      continue;
    }
    if (summary) {
      const culvert::ProgramFunction& entry = (*program)->functions[(*program)->entry];
      std::printf("  %-58.58s %7zu instr %5u slots %4u const %8.0f us%s\n", name.c_str(), (*program)->code.size(),
                  entry.slot_count, entry.constant_count, us, (*program)->has_spin_loops ? " spin" : "");
    }
    if (!quiet) std::fputs(culvert::lowering::Disassemble(*again, options).c_str(), stdout);
  }
  return failures == 0 ? 0 : 1;
}

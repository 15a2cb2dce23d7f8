// `culvert run`: starts a program so that it finds our libraries.
#pragma once

#include <string>
#include <vector>

namespace culvert::tools {

// Replaces this process by the program: exit status and signals are the program's. Returns only on an error:
// 127 program not found, 126 found but not executable, 2 a wrong option.
int RunProgram(const std::vector<std::string>& arguments);

}  // namespace culvert::tools

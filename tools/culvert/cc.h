// `culvert cc`: compiles CUDA C++ with clang, without a CUDA toolkit.
//
// For each CUDA source: (1) the device half to PTX, once per architecture, with our device-math bitcode linked in;
// (2) the PTX into a fatbin; (3) the host half to an object that embeds the fatbin. Then one link with our front
// libraries. clang's own driver would call ptxas in step 2, so the steps are separate.
#pragma once

#include <string>
#include <vector>

namespace culvert::tools {

// Exit status of the tool: 0, the status of the first clang that failed, or 1 after a message of its own.
int RunCc(const std::vector<std::string>& arguments);

}  // namespace culvert::tools

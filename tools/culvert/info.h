// `culvert info`: what a program would see, and where it comes from.
#pragma once

#include <string>
#include <vector>

namespace culvert::tools {

// Prints devices (as the driver library reports them), library paths and versions, and the environment table.
// Returns 0, or 1 if the driver library cannot be loaded or initialised.
int RunInfo(const std::vector<std::string>& arguments);

}  // namespace culvert::tools

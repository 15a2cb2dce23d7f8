// Child processes of the tool.
#pragma once

#include <string>
#include <vector>

namespace culvert::tools {

// `argv` as a line that a POSIX shell would split into the same words.
std::string QuoteCommand(const std::vector<std::string>& argv);

// Runs argv[0] (an absolute path or a name in PATH), waits, and returns its exit status, 128 + signal if a signal
// ended it, or 127 with a message on stderr if it could not be started. stdin, stdout and stderr are inherited.
int RunCommand(const std::vector<std::string>& argv);

}  // namespace culvert::tools

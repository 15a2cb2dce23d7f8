// The environment variables that the tool sets or shows. The library parses them; this is what users see of them.
#pragma once

#include <string>
#include <vector>

namespace culvert::tools {

struct EnvironmentVariable {
  const char* name;
  const char* default_text;
  const char* meaning;
};

extern const std::vector<EnvironmentVariable> kEnvironment;

}  // namespace culvert::tools

// The container in which device code travels inside a host object (layout: compiler/fatbin).
#pragma once

#include <string>
#include <vector>

namespace culvert::tools {

struct PtxImage {
  int architecture;  // 80 for sm_80
  std::string text;
};

// A fatbin with one uncompressed PTX entry per image. The ISA version of an entry is read from its .version line.
std::string MakeFatbin(const std::vector<PtxImage>& images);

}  // namespace culvert::tools

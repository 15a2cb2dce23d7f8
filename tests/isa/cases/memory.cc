#include "tests/isa/cases/cases.h"

namespace culvert::isa {

std::vector<Case> MemoryCases() { return {}; }

}  // namespace culvert::isa

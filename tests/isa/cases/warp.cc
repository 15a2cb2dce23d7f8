#include "tests/isa/cases/cases.h"

namespace culvert::isa {

std::vector<Case> WarpCases() { return {}; }

}  // namespace culvert::isa

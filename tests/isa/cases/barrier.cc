#include "tests/isa/cases/cases.h"

namespace culvert::isa {

std::vector<Case> BarrierCases() { return {}; }

}  // namespace culvert::isa

#include "tests/isa/cases/cases.h"

namespace culvert::isa {

std::vector<Case> ControlCases() { return {}; }

}  // namespace culvert::isa

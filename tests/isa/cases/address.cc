#include "tests/isa/cases/cases.h"

namespace culvert::isa {

std::vector<Case> AddressCases() { return {}; }

}  // namespace culvert::isa

#include "tests/isa/cases/cases.h"

namespace culvert::isa {

std::vector<Case> AtomicCases() { return {}; }

}  // namespace culvert::isa

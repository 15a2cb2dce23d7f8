#include "tests/isa/cases/cases.h"
#include "tests/isa/cases/load.h"

namespace culvert::isa {

std::vector<Case> MemoryCases() {
  std::vector<Case> cases;
  AddLoads(&cases);
  AddStores(&cases);
  AddFunctionParameters(&cases);
  AddOperandForms(&cases);
  return cases;
}

}  // namespace culvert::isa

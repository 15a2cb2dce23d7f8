#include "tests/isa/cases/cases.h"

#include <iterator>

namespace culvert::isa {

std::vector<Case> MachineCases() {
  std::vector<Case> all;
  for (auto* family : {MemoryCases, AtomicCases, WarpCases, BarrierCases, ControlCases, AddressCases}) {
    std::vector<Case> cases = family();
    all.insert(all.end(), std::make_move_iterator(cases.begin()), std::make_move_iterator(cases.end()));
  }
  return all;
}

}  // namespace culvert::isa

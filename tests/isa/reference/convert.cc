#include "tests/isa/reference/reference.h"

namespace culvert::isa {

std::optional<Evaluator> FindConvert(OpcodeName name) { return std::nullopt; }

}  // namespace culvert::isa

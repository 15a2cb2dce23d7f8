#include "runtime/npu/interp/handlers_all.h"

namespace culvert::npu {

extern const HandlerSet kHandlers_baseline;
const HandlerSet kHandlers_baseline = {"baseline", kFullTable, kPartialTable};

}  // namespace culvert::npu

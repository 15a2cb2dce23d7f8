#include "runtime/npu/interp/handlers_all.h"

namespace culvert::npu {

extern const HandlerSet kHandlers_v3;
const HandlerSet kHandlers_v3 = {"v3", kFullTable, kPartialTable};

}  // namespace culvert::npu

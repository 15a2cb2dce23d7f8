#include "runtime/npu/interp/handlers_all.h"

namespace culvert::npu {

extern const HandlerSet kHandlers_v4;
const HandlerSet kHandlers_v4 = {"v4", kFullTable, kPartialTable};

}  // namespace culvert::npu

// Alias of the toolkit's header name; see culvert/host_defines.h.
#include "culvert/host_defines.h"

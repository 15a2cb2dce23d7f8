// Profiler control of the driver API; cuda.h declares it already (CUDA Driver API manual, "Profiler Control").
#include "cuda.h"

#include "tools/culvert/environment.h"

namespace culvert::tools {

const std::vector<EnvironmentVariable> kEnvironment = {
    {"CULVERT_DEVICES", "1", "number of devices"},
    {"CULVERT_SM_COUNT", "usable cores", "multiprocessors that a device reports"},
    {"CULVERT_WORKERS", "usable cores", "threads that execute device work"},
    {"CULVERT_MEMORY", "3/4 of what is usable", "memory of a device, in bytes or with K, M, G"},
    {"CULVERT_COMPUTE_CAPABILITY", "12.1", "compute capability that programs see"},
    {"CULVERT_TRACE", "off", "1 prints every API call with its result"},
    {"CULVERT_WATCHDOG_MS", "off", "ends a kernel that runs longer, naming it and where it waits"},
    {"CUDA_VISIBLE_DEVICES", "all", "devices that the program sees, and in which order"},
    {"CUDA_LAUNCH_BLOCKING", "0", "1 makes every launch wait for its kernel"},
    {"CUDA_MODULE_LOADING", "LAZY", "LAZY or EAGER"},
};

}  // namespace culvert::tools

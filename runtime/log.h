// Refusals on stderr: what a program would report as a bare number gets its reason, once. Internal to runtime/.
#ifndef CULVERT_RUNTIME_LOG_H_
#define CULVERT_RUNTIME_LOG_H_

#include "absl/status/status.h"

namespace culvert {

// Prints the message of a failure the first time it occurs, unless CULVERT_LOG=0. Returns the status. Thread-safe.
absl::Status LogRefusal(absl::Status status);

}  // namespace culvert

#endif  // CULVERT_RUNTIME_LOG_H_

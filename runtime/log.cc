#include "runtime/log.h"

#include <stdio.h>

#include <mutex>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "runtime/environment.h"

namespace culvert {
namespace {

constexpr size_t kMaxTexts = 1000;  // a program that makes ever new ones is not told about more

struct Said {
  std::mutex mutex;
  absl::flat_hash_set<std::string> texts;  // guarded by mutex
};

Said& GetSaid() {
  static Said* said = new Said;
  return *said;
}

}  // namespace

absl::Status LogRefusal(absl::Status status) {
  if (status.ok() || GetEnvironment().log_level == 0) return status;
  std::string text(status.message());
  Said& said = GetSaid();
  std::lock_guard lock(said.mutex);
  if (said.texts.size() < kMaxTexts && said.texts.insert(text).second) fprintf(stderr, "culvert: %s\n", text.c_str());
  return status;
}

}  // namespace culvert

#include "compiler/link/linker.h"

#include <utility>

#include "include/culvert/error.h"

namespace culvert::link {

absl::Status Linker::Add(std::unique_ptr<ptx::Unit> unit) {
  CULVERT_RETURN_IF_ERROR(status_);
  units_.push_back(std::move(unit));
  status_ = symbols_.AddLast(units_);
  return status_;
}

absl::StatusOr<std::unique_ptr<LinkedModule>> Linker::Complete() {
  CULVERT_RETURN_IF_ERROR(status_);
  status_ = Error(ErrorKind::kInvalidValue, "the link is complete");
  return LinkedModule::Create(std::move(units_), symbols_);
}

}  // namespace culvert::link

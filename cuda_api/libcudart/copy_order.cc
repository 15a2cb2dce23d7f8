#include "cuda_api/libcudart/copy_order.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "include/culvert/error.h"
#include "runtime/context.h"
#include "runtime/event.h"
#include "runtime/platform.h"

namespace culvert::libcudart {
namespace {

std::vector<std::shared_ptr<Context>> OtherContexts(const Stream& stream, const CopyParams& params) {
  std::vector<std::shared_ptr<Context>> others;
  for (uint64_t address : {params.dst, params.src}) {
    std::shared_ptr<Context> owner = DescribePointer(address).context;
    if (owner == nullptr || owner == stream.context() || !owner->active()) continue;
    if (std::find(others.begin(), others.end(), owner) == others.end()) others.push_back(std::move(owner));
  }
  return others;
}

// Work submitted to `later` from now on waits for the work now in `earlier`.
absl::Status Order(const std::shared_ptr<Stream>& earlier, Stream& later) {
  EventOptions options;
  options.disable_timing = true;
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Event> event, Event::Create(earlier->context(), options));
  CULVERT_RETURN_IF_ERROR(event->Record(earlier));
  return later.WaitEvent(event);
}

}  // namespace

absl::Status InPeerOrder(Stream& stream, const CopyParams& params, absl::FunctionRef<absl::Status()> copy) {
  if (stream.kind() != StreamKind::kLegacy || Platform::Get().device_count() < 2) return copy();
  std::vector<std::shared_ptr<Stream>> peers;
  for (const auto& context : OtherContexts(stream, params)) {
    CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Stream> peer, context->LegacyStream());
    CULVERT_RETURN_IF_ERROR(Order(peer, stream));
    peers.push_back(std::move(peer));
  }
  CULVERT_RETURN_IF_ERROR(copy());
  for (const auto& peer : peers) CULVERT_RETURN_IF_ERROR(Order(stream.shared_from_this(), *peer));
  return absl::OkStatus();
}

}  // namespace culvert::libcudart

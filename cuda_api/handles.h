// Handles: what programs hold instead of pointers to our objects. A handle is a pointer-sized value that encodes a
// kind, a generation and an index; it is never a pointer and never dereferenced, so a freed, foreign or wild value is
// recognised and refused. Both APIs share the one table: the driver's and the runtime's handle of an object are the
// same value.
//
//   bits 63-56  0x80 + kind: with the bits below it no canonical x86-64 or AArch64 address
//   bits 55-32  generation of the slot, 1 to 2^24 - 1
//   bits 31-0   index of the slot
//
// The table keeps the object alive until its handle is removed; whoever looked it up before keeps it longer.
// Thread-safe at any time, also before constructors and after destructors. A lookup takes no lock (two atomic additions
// and the copy of a shared_ptr); making and removing handles takes one.
#ifndef CULVERT_CUDA_API_HANDLES_H_
#define CULVERT_CUDA_API_HANDLES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace culvert {
class Context;
class Event;
class Function;
class Kernel;
class Library;
class MemoryPool;
class Module;
class Stream;
}  // namespace culvert

namespace culvert::api {

// Kinds are never renumbered: programs print handles, and people learn to read them.
enum class HandleKind : uint8_t {
  kContext = 1,
  kStream = 2,
  kEvent = 3,
  kModule = 4,
  kLibrary = 5,
  kKernel = 6,
  kFunction = 7,
  kMemoryPool = 8,
  kLinkState = 9,
};

template <typename T>
struct HandleKindOf;
template <>
struct HandleKindOf<Context> {
  static constexpr HandleKind kKind = HandleKind::kContext;
};
template <>
struct HandleKindOf<Stream> {
  static constexpr HandleKind kKind = HandleKind::kStream;
};
template <>
struct HandleKindOf<Event> {
  static constexpr HandleKind kKind = HandleKind::kEvent;
};
template <>
struct HandleKindOf<Module> {
  static constexpr HandleKind kKind = HandleKind::kModule;
};
template <>
struct HandleKindOf<Library> {
  static constexpr HandleKind kKind = HandleKind::kLibrary;
};
template <>
struct HandleKindOf<Kernel> {
  static constexpr HandleKind kKind = HandleKind::kKernel;
};
template <>
struct HandleKindOf<Function> {
  static constexpr HandleKind kKind = HandleKind::kFunction;
};
template <>
struct HandleKindOf<MemoryPool> {
  static constexpr HandleKind kKind = HandleKind::kMemoryPool;
};

namespace internal {

// The handle of `object`: the one it has, else a new one that belongs to `owner` (see RemoveHandlesOwnedBy). Throws
// std::bad_alloc when 2^24 handles are live; the API boundary reports that as kOutOfMemory.
uint64_t HandleOf(HandleKind kind, std::shared_ptr<void> object, const void* owner);
// Null if `handle` is no live handle of this kind. Remove() also makes it invalid from now on.
std::shared_ptr<void> Find(HandleKind kind, uint64_t handle) noexcept;
std::shared_ptr<void> Remove(HandleKind kind, uint64_t handle);
// The status of a lookup that failed. It tells a handle that was once valid from one that never was, for the message
// and for contexts: kContextIsDestroyed and kInvalidContext; kInvalidHandle for every other kind.
absl::Status WhyInvalid(HandleKind kind, uint64_t handle);

}  // namespace internal

// The kind of any live handle is in the value itself; kinds the table does not know give false.
bool HasKind(const void* handle, HandleKind kind);

// *result = ToHandle<CUstream>(stream, stream->context().get()). The same object gives the same handle until it is
// removed. `owner`: the object whose end invalidates this handle; for streams, events, modules the context, for
// functions the module, for kernels the library.
template <typename Handle, typename T>
Handle ToHandle(const std::shared_ptr<T>& object, const void* owner = nullptr) {
  return reinterpret_cast<Handle>(internal::HandleOf(HandleKindOf<T>::kKind, object, owner));
}

// The object, never null; WhyInvalid() otherwise.
template <typename T>
absl::StatusOr<std::shared_ptr<T>> FromHandle(const void* handle) {
  auto value = reinterpret_cast<uint64_t>(handle);
  std::shared_ptr<void> object = internal::Find(HandleKindOf<T>::kKind, value);
  if (__builtin_expect(object == nullptr, 0)) return internal::WhyInvalid(HandleKindOf<T>::kKind, value);
  return std::static_pointer_cast<T>(std::move(object));
}

// FromHandle() and the end of the handle. Of several threads that remove one handle, one gets the object.
template <typename T>
absl::StatusOr<std::shared_ptr<T>> RemoveHandle(const void* handle) {
  auto value = reinterpret_cast<uint64_t>(handle);
  std::shared_ptr<void> object = internal::Remove(HandleKindOf<T>::kKind, value);
  if (object == nullptr) return internal::WhyInvalid(HandleKindOf<T>::kKind, value);
  return std::static_pointer_cast<T>(std::move(object));
}

// Whether `object` has a handle now.
bool HasHandle(const void* object);

// Invalidates every handle that belongs to `owner`, and what belongs to those objects in turn: when a context ends or
// is reset, when a module or a library is unloaded. The objects die when their last user lets go.
void RemoveHandlesOwnedBy(const void* owner);

// What both APIs call after they ended a context (destroyed it, reset or released a primary one to inactive):
// invalidates the handles it owns and tells the observers. An observer is called without a lock held and stays for
// ever.
void ContextEnded(Context& context);
void ObserveContextEnd(void (*observer)(Context& context));

// Live handles of one kind; for tests and leak reports.
size_t LiveHandles(HandleKind kind);

// The stream that a CUstream or cudaStream_t means in `current`: null the default stream in force for this call
// (PerThreadDefaultStream() of boundary.h), 1 the legacy stream, 2 the calling thread's, else a created stream, which
// may belong to another context. kInvalidHandle for anything else, kContextIsDestroyed where `current` has ended.
absl::StatusOr<std::shared_ptr<Stream>> StreamFromHandle(Context& current, const void* handle);

}  // namespace culvert::api

#endif  // CULVERT_CUDA_API_HANDLES_H_

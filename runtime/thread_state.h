// ThreadState: what the runtime keeps per host thread. Internal to runtime/. Freed when the thread ends; the main
// thread's is leaked, so that calls from static destructors still find it.
#ifndef CULVERT_RUNTIME_THREAD_STATE_H_
#define CULVERT_RUNTIME_THREAD_STATE_H_

#include <memory>
#include <vector>

namespace culvert {

class Context;
class Stream;

struct ThreadState {
  std::vector<std::shared_ptr<Context>> contexts;  // the last is the current one
  std::vector<std::shared_ptr<Stream>> streams;    // per-thread default streams, one per context used
};

ThreadState& GetThreadState();
// Null if the calling thread has none yet.
ThreadState* ThreadStateOrNull();

}  // namespace culvert

#endif  // CULVERT_RUNTIME_THREAD_STATE_H_

#include "runtime/thread_state.h"

#include <pthread.h>

#include "runtime/context.h"
#include "runtime/platform.h"
#include "runtime/stream.h"

namespace culvert {
namespace {

thread_local ThreadState* thread_state = nullptr;

// A key, not a thread_local object: destructors of keys do not run when the process exits, so nothing that still runs
// then meets a destroyed object.
pthread_key_t CreateKey() {
  pthread_key_t key;
  pthread_key_create(&key, [](void* state) {
    thread_state = nullptr;
    if (Platform::Get().forked()) return;  // locks may be held by threads that are not here
    delete static_cast<ThreadState*>(state);
  });
  return key;
}

}  // namespace

ThreadState& GetThreadState() {
  if (thread_state == nullptr) {
    static const pthread_key_t key = CreateKey();
    thread_state = new ThreadState;
    pthread_setspecific(key, thread_state);
  }
  return *thread_state;
}

ThreadState* ThreadStateOrNull() { return thread_state; }

}  // namespace culvert

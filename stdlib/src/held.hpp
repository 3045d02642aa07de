// Locks of the library's own, held by processes. A process that were preempted with one in its hands would
// leave its worker to others that want the same lock, and with one worker nobody would ever give it back.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <throng/vm/no_preempt.hpp>

namespace throng::detail {

// The order matters: unlocked first, then others may run.
template <class Mutex>
class Held {
 public:
  explicit Held(Mutex& mutex) : lock_(mutex) {}

 private:
  NoPreempt no_preempt_;
  std::lock_guard<Mutex> lock_;
};

template <class Mutex>
class HeldShared {
 public:
  explicit HeldShared(Mutex& mutex) : lock_(mutex) {}

 private:
  NoPreempt no_preempt_;
  std::shared_lock<Mutex> lock_;
};

}  // namespace throng::detail

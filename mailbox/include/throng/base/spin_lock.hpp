// A lock for critical sections of a few instructions: owners never block, allocate or run user code inside.
// Built on the atomics seam, so the model explorer can switch between its steps; std::mutex could not be
// explored. Rejected for longer sections: a descheduled owner makes the others spin. After a short spin we
// hand the CPU back.
#pragma once

#include <sched.h>

#include <throng/base/atomic.hpp>

namespace throng::detail {

// Tells the machine (or the explorer) that the caller spins. After `rounds` of them the thread yields its
// CPU.
inline void spin_pause([[maybe_unused]] int round) noexcept {
#if defined(THRONG_MODEL)
  ::throng_model::yield();
#else
  if (round % 64 == 63) {
    sched_yield();
  } else {
    __builtin_ia32_pause();
  }
#endif
}

class SpinLock {
 public:
  void lock() noexcept {
    // pairs: unlock's release store; everything written under the lock is visible to the next owner
    for (int round = 0; locked_.exchange(true, std::memory_order_acquire); ++round) spin_pause(round);
  }
  bool try_lock() noexcept {
    return !locked_.exchange(true, std::memory_order_acquire);  // pairs: unlock's release store
  }
  void unlock() noexcept {
    locked_.store(false, std::memory_order_release);  // pairs: lock's and try_lock's acquire exchange
  }

 private:
  // Protocol: exchanged to true by who enters, stored false by who leaves; nothing else.
  Atomic<bool> locked_{false};
};

}  // namespace throng::detail

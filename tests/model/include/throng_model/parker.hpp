// The model of a place where one thread sleeps (a mutex, a condition and a remembered unpark), for engines
// that park.
#pragma once

#include <throng_model/atomic.hpp>

namespace throng_model {

class Parker {
 public:
  // Returns after an unpark(), which may have come before; several count as one. Thread: the sleeper.
  void park() {
    while (!unparked_.exchange(false, std::memory_order_acq_rel)) {               // pairs: unpark's exchange
      block_until([this] { return unparked_.load(std::memory_order_acquire); });  // pairs: unpark's exchange
    }
  }
  // Thread: any.
  void unpark() { unparked_.exchange(true, std::memory_order_acq_rel); }  // pairs: park's exchange and load

 private:
  // Protocol: set by any, cleared by the sleeper, both by exchange; stands for a bool guarded by a mutex.
  Atomic<bool> unparked_{false};
};

}  // namespace throng_model

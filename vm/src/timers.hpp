// How timers reach processes: shared by receive, sleep and send_after.
#pragma once

#include <throng/vm/receive.hpp>

#include "machine.hpp"

namespace throng::detail {

// Frees what a timer carries that will not fire.
inline void drop_timer(const Expiry& expiry) noexcept {
  destroy_signal(static_cast<Signal*>(expiry.payload));
}

// Delivers `signal` to `to` once `delay` has passed; a delay too long for the clock never passes.
TimerKey start_signal_timer(Machine& machine, Duration delay, Pid to, Message signal);
// Cancels and frees the signal. False: it has fired, or is just firing.
bool cancel_signal_timer(Machine& machine, TimerKey key) noexcept;

// The time-out of one wait: started when first needed, cancelled when left, however the wait is left.
//
// A long one is deferred: most waits for an answer are over long before, and starting and cancelling a timer
// would cost as much as the answer. The worker keeps a note, and makes a timer of it if the wait still lasts
// after a millisecond, or when the worker has nothing else to do. The time counts from then: late by that
// much, never early (SCH-10). The key comes to the process as a signal, so that only its owner touches its
// fields.
class WaitTimer {
 public:
  explicit WaitTimer(Process& process) noexcept : process_(process) {}
  ~WaitTimer();
  WaitTimer(const WaitTimer&) = delete;
  WaitTimer& operator=(const WaitTimer&) = delete;
  void start_once(Duration timeout);

 private:
  static constexpr Duration deferred_from = std::chrono::milliseconds(100);

  Process& process_;
  bool started_ = false;
};

// Thread: the worker's own.
void start_deferred(Machine& machine, WorkerState& state, bool all) noexcept;
// The same, of all, for a worker that is stuck. Thread: the watchdog's.
void rescue_deferred(Machine& machine, WorkerState& state) noexcept;
void take_started_timer(Process& process, const StartedTimer& started) noexcept;

}  // namespace throng::detail

// How timers reach processes: shared by receive, sleep and send_after.
#pragma once

#include <throng/vm/receive.hpp>

#include "machine.hpp"

namespace throng::detail {

// Delivers `signal` to `to` once `delay` has passed; a delay too long for the clock never passes.
TimerKey start_signal_timer(Machine& machine, Duration delay, Pid to, Message signal);
// Cancels and frees the signal. False: it has fired, or is just firing.
bool cancel_signal_timer(Machine& machine, TimerKey key) noexcept;

// The time-out of one wait: started when first needed, cancelled when left, however the wait is left.
class WaitTimer {
 public:
  explicit WaitTimer(Process& process) noexcept : process_(process) {}
  ~WaitTimer();
  WaitTimer(const WaitTimer&) = delete;
  WaitTimer& operator=(const WaitTimer&) = delete;
  void start_once(Duration timeout);

 private:
  Process& process_;
  TimerKey key_{};
  bool started_ = false;
};

}  // namespace throng::detail

// Timers of processes. Never early (SCH-10); a timer goes with the process it is for. Thread: in a process.
#pragma once

#include <optional>
#include <throng/scheduler/clock.hpp>
#include <throng/vm/send.hpp>

namespace throng {

namespace detail {
TimerId start_message_timer(Duration delay, Pid to, Message message);
TimerId start_message_timer(Duration delay, std::string_view name, Message message);
}  // namespace detail

// Sends the message when the time has passed.
template <class Rep, class Period, class M>
TimerId send_after(std::chrono::duration<Rep, Period> delay, Pid to, M&& message) {
  return detail::start_message_timer(saturated(delay), to, detail::message_of(std::forward<M>(message)));
}
// To whoever has the name when the time has passed.
template <class Rep, class Period, class M>
TimerId send_after(std::chrono::duration<Rep, Period> delay, std::string_view name, M&& message) {
  return detail::start_message_timer(saturated(delay), name, detail::message_of(std::forward<M>(message)));
}

// At a time of the runtime's clock; one that has passed is due at once (SCH-10).
template <class M>
TimerId send_at(Clock::time_point when, Pid to, M&& message) {
  Clock::time_point now = Clock::now();
  return send_after(when > now ? when - now : Duration::zero(), to, std::forward<M>(message));
}

// The time that was left, or nothing if it has fired or was cancelled before.
std::optional<Duration> cancel(TimerId timer);
std::optional<Duration> read_timer(TimerId timer);

}  // namespace throng

// Time, and the seam through which the scheduler reads it. Users name `Duration` and `Clock`; the scheduler
// asks a `TimeSource`, so that tests and a simulated runtime can hand in `ManualTime` and never wait for real
// time. Thread: any, for everything here.
//
// Invariants:
//  1. Time is a count of nanoseconds from an unspecified origin and never goes back.
//  2. `system_time()` and `Clock` read the same clock, so their numbers may be compared; those of a
//  `ManualTime` may not. In a simulated runtime both of Clock's are virtual.
#pragma once

#include <cstdint>
#include <throng/base/chrono.hpp>

#include <throng/base/atomic.hpp>

namespace throng {

using Duration = std::chrono::nanoseconds;

// In nanoseconds; what is too long to be said in them is without end.
template <class Rep, class Period>
constexpr Duration saturated(std::chrono::duration<Rep, Period> duration) noexcept {
  using Given = std::chrono::duration<Rep, Period>;
  if (duration >= std::chrono::duration_cast<Given>(Duration::max())) return Duration::max();
  return std::chrono::duration_cast<Duration>(duration);
}

// The runtime's clock: steady, so that setting the date of the machine moves no timer. In a simulated runtime
// the virtual one: asked from elsewhere it is the system's.
struct Clock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock, Duration>;
  static constexpr bool is_steady = true;

  static time_point now() noexcept;
  // What the calendar says; a simulated runtime's begins with the year 2000.
  static std::chrono::system_clock::time_point date() noexcept;
};

}  // namespace throng

namespace throng::detail {

class TimeSource {
 public:
  virtual ~TimeSource();
  virtual std::int64_t now() noexcept = 0;  // nanoseconds
  // The same for a program that asks.
  virtual std::int64_t read() noexcept { return now(); }
  virtual std::chrono::system_clock::time_point date() noexcept;
};

// The real clock. It has no state, lives for ever and may be asked while the host's statics are destroyed.
TimeSource& system_time() noexcept;

// Time that stands still until somebody moves it.
class ManualTime final : public TimeSource {
 public:
  explicit ManualTime(std::int64_t start_ns = 0) noexcept : now_(start_ns) {}

  std::int64_t now() noexcept override;
  // Each reading takes the time that was set, so that a loop which waits for a moment sees it come.
  std::int64_t read() noexcept override;
  // Requires: ns >= 0. Thread: before anybody reads.
  void set_reading_time(std::int64_t ns) noexcept { reading_time_ = ns; }
  std::chrono::system_clock::time_point date() noexcept override;

  // Saturates at the end of time. Requires: ns >= 0.
  void advance(std::int64_t ns) noexcept;

 private:
  // Protocol: moved by any thread, read by any thread.
  //   advance CAS, acq_rel   pairs with  now load, acquire   who sees the new time sees what was done before
  //   it came
  Atomic<std::int64_t> now_;
  std::int64_t reading_time_ = 0;
};

}  // namespace throng::detail

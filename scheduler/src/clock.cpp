// The real and the manual clock behind clock.hpp. Thread: any.
#include <throng/scheduler/clock.hpp>

#include <chrono>
#include <limits>
#include <new>

#include <throng/base/assert.hpp>
#include <throng/scheduler/scheduler.hpp>

namespace throng {
namespace {

// The clock of the worker that asks: of a real one the system's, of a simulated one its own.
detail::TimeSource& clock_here() noexcept {
  detail::Worker* worker = detail::current_worker();
  return worker != nullptr ? worker->scheduler().time() : detail::system_time();
}

}  // namespace

Clock::time_point Clock::now() noexcept { return time_point(Duration(clock_here().read())); }

std::chrono::system_clock::time_point Clock::date() noexcept { return clock_here().date(); }

}  // namespace throng

namespace throng::detail {
namespace {

class SystemTime final : public TimeSource {
 public:
  std::int64_t now() noexcept override {
    const auto since_origin = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Duration>(since_origin).count();
  }
};

}  // namespace

TimeSource::~TimeSource() = default;

std::chrono::system_clock::time_point TimeSource::date() noexcept { return std::chrono::system_clock::now(); }

TimeSource& system_time() noexcept {
  // Built in place and never destroyed: a thread that outlives main may still ask. Rejected: a plain static,
  // whose destructor would run under such a thread.
  alignas(SystemTime) static unsigned char storage[sizeof(SystemTime)];
  static TimeSource* const source = new (storage) SystemTime;
  return *source;
}

std::int64_t ManualTime::now() noexcept {
  return now_.load(std::memory_order_acquire);  // pairs: advance
}

std::int64_t ManualTime::read() noexcept {
  if (reading_time_ > 0) advance(reading_time_);
  return now();
}

std::chrono::system_clock::time_point ManualTime::date() noexcept {
  constexpr std::chrono::sys_days begin = std::chrono::year(2000) / 1 / 1;
  return begin + std::chrono::duration_cast<std::chrono::system_clock::duration>(Duration(now()));
}

void ManualTime::advance(std::int64_t ns) noexcept {
  THRONG_ASSERT(ns >= 0, "time must not go back");
  constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();
  std::int64_t before = now_.load(std::memory_order_relaxed);  // relaxed: the CAS below decides
  std::int64_t after = 0;
  do {
    after = before > 0 && ns > end_of_time - before ? end_of_time : before + ns;
    // pairs: now (acquire); relaxed: a failed attempt only reads the number again
  } while (!now_.compare_exchange_weak(before, after, std::memory_order_acq_rel, std::memory_order_relaxed));
}

}  // namespace throng::detail

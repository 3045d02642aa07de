// timers and timer_cancel: what a timer costs, and how late the messages of a million of them come.
#include <algorithm>
#include <vector>

#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Samples = std::vector<std::int64_t>;  // ns

struct Due {
  Clock::time_point when;
};
struct Bell {
  std::size_t number;
};

// Late by the clock of the one who waits, when it takes the message.
Samples await_all(std::size_t count) {
  Samples late;
  late.reserve(count);
  while (late.size() < count) {
    Due due = receive<Due>();
    late.push_back((Clock::now() - due.when).count());
  }
  return late;
}

// 1 to 1,000 ms, each as often as any other, in no order.
std::chrono::milliseconds delay_of(std::size_t number) {
  return std::chrono::milliseconds(1 + number * 7919 % 1000);
}

double milliseconds_at(Samples& samples, double quantile) {
  auto at = samples.begin() + static_cast<std::ptrdiff_t>(quantile * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), at, samples.end());
  return static_cast<double>(*at) / 1e6;
}

}  // namespace

Outcome timers(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        Outcome outcome;
        outcome.operations = count;
        Task<Samples> receiver = task::async(await_all, count);
        const double cpu_before = cpu_seconds();
        Stopwatch watch;
        for (std::size_t i = 0; i < count; ++i) {
          const auto delay = delay_of(i);
          send_after(delay, receiver.pid(), Due{Clock::now() + delay});
        }
        outcome.nanoseconds = watch.nanoseconds();
        Samples late = receiver.await(detail::forever);
        const double cpu = cpu_seconds() - cpu_before;  // without what looking at the samples takes
        require(late.size() == count, "a timer is missing");
        outcome.extra = {{"delivery_cpu_seconds", cpu},
                         {"late_p50_ms", milliseconds_at(late, 0.5)},
                         {"late_p99_ms", milliseconds_at(late, 0.99)},
                         {"late_max_ms", milliseconds_at(late, 1)}};
        require(milliseconds_at(late, 0) >= 0, "a timer came early");
        return outcome;
      },
      parameters.count);
}

Outcome timer_cancel(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        std::vector<TimerId> started(count);
        Stopwatch watch;
        for (std::size_t i = 0; i < count; ++i) started[i] = send_after(60s, self(), Bell{i});
        const double starting = watch.nanoseconds();
        std::size_t cancelled = 0;
        for (TimerId timer : started) cancelled += cancel(timer).has_value() ? 1 : 0;
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = watch.nanoseconds();
        require(cancelled == count, "a timer could not be cancelled");
        require(!receive<Bell>(0ms), "a cancelled timer has fired");
        outcome.extra = {{"start_ns", starting / static_cast<double>(count)},
                         {"cancel_ns", (outcome.nanoseconds - starting) / static_cast<double>(count)}};
        return outcome;
      },
      parameters.count);
}

}  // namespace throng_bench

// The timer wheel without a scheduler: starting, cancelling, firing. Time is a number that the benchmark
// moves, so nobody waits; the price of asking the clock is not in here.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <vector>

#include <throng/scheduler/random.hpp>
#include "timer_wheel.hpp"

namespace {

using throng::detail::Expiry;
using throng::detail::Random;
using throng::detail::TimerKey;
using throng::detail::TimerWheel;

constexpr std::int64_t millisecond = 1'000'000;

void count_fired(void* counter, void*, std::uint64_t) noexcept { ++*static_cast<std::uint64_t*>(counter); }

std::int64_t some_delay(Random& random) {
  return static_cast<std::int64_t>(1 + random.below(1'000)) * millisecond;
}

// Fills a wheel with timers 1 to 1,000 ms ahead of time 0.
struct Filled {
  explicit Filled(std::int64_t timers) {
    for (std::int64_t i = 0; i < timers; ++i) wheel.start(some_delay(random), expiry);
  }
  Random random{1};
  std::uint64_t fired = 0;
  Expiry expiry{count_fired, &fired, nullptr, 0};
  TimerWheel wheel{0, 0};
};

// A time-out that is not needed, by far the most frequent fate: start and cancel beside so many others.
void timer_start_cancel(benchmark::State& state) {
  auto filled = std::make_unique<Filled>(state.range(0));
  for (auto _ : state) {
    TimerKey key = filled->wheel.start(some_delay(filled->random), filled->expiry);
    benchmark::DoNotOptimize(filled->wheel.cancel(key));
  }
}
BENCHMARK(timer_start_cancel)->ArgName("pending")->Arg(0)->Arg(1'000)->Arg(1'000'000);

// The same for a timer with a target, which is also linked into the list of its target's timers.
void timer_start_cancel_targeted(benchmark::State& state) {
  auto filled = std::make_unique<Filled>(1'000);
  Expiry expiry = filled->expiry;
  expiry.target = 1;
  for (auto _ : state) {
    TimerKey key = filled->wheel.start(some_delay(filled->random), expiry);
    benchmark::DoNotOptimize(filled->wheel.cancel(key));
  }
}
BENCHMARK(timer_start_cancel_targeted);

// Starting alone: 100,000 timers into an empty wheel whose memory is there already. Emptying it is not timed.
void timer_start(benchmark::State& state) {
  constexpr std::int64_t timers = 100'000;
  auto filled = std::make_unique<Filled>(timers);
  for (auto _ : state) {
    state.PauseTiming();
    filled->wheel.clear(nullptr);
    state.ResumeTiming();
    for (std::int64_t i = 0; i < timers; ++i) filled->wheel.start(some_delay(filled->random), filled->expiry);
  }
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * timers),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(timer_start);

// Firing all of so many within a second of the wheel's time, looked at once a millisecond; cascades included.
void timer_fire(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto filled = std::make_unique<Filled>(state.range(0));
    state.ResumeTiming();
    for (std::int64_t now = 0; now <= 1'001; ++now) {
      while (filled->wheel.next_deadline() <= now * millisecond)
        filled->wheel.advance(now * millisecond, 1'024);
    }
    state.PauseTiming();
    if (filled->fired != static_cast<std::uint64_t>(state.range(0))) state.SkipWithError("a timer was lost");
    filled.reset();
    state.ResumeTiming();
  }
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(timer_fire)->ArgName("timers")->Arg(10'000)->Arg(1'000'000);

// What a worker asks before every look at the clock.
void timer_next_deadline(benchmark::State& state) {
  auto filled = std::make_unique<Filled>(1'000);
  for (auto _ : state) benchmark::DoNotOptimize(filled->wheel.next_deadline());
}
BENCHMARK(timer_next_deadline);

// Giving up all timers of one target, as the end of their owner does; per timer.
void timer_cancel_all_for(benchmark::State& state) {
  constexpr int timers = 100;
  auto filled = std::make_unique<Filled>(100'000);
  Expiry expiry = filled->expiry;
  expiry.target = 7;
  for (auto _ : state) {
    state.PauseTiming();
    for (int i = 0; i < timers; ++i) filled->wheel.start(some_delay(filled->random), expiry);
    state.ResumeTiming();
    benchmark::DoNotOptimize(filled->wheel.cancel_all_for(7, nullptr));
  }
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * timers),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(timer_cancel_all_for);

}  // namespace

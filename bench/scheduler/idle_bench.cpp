// Sleeping and waking: the bookkeeping of who is idle, and the wake-up itself, which costs a thousand times
// more and is why the scheduler thinks before it wakes somebody.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>

#include "idle.hpp"
#include "parker.hpp"

namespace {

using throng::detail::Idle;
using throng::detail::Parker;

constexpr std::int64_t without_end = std::numeric_limits<std::int64_t>::max();

// A worker that was about to sleep and finds something after all.
void idle_enter_leave(benchmark::State& state) {
  Idle idle(8);
  for (auto _ : state) {
    idle.enter(3);
    benchmark::DoNotOptimize(idle.leave(3));
  }
}
BENCHMARK(idle_enter_leave);

// A sleeper is claimed with the search token, which it gives back: all of a wake-up but the waking.
void idle_enter_claim(benchmark::State& state) {
  Idle idle(8);
  for (auto _ : state) {
    idle.enter(3);
    benchmark::DoNotOptimize(idle.claim());
    idle.end_search();
  }
}
BENCHMARK(idle_enter_claim);

// What every hand-over from outside asks, and the cheap form on the path of every enqueue.
void idle_anybody(benchmark::State& state) {
  Idle idle(8);
  for (auto _ : state) benchmark::DoNotOptimize(idle.anybody_idle());
}
BENCHMARK(idle_anybody);
void idle_maybe(benchmark::State& state) {
  Idle idle(8);
  for (auto _ : state) benchmark::DoNotOptimize(idle.maybe_idle());
}
BENCHMARK(idle_maybe);

// An unpark that finds nobody asleep, taken by the next park without sleeping.
void parker_unpark_park(benchmark::State& state) {
  Parker parker;
  for (auto _ : state) {
    parker.unpark();
    benchmark::DoNotOptimize(parker.park(without_end));
  }
}
BENCHMARK(parker_unpark_park);

// Two threads wake each other by turns: two wake-ups of a sleeping thread, there and back. With one CPU to
// run on this is two switches; with two it is what waking an idle CPU takes.
void parker_round_trip(benchmark::State& state) {
  Parker here, there;
  std::atomic<bool> stop{false};
  std::thread partner([&] {
    for (;;) {
      there.park(without_end);
      if (stop.load(std::memory_order_acquire)) return;  // pairs: the store below
      here.unpark();
    }
  });
  for (auto _ : state) {
    there.unpark();
    here.park(without_end);
  }
  stop.store(true, std::memory_order_release);  // pairs: the partner's load
  there.unpark();
  partner.join();
}
BENCHMARK(parker_round_trip)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

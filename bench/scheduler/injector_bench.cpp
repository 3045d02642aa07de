// The global entry queue: handing a runnable in from outside and taking it out. Waking a worker is not in
// here; bench_scheduler_idle has that.
#include <benchmark/benchmark.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <thread>
#include <throng/scheduler/runnable.hpp>

#include "injector.hpp"

namespace {

using throng::Runnable;
using throng::detail::Injector;

struct Item final : Runnable {
  Item() : Runnable(nullptr) {}
};

// One thread does both: no cache line moves.
void injector_push_pop(benchmark::State& state) {
  Injector injector;
  Item item;
  for (auto _ : state) {
    injector.push(&item);
    benchmark::DoNotOptimize(injector.pop());
  }
}
BENCHMARK(injector_push_pop);

// So many are pushed, then taken out 32 at a time, as workers do; per runnable.
void injector_push_pop_many(benchmark::State& state) {
  constexpr std::size_t at_once = 32;
  std::deque<Item> items(static_cast<std::size_t>(state.range(0)));
  Injector injector;
  std::array<Runnable*, at_once> taken{};
  for (auto _ : state) {
    for (Item& item : items) injector.push(&item);
    while (injector.pop_many(taken.data(), at_once) > 0) {
    }
  }
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(injector_push_pop_many)->ArgName("runnables")->Arg(32)->Arg(10'000);

// What every worker asks now and then, and before it sleeps: is there anything?
void injector_pop_empty(benchmark::State& state) {
  Injector injector;
  for (auto _ : state) benchmark::DoNotOptimize(injector.pop());
}
BENCHMARK(injector_pop_empty);

// One thread pushes, another pops at the same time; per runnable.
void injector_push_across(benchmark::State& state) {
  constexpr std::size_t round_size = 8'192;
  Injector injector;
  Item item;
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> popped{0};
  std::thread worker([&] {
    std::array<Runnable*, 32> taken{};
    for (int spins = 0; !stop.load(std::memory_order_relaxed); ++spins) {  // relaxed: nothing follows
      std::size_t count = injector.pop_many(taken.data(), taken.size());
      popped.fetch_add(count, std::memory_order_release);  // pairs: the loops below
      if (count == 0 && spins % 1'024 == 1'023) sched_yield();
    }
  });
  std::size_t pushed = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < round_size; ++i) injector.push(&item);
    pushed += round_size;
    while (popped.load(std::memory_order_acquire) + round_size < pushed) sched_yield();  // pairs: fetch_add
  }
  while (popped.load(std::memory_order_acquire) < pushed) sched_yield();  // pairs: fetch_add
  stop.store(true, std::memory_order_relaxed);                            // relaxed: nothing follows
  worker.join();
  state.counters["each"] = benchmark::Counter(static_cast<double>(pushed),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(injector_push_across)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

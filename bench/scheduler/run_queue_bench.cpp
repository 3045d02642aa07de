// One worker's run queue, by itself: what a dispatch pays for order and stealability.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <deque>

#include "run_queue.hpp"

namespace {

using throng::Runnable;
using throng::detail::RunQueue;

struct Item final : Runnable {
  Item() : Runnable(nullptr) {}
};

std::deque<Item> make_items(std::size_t count) { return std::deque<Item>(count); }

// The oldest is taken, and put back as the newest, with so many waiting. Up to 255 they are in the ring;
// beyond, in the locked list behind it, from where they come half a ring at a time.
void run_queue_pop_push(benchmark::State& state) {
  auto items = make_items(static_cast<std::size_t>(state.range(0)));
  RunQueue queue;
  for (Item& item : items) queue.push(item);
  for (auto _ : state) queue.push(*queue.pop());
  while (queue.pop() != nullptr) {
  }
}
BENCHMARK(run_queue_pop_push)->ArgName("waiting")->Arg(1)->Arg(200)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

// A worker that finds nothing: one look at the ring and one at the list's length.
void run_queue_pop_empty(benchmark::State& state) {
  RunQueue queue;
  for (auto _ : state) benchmark::DoNotOptimize(queue.pop());
}
BENCHMARK(run_queue_pop_empty);

// A thief takes half of 256, the owner puts them back; per runnable that changes hands. Nobody contends: with
// two workers, the scenarios show what that adds.
void run_queue_steal_half(benchmark::State& state) {
  auto items = make_items(RunQueue::capacity);
  RunQueue queue;
  for (Item& item : items) queue.push(item);
  std::array<Runnable*, 128> stolen{};
  std::size_t moved = 0;
  for (auto _ : state) {
    std::size_t count = queue.steal(stolen);
    for (std::size_t i = 0; i < count; ++i) queue.push(*stolen[i]);
    moved += count;
  }
  state.counters["each"] = benchmark::Counter(static_cast<double>(moved),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  while (queue.pop() != nullptr) {
  }
}
BENCHMARK(run_queue_steal_half);

}  // namespace

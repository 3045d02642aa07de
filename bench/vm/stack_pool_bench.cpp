// Stacks: what taking one costs warm, and what it costs the first time, when its guard and its pages are new.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "stack_pool.hpp"

namespace {

using throng::detail::default_stack_size;
using throng::detail::Stack;
using throng::detail::StackPool;

benchmark::Counter each(benchmark::State& state, std::int64_t per_iteration) {
  return {static_cast<double>(state.iterations() * per_iteration),
          benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

// The first page that a process on this stack would use.
void touch(const Stack& stack) { *static_cast<volatile char*>(stack.top() - 64) = 1; }

// Taken and given back at once: the mutex and the list. Workers keep some for themselves in front of it.
void stack_pool_take_give(benchmark::State& state) {
  StackPool pool(default_stack_size, 64);
  for (auto _ : state) pool.give_back(pool.take());
}
BENCHMARK(stack_pool_take_give);

// In groups, as for many at once: the mutex is shared; per stack.
void stack_pool_take_give_many(benchmark::State& state) {
  StackPool pool(default_stack_size, 64);
  std::vector<Stack> stacks(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(pool.take_many(stacks));
    pool.give_back_many(stacks);
  }
  state.counters["each"] = each(state, state.range(0));
}
BENCHMARK(stack_pool_take_give_many)->ArgName("stacks")->Arg(32);

// A stack that nobody has used: its share of the guards, and the page fault of the first touch. The pool
// itself is made outside the time.
void stack_pool_take_new(benchmark::State& state) {
  constexpr std::int64_t stacks = 4'096;
  for (auto _ : state) {
    state.PauseTiming();
    auto pool = std::make_unique<StackPool>(default_stack_size, stacks);
    state.ResumeTiming();
    for (std::int64_t i = 0; i < stacks; ++i) touch(pool->take());
    state.PauseTiming();
    pool.reset();
    state.ResumeTiming();
  }
  state.counters["each"] = each(state, stacks);
}
BENCHMARK(stack_pool_take_new);

// A burst of processes that ends: stacks beyond those kept warm lose their pages, in groups; per stack, the
// page faults of taking and touching them included.
void stack_pool_cool_down(benchmark::State& state) {
  constexpr std::int64_t stacks = 8'192;
  StackPool pool(default_stack_size, stacks);
  std::vector<Stack> taken(stacks);
  for (auto _ : state) {
    benchmark::DoNotOptimize(pool.take_many(taken));
    for (const Stack& stack : taken) touch(stack);
    for (const Stack& stack : taken) pool.give_back(stack);
  }
  state.counters["each"] = each(state, stacks);
  state.counters["dropped"] = static_cast<double>(pool.counts().dropped);
}
BENCHMARK(stack_pool_cool_down);

}  // namespace

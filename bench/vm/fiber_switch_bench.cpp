// The switch between a worker's stack and a process's, without anything that decides whom to switch to.
// Every figure is there and back: two jumps, exception state and errno included.
//
// All fibers here suspend in one place, which flatters any switch: the jump back is always predicted. Real
// processes wait in many places; the scenarios show what that adds among a million.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>
#include <vector>

#include "fiber.hpp"
#include "stack_pool.hpp"

namespace {

using throng::detail::default_stack_size;
using throng::detail::Fiber;
using throng::detail::FiberHost;
using throng::detail::Stack;
using throng::detail::StackPool;

struct Task {
  Fiber fiber;
  Stack stack;
  FiberHost* host = nullptr;
};

void suspend_for_ever(void* argument) {
  auto& task = *static_cast<Task*>(argument);
  for (FiberHost* host = task.host;;) host = &fiber_suspend(*host, task.fiber);
}

void finish_at_once(void* argument) {
  auto& task = *static_cast<Task*>(argument);
  fiber_finish(*task.host, task.fiber);
}

// So many suspended fibers, in random order: neighbours in the order of resuming are none in memory.
class Fibers {
 public:
  explicit Fibers(std::size_t count) : pool_(default_stack_size, count), tasks_(count) {
    host.attach();
    for (Task& task : tasks_) {
      task.stack = pool_.take();
      task.host = &host;
      fiber_create(task.fiber, task.stack, suspend_for_ever, &task);
      fiber_resume(host, task.fiber);
      order.push_back(&task);
    }
    std::shuffle(order.begin(), order.end(), std::mt19937(1));  // NOLINT: the same order in every run
  }
  ~Fibers() {
    for (Task& task : tasks_) {
      fiber_discard(task.fiber);
      pool_.give_back(task.stack);
    }
  }
  Fibers(const Fibers&) = delete;
  Fibers& operator=(const Fibers&) = delete;

  FiberHost host;
  std::vector<Task*> order;

 private:
  StackPool pool_;
  std::vector<Task> tasks_;
};

void fiber_switch(benchmark::State& state) {
  Fibers fibers(static_cast<std::size_t>(state.range(0)));
  std::size_t next = 0;
  for (auto _ : state) {
    fiber_resume(fibers.host, fibers.order[next]->fiber);
    if (++next == fibers.order.size()) next = 0;
  }
}
BENCHMARK(fiber_switch)->ArgName("fibers")->Arg(1)->Arg(1'000)->Arg(100'000);

// The same when the one after the next is fetched ahead of time, as a queue that shows its head allows.
void fiber_switch_prefetched(benchmark::State& state) {
  Fibers fibers(static_cast<std::size_t>(state.range(0)));
  const std::size_t count = fibers.order.size();
  std::size_t next = 0;
  for (auto _ : state) {
    __builtin_prefetch(&fibers.order[(next + 4) % count]->fiber, 1);
    fiber_prefetch(fibers.order[(next + 2) % count]->fiber);
    fiber_resume(fibers.host, fibers.order[next]->fiber);
    if (++next == count) next = 0;
  }
}
BENCHMARK(fiber_switch_prefetched)->ArgName("fibers")->Arg(1'000)->Arg(100'000);

// A fiber's whole life on a warm stack: made, entered, finished.
void fiber_create_run_finish(benchmark::State& state) {
  StackPool pool(default_stack_size, 1);
  FiberHost host;
  host.attach();
  Task task;
  task.stack = pool.take();
  task.host = &host;
  for (auto _ : state) {
    fiber_create(task.fiber, task.stack, finish_at_once, &task);
    fiber_resume(host, task.fiber);
  }
  pool.give_back(task.stack);
}
BENCHMARK(fiber_create_run_finish);

}  // namespace

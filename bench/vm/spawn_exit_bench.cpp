// Starting processes that end at once, measured from inside a process; per process: block, body, queue, a
// warm stack, the run, the exit and, where there is one, the signal about it. With two workers the second one
// steals from the first.
#include <benchmark/benchmark.h>

#include <atomic>
#include <stdexcept>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>

namespace {

using namespace throng;

constexpr std::int64_t batch = 10'000;

struct Done {};

// The measurement is a process itself, so that handing work in from a host thread is not part of it.
template <class Body>
void in_process(benchmark::State& state, Body body) {
  RuntimeOptions options;
  options.workers = static_cast<unsigned>(state.range(0));
  Runtime runtime(options);
  runtime.run(trusted([&] { body(); }));
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * batch),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Who is the last of a batch says so. Shared by all, as a rival without monitors would do it.
std::atomic<std::int64_t> left{0};
void count_down(Pid parent) {
  // pairs: itself; the last one comes after all the others
  if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) send(parent, Done{});
}

void spawn_exit(benchmark::State& state) {
  in_process(state, [&state] {
    for (auto _ : state) {
      left.store(batch, std::memory_order_relaxed);  // relaxed: published by the spawns
      for (std::int64_t i = 0; i < batch; ++i) spawn(count_down, self());
      receive<Done>();
    }
  });
}
BENCHMARK(spawn_exit)->ArgName("workers")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime();

// Each with a monitor, whose Down the parent takes.
void spawn_monitor_exit(benchmark::State& state) {
  in_process(state, [&state] {
    for (auto _ : state) {
      for (std::int64_t i = 0; i < batch; ++i) spawn_monitor([] {});
      for (std::int64_t i = 0; i < batch; ++i) receive<Down>();
    }
  });
}
BENCHMARK(spawn_monitor_exit)->ArgName("workers")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime();

// Each ends by an exception that nobody catches, which is its exit reason.
void spawn_monitor_throw(benchmark::State& state) {
  RuntimeOptions options;
  options.workers = static_cast<unsigned>(state.range(0));
  options.report_crashes = false;
  Runtime runtime(options);
  constexpr std::int64_t fewer = batch / 10;
  runtime.run(trusted([&state] {
    for (auto _ : state) {
      for (std::int64_t i = 0; i < fewer; ++i) spawn_monitor([] { throw std::runtime_error("on purpose"); });
      for (std::int64_t i = 0; i < fewer; ++i) receive<Down>();
    }
  }));
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * fewer),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(spawn_monitor_throw)->ArgName("workers")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

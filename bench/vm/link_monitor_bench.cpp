// Links and monitors: binding, letting go, and being told of a death. Measured from inside a process, on one
// worker, so the other side's handling of the signals is part of every figure.
#include <benchmark/benchmark.h>

#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/runtime.hpp>
#include <vector>

namespace {

using namespace throng;

constexpr std::int64_t batch = 1'000;

struct Never {};
struct Idle {};

// At rest, so that its share is the signals and no stack.
auto resting() {
  return rest(Idle{}, [](Idle&, Never) {});
}
void waiting() { receive<Never>(); }

template <class Body>
void in_process(benchmark::State& state, std::int64_t per_iteration, Body body) {
  RuntimeOptions options;
  options.workers = 1;
  Runtime runtime(options);
  runtime.run(trusted([&] { body(); }));
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * per_iteration),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Body>
std::vector<Pid> spawn_many(Body body) {
  std::vector<Pid> pids;
  for (std::int64_t i = 0; i < batch; ++i) pids.push_back(spawn(body));
  return pids;
}

// Both ways, the other's acknowledgement included.
void link_unlink(benchmark::State& state) {
  in_process(state, 1, [&state] {
    Pid other = spawn(resting);
    for (auto _ : state) {
      link(other);
      unlink(other);
      yield();  // the other takes both, and we its acknowledgement
    }
  });
}
BENCHMARK(link_unlink)->MeasureProcessCPUTime()->UseRealTime();

void monitor_demonitor(benchmark::State& state) {
  in_process(state, 1, [&state] {
    Pid other = spawn(resting);
    for (auto _ : state) {
      demonitor(monitor(other));
      yield();
    }
  });
}
BENCHMARK(monitor_demonitor)->MeasureProcessCPUTime()->UseRealTime();

// Watching the dead: the answer comes at once. What a call to a server that is gone pays.
void monitor_dead(benchmark::State& state) {
  in_process(state, 1, [&state] {
    auto [dead, watch] = spawn_monitor([] {});
    receive<Down>();
    for (auto _ : state) {
      monitor(dead);
      benchmark::DoNotOptimize(receive<Down>());
    }
  });
}
BENCHMARK(monitor_dead)->MeasureProcessCPUTime()->UseRealTime();

// From kill to Down, for processes that wait inside a function: their stacks are unwound. Spawning and
// monitoring them is not timed.
template <class Body>
void kill_monitored(benchmark::State& state, Body body) {
  in_process(state, batch, [&state, body] {
    for (auto _ : state) {
      state.PauseTiming();
      std::vector<Pid> victims = spawn_many(body);
      for (Pid victim : victims) monitor(victim);
      while (runtime_info().run_queue > 0) yield();
      state.ResumeTiming();
      for (Pid victim : victims) exit(victim, ExitReason::kill);
      for (std::size_t i = 0; i < victims.size(); ++i) benchmark::DoNotOptimize(receive<Down>());
    }
  });
}
void kill_monitored_waiting(benchmark::State& state) { kill_monitored(state, waiting); }
BENCHMARK(kill_monitored_waiting)->MeasureProcessCPUTime()->UseRealTime();
// The same for processes at rest, which have nothing to unwind.
void kill_monitored_resting(benchmark::State& state) { kill_monitored(state, resting); }
BENCHMARK(kill_monitored_resting)->MeasureProcessCPUTime()->UseRealTime();

// From kill to the message that a link gives to one who traps exits.
void kill_linked(benchmark::State& state) {
  in_process(state, batch, [&state] {
    trap_exit(true);
    for (auto _ : state) {
      state.PauseTiming();
      std::vector<Pid> victims;
      for (std::int64_t i = 0; i < batch; ++i) victims.push_back(spawn_link(waiting));
      while (runtime_info().run_queue > 0) yield();
      state.ResumeTiming();
      for (Pid victim : victims) exit(victim, ExitReason::kill);
      for (std::size_t i = 0; i < victims.size(); ++i) benchmark::DoNotOptimize(receive<Exit>());
    }
  });
}
BENCHMARK(kill_linked)->MeasureProcessCPUTime()->UseRealTime();

// One end takes many along: a chain of links, each of whom dies of the one before; per process.
void kill_chain(benchmark::State& state) {
  in_process(state, batch, [&state] {
    for (auto _ : state) {
      state.PauseTiming();
      std::vector<Pid> chain{spawn(resting)};
      for (std::int64_t i = 1; i < batch; ++i) {
        chain.push_back(spawn(
            [](Pid before) {
              link(before);
              return resting();
            },
            chain.back()));
      }
      monitor(chain.back());
      while (runtime_info().run_queue > 0) yield();
      state.ResumeTiming();
      exit(chain.front(), ExitReason::shutdown);
      benchmark::DoNotOptimize(receive<Down>());
    }
  });
}
BENCHMARK(kill_chain)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

// The inbox alone: what handing a signal to a receiver costs, without allocation, matching or a scheduler.
// Signals are made beforehand and used again, so only the inbox's own word and the links are touched.
#include <benchmark/benchmark.h>
#include <sched.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <throng/mailbox/inbox.hpp>
#include <vector>

namespace {

using throng::detail::Inbox;
using throng::detail::Signal;

// Time per signal, whatever an iteration does.
benchmark::Counter each(benchmark::State& state, std::size_t per_iteration) {
  return {static_cast<double>(state.iterations()) * static_cast<double>(per_iteration),
          benchmark::Counter::kIsRate | benchmark::Counter::kInvert};
}

std::size_t count(const Signal* signal) {
  std::size_t found = 0;
  for (; signal != nullptr; signal = signal->next) ++found;
  return found;
}

// One thread pushes n signals and drains them. n = 1: a receiver that keeps up; n = 64: one that lags, where
// the exchange and the reversal of the chain are shared by many.
void inbox_push_drain(benchmark::State& state) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  Inbox inbox;
  std::vector<Signal> signals(batch);
  for (auto _ : state) {
    for (Signal& signal : signals) benchmark::DoNotOptimize(inbox.push(&signal));
    benchmark::DoNotOptimize(inbox.drain());
  }
  state.counters["each"] = each(state, batch);
}
BENCHMARK(inbox_push_drain)->ArgName("batch")->Arg(1)->Arg(16)->Arg(64)->Arg(1024);

// The whole protocol of a receiver that waits: mark, be found waiting by the push, drain. What making it
// runnable costs is not in here.
void inbox_wait_push_drain(benchmark::State& state) {
  Inbox inbox;
  Signal signal;
  for (auto _ : state) {
    benchmark::DoNotOptimize(inbox.mark_waiting());
    benchmark::DoNotOptimize(inbox.push(&signal));
    benchmark::DoNotOptimize(inbox.drain());
  }
}
BENCHMARK(inbox_wait_push_drain);

// A push that is refused: what sending to the dead costs here.
void inbox_push_closed(benchmark::State& state) {
  Inbox inbox;
  benchmark::DoNotOptimize(inbox.close());
  Signal signal;
  for (auto _ : state) benchmark::DoNotOptimize(inbox.push(&signal));
}
BENCHMARK(inbox_push_closed);

// A second thread that pushes a batch whenever it is told to. Both spin, since a wake-up would cost more than
// the batch; they give the CPU away now and then, for machines with fewer CPUs than threads.
class Pusher {
 public:
  Pusher(Inbox& inbox, std::size_t batch) : signals_(batch), thread_([this, &inbox] { work(inbox); }) {}
  ~Pusher() {
    next_round(stop);
    thread_.join();
  }
  Pusher(const Pusher&) = delete;
  Pusher& operator=(const Pusher&) = delete;

  // Requires: the signals of the last round have been drained.
  void start_round() { next_round(round_.load(std::memory_order_relaxed) + 1); }  // relaxed: our own

 private:
  static constexpr int stop = -1;

  void next_round(int round) { round_.store(round, std::memory_order_release); }  // pairs: work's load

  void work(Inbox& inbox) {
    for (int done = 0;; ++done) {
      int round = 0;
      // pairs: next_round's store
      for (int spins = 0; (round = round_.load(std::memory_order_acquire)) == done; ++spins) {
        if (spins % 1024 == 1023) sched_yield();
      }
      if (round == stop) return;
      for (Signal& signal : signals_) benchmark::DoNotOptimize(inbox.push(&signal));
    }
  }

  std::vector<Signal> signals_;
  std::atomic<int> round_{0};
  std::thread thread_;
};

constexpr std::size_t round_size = 8192;

// One thread pushes, another drains at the same time: every signal's cache line crosses between CPUs. Bimodal
// where the distance of the two CPUs is (README.md).
void inbox_push_across(benchmark::State& state) {
  Inbox inbox;
  Pusher pusher(inbox, round_size);
  for (auto _ : state) {
    pusher.start_round();
    for (std::size_t drained = 0; drained < round_size;) {
      std::size_t found = count(inbox.drain());
      drained += found;
      if (found == 0) __builtin_ia32_pause();
    }
  }
  state.counters["each"] = each(state, round_size);
}
BENCHMARK(inbox_push_across)->MeasureProcessCPUTime()->UseRealTime();

// Two threads push at the same time, and one of them drains afterwards: the price of a contended CAS.
void inbox_push_contended(benchmark::State& state) {
  Inbox inbox;
  Pusher pusher(inbox, round_size);
  std::vector<Signal> own(round_size);
  for (auto _ : state) {
    pusher.start_round();
    for (Signal& signal : own) benchmark::DoNotOptimize(inbox.push(&signal));
    for (std::size_t drained = 0; drained < 2 * round_size; drained += count(inbox.drain())) {
    }
  }
  state.counters["each"] = each(state, 2 * round_size);
}
BENCHMARK(inbox_push_contended)->MeasureProcessCPUTime()->UseRealTime();

// Keeps the calling thread on one CPU for as long as it lives.
class Pinned {
 public:
  explicit Pinned(int cpu) {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(cpu), &only);
    sched_setaffinity(0, sizeof(only), &only);
  }
  ~Pinned() { sched_setaffinity(0, sizeof(before_), &before_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_;
};

std::vector<int> usable_cpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  sched_getaffinity(0, sizeof(set), &set);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// Nothing of throng's: how far apart the first and the last usable CPU are, as the round trip of one cache
// line. To be read before and after every figure that two threads make.
void cpu_distance(benchmark::State& state) {
  const std::vector<int> cpus = usable_cpus();
  if (cpus.size() < 2) {
    state.SkipWithError("needs two CPUs");
    return;
  }
  alignas(64) std::atomic<int> turn{0};
  std::thread partner([&] {
    Pinned pinned(cpus.back());
    for (;;) {
      int now = turn.load(std::memory_order_acquire);  // pairs: the stores of the other thread
      if (now == 2) return;
      if (now == 1) turn.store(0, std::memory_order_release);  // pairs: the load below
    }
  });
  Pinned pinned(cpus.front());
  for (auto _ : state) {
    turn.store(1, std::memory_order_release);            // pairs: the partner's load
    while (turn.load(std::memory_order_acquire) != 0) {  // pairs: the partner's store
    }
  }
  turn.store(2, std::memory_order_release);  // pairs: the partner's load
  partner.join();
}
BENCHMARK(cpu_distance)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

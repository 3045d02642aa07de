// The process table: finding the block behind a pid, which every send does, and taking a block for a new
// process. Who runs in the blocks is not the table's business, so nobody does.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

#include "process_table.hpp"

namespace {

using throng::Pid;
using throng::Runnable;
using throng::detail::Process;
using throng::detail::ProcessTable;
using throng::detail::Settled;
using throng::detail::Worker;

Settled never_run(Runnable&, Worker&) noexcept { return Settled::done; }

// A table in which so many "live", and their pids in random order.
class Inhabited {
 public:
  explicit Inhabited(std::size_t count) : table({count, 1}, never_run) {
    for (std::size_t i = 0; i < count; ++i) {
      Process* process = table.take(stock_);
      Pid pid = table.next_pid(*process);
      process->pid_bits.store(pid.bits(), std::memory_order_relaxed);  // relaxed: one thread only
      pids.push_back(pid);
    }
    std::shuffle(pids.begin(), pids.end(), std::mt19937(1));  // NOLINT: the same order in every run
  }

  ProcessTable table;
  std::vector<Pid> pids;

 private:
  ProcessTable::Stock stock_;
};

// The block is found and its pid compared: among a million that is one cache miss.
void process_table_find(benchmark::State& state) {
  Inhabited inhabited(static_cast<std::size_t>(state.range(0)));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(inhabited.table.find(inhabited.pids[next]));
    if (++next == inhabited.pids.size()) next = 0;
  }
}
BENCHMARK(process_table_find)->ArgName("alive")->Arg(1)->Arg(1'000)->Arg(1'000'000);

// The pid of one who lived in that place before: the comparison says no.
void process_table_find_dead(benchmark::State& state) {
  Inhabited inhabited(1'000);
  Pid stale(inhabited.pids[0].bits() + (std::uint64_t{1} << Pid::index_bits));
  for (auto _ : state) benchmark::DoNotOptimize(inhabited.table.find(stale));
}
BENCHMARK(process_table_find_dead);

// A block is taken and given back, warm and from the worker's own stock: what most spawns and exits pay.
void process_table_take_give(benchmark::State& state) {
  ProcessTable table({1'024, 1}, never_run);
  ProcessTable::Stock stock;
  for (auto _ : state) table.give_back(stock, *table.take(stock));
}
BENCHMARK(process_table_take_give);

// A burst: so many are taken, then all given back; batches go through the shared list under its lock. Per
// block. One burst goes before the time: the page faults of memory that nobody has used are not in it.
void process_table_take_give_burst(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  ProcessTable table({count, 1}, never_run);
  ProcessTable::Stock stock;
  std::vector<Process*> taken(count);
  auto burst = [&] {
    for (Process*& process : taken) process = table.take(stock);
    for (Process* process : taken) table.give_back(stock, *process);
  };
  burst();
  for (auto _ : state) burst();
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["block_bytes"] = sizeof(Process);
}
BENCHMARK(process_table_take_give_burst)->ArgName("blocks")->Arg(1'000)->Arg(1'000'000);

}  // namespace

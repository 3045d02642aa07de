// Processes at rest: each message borrows a warm stack for one clause and gives it back. Measured from inside
// a process that sends to so many of them in turn and takes an answer from each; per message, of which there
// are two for each process.
#include <benchmark/benchmark.h>

#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/runtime.hpp>
#include <vector>

namespace {

using namespace throng;

struct Account {
  std::int64_t balance;
};
struct Ask {
  Pid from;
};
struct Deposit {
  std::int64_t amount;
};
struct Balance {
  std::int64_t amount;
};

auto account() {
  return rest(
      Account{0}, [](Account& self, Ask ask) { send(ask.from, Balance{self.balance}); },
      [](Account& self, Deposit deposit) { self.balance += deposit.amount; });
}

std::vector<Pid> spawn_accounts(std::int64_t count) {
  std::vector<Pid> accounts;
  for (std::int64_t i = 0; i < count; ++i) accounts.push_back(spawn(account));
  while (runtime_info().run_queue > 0) yield();  // until all have come to rest
  return accounts;
}

void activation_ask(benchmark::State& state) {
  RuntimeOptions options;
  options.workers = static_cast<unsigned>(state.range(0));
  Runtime runtime(options);
  runtime.run(trusted([&state] {
    std::vector<Pid> accounts = spawn_accounts(state.range(1));
    Ask ask{self()};
    for (auto _ : state) {
      for (Pid account : accounts) send(account, ask);
      for (std::size_t i = 0; i < accounts.size(); ++i) benchmark::DoNotOptimize(receive<Balance>());
    }
  }));
  state.counters["each"] = benchmark::Counter(static_cast<double>(2 * state.iterations() * state.range(1)),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(activation_ask)
    ->ArgNames({"workers", "at_rest"})
    ->ArgsProduct({{1, 2}, {1, 1'000, 100'000, 1'000'000}})
    ->MeasureProcessCPUTime()
    ->UseRealTime();

// Several messages at once to one process: the activation is shared by them, only the last is answered.
void activation_batch(benchmark::State& state) {
  constexpr std::int64_t deposits = 100;
  RuntimeOptions options;
  options.workers = 1;
  Runtime runtime(options);
  runtime.run(trusted([&state] {
    Pid account = spawn_accounts(1).front();
    for (auto _ : state) {
      for (std::int64_t i = 0; i < deposits; ++i) send(account, Deposit{1});
      send(account, Ask{self()});
      benchmark::DoNotOptimize(receive<Balance>());
    }
  }));
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * (deposits + 2)),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(activation_batch)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

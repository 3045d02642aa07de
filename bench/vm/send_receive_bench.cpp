// Messages between processes that hold a stack, measured from inside a process: the price of a message is
// envelope, table look-up, inbox, queue, and, where somebody waits, run queue and switch.
#include <benchmark/benchmark.h>

#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>

namespace {

using namespace throng;

struct Ping {
  Pid from;
};
struct Pong {};
struct Item {
  std::int64_t number;
};
struct Other {
  std::int64_t number;
};
struct Stop {};

// The measurement is a process itself, so that handing work in from a host thread is not part of it.
template <class Body>
void in_process(benchmark::State& state, std::int64_t messages_each, Body body) {
  RuntimeOptions options;
  options.workers = static_cast<unsigned>(state.range(0));
  Runtime runtime(options);
  runtime.run(trusted([&] { body(); }));
  state.counters["each"] = benchmark::Counter(static_cast<double>(state.iterations() * messages_each),
                                              benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// To oneself: no switch, nobody to wake.
void send_receive_self(benchmark::State& state) {
  in_process(state, 1, [&state] {
    Pid me = self();
    for (auto _ : state) {
      send(me, Item{1});
      benchmark::DoNotOptimize(receive<Item>());
    }
  });
}
BENCHMARK(send_receive_self)->ArgName("workers")->Arg(1)->MeasureProcessCPUTime()->UseRealTime();

void answer_pings() {
  for (bool open = true; open;) {
    receive([](Ping ping) { send(ping.from, Pong{}); }, [&open](Stop) { open = false; });
  }
}

// Two processes take turns; per message, so a round is two. One switch and one wake-up each.
void send_receive_ping_pong(benchmark::State& state) {
  in_process(state, 2, [&state] {
    Pid partner = spawn(answer_pings);
    Ping ping{self()};
    for (auto _ : state) {
      send(partner, ping);
      benchmark::DoNotOptimize(receive<Pong>());
    }
    send(partner, Stop{});
  });
}
BENCHMARK(send_receive_ping_pong)->ArgName("workers")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime();

void send_on_request() {
  for (bool open = true; open;) {
    receive(
        [](Ping ping) {
          for (std::int64_t i = 0; i < 1'000; ++i) send(ping.from, Item{i});
        },
        [&open](Stop) { open = false; });
  }
}

// One sends a thousand, the other receives them: switches are shared by many messages.
void send_receive_stream(benchmark::State& state) {
  in_process(state, 1'000, [&state] {
    Pid source = spawn(send_on_request);
    Ping request{self()};
    for (auto _ : state) {
      send(source, request);
      for (int i = 0; i < 1'000; ++i) benchmark::DoNotOptimize(receive<Item>());
    }
    send(source, Stop{});
  });
}
BENCHMARK(send_receive_stream)->ArgName("workers")->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime();

// Through an alias of one's own, which is looked up among the aliases before the message is queued.
void send_receive_alias(benchmark::State& state) {
  in_process(state, 1, [&state] {
    Alias me = alias();
    for (auto _ : state) {
      send(me, Item{1});
      benchmark::DoNotOptimize(receive<Item>());
    }
  });
}
BENCHMARK(send_receive_alias)->ArgName("workers")->Arg(1)->MeasureProcessCPUTime()->UseRealTime();

// Behind a thousand messages that the receive refuses first.
void send_receive_selective(benchmark::State& state) {
  in_process(state, 1, [&state] {
    Pid me = self();
    for (std::int64_t i = 0; i < 1'000; ++i) send(me, Other{i});
    for (auto _ : state) {
      send(me, Item{1});
      benchmark::DoNotOptimize(receive<Item>());
    }
  });
}
BENCHMARK(send_receive_selective)->ArgName("workers")->Arg(1)->MeasureProcessCPUTime()->UseRealTime();

// A time-out that is not needed, because the message is there: no timer is started.
void send_receive_with_timeout(benchmark::State& state) {
  in_process(state, 1, [&state] {
    Pid me = self();
    for (auto _ : state) {
      send(me, Item{1});
      benchmark::DoNotOptimize(receive<Item>(1s));
    }
  });
}
BENCHMARK(send_receive_with_timeout)->ArgName("workers")->Arg(1)->MeasureProcessCPUTime()->UseRealTime();

// What sending to one who is dead costs: the message is made and dropped.
void send_to_the_dead(benchmark::State& state) {
  in_process(state, 1, [&state] {
    auto [dead, watch] = spawn_monitor([] {});
    receive<Down>();
    for (auto _ : state) send(dead, Item{1});
  });
}
BENCHMARK(send_to_the_dead)->ArgName("workers")->Arg(1)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace

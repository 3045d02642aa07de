// Policies are exchanged, and workers come and go, while processes talk, spawn, time out and are killed.
// Nobody is forgotten, nobody runs twice, numbers come in order. And for wake-ups: hosts that wait for each
// answer, with nothing else to keep anybody awake.
#include <doctest/doctest.h>

#include <throng/scheduler/policies.hpp>
#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

struct Number {
  int value;
};
struct Question {
  Pid from;
};
struct Answer {};

void counts_up(Pid to, int count) {
  for (int i = 0; i < count; ++i) {
    send(to, Number{i});
    if (i % 64 == 0) yield();
  }
}

// Starts a sender, a victim and a timer in each round, and hears of all of them.
void lives(std::uint64_t seed, int rounds) {
  Random random(seed);
  for (int round = 0; round < rounds; ++round, ++progress) {
    auto count = static_cast<int>(random.below(100));
    SpawnOptions options{.priority = static_cast<Priority>(random.below(4)), .tag = random.below(10)};
    Monitor sent = spawn_monitor(options, counts_up, self(), count).monitor;
    auto [victim, killed] = spawn_monitor([] { receive<Question>(); });
    send_after(std::chrono::microseconds(random.below(300)), self(), Answer{});
    exit(victim, ExitReason::kill);
    for (int i = 0; i < count; ++i) {
      if (receive<Number>().value != i) violated("numbers come in the order in which they were sent");
    }
    for (Monitor monitor : {sent, killed})
      receive(when([monitor](const Down& down) { return down.monitor == monitor; }, [](Down&&) {}));
    receive<Answer>();
  }
}

PolicyFactory any_policy(Random& random) {
  std::vector<std::string_view> names = policies::names();
  return policies::named(names[random.below(names.size())]);
}

struct End {
  int count;
};

constexpr int numbers_at_a_time = 64;

// What all streams have done, for the report.
struct Traffic {
  std::atomic<bool> over{false};
  std::atomic<int> open{0};
  std::atomic<std::uint64_t> messages{0}, processes{0};
};

// Numbers from 0 on, each batch when the one before has been answered; in the end, how many they were.
void source(const Traffic& traffic, Pid to) {
  int next = 0;
  while (!traffic.over) {
    for (int i = 0; i < numbers_at_a_time; ++i) send(to, Number{next++});
    receive<Answer>();
  }
  send(to, End{next});
}

// Takes them, and starts a process for each batch, which must end once.
void sink(Traffic* traffic) {
  Pid from = spawn_link(trusted([traffic, me = self()] { source(*traffic, me); }));
  int expected = 0, started = 0, ended = 0;
  bool is_open = true;
  while (is_open || ended < started) {
    receive(
        [&](Number number) {
          if (number.value != expected++) violated("each number comes once, in order");
          if (expected % numbers_at_a_time != 0) return;
          spawn_monitor([] { yield(); });
          ++started, ++progress;
          send(from, Answer{});
        },
        [&](End end) {
          if (end.count != expected) violated("the last number is the last one that was sent");
          is_open = false;
        },
        [&](const Down&) { ++ended; });
  }
  if (ended != started) violated("each process ends once");
  traffic->messages += static_cast<std::uint64_t>(expected);
  traffic->processes += static_cast<std::uint64_t>(ended);
  --traffic->open;
}

}  // namespace

TEST_CASE("policies are exchanged every millisecond while all kinds of things go on") {
  std::uint64_t seed = announced_seed("policy_exchange");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  std::atomic<int> left{8};
  int rounds = scaled(10'000);
  for (int i = 0; i < 8; ++i) {
    runtime.spawn(trusted([&left, rounds, mine = seed + static_cast<std::uint64_t>(i)] {
      lives(mine, rounds);
      --left;
    }));
  }
  Random random(seed);
  int exchanges = 0;
  for (; left > 0; ++exchanges) {
    if (random.one_in(10)) runtime.set_workers_online(1 + static_cast<unsigned>(random.below(2)));
    runtime.set_policy(any_policy(random));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  std::printf("policy_exchange: %d exchanges\n", exchanges);
  CHECK(left == 0);
  CHECK(violations == 0);
}

// Two seconds; THRONG_STRESS_SCALE=30 makes a minute of it.
TEST_CASE(
    "policies are exchanged every ten milliseconds under load: no message and no process is lost or "
    "doubled") {
  std::uint64_t seed = announced_seed("policy_exchange");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  Traffic traffic;
  traffic.open = 16;
  for (int i = 0; i < 16; ++i) runtime.spawn(trusted([&traffic] { sink(&traffic); }));
  Random random(seed);
  int exchanges = 0;
  auto begin = std::chrono::steady_clock::now();
  auto end = begin + scaled_time(2);
  for (; traffic.open > 0; ++exchanges) {
    runtime.set_policy(any_policy(random));
    // By the clock, so that those that come late are made up for.
    std::this_thread::sleep_until(begin + std::chrono::milliseconds(10) * exchanges);
    traffic.over = std::chrono::steady_clock::now() >= end;
  }
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("policy_exchange: %.1f s, %d exchanges, %llu messages, %llu processes, %d violations\n",
              took.count(), exchanges, static_cast<unsigned long long>(traffic.messages),
              static_cast<unsigned long long>(traffic.processes), violations.load());
  CHECK(exchanges > 1);
  CHECK(traffic.messages > 0);
  CHECK(violations == 0);
}

TEST_CASE("no wake-up is lost under policies: a host waits for each answer") {
  std::uint64_t seed = announced_seed("policy_exchange");
  for (std::string_view name : policies::names()) {
    CAPTURE(name);
    RuntimeOptions options = two_workers(seed);
    options.policy = policies::named(name);
    Runtime runtime(options);
    Watchdog watchdog(runtime);
    Pid relay = runtime.spawn([] {
      Pid second = spawn([] {
        for (;;) send(receive<Question>().from, Answer{});
      });
      for (;;) send(second, receive<Question>());
    });
    for (int i = 0, rounds = scaled(2'000); i < rounds; ++i, ++progress) {
      runtime.run(
          [](Pid to) {
            send(to, Question{self()});
            receive<Answer>();
          },
          relay);
    }
  }
  CHECK(violations == 0);
}

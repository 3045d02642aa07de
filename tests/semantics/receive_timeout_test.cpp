// RCV-2 and RCV-4: time-outs of receive.
#include <chrono>

#include "support.hpp"

using namespace semantics;

namespace {

constexpr auto two_hundred_years = 24h * 365 * 200;

struct Noise {};
struct Stop {};

// Sends something that nobody takes every millisecond, and tells at the end how often. By itself it stops
// after some seconds, which the process it disturbs must not wait for.
void make_noise(Pid to) {
  int count = 0;
  while (count < 10'000 && !receive<Stop>(1ms)) {
    send(to, Noise{});
    ++count;
  }
  send(to, Number{count});
}

}  // namespace

TEST_CASE("RCV-2: a time-out never comes early") {
  Runtime runtime(quiet(2));
  int early = runtime.run([] {
    int too_soon = 0;
    for (auto wait : {0us, 1us, 100us, 999us, 1000us, 1001us, 5000us, 20'000us}) {
      auto begin = Clock::now();
      if (receive<Never>(wait)) return 99;
      if (Clock::now() - begin < wait) ++too_soon;
    }
    return too_soon;
  });
  CHECK(early == 0);
}

TEST_CASE("RCV-2: messages that do not fit don't start the time again") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [timed_out, noises] = runtime.run([] {
      Pid source = spawn(make_noise, self());
      expect<Noise>();  // it runs
      bool result = receive([](Never) { return false; }, after(30ms, [] { return true; }));
      send(source, Stop{});
      return std::pair{result, expect<Number>().value};
    });
    CHECK(timed_out);
    CHECK(noises < 10'000);
  });
}

TEST_CASE("RCV-2: zero looks through the whole queue once") {
  Runtime runtime(quiet(1));
  auto [found, looks, none] = runtime.run([] {
    for (int i = 0; i < 1000; ++i) send(self(), Number{i});
    int looked = 0;
    int last = receive(when(
                           [&looked](const Number& number) {
                             ++looked;
                             return number.value == 999;
                           },
                           [](Number number) { return number.value; }),
                       after(0ms, [] { return -1; }));
    return std::tuple{last, looked, !receive<Never>(0ms)};
  });
  CHECK(found == 999);
  CHECK(looks == 1000);
  CHECK(none);
}

TEST_CASE("RCV-2: zero does not wait, so nobody else runs meanwhile") {
  for (unsigned workers : {0U, 1U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    std::atomic<bool> ran{false};
    bool ran_meanwhile = runtime.run(trusted([&ran] {
      Pid child = spawn(trusted([&ran] { ran = true; }));
      for (int i = 0; i < 10; ++i) receive<Never>(0ms);
      bool result = ran;
      wait_for_end(child);
      return result;
    }));
    CHECK_FALSE(ran_meanwhile);
  }
}

TEST_CASE("RCV-2: zero finds what has arrived, though the process had not looked since") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> sent{0};
    int missed = runtime.run(trusted([&sent] {
      int wrong = 0;
      for (int round = 0; round < repetitions(200); ++round) {
        spawn(trusted([&sent](Pid to, int number) {
                send(to, Number{number});
                sent = number + 1;
              }),
              self(), round);
        yield_until([&sent, round] { return sent == round + 1; });
        if (!receive<Number>(0ms)) ++wrong;
      }
      return wrong;
    }));
    CHECK(missed == 0);
  });
}

TEST_CASE("RCV-2: a time-out beyond 32 bits of milliseconds, or of two hundred years, is none in practice") {
  on_one_and_two_workers([](Runtime& runtime) {
    int missed = runtime.run([] {
      int wrong = 0;
      for (Duration wait : {Duration(24h * 50), Duration(two_hundred_years), Duration::max()}) {
        send_after(20ms, self(), Number{});
        if (!receive([](Number) { return true; }, after(wait, [] { return false; }))) ++wrong;
        send(self(), Number{});
        if (!receive([](Number) { return true; }, after(wait, [] { return false; }))) ++wrong;
      }
      return wrong;
    });
    CHECK(missed == 0);
  });
}

TEST_CASE("RCV-2: a time-out that is too long for the clock does not run out") {
  Runtime runtime(quiet(1));
  auto [by_clause, by_type] = runtime.run([] {
    constexpr auto thousand_years = 24h * 365 * 1000;
    send_after(5ms, self(), Number{});
    bool clause = receive([](Number) { return true; }, after(thousand_years, [] { return false; }));
    send_after(5ms, self(), Number{});
    return std::pair{clause, receive<Number>(std::chrono::hours::max()).has_value()};
  });
  CHECK(by_clause);
  CHECK(by_type);
}

TEST_CASE("RCV-2: a process that waits for two hundred years can be killed") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    auto [sleeper, watch] = spawn_monitor(
        [](Pid to) {
          send(to, Go{});
          receive<Never>(two_hundred_years);
        },
        self());
    expect<Go>();
    exit(sleeper, ExitReason::kill);
    return expect_down(watch).reason;
  });
  CHECK(reason == ExitReason::killed);
}

TEST_CASE("RCV-2: many waiting processes each get their own time-out") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      static constexpr int processes = 500;
      for (int i = 0; i < processes; ++i) {
        spawn(
            [](Pid to, int id) {
              auto wait = std::chrono::milliseconds(id % 25);
              auto begin = Clock::now();
              bool nothing = !receive<Never>(wait);
              send(to, Number{nothing && Clock::now() - begin >= wait ? 0 : 1});
            },
            self(), i);
      }
      int failed = 0;
      for (int i = 0; i < processes; ++i) failed += expect<Number>().value;
      return failed;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("RCV-2: the value of after is the value of the receive, and clauses may wait in turn") {
  Runtime runtime(quiet(1));
  int value = runtime.run([] {
    return receive([](Never) { return 0; }, after(1ms, [] {
                     return 1 + receive([](Never) { return 0; }, after(1ms, [] { return 2; }));
                   }));
  });
  CHECK(value == 3);
}

TEST_CASE("RCV-4: a message and a time-out at the same moment give one of both, and lose nothing") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(2000); ++round) {
        auto wait = std::chrono::microseconds(round % 60);
        send_after(wait, self(), Number{round});
        int outcome = receive([](Number number) { return number.value; }, after(wait, [] { return -1; }));
        // A time-out leaves the message to come: it must then be there, once.
        if (outcome == -1) outcome = expect<Number>().value;
        if (outcome != round || take_queued<Number>()) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("RCV-4: a time-out that lost has no effect on the receives that follow") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      Pid partner = spawn(
          [](Pid to) {
            for (;;) {
              Number number = receive<Number>();
              for (int i = 0; i < number.value % 7; ++i) yield();
              send(to, number);
            }
          },
          self());
      for (int round = 0; round < repetitions(2000); ++round) {
        send(partner, Number{round});
        bool first = receive<Number>(std::chrono::microseconds(round % 40)).has_value();
        if (!first) expect<Number>();
        // No time-out of above may end this one.
        send(partner, Number{round});
        if (!receive<Number>(patience)) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("RCV-4: a process that is told to end just as its wait ends does so once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(500); ++round) {
        auto [victim, watch] = spawn_monitor(
            [](int wait) {
              receive<Never>(std::chrono::microseconds(wait));
              exit(ExitReason::custom(1));
            },
            round % 30);
        for (int i = 0; i < round % 5; ++i) yield();
        exit(victim, ExitReason::custom(2));
        ExitReason reason = expect_down(watch).reason;
        if (reason != ExitReason::custom(1) && reason != ExitReason::custom(2)) ++unexpected;
      }
      return unexpected + count_queued<Down>();
    });
    CHECK(wrong == 0);
  });
}

// SCH-10: messages that are sent when their time has come.
#include <map>

#include "support.hpp"

using namespace semantics;

namespace {

constexpr auto two_hundred_years = 24h * 365 * 200;

// Starts a timer for a name, then gives the name to the caller; whether the Number comes to it. Tried again
// when the timer turns out to have fired before the name was given: the machine was busy elsewhere.
template <class Start, class Name, class Unname>
bool in_time(Start start, Name name, Unname unname) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    TimerId timer = start();
    name();
    bool early = read_timer(timer).has_value();
    bool came = early && receive<Number>(patience).has_value();
    unname();
    if (early) return came;
    receive<Number>(1ms);
  }
  return false;
}

}  // namespace

TEST_CASE("SCH-10: a timer never fires early") {
  for (unsigned workers : {0U, 1U, 2U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    auto [early, received] = runtime.run([] {
      std::map<int, Clock::time_point> due;
      int id = 0;
      for (auto delay : {0us, 1us, 50us, 999us, 1000us, 1001us, 3000us, 7500us, 10'000us, 30'000us}) {
        for (int i = 0; i < 20; ++i) {
          due[id] = Clock::now() + delay;
          send_after(delay, self(), Number{id});
          ++id;
        }
      }
      int too_soon = 0, count = 0;
      for (; count < id; ++count) {
        int which = expect<Number>().value;
        if (Clock::now() < due[which]) ++too_soon;
      }
      return std::pair{too_soon, count};
    });
    CHECK(early == 0);
    CHECK(received == 200);
  }
}

TEST_CASE("SCH-10: send_at fires at its time, and at once if that has passed") {
  Runtime runtime(quiet(1));
  auto [early, past] = runtime.run([] {
    auto when = Clock::now() + 10ms;
    send_at(when, self(), Go{});
    expect<Go>();
    bool too_soon = Clock::now() < when;
    send_at(Clock::now() - 1h, self(), Done{});
    return std::pair{too_soon, receive<Done>(patience).has_value()};
  });
  CHECK_FALSE(early);
  CHECK(past);
}

TEST_CASE("SCH-10: cancel gives the time that was left, once") {
  Runtime runtime(quiet(1));
  auto [left, again, read] = runtime.run([] {
    TimerId timer = send_after(1h, self(), Number{1});
    auto first = cancel(timer);
    return std::tuple{first, cancel(timer), read_timer(timer)};
  });
  REQUIRE(left.has_value());
  CHECK(*left <= 1h);
  CHECK(*left > 59min);
  CHECK_FALSE(again.has_value());
  CHECK_FALSE(read.has_value());
}

TEST_CASE("SCH-10: the message of a timer that was cancelled never comes") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [cancelled, messages] = runtime.run([] {
      std::vector<TimerId> timers;
      for (int i = 0; i < 100; ++i) timers.push_back(send_after(20ms, self(), Number{i}));
      send_after(40ms, self(), Go{});
      int stopped = 0;
      for (TimerId timer : timers) {
        if (cancel(timer)) ++stopped;
      }
      expect<Go>();
      return std::pair{stopped, count_queued<Number>()};
    });
    CHECK(cancelled > 0);
    CHECK(messages == 100 - cancelled);
  });
}

TEST_CASE("SCH-10: a timer that has fired has no time left to give") {
  Runtime runtime(quiet(1));
  auto [left, read, unknown] = runtime.run([] {
    TimerId timer = send_after(1ms, self(), Go{});
    expect<Go>();
    return std::tuple{cancel(timer).has_value(), read_timer(timer).has_value(),
                      cancel(TimerId()).has_value() || read_timer(TimerId()).has_value()};
  });
  CHECK_FALSE(left);
  CHECK_FALSE(read);
  CHECK_FALSE(unknown);
}

TEST_CASE("SCH-10: read_timer gives the time left and leaves the timer as it is") {
  Runtime runtime(quiet(1));
  auto [first, second, fired] = runtime.run([] {
    TimerId timer = send_after(1h, self(), Never{});
    auto before = read_timer(timer);
    receive<Never>(2ms);
    auto later = read_timer(timer);
    cancel(timer);
    TimerId soon = send_after(5ms, self(), Go{});
    read_timer(soon);
    return std::tuple{before, later, receive<Go>(patience).has_value()};
  });
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(*first <= 1h);
  CHECK(*first > 59min);
  CHECK(*second <= *first - 2ms);
  CHECK(fired);
}

TEST_CASE("SCH-10: a timer of two hundred years can be read and cancelled, and does not fire") {
  Runtime runtime(quiet(1));
  auto [left, fired] = runtime.run([] {
    TimerId far = send_after(two_hundred_years, self(), Number{1});
    TimerId forever = send_after(Duration::max(), self(), Number{2});
    send_after(10ms, self(), Go{});
    expect<Go>();
    int early = count_queued<Number>();
    cancel(forever);
    return std::pair{cancel(far), early};
  });
  REQUIRE(left.has_value());
  CHECK(*left <= two_hundred_years);
  CHECK(*left > two_hundred_years - 1h);
  CHECK(fired == 0);
}

TEST_CASE("SCH-10: a timer ends with the process it is for") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> dropped{0};
    auto [left, timers] = runtime.run(trusted([&dropped] {
      auto [process, watch] = spawn_monitor([] { receive<Go>(); });
      std::vector<TimerId> timers_for_it;
      for (int i = 0; i < 100; ++i) timers_for_it.push_back(send_after(1h, process, Witness(dropped)));
      send(process, Go{});
      expect_down(watch);
      int still = 0;
      for (TimerId timer : timers_for_it) {
        if (cancel(timer)) ++still;
      }
      return std::pair{still, runtime_info().timers};
    }));
    CHECK(left == 0);
    CHECK(timers == 0);
    CHECK(dropped == 100);
  });
}

TEST_CASE("SCH-10: a timer does not end with the process that started it") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool fired = runtime.run([] {
      reason_of([](Pid to) { send_after(5ms, to, Go{}); }, self());
      return receive<Go>(patience).has_value();
    });
    CHECK(fired);
  });
}

TEST_CASE("SCH-10: a timer for a dead process is harmless") {
  Runtime runtime(quiet(1));
  std::atomic<int> dropped{0};
  runtime.run(trusted([&dropped] {
    send_after(1ms, dead_process(), Witness(dropped));
    send_after(1ms, Pid(), Witness(dropped));
    yield_until([&dropped] { return dropped == 2; });
  }));
  CHECK(dropped == 2);
}

TEST_CASE("SCH-10: a timer for a name finds who got it after the timer was started") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool found = runtime.run([] {
      return in_time([] { return send_after(10ms, "late", Number{1}); },
                     [] { register_name("late", self()); }, [] { unregister_name("late"); });
    });
    CHECK(found);
  });
}

TEST_CASE("SCH-10: a timer for a name finds who has it when the time has come, not who had it") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool found = runtime.run([] {
      Pid first = waiting_process();
      bool result = in_time(
          [first] {
            register_name("moves", first);
            return send_after(10ms, "moves", Number{1});
          },
          [] {
            unregister_name("moves");
            register_name("moves", self());
          },
          [] { unregister_name("moves"); });
      return result && info_of(first).message_queue_len == 0;
    });
    CHECK(found);
  });
}

TEST_CASE("SCH-10: a timer for a name outlives the process that had it") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool found = runtime.run([] {
      return in_time(
          [] {
            Pid first = waiting_process();
            register_name("inherited", first);
            TimerId timer = send_after(10ms, "inherited", Number{1});
            exit(first, ExitReason::kill);
            wait_for_end(first);
            return timer;
          },
          [] { register_name("inherited", self()); }, [] { unregister_name("inherited"); });
    });
    CHECK(found);
  });
}

TEST_CASE("SCH-10: a timer for a name that nobody has when the time has come is harmless") {
  Runtime runtime(quiet(1));
  std::atomic<int> dropped{0};
  runtime.run(trusted([&dropped] {
    send_after(1ms, "nobody", Witness(dropped));
    yield_until([&dropped] { return dropped == 1; });
  }));
  CHECK(dropped == 1);
}

TEST_CASE("SCH-10: anybody who has the id may cancel") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [cancelled, messages] = runtime.run([] {
      TimerId timer = send_after(1h, self(), Number{1});
      spawn([](TimerId of_other, Pid to) { send(to, Number{cancel(of_other) ? 2 : 3}); }, timer, self());
      int answer = expect<Number>().value;
      return std::pair{answer, count_queued<Number>()};
    });
    CHECK(cancelled == 2);
    CHECK(messages == 0);
  });
}

TEST_CASE("SCH-10: a timer that is cancelled just as it fires has sent its message or never will") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(2000); ++round) {
        TimerId timer = send_after(std::chrono::microseconds(round % 100), self(), Number{round});
        for (int i = 0; i < round % 50; ++i) yield();
        bool stopped = cancel(timer).has_value();
        if (!stopped && expect<Number>().value != round) ++unexpected;
        if (take_queued<Number>()) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SCH-10: many timers at one time all fire, except those that others cancel meanwhile") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [fired, cancelled] = runtime.run([] {
      static const int count = repetitions(2000);
      std::vector<TimerId> timers;
      auto when = Clock::now() + 20ms;
      for (int i = 0; i < count; ++i) timers.push_back(send_at(when, self(), Number{i}));
      for (int id = 0; id < 2; ++id) {
        spawn(
            [](std::vector<TimerId> all, Pid to, int first) {
              int stopped = 0;
              for (std::size_t i = static_cast<std::size_t>(first); i < all.size(); i += 4) {
                if (cancel(all[i])) ++stopped;
              }
              send(to, Done{});
              send(to, std::size_t{0} + static_cast<std::size_t>(stopped));
            },
            timers, self(), id);
      }
      int stopped = static_cast<int>(expect<std::size_t>() + expect<std::size_t>());
      int received = 0;
      while (received < count - stopped) {
        expect<Number>();
        ++received;
      }
      yield_until([] { return runtime_info().timers == 0; });
      return std::pair{received + count_queued<Number>(), stopped};
    });
    CHECK(fired + cancelled == repetitions(2000));
    CHECK(cancelled <= repetitions(2000) / 2);
  });
}

TEST_CASE("SCH-10: timers move their message and may carry any") {
  Runtime runtime(quiet(1));
  auto [value, same] = runtime.run([] {
    auto payload = std::make_unique<int>(5);
    const int* address = payload.get();
    send_after(1ms, self(), std::move(payload));
    auto received = expect<std::unique_ptr<int>>();
    return std::pair{*received, received.get() == address};
  });
  CHECK(value == 5);
  CHECK(same);
}

TEST_CASE("SCH-10: sleep lasts at least as long as it says") {
  for (unsigned workers : {0U, 1U, 2U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    bool early = runtime.run([] {
      for (auto duration : {0us, 1us, 500us, 1500us, 10'000us}) {
        auto begin = Clock::now();
        sleep(duration);
        if (Clock::now() - begin < duration) return true;
      }
      return false;
    });
    CHECK_FALSE(early);
  }
}

// SCH-10 for the timers of the library: later, again and again, and how long.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

void tell(Pid who, int value) { send(who, Number{value}); }

struct Stamp {
  Clock::time_point at;
};
void stamp(Pid who) { send(who, Stamp{Clock::now()}); }

void wait_until_alone() {
  Pid me = self();
  yield_until([me] { return processes() == std::vector<Pid>{me}; });
}

}  // namespace

TEST_CASE("SCH-10: apply_after() runs a function once, never early, in a process of its own") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [early, elsewhere] = runtime.run([] {
      Clock::time_point due = Clock::now() + 5ms;
      timers::apply_after(5ms, stamp, self());
      bool too_early = expect<Stamp>().at < due;
      timers::apply_after(
          0ms, [](Pid who) { send(who, Hello{self()}); }, self());
      bool other = expect<Hello>().from != self();
      wait_until_alone();
      return std::pair{too_early, other};
    });
    CHECK_FALSE(early);
    CHECK(elsewhere);
  });
}

TEST_CASE("SCH-10: apply_after() outlives its caller, apply_interval() does not") {
  Runtime runtime(quiet(1));
  int count = runtime.run([] {
    Pid caller = spawn(
        [](Pid parent) {
          timers::apply_after(20ms, tell, parent, 1);
          timers::apply_interval(1h, tell, parent, 2);
        },
        self());
    wait_for_end(caller);
    expect<Number>();
    wait_until_alone();
    return count_queued<Number>();
  });
  CHECK(count == 0);
}

TEST_CASE("SCH-10: an interval keeps to its plan: lateness does not add up") {
  Runtime runtime(quiet(1));
  auto [early, last] = runtime.run([] {
    constexpr int turns = 20;
    constexpr auto interval = 5ms, hold_up = 40ms;
    Clock::time_point start = Clock::now();
    auto ticking = timers::apply_interval(interval, stamp, self());
    Clock::time_point planned = Clock::now();  // not before the plan was made
    // The only worker is busy: the first turn is late by most of this time, and many are due at once.
    yield();
    spin_until([&] { return Clock::now() > planned + hold_up; });
    int too_early = 0;
    std::vector<Clock::time_point> seen;
    for (int i = 1; i <= turns; ++i) {
      seen.push_back(expect<Stamp>().at);
      too_early += seen.back() < start + i * interval ? 1 : 0;
    }
    timers::cancel(ticking);
    // Each may be late by something of its own. The best of the last ten shows whether the first one's
    // lateness is still there.
    Duration best = Duration::max();
    for (int i = turns - 10; i < turns; ++i)
      best = std::min(best, Duration(seen[static_cast<std::size_t>(i)] - (planned + (i + 1) * interval)));
    return std::pair{too_early, best};
  });
  CHECK(early == 0);
  CHECK(last < 20ms);
}

TEST_CASE("SCH-10: send_interval() sends copies until it is cancelled, and then no more") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [first, second, stray, again] = runtime.run([] {
      auto ticking = timers::send_interval(1ms, Text{"tick"});
      std::string a = expect<Text>().value, b = expect<Text>().value;
      bool was_there = timers::cancel(ticking);
      count_queued<Text>();
      sleep(5ms);  // a turn that came all the same would be seen; the test does not depend on how long
      return std::tuple{a, b, count_queued<Text>(), was_there && !timers::cancel(ticking)};
    });
    CHECK(first == "tick");
    CHECK(second == "tick");
    CHECK(stray == 0);
    CHECK(again);
  });
}

TEST_CASE("SCH-10: an interval goes with the process it is for") {
  Runtime runtime(quiet(1));
  bool gone = runtime.run([] {
    Pid other = waiting_process();
    auto ticking = timers::send_interval(1h, other, Never{});
    bool alive = is_alive(ticking.pid());
    send(other, Go{});
    wait_for_end(ticking.pid());
    return alive && !timers::cancel(ticking);
  });
  CHECK(gone);
}

TEST_CASE("SCH-10: an interval to a name finds whoever has it, and is over when nobody has") {
  Runtime runtime(quiet(1));
  bool both = runtime.run([] {
    auto echo = [](Pid parent) {
      register_name("ticked", self());
      send(parent, Go{});
      expect<Done>();
      send(parent, Hello{self()});
    };
    Pid first = spawn(echo, self());
    expect<Go>();
    auto ticking = timers::send_interval(1ms, "ticked", Done{});
    bool one = expect<Hello>().from == first;
    wait_for_end(ticking.pid());
    return one && !whereis("ticked");
  });
  CHECK(both);
}

TEST_CASE("SCH-10: apply_repeatedly() runs one turn at a time") {
  Runtime runtime(quiet(2));
  auto [turns, overlaps] = runtime.run([] {
    auto turn = [](Pid judge) {
      send(judge, Hello{self()});
      expect<Go>();
    };
    auto ticking = timers::apply_repeatedly(1ms, turn, self());
    int seen = 0, at_once = 0;
    for (; seen < 5; ++seen) {
      Pid running = expect<Hello>().from;
      if (receive<Hello>(3ms)) ++at_once;  // two or three intervals later
      send(running, Go{});
    }
    timers::cancel(ticking);
    while (std::optional<Hello> last = receive<Hello>(0ms)) send(last->from, Go{});
    return std::pair{seen, at_once};
  });
  CHECK(turns == 5);
  CHECK(overlaps == 0);
}

TEST_CASE("SCH-10: exit_after() and kill_after() end a process, and go with it") {
  Runtime runtime(quiet(1));
  auto [asked, killed, gone] = runtime.run([] {
    Pid first = waiting_process(), second = waiting_process(), third = waiting_process();
    Monitor of_first = monitor(first), of_second = monitor(second);
    timers::exit_after(1ms, first, ExitReason::shutdown);
    timers::kill_after(1ms, second);
    auto never = timers::kill_after(1h, third);
    send(third, Go{});
    wait_for_end(never.pid());
    return std::tuple{expect_down(of_first).reason, expect_down(of_second).reason, !is_alive(third)};
  });
  CHECK(asked == ExitReason::shutdown);
  CHECK(killed == ExitReason::killed);
  CHECK(gone);
}

TEST_CASE("SCH-10: what is cancelled before its time does not run; an interval of nothing is refused") {
  Runtime runtime(quiet(1));
  auto [cancelled, refused] = runtime.run([] {
    auto later = timers::apply_after(1h, tell, self(), 1);
    bool was_there = timers::cancel(later);
    wait_until_alone();
    bool no_interval = false;
    try {
      timers::send_interval(0ms, Never{});
    } catch (const std::invalid_argument&) {
      no_interval = true;
    }
    return std::pair{was_there, no_interval};
  });
  CHECK(cancelled);
  CHECK(refused);
}

TEST_CASE("SCH-10: tc() measures a call, here and now") {
  auto [time, value] = timers::tc([](int n) { return n + 1; }, 1);
  CHECK(value == 2);
  CHECK(time >= Duration::zero());
  Runtime runtime(quiet(1));
  Duration slept = runtime.run([] { return timers::tc([] { sleep(2ms); }); });
  CHECK(slept >= 2ms);
}

// SIM-3 to SIM-6: what goes wrong in some order is found, replayed, made small and told; or all orders are
// tried.
#include <cmath>
#include <set>

#include "simulation_programs.hpp"

using namespace simulated_programs;
using simulation::Ending;

namespace {

// Who takes a name after it was seen to be free. Between the look and the act another may take it.
void claim(Pid root) {
  bool taken = false;
  if (!whereis("seat")) {
    try {
      register_name("seat", self());
    } catch (const BadName&) {
      taken = true;
    }
  }
  send(root, Number{taken ? 1 : 0});
  receive<Go>();
}

// How many found a name taken that had been free.
int check_then_act() {
  for (int i = 0; i < 2; ++i) spawn(claim, self());
  return receive<Number>().value + receive<Number>().value;
}

// Each raises a flag for a moment; the second does so only if it sees the first's, and the third looks for
// the second's. It takes two switches, in the middle of the first and then of the second, for the third to
// see it.
void raise(const char* flag) {
  register_name(flag, self());
  unregister_name(flag);
}

int depth_three() {
  spawn(
      [](Pid root) {
        raise("first");
        send(root, Number{0});
      },
      self());
  spawn(
      [](Pid root) {
        if (whereis("first")) raise("second");
        send(root, Number{0});
      },
      self());
  spawn([](Pid root) { send(root, Number{whereis("second") ? 3 : 0}); }, self());
  int sum = 0;
  for (int i = 0; i < 3; ++i) sum += receive<Number>().value;
  return sum;
}

bool is_not_three(int value) { return value != 3; }
bool is_none(int value) { return value == 0; }

int deadlock() {
  Pid other = spawn([] {
    set_label("the other one");
    receive<Go>();
  });
  send(other, Never{});
  return receive<Number>().value;
}

int livelock() {
  for (;;) yield();
}

bool mentions(const std::string& text, std::string_view words) { return text.find(words) != text.npos; }

}  // namespace

TEST_CASE(
    "SIM-3: a check and an act with a switch between are found, replayed from its schedule, and made small") {
  auto found = simulation::explore(check_then_act, is_none);
  REQUIRE_FALSE(found.passed());
  INFO(found.text());
  CHECK(found.shrunk.schedule.deviations.size() == 1);
  CHECK(found.shrunk.schedule.deviations.size() <= found.found.schedule.deviations.size());
  CHECK(mentions(found.text(), "simulation::replay(\"" + found.shrunk.schedule.text() + "\""));

  auto again = simulation::replay(found.shrunk.schedule.text(), {}, check_then_act);
  CHECK(again.value() == 1);
  CHECK(again.trace_hash() == found.shrunk.trace_hash);
  auto first = simulation::replay(found.found.schedule.text(), {}, check_then_act);
  CHECK(first.value() == 1);
  CHECK(first.trace_hash() == found.found.trace_hash);
}

TEST_CASE("SIM-3: a program that is right passes") {
  auto found = simulation::explore(
      {.random_runs = 50, .pct_runs = 50}, [] { race(); }, [] {});
  CHECK(found.passed());
  CHECK(found.runs == 101);
  CHECK(mentions(found.text(), "none went wrong"));
}

TEST_CASE("SIM-3: a check may return, or throw, or take the whole outcome") {
  auto thrown = simulation::explore(race, [](int) { throw std::runtime_error("no good"); });
  CHECK(mentions(thrown.text(), "no good"));
  CHECK(thrown.shrunk.schedule.deviations.empty());
  auto failing = [] { exit(ExitReason::error("on purpose")); };
  CHECK(mentions(simulation::explore(failing, [] {}).text(), "on purpose"));
  auto expects_failure = [](const simulation::Outcome<void>& outcome) {
    return outcome.exit_reason() == ExitReason::error("on purpose");
  };
  CHECK(simulation::explore({.random_runs = 5, .pct_runs = 5}, failing, expects_failure).passed());
}

TEST_CASE("SIM-4: a mistake of depth three is found by priorities within their bound") {
  simulation::Options options{.strategy = simulation::Strategy::pct, .depth = 3};
  auto first = simulation::run({.strategy = simulation::Strategy::ordinary}, depth_three);
  options.length = first.steps();
  double actors = static_cast<double>(first.report().actors), steps = static_cast<double>(first.steps());
  // At this chance per run so many runs find it, but for one time in a million.
  auto bound = static_cast<std::uint64_t>(std::ceil(14 * actors * std::pow(steps, 2)));
  std::uint64_t runs = 0;
  bool found = false;
  for (options.seed = 0; !found && runs < bound; ++options.seed, ++runs)
    found = simulation::run(options, depth_three).value() == 3;
  CAPTURE(bound);
  CAPTURE(runs);
  CHECK(found);
}

TEST_CASE("SIM-4: a mistake of depth three is found by exploring, and by trying all orders") {
  auto explored = simulation::explore({.random_runs = 2000, .pct_runs = 2000}, depth_three, is_not_three);
  REQUIRE_FALSE(explored.passed());
  INFO(explored.text());
  CHECK(explored.shrunk.schedule.deviations.size() == 2);
  CHECK(simulation::replay(explored.shrunk.schedule.text(), {}, depth_three).value() == 3);

  auto searched = simulation::exhaustive(depth_three, is_not_three);
  REQUIRE_FALSE(searched.passed());
  INFO(searched.text());
  CHECK(searched.shrunk.schedule.deviations.size() == 2);
}

TEST_CASE("SIM-5: all orders are tried, and those that look the same only once") {
  std::set<int> all, reduced;
  auto keep = [](std::set<int>& into) {
    return [&into](int order) {
      into.insert(order);
      return true;
    };
  };
  auto program = [] {
    for (int i = 1; i <= 2; ++i) {
      spawn(
          [](Pid to, int mine) {
            yield();
            send(to, Number{mine});
          },
          self(), i);
    }
    return receive<Number>().value * 10 + receive<Number>().value;
  };
  auto full = simulation::exhaustive(program, keep(all), {.max_runs = 2'000'000, .reduced = false});
  auto fewer = simulation::exhaustive(program, keep(reduced));
  CAPTURE(full.runs);
  CAPTURE(fewer.runs);
  CHECK(full.complete);
  CHECK(fewer.complete);
  CHECK(all == std::set<int>{12, 21});
  CHECK(reduced == all);
  CHECK(fewer.runs * 4 < full.runs);
}

TEST_CASE("SIM-5: with a bound on preemptions there are fewer orders, and it is said that there are others") {
  auto fine = [](int) { return true; };
  auto none = simulation::exhaustive(check_then_act, fine, {.preemptions = 0});
  auto one = simulation::exhaustive(check_then_act, fine, {.preemptions = 1});
  CHECK(simulation::exhaustive(check_then_act, is_none, {.preemptions = 0}).passed());
  CHECK_FALSE(simulation::exhaustive(check_then_act, is_none, {.preemptions = 1}).passed());
  CHECK_FALSE(one.complete);
  CHECK(one.passed());
  CHECK(one.runs > none.runs);
}

TEST_CASE("SIM-5: a program that is right in every order is said to be so") {
  auto searched = simulation::exhaustive(race, [](int first) { return first >= 0 && first < 3; });
  CHECK(searched.complete);
  CHECK(searched.text().find("which are all there are") != std::string::npos);
}

TEST_CASE("SIM-6: a program in which nothing can happen any more is called blocked, with those who wait") {
  auto outcome = simulation::run({}, deadlock);
  CHECK(outcome.ending() == Ending::blocked);
  CHECK(mentions(outcome.sentence(), "throng: the program is blocked"));
  CHECK(mentions(outcome.sentence(), "the other one"));
  CHECK(mentions(outcome.sentence(), "Never"));
  CHECK(outcome.exit_reason().is_error());
  CHECK_THROWS_AS(outcome.value(), simulation::Stuck);
}

TEST_CASE("SIM-6: a program that goes on for ever is called endless") {
  auto outcome = simulation::run({.max_steps = 5000}, livelock);
  CHECK(outcome.ending() == Ending::endless);
  CHECK(outcome.steps() == 5000);
  CHECK(mentions(outcome.sentence(), "did not end within 5000 steps"));
  CHECK_THROWS_AS(outcome.value(), simulation::Stuck);
}

TEST_CASE("SIM-6: a root that fails says why") {
  auto outcome = simulation::run({}, [] { throw std::runtime_error("on purpose"); });
  CHECK(outcome.ending() == Ending::failed);
  CHECK(mentions(outcome.exit_reason().text(), "on purpose"));
  CHECK_THROWS_AS(outcome.value(), ProcessExited);
}

TEST_CASE("SIM-3: a schedule is a text, and a text that is none is refused with a sentence") {
  std::string text = "0.1@7>2.1 3.1@0>2.1*/1 2.1@4!crash 2.1@1!drop 2.1@9!delay=5000";
  CHECK(simulation::Schedule::parse(text).text() == text);
  CHECK(simulation::Schedule::parse("").deviations.empty());
  for (const char* wrong :
       {"0.1", "0.1@", "x", "0.1@7>", "0.1@7!never", "0.1@7!delay=-1", "99999999999.1@1!drop"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(simulation::Schedule::parse(wrong), std::invalid_argument);
  }
}

TEST_CASE("SIM-1: a misuse of a simulation is told in a sentence") {
  CHECK_THROWS_AS(simulation::run({.workers = 0}, race), std::invalid_argument);
  CHECK_THROWS_AS(simulation::run({.step_time = -1ns}, race), std::invalid_argument);
  auto inside = simulation::run({}, [] { simulation::run({}, race); });
  CHECK(mentions(inside.exit_reason().text(), "run by a host thread"));
  RuntimeOptions options = quiet(1);
  simulation::simulate(options, {});
  Runtime runtime(options);
  CHECK_THROWS_AS(Runtime{options}, std::logic_error);
}

TEST_CASE("SIM-5: a step that wakes somebody more urgent is not independent of those who must wait then") {
  auto program = [] {
    Pid sender = spawn([](Pid to) { send(to, Number{1}); }, self());
    Pid killer = spawn(
        {.priority = Priority::high},
        [](Pid victim) {
          receive<Go>();
          exit(victim, ExitReason::kill);
        },
        sender);
    Monitor end = monitor(sender);
    send(killer, Go{});
    expect_down(end);
    return receive<Number>(0ms).has_value();
  };
  std::set<bool> arrived;
  auto all = simulation::exhaustive(program, [&](bool came) { return arrived.insert(came), true; });
  CHECK(all.complete);
  CHECK(arrived.size() == 2);
}

TEST_CASE(
    "SIM-6: stop() ends those who trap exits too, though simulated time leaps over all of its deadline") {
  RuntimeOptions options = quiet(1);
  simulation::simulate(options, {});
  Runtime runtime(options);
  runtime.run([] {
    spawn({.trap_exit = true}, [] {
      send_after(1h, self(), Go{});
      receive<Never>();
    });
  });
  CHECK(runtime.stop(5s).overstayed.empty());
}

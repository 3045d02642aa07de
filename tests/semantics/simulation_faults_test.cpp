// SIM-7: crashes, lost and late messages, slow processes: by lot of the seed, part of the schedule, replayed.
#include "simulation_programs.hpp"

using namespace simulated_programs;
using simulation::Faults;

namespace {

// How many of ten numbers arrive before the time is up.
int count_arrivals() {
  spawn(
      [](Pid to) {
        set_label("the sender");
        for (int i = 0; i < 10; ++i) send(to, Number{i});
      },
      self());
  int count = 0;
  while (receive<Number>(1s)) ++count;
  return count;
}

// Ten numbers in the order in which they come; what overtook another counts.
int count_overtakings() {
  spawn(
      [](Pid to) {
        for (int i = 0; i < 10; ++i) send(to, Number{i});
      },
      self());
  int overtakings = 0;
  for (int i = 0; i < 10; ++i) overtakings += receive<Number>().value == i ? 0 : 1;
  return overtakings;
}

ExitReason end_of_a_worker() {
  return reason_of([] {
    set_label("the worker");
    for (int i = 0; i < 100; ++i) yield();
  });
}

// Whether an answer comes within a second.
bool is_answered() {
  Pid server = spawn([] {
    set_label("the server");
    Hello hello = receive<Hello>();
    for (int i = 0; i < 10; ++i) yield();
    send(hello.from, Done{});
  });
  send(server, Hello{self()});
  return receive<Done>(1s).has_value();
}

template <class F>
void check_replay(const simulation::Options& options, F program) {
  auto first = simulation::run(options, program);
  simulation::Options again = options;
  again.seed = options.seed + 1000;  // a replay needs none
  auto second = simulation::replay(first.schedule().text(), again, program);
  CHECK(first.value() == second.value());
  CHECK(first.trace_hash() == second.trace_hash());
}

}  // namespace

TEST_CASE("SIM-7: messages are lost by lot, those of the named only, and the same again in a replay") {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    simulation::Options options{.seed = seed, .faults = {.drop = 0.2}};
    lost += 10 - simulation::run(options, count_arrivals).value();
    check_replay(options, count_arrivals);
    options.faults.only = "nobody is called so";
    CHECK(simulation::run(options, count_arrivals).value() == 10);
    options.faults.only = "the sender";
    options.faults.drop = 1;
    CHECK(simulation::run(options, count_arrivals).value() == 0);
  }
  CHECK(lost > 10);
  CHECK(lost < 100);
}

TEST_CASE("SIM-7: a listed fault happens where it is listed") {
  auto outcome = simulation::run({.strategy = simulation::Strategy::ordinary}, count_arrivals);
  CHECK(outcome.value() == 10);
  auto all_lost = simulation::run({.faults = {.drop = 1, .only = "the sender"}}, count_arrivals);
  REQUIRE(all_lost.schedule().deviations.size() >= 10);
  simulation::Actor sender;
  for (const simulation::Deviation& deviation : all_lost.schedule().deviations)
    if (deviation.kind == simulation::Deviation::Kind::drop) sender = deviation.actor;
  using Kind = simulation::Deviation::Kind;
  simulation::Schedule two_lost{
      {{.kind = Kind::drop, .actor = sender}, {.kind = Kind::drop, .actor = sender, .count = 9}}};
  CHECK(simulation::replay(two_lost.text(), {}, count_arrivals).value() == 8);
  simulation::Schedule killed{{{.kind = Kind::crash, .actor = sender, .count = 3}}};
  CHECK(simulation::replay(killed.text(), {}, count_arrivals).value() < 10);
}

TEST_CASE("SIM-7: late messages arrive late and in order") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    simulation::Options options{.seed = seed, .faults = {.delay = 0.5, .delay_by = 100ms}};
    auto outcome = simulation::run(options, count_overtakings);
    CHECK(outcome.value() == 0);
    CHECK(outcome.virtual_time() > 1ms);
    check_replay(options, count_overtakings);
  }
}

TEST_CASE("SIM-7: processes are killed by lot, and who watches is told") {
  int killed = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    simulation::Options options{.seed = seed, .faults = {.crash = 0.01, .only = "the worker"}};
    ExitReason reason = simulation::run(options, end_of_a_worker).value();
    CHECK((reason.is_normal() || reason == ExitReason::killed));
    killed += reason.is_normal() ? 0 : 1;
    check_replay(options, end_of_a_worker);
  }
  CHECK(killed > 3);
  CHECK(killed < 20);
}

TEST_CASE("SIM-7: a slow process misses a deadline that it else keeps") {
  Faults slow{.slow = 200ms, .only = "the server"};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CHECK(simulation::run({.seed = seed}, is_answered).value());
    CHECK_FALSE(simulation::run({.seed = seed, .faults = slow}, is_answered).value());
    check_replay({.seed = seed, .faults = slow}, is_answered);
  }
}

TEST_CASE("SIM-7: a fault that does harm is found, and is all that is left of the schedule") {
  simulation::Effort effort;
  effort.options.faults = {.drop = 0.05};
  auto found = simulation::explore(effort, count_arrivals, [](int arrived) { return arrived == 10; });
  REQUIRE_FALSE(found.passed());
  INFO(found.text());
  REQUIRE(found.shrunk.schedule.deviations.size() == 1);
  CHECK(found.shrunk.schedule.deviations[0].kind == simulation::Deviation::Kind::drop);
  CHECK(found.text().find("is lost") != std::string::npos);
}

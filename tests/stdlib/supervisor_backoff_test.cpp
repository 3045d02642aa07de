// SUP-11: pauses between restarts: doubled, capped, shorter by chance, begun anew.
#include "children.hpp"

using namespace behaviours;

namespace {

supervisor::Ref start(Backoff backoff, Intensity intensity = patient) {
  return supervisor::start_link({.intensity = intensity, .backoff = backoff, .children = workers({"a"})});
}

// How long the child stayed away.
Duration away() {
  auto before = Clock::now();
  kill("a");
  expect<Text>();
  return Clock::now() - before;
}

}  // namespace

TEST_CASE("SUP-11: without a first pause a child is restarted at once") {
  on_both([](Checks& check) {
    auto supervisor = start({.first = 0ms, .most = 60s});
    expect<Text>();
    for (int i = 0; i < 20; ++i) check(away() < 5s, "no pause, as that of a minute would be");
    check(is_alive(supervisor.pid()), "it lives");
  });
}

TEST_CASE("SUP-11: pauses are doubled from one restart to the next, up to a cap") {
  on_both([](Checks& check) {
    start({.first = 5ms, .most = 20ms, .jitter_percent = 0});
    expect<Text>();
    for (Duration least : {Duration(5ms), Duration(10ms), Duration(20ms), Duration(20ms), Duration(20ms)})
      check(away() >= least, "not before " + std::to_string(least / 1ms) + " ms");
    // Doubled ten times more the last one would be of twenty seconds.
    auto before = Clock::now();
    for (int i = 0; i < 10; ++i) away();
    check(Clock::now() - before < 10s, "no more than the cap");
  });
}

TEST_CASE("SUP-11: a first pause above the cap is the cap") {
  on_both([](Checks& check) {
    start({.first = 600s, .most = 5ms, .jitter_percent = 0});
    expect<Text>();
    Duration pause = away();
    check(pause >= 5ms && pause < 60s, "the cap");
  });
}

TEST_CASE("SUP-11: chance makes a pause shorter, by no more than it may") {
  on_both([](Checks& check) {
    start({.first = 20ms, .most = 20ms, .jitter_percent = 50});
    expect<Text>();
    for (int i = 0; i < 5; ++i) check(away() >= 10ms, "half of it at least");
  });
}

TEST_CASE("SUP-11: after a stable time the pauses begin anew") {
  on_both([](Checks& check) {
    start({.first = 2ms, .most = 600s, .jitter_percent = 0, .stable_after = 20ms});
    expect<Text>();
    auto before = Clock::now();
    for (int i = 0; i < 16; ++i) {
      sleep(25ms);  // what is tested is that this time has passed
      away();
    }
    // Doubled sixteen times it would be more than a minute.
    check(Clock::now() - before < 30s, "each time the first pause");
  });
}

TEST_CASE("SUP-11: starts that fail after a stable time are paused longer and longer") {
  on_both([](Checks& check) {
    start({.first = 10ms, .most = 60s, .jitter_percent = 0, .stable_after = 20ms});
    expect<Text>();
    sleep(25ms);  // it was stable
    plan.fail("a", 3);
    auto before = Clock::now();
    kill("a");
    check(next_texts(4) == "!a !a !a +a", "four tries");
    check(Clock::now() - before >= 150ms, "10 + 20 + 40 + 80");
  });
}

TEST_CASE("SUP-11: a restart counts when it is tried") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor =
        start({.first = 25ms, .most = 25ms, .jitter_percent = 0}, {.restarts = 0, .within = 60s});
    expect<Text>();
    auto before = Clock::now();
    kill("a");
    yield_until([&] {
      auto info = supervisor.which_child("a");
      return info->restarting;
    });
    check(expect_exit(supervisor.pid()).reason == ExitReason::shutdown, "it gives up");
    check(Clock::now() - before >= 25ms, "when the pause is over");
  });
}

TEST_CASE("SUP-5, SUP-11: pauses keep a failing child within the intensity") {
  on_both([](Checks& check) {
    auto supervisor =
        start({.first = 12ms, .most = 12ms, .jitter_percent = 0}, {.restarts = 1, .within = 10ms});
    expect<Text>();
    for (int i = 0; i < 10; ++i) away();
    check(is_alive(supervisor.pid()), "one in each window");
  });
}

TEST_CASE("SUP-11: during a pause the child can be managed, and the supervisor can end") {
  on_both([](Checks& check) {
    auto supervisor = start({.first = 600s, .most = 600s});
    expect<Text>();
    kill("a");
    yield_until([&] { return supervisor.which_child("a")->restarting; });
    check(supervisor.try_restart_child("a").error().refusal == Refusal::restarting, "restart_child");
    check(supervisor.try_delete_child("a").error().refusal == Refusal::restarting, "delete_child");
    check(supervisor.count_children().active == 0, "not active");
    supervisor.terminate_child("a");
    supervisor.restart_child("a");
    check(next_texts(1) == "+a", "terminated and restarted at once");
    kill("a");
    yield_until([&] { return supervisor.which_child("a")->restarting; });
    supervisor.stop();
    check(!is_alive(supervisor.pid()), "it ends without waiting");
  });
}

TEST_CASE("SUP-11: a pause that was given up starts nobody later") {
  on_both([](Checks& check) {
    auto supervisor = start({.first = 10ms, .most = 10ms, .jitter_percent = 0});
    expect<Text>();
    kill("a");
    yield_until([&] { return supervisor.which_child("a")->restarting; });
    supervisor.terminate_child("a");
    supervisor.delete_child("a");
    check(!receive<Text>(30ms), "nobody comes");
    check(supervisor.count_children().specs == 0, "it is forgotten");
  });
}

TEST_CASE("SUP-11: each child has its own pauses") {
  on_both([](Checks& check) {
    supervisor::start_link({.intensity = patient,
                            .backoff = {.first = 1ms, .most = 600s, .jitter_percent = 0},
                            .children = workers({"a", "b"})});
    check(next_texts(2) == "+a +b", "started");
    for (int i = 0; i < 11; ++i) away();  // the next pause of this one would be of two seconds
    auto before = Clock::now();
    kill("b");
    check(next_texts(1) == "+b" && Clock::now() - before < 1900ms, "the other begins with the first pause");
  });
}

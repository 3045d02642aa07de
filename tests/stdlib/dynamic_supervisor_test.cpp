// DYN-1: children that come and go, known by pid. Also SUP-3 and SUP-5 as far as they hold here.
#include <chrono>

#include "children.hpp"

using namespace behaviours;

namespace {

template <class T>
std::optional<Refusal> refusal(const Expected<T, supervisor::ChildError>& done) {
  if (done) return std::nullopt;
  return done.error().refusal;
}

// Asked to end, tells so and waits.
void slow_to_end(Pid tester) {
  trap_exit(true);
  expect<Exit>();
  send(tester, Hello{self()});
  receive<Go>();
}

void wait(int) { receive<Never>(); }

const StartOptions trapping{.trap_exit = true};

}  // namespace

TEST_CASE("DYN-1: the defaults are those of OTP's and Elixir's") {
  dynamic_supervisor::Options options;
  CHECK(options.max_children == std::numeric_limits<std::size_t>::max());
  CHECK(options.intensity.restarts == 3);
  CHECK(options.intensity.within == 5s);
}

TEST_CASE("DYN-1: children are known by pid, and ids may repeat") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link();
    ChildSpec spec = supervisor::process("same", wait, 1);
    Pid one = *supervisor.start_child(spec), two = *supervisor.start_child(spec);
    check(one != two && is_alive(one) && is_alive(two), "two of one spec");
    auto count = supervisor.count_children();
    check(count.active == 2 && count.specs == 2 && count.workers == 2 && count.supervisors == 0, "counted");
    supervisor.terminate_child(one);
    check(!is_alive(one) && is_alive(two), "one is ended");
    auto left = supervisor.which_children();
    check(left.size() == 1 && left[0].pid == two && left[0].id == "same", "and forgotten");
    check(refusal(supervisor.try_terminate_child(one)) == Refusal::not_found, "not_found");
    check(refusal(supervisor.try_terminate_child(self())) == Refusal::not_found, "a stranger");
    bool thrown = false;
    try {
      supervisor.terminate_child(one);
    } catch (const supervisor::ChildRefused& refused) {
      thrown = refused.error().refusal == Refusal::not_found;
    }
    check(thrown, "and thrown");
  });
}

TEST_CASE("DYN-1, SUP-2: a child that fails to start, or is ignored, is not kept") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link();
    plan.fail("a", 1);
    auto failed = supervisor.try_start_child(worker("a"));
    check(refusal(failed) == Refusal::start_failed && contains(failed.error().text(), "planned failure"),
          "the failure");
    plan.ignore("a", 1);
    auto ignored = supervisor.try_start_child(worker("a"));
    check(ignored && !*ignored, "ignored");
    check(supervisor.which_children().empty(), "nothing is kept");
    auto again = supervisor.start_child(worker("a"));
    check(again && again == whereis("a"), "it may be tried again");
    auto second = supervisor.try_start_child(worker("a").with_id("other"));
    check(refusal(second) == Refusal::start_failed && second.error().start.already_started == whereis("a"),
          "a name that is taken");
  });
}

TEST_CASE("DYN-1: max_children refuses one more, and counts what waits to be restarted") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link(
        {.max_children = 2, .intensity = patient, .backoff = {.first = 600s, .most = 600s}});
    ChildSpec spec = supervisor::process("it", wait, 1);
    Pid one = *supervisor.start_child(spec);
    supervisor.start_child(spec.restart(Restart::temporary));
    check(refusal(supervisor.try_start_child(spec)) == Refusal::max_children, "full");
    supervisor.terminate_child(one);
    Pid three = *supervisor.start_child(spec);
    throng::exit(three, ExitReason::kill);
    yield_until([&] { return supervisor.count_children().active == 1; });
    check(refusal(supervisor.try_start_child(spec)) == Refusal::max_children, "one waits");
    auto children = supervisor.which_children();
    check(children.size() == 2 && (children[0].restarting || children[1].restarting), "and shows it");
  });
}

TEST_CASE("DYN-1, SUP-8: a significant child is refused") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link();
    auto refused = supervisor.try_start_child(worker("a").restart(Restart::temporary).significant());
    check(refusal(refused) == Refusal::invalid_spec && texts().empty(), "nothing is started");
  });
}

TEST_CASE("DYN-1, SUP-3: restarts follow the child's own type; a temporary one is forgotten") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link({.intensity = patient});
    for (Restart restart : {Restart::permanent, Restart::transient, Restart::temporary}) {
      for (bool crashes : {false, true}) {
        Pid child = *supervisor.start_child(worker("a").restart(restart));
        by_name("a").cast(Leave{crashes ? ExitReason::error("crash") : ExitReason::normal});
        check(next_texts(2) == "+a -a", "it ended");
        bool again = restart == Restart::permanent || (restart == Restart::transient && crashes);
        if (again) {
          check(next_texts(1) == "+a", "it comes again");
          Pid second = pid_of("a");
          check(second != child && supervisor.which_children()[0].pid == second, "under a new pid");
          supervisor.terminate_child(second);
          texts();
        } else {
          wait_for_end(child);
          check(supervisor.count_children().specs == 0, "it is forgotten");
        }
      }
    }
  });
}

TEST_CASE("DYN-1, SUP-5: too many restarts end it, and a restart that fails is tried again") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor = dynamic_supervisor::start_link({.intensity = {.restarts = 3, .within = 60s}});
    supervisor.start_child(worker("a"));
    supervisor.start_child(worker("b"));
    check(next_texts(2) == "+a +b", "started");
    plan.fail("a", 2);
    kill("a");
    check(next_texts(3) == "!a !a +a", "three tries");
    kill("b");
    check(expect_exit(supervisor.pid()).reason == ExitReason::shutdown, "the fourth is one too many");
    check(joined(texts()) == "-a", "the others are ended");
  });
}

TEST_CASE("DYN-1, SUP-5: while a child can't be restarted the supervisor answers, and can end") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link({.intensity = {.restarts = 10'000'000, .within = 1ms}});
    supervisor.start_child(worker("a"));
    plan.fail("a", 100'000'000);
    kill("a");
    yield_until([&] { return supervisor.count_children().active == 0; });
    for (int i = 0; i < 20; ++i) check(supervisor.count_children().specs == 1, "it answers");
    supervisor.stop();
    check(!is_alive(supervisor.pid()), "it ends");
    plan.clear();
  });
}

TEST_CASE("DYN-1, SUP-11: pauses hold here as well") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link(
        {.intensity = patient, .backoff = {.first = 10ms, .most = 20ms, .jitter_percent = 0}});
    supervisor.start_child(worker("a"));
    expect<Text>();
    auto before = Clock::now();
    for (int i = 0; i < 3; ++i) {
      kill("a");
      check(next_texts(1) == "+a", "it comes again");
    }
    check(Clock::now() - before >= 50ms, "10 + 20 + 20");
  });
}

TEST_CASE("DYN-1: children are ended all at once, each with the time of its own spec") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link();
    for (int i = 0; i < 30; ++i)
      supervisor.start_child(supervisor::process("slow", slow_to_end, self()).with(trapping));
    std::vector<Monitor> deaf;
    for (Duration time : {Duration(10ms), Duration(5ms), Duration(30ms)}) {
      ChildSpec spec = deaf_child("deaf").named(ProcessName(std::to_string(time / 1ms)));
      deaf.push_back(monitor(*supervisor.start_child(spec.shutdown(time))));
    }
    Monitor brutal = monitor(*supervisor.start_child(
        supervisor::process("brutal", slow_to_end, self()).with(trapping).brutal_kill()));
    Pid stopper = spawn([](dynamic_supervisor::Ref which) { which.stop(); }, supervisor);
    // Only if all were asked at once do all of them tell before any has ended.
    std::vector<Pid> asked;
    for (int i = 0; i < 30; ++i) asked.push_back(expect<Hello>().from);
    for (Monitor each : deaf) check(expect_down(each).reason == ExitReason::killed, "killed in time");
    check(expect_down(brutal).reason == ExitReason::killed, "brutally");
    check(is_alive(stopper) && is_alive(asked[0]), "the others have their time");
    for (Pid each : asked) send(each, Go{});
    wait_for_end(stopper);
    for (Pid each : asked) check(!is_alive(each), "all are gone");
    check(!take_queued<Hello>(), "nobody was asked twice, and the brutal one not at all");
  });
}

TEST_CASE("DYN-1, SUP-7: it ends with its parent, and exits of strangers are logged") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me(logger::Level::error);
    Pid parent = spawn(
        [](Pid tester) {
          auto supervisor = dynamic_supervisor::start_link();
          supervisor.start_child(
              supervisor::child<Worker>("a", tester, "a").with(StartOptions{.trap_exit = true}));
          send(tester, Hello{supervisor.pid()});
          expect<Go>();
          throng::exit(ExitReason::custom(6));
        },
        self());
    Pid supervisor = expect<Hello>().from;
    Pid stranger =
        spawn([](Pid whom) { throng::exit(whom, ExitReason::error("from a stranger")); }, supervisor);
    wait_for_end(stranger);
    check(dynamic_supervisor::Ref(supervisor).count_children().active == 1, "it goes on");
    auto events = logged();
    check(events.size() == 1 && events[0].mentions("stranger"), "logged");
    Monitor end = monitor(supervisor);
    send(parent, Go{});
    check(expect_down(end).reason == ExitReason::custom(6), "the parent's reason");
    check(joined(texts()) == "+a -a", "after its child");
  });
}

TEST_CASE("DYN-1: as a child of a supervisor it is restarted empty, under its name") {
  on_both([](Checks& check) {
    auto top = supervisor::start_link(
        {.intensity = patient, .children = {dynamic_supervisor::child("rooms", {.name = "rooms"})}});
    auto rooms = [] { return dynamic_supervisor::Ref(*whereis("rooms")); };
    Pid first = rooms().pid();
    check(top.count_children().supervisors == 1, "it is a supervisor");
    rooms().start_child(worker("a"));
    check(next_texts(1) == "+a", "it has a child");
    throng::exit(first, ExitReason::kill);
    check(next_texts(1) == "-a", "which ends with it");
    yield_until([&] { return whereis("rooms").value_or(first) != first; });
    check(rooms().count_children().specs == 0, "empty");
    auto second = dynamic_supervisor::try_start_link({.name = "rooms"});
    check(!second && second.error().already_started == whereis("rooms"), "its name is taken");
  });
}

TEST_CASE("DYN-1: a supervisor as a child is counted as one") {
  on_both([](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link();
    supervisor::Spec inner{.children = workers({"a"})};
    Pid tree = *supervisor.start_child(supervisor::tree("tree", inner));
    supervisor.start_child(supervisor::process("it", wait, 1));
    auto count = supervisor.count_children();
    check(count.supervisors == 1 && count.workers == 1, "one of each");
    supervisor.terminate_child(tree);
    check(supervisor.count_children().supervisors == 0 && joined(texts()) == "+a -a", "ended as a tree");
  });
}

TEST_CASE("DYN-1: that no process can be had is a refusal") {
  RuntimeOptions options = quiet(1);
  options.max_processes = 64;
  Runtime runtime(options);
  check_in(runtime, [](Checks& check) {
    auto supervisor = dynamic_supervisor::start_link();
    std::optional<Refusal> seen;
    for (int i = 0; i < 200 && !seen; ++i)
      seen = refusal(supervisor.try_start_child(supervisor::process("it", wait, i)));
    check(seen == Refusal::start_failed && is_alive(supervisor.pid()), "and it lives on");
  });
}

TEST_CASE("DYN-1: ten thousand children start, end by themselves, and are ended") {
  on_both([](Checks& check) {
    const auto half = static_cast<std::size_t>(repetitions(5'000));
    auto supervisor = dynamic_supervisor::start_link();
    ChildSpec spec = supervisor::process("it", wait, 1).restart(Restart::temporary);
    std::vector<Pid> children;
    while (children.size() < 2 * half) children.push_back(*supervisor.start_child(spec));
    check(supervisor.count_children().active == 2 * half, "all run");
    for (std::size_t i = 0; i < half; ++i) throng::exit(children[i], ExitReason::kill);
    yield_until([&] { return supervisor.count_children().active == half; });
    supervisor.stop();
    check(runtime_info().processes < 10, "none is left");
  });
}

// SUP-3, SUP-5, SUP-7: who is restarted, how often, and what follows when that is too often.
#include "children.hpp"

using namespace behaviours;

namespace {

// What the supervisor does when the child "a" ends with that reason.
struct Case {
  Restart restart;
  ExitReason reason;
  bool comes_again;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const ExitReason& reason :
       {ExitReason::normal, ExitReason::shutdown, ExitReason::shutdown_with(std::string("done")),
        ExitReason::error("crash"), ExitReason::custom(3), ExitReason::killed, ExitReason::noproc}) {
    bool as_it_should = reason.is_normal() || reason.is_shutdown();
    all.push_back({Restart::permanent, reason, true});
    all.push_back({Restart::transient, reason, !as_it_should});
    all.push_back({Restart::temporary, reason, false});
  }
  return all;
}

std::string which(const Case& one) {
  return std::to_string(static_cast<int>(one.restart)) + " with " + one.reason.text() + ": ";
}

// Waits for the supervisor's end. The caller traps exits and is its parent.
ExitReason end_of(const supervisor::Ref& supervisor) { return expect_exit(supervisor.pid()).reason; }

}  // namespace

TEST_CASE(
    "SUP-3: permanent children always come again, transient ones unless they ended well, temporary never") {
  on_both([](Checks& check) {
    for (const Case& one : cases()) {
      auto supervisor = supervisor::start_link(
          {.intensity = patient, .children = {worker("a").restart(one.restart), worker("b")}});
      Pid before = pid_of("a"), bystander = pid_of("b");
      by_name("a").cast(Leave{one.reason});
      check(next_texts(3) == "+a +b -a", which(one) + "it ended");
      if (one.comes_again) {
        check(next_texts(1) == "+a", which(one) + "it comes again");
        auto info = supervisor.which_child("a");
        check(info && info->pid && info->pid != before, which(one) + "as a new process");
      } else {
        wait_for_end(before);
        auto info = supervisor.which_child("a");
        bool kept = info && !info->pid && !info->restarting;
        check(one.restart == Restart::temporary ? !info : kept, which(one) + "its spec");
      }
      check(supervisor.which_child("b")->pid == bystander, which(one) + "the other is left alone");
      supervisor.stop();
      texts();
    }
  });
}

TEST_CASE("SUP-3: a restarted child has the arguments and the name of the first") {
  on_both([](Checks& check) {
    supervisor::start_link({.intensity = patient, .children = workers({"a"})});
    ServerName<Worker> name = by_name("a");
    Pid before = name.call(WhoAreYou{});
    for (int i = 0; i < 20; ++i) {
      name.cast(Leave{ExitReason::error("crash")});
      yield_until([&] { return name.whereis().value_or(before) != before; });
      Pid now = name.call(WhoAreYou{});
      check(now != before && now == name.whereis(), "the name finds the new one");
      before = now;
    }
  });
}

TEST_CASE("SUP-5: one restart more than allowed within the time, and the supervisor gives up with shutdown") {
  on_both([](Checks& check) {
    trap_exit(true);
    for (unsigned allowed : {0U, 1U, 3U}) {
      auto supervisor = supervisor::start_link(
          {.intensity = {.restarts = allowed, .within = 60s}, .children = workers({"a", "b"})});
      check(next_texts(2) == "+a +b", "started");
      for (unsigned i = 0; i < allowed; ++i) {
        kill("b");
        check(next_texts(1) == "+b", "allowed");
      }
      kill("b");
      check(end_of(supervisor) == ExitReason::shutdown, "it gives up");
      check(joined(texts()) == "-a", "after its children");
    }
  });
}

TEST_CASE("SUP-5: the window slides: what is longer ago does not count") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor =
        supervisor::start_link({.intensity = {.restarts = 1, .within = 30ms}, .children = workers({"a"})});
    expect<Text>();
    for (int i = 0; i < 4; ++i) {
      kill("a");
      check(next_texts(1) == "+a", "restarted");
      sleep(40ms);  // what is tested is that this time has passed
    }
    check(is_alive(supervisor.pid()), "it lives");
  });
}

TEST_CASE("SUP-5: restarts of bystanders do not count, nor do ends that restart nothing") {
  on_both([](Checks& check) {
    auto all = supervisor::start_link({.strategy = Strategy::one_for_all,
                                       .intensity = {.restarts = 1, .within = 60s},
                                       .children = workers({"a", "b", "c", "d"})});
    check(next_texts(4) == "+a +b +c +d", "started");
    kill("b");
    check(next_texts(7) == "-d -c -a +a +b +c +d", "four restarts count as one");
    all.stop();
    texts();
    auto ends = supervisor::start_link(
        {.intensity = {.restarts = 0, .within = 60s},
         .children = {worker("a").restart(Restart::transient), worker("b").restart(Restart::temporary)}});
    Pid a = pid_of("a"), b = pid_of("b");
    by_name("a").cast(Leave{ExitReason::normal});
    kill("b");
    wait_for_end(a);
    wait_for_end(b);
    check(ends.count_children().specs == 1, "nothing was to be restarted, so it lives");
  });
}

TEST_CASE("SUP-5: giving up is an end that the supervisor above restarts, with a fresh count") {
  on_both([](Checks& check) {
    trap_exit(true);
    supervisor::Spec inner{.intensity = {.restarts = 1, .within = 60s}, .children = workers({"a"})};
    auto outer = supervisor::start_link(
        {.intensity = {.restarts = 1, .within = 60s}, .children = {supervisor::tree("inner", inner)}});
    // Who is killed in its init has failed to start, which is something else: so wait until that is over.
    auto started = [&] {
      std::string text = next_texts(1);
      Pid pid = *outer.which_child("inner")->pid;
      supervisor::Ref(pid).count_children();
      return std::pair(text, pid);
    };
    Pid first = *outer.which_child("inner")->pid;
    for (int i = 0; i < 3; ++i) {
      check(started().first == "+a", "started");
      kill("a");
    }
    auto [text, second] = started();
    check(text == "+a", "the second inner supervisor has its own count");
    check(second != first && !is_alive(first), "it is a new one");
    kill("a");
    check(end_of(outer) == ExitReason::shutdown, "a second time is too often for the outer one");
    check(!whereis("a"), "and nothing is left");
  });
}

TEST_CASE("SUP-3, SUP-5: a transient tree that gave up ended with shutdown and is not restarted") {
  on_both([](Checks& check) {
    supervisor::Spec inner{.intensity = {.restarts = 0, .within = 60s}, .children = workers({"a"})};
    auto outer =
        supervisor::start_link({.children = {supervisor::tree("inner", inner).restart(Restart::transient)}});
    Pid first = *outer.which_child("inner")->pid;
    kill("a");
    wait_for_end(first);
    check(!outer.which_child("inner")->pid, "not restarted");
  });
}

TEST_CASE("SUP-5: a restart that fails is tried again, and each try counts") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor =
        supervisor::start_link({.intensity = {.restarts = 4, .within = 60s}, .children = workers({"a"})});
    check(next_texts(1) == "+a", "started");
    plan.fail("a", 3);
    kill("a");
    check(next_texts(4) == "!a !a !a +a", "tried until it works");
    plan.fail("a", 1000);
    kill("a");
    check(end_of(supervisor) == ExitReason::shutdown, "the four are used up");
    check(texts().empty(), "the one that was one too many was not tried");
    plan.clear();
  });
}

TEST_CASE("SUP-5: a supervisor whose child can't be restarted stays responsive") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link(
        {.intensity = {.restarts = 10'000'000, .within = 1ms}, .children = {worker("b"), worker("a")}});
    plan.fail("a", 100'000'000);
    kill("a");
    yield_until([&] { return supervisor.which_child("a")->restarting; });
    for (int i = 0; i < 20; ++i) {
      auto children = supervisor.which_children();
      check(children.size() == 2 && children[1].restarting && !children[1].pid, "it shows as restarting");
      check(supervisor.count_children().active == 1, "it is not active");
    }
    check(supervisor.try_restart_child("a").error().refusal == Refusal::restarting, "restart_child");
    check(supervisor.try_delete_child("a").error().refusal == Refusal::restarting, "delete_child");
    supervisor.terminate_child("a");
    check(!supervisor.which_child("a")->restarting, "terminate_child ends the trying");
    plan.clear();
    texts();
    check(supervisor.restart_child("a").has_value() && next_texts(1) == "+a", "and it can be restarted");
  });
}

TEST_CASE("SUP-7: the parent's exit ends the supervisor with its reason, children first, in reverse") {
  on_both([](Checks& check) {
    for (const ExitReason& reason :
         {ExitReason::shutdown, ExitReason::error("the parent fails"), ExitReason::normal}) {
      Pid parent = spawn(
          [](Pid tester, ExitReason why) {
            supervisor::Spec spec{
                .children = {
                    supervisor::child<Worker>("a", tester, "a").with(StartOptions{.trap_exit = true}),
                    supervisor::child<Worker>("b", tester, "b").with(StartOptions{.trap_exit = true})}};
            send(tester, Hello{supervisor::start_link(std::move(spec)).pid()});
            expect<Go>();
            throng::exit(why);
          },
          self(), reason);
      Monitor end = monitor(expect<Hello>().from);
      send(parent, Go{});
      check(expect_down(end).reason == reason, reason.text());
      check(joined(texts()) == "+a +b -b -a", "children first");
    }
  });
}

TEST_CASE("SUP-7: exits of strangers are logged and change nothing") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me(logger::Level::error);
    auto supervisor = supervisor::start_link({.children = workers({"a"})});
    Pid stranger =
        spawn([](Pid whom) { throng::exit(whom, ExitReason::error("from a stranger")); }, supervisor.pid());
    wait_for_end(stranger);
    check(supervisor.count_children().active == 1, "it goes on");
    auto events = logged();
    check(events.size() == 1 && events[0].mentions("stranger"), "logged");
  });
}

TEST_CASE("SUP-10: the end of a child and the giving up are reported") {
  Runtime runtime(quiet(1));
  check_in(runtime, [](Checks& check) {
    log_to_me(logger::Level::error);
    trap_exit(true);
    auto supervisor =
        supervisor::start_link({.intensity = {.restarts = 0, .within = 60s}, .children = workers({"a"})});
    kill("a");
    end_of(supervisor);
    auto events = logged_with("report", "supervisor");
    check(events.size() == 2, "two reports");
    if (events.size() != 2) return;
    check(events[0].field("context") == "child_terminated" && events[0].field("reason") == "killed",
          "the child's end");
    check(events[0].field("child_id") == "a" && events[0].event.process == supervisor.pid(), "who and whose");
    check(events[1].field("context") == "shutdown" &&
              contains(events[1].field("reason"), "reached_max_restart_intensity"),
          "the giving up");
  });
}

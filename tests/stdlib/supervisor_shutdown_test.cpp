// SUP-6: children are ended in reverse order, each as its spec says, whatever it does against it.
#include "children.hpp"

using namespace behaviours;

namespace {

// Takes its link to the supervisor away, tells so, and waits.
void rebel(Pid tester, bool deaf) {
  trap_exit(deaf);
  unlink(info_of(self()).parent);
  send(tester, Hello{self()});
  receive<Go>();
}

}  // namespace

TEST_CASE("SUP-6: children are ended in the reverse order of their start, one after the other") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = workers({"a", "b", "c"})});
    check(next_texts(3) == "+a +b +c", "started");
    by_name("b").cast(TakeYourTime{});
    by_name("b").call(WhoAreYou{});
    Pid b = pid_of("b");
    spawn([](supervisor::Ref which) { which.stop(); }, supervisor);
    check(next_texts(2) == "-c -b", "the second terminates");
    sleep(5ms);
    check(texts().empty() && whereis("a"), "and the first waits for it");
    Monitor end = monitor(supervisor.pid());
    send(b, Go{});
    expect_down(end);
    check(joined(texts()) == "-a", "then the first");
  });
}

TEST_CASE("SUP-6: who has not ended when its time is up is killed") {
  on_both([](Checks& check) {
    auto supervisor =
        supervisor::start_link({.children = {worker("a"), deaf_child("deaf").shutdown(20ms), worker("b")}});
    check(next_texts(2) == "+a +b", "started");
    Monitor end = monitor(pid_of("deaf"));
    auto before = Clock::now();
    supervisor.stop();
    check(expect_down(end).reason == ExitReason::killed, "killed");
    check(Clock::now() - before >= 20ms, "after its time");
    check(joined(texts()) == "-b -a", "the others as ever");
  });
}

TEST_CASE("SUP-6: a brutal kill asks nobody") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = {worker("a"), worker("b").brutal_kill()}});
    check(next_texts(2) == "+a +b", "started");
    Monitor end = monitor(pid_of("b"));
    supervisor.terminate_child("b");
    check(expect_down(end).reason == ExitReason::killed && texts().empty(), "killed without terminate");
    supervisor.stop();
    check(joined(texts()) == "-a", "the other was asked");
  });
}

TEST_CASE("SUP-6: a shutdown without a limit waits as long as it takes") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = {worker("a").shutdown(Duration::max())}});
    check(next_texts(1) == "+a", "started");
    by_name("a").cast(TakeYourTime{});
    Pid a = by_name("a").call(WhoAreYou{});
    Pid stopper = spawn([](supervisor::Ref which) { which.stop(); }, supervisor);
    check(next_texts(1) == "-a", "asked");
    sleep(20ms);
    check(is_alive(a) && is_alive(supervisor.pid()), "it waits");
    send(a, Go{});
    wait_for_end(stopper);
    check(!is_alive(a) && !is_alive(supervisor.pid()), "then it ends");
  });
}

TEST_CASE("SUP-6: a child that took its link away can't hang its supervisor, nor escape it") {
  on_both([](Checks& check) {
    for (bool deaf : {false, true}) {
      auto supervisor = supervisor::start_link(
          {.children = {supervisor::process("rebel", rebel, self(), deaf).shutdown(deaf ? 10ms : 5s)}});
      Monitor end = monitor(expect<Hello>().from);
      supervisor.stop();
      check(expect_down(end).reason == (deaf ? ExitReason::killed : ExitReason::shutdown), "it ends");
    }
    for (int i = 0; i < 20; ++i) {
      auto supervisor =
          supervisor::start_link({.children = {supervisor::process("rebel", rebel, self(), false)}});
      Pid child = expect<Hello>().from;
      send(child, Go{});
      wait_for_end(child);
      supervisor.terminate_child("rebel");  // dead, and the supervisor was never told
      check(!supervisor.which_child("rebel")->pid, "it is seen as ended");
      check(supervisor.restart_child("rebel").has_value(), "and can be started again");
      expect<Hello>();
      supervisor.stop();
    }
  });
}

TEST_CASE("SUP-6: a child that dies just when it is ended is no stranger to its supervisor") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me(logger::Level::error);
    auto body = [] { receive<Never>(); };
    auto supervisor =
        supervisor::start_link({.intensity = patient, .children = {supervisor::process("it", body)}});
    for (int i = 0; i < 300; ++i) {
      Pid child = *supervisor.which_child("it")->pid;
      spawn([](Pid whom) { throng::exit(whom, ExitReason::shutdown); }, child);
      // It may come again between the two, or be the one that is ended.
      supervisor.terminate_child("it");
      auto again = supervisor.try_restart_child("it");
      check(again || again.error().refusal == Refusal::running, "it runs");
    }
    for (const Logged& event : logged()) check(!event.mentions("stranger"), event.event.text);
  });
}

TEST_CASE("SUP-6, SUP-10: a wrong reason during the shutdown is reported, the right ones are not") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me(logger::Level::error);
    auto stubborn = [] {
      trap_exit(true);
      expect<Exit>();
      throng::exit(ExitReason::error("not like that"));
    };
    auto polite = [] {
      trap_exit(true);
      expect<Exit>();
    };
    auto trapping = StartOptions{.trap_exit = true};
    auto supervisor = supervisor::start_link(
        {.children = {worker("a"), deaf_child("deaf").shutdown(5ms), worker("b").brutal_kill(),
                      supervisor::process("stubborn", stubborn).with(trapping),
                      supervisor::process("polite", polite).with(trapping).restart(Restart::temporary),
                      supervisor::process("permanent", polite).with(trapping)}});
    supervisor.stop();
    std::string seen;
    for (const Logged& event : logged_with("context", "shutdown_error"))
      seen += event.field("child_id") + ":" + event.field("reason") + ";";
    check(seen == "permanent:normal;stubborn:not like that;deaf:killed;", seen);
  });
}

TEST_CASE("SUP-6: stop() ends the whole tree, inner children first, with its reason") {
  on_both([](Checks& check) {
    trap_exit(true);
    supervisor::Spec inner{.children = workers({"b", "c"})};
    auto supervisor =
        supervisor::start_link({.children = {worker("a"), supervisor::tree("inner", inner), worker("d")}});
    check(next_texts(4) == "+a +b +c +d", "started");
    supervisor.stop(ExitReason::shutdown_with(1));
    check(joined(texts()) == "-d -c -b -a", "in reverse");
    check(expect_exit(supervisor.pid()).reason == ExitReason::shutdown_with(1), "with the reason");
  });
}

TEST_CASE("SUP-6: children of a supervisor that is killed end with it") {
  on_both([](Checks& check) {
    auto plain = [] { receive<Never>(); };
    Pid owner = spawn(
        [](Pid tester, ChildSpec first, ChildSpec second) {
          send(tester, Hello{supervisor::start_link({.children = {first, second}}).pid()});
          receive<Never>();
        },
        self(), worker("a"), supervisor::process("plain", plain).named(ProcessName("plain")));
    Pid supervisor = expect<Hello>().from;
    Monitor first = monitor(pid_of("a")), second = monitor(pid_of("plain"));
    throng::exit(supervisor, ExitReason::kill);
    check(expect_down(first).reason == ExitReason::killed, "one that traps");
    check(expect_down(second).reason == ExitReason::killed, "one that does not");
    check(joined(texts()) == "+a -a", "the first terminates, as at any exit of its parent");
    wait_for_end(owner);
  });
}

TEST_CASE("SUP-6: ten thousand children start and stop") {
  on_both([](Checks& check) {
    const auto count = static_cast<std::size_t>(repetitions(10'000));
    std::vector<ChildSpec> children;
    auto body = [] { receive<Never>(); };
    for (std::size_t i = 0; i < count; ++i) children.push_back(supervisor::process(std::to_string(i), body));
    auto supervisor = supervisor::start_link(
        {.strategy = Strategy::one_for_all, .intensity = patient, .children = std::move(children)});
    check(supervisor.count_children().active == count, "all run");
    Monitor first = monitor(*supervisor.which_child("0")->pid);
    throng::exit(*supervisor.which_child(std::to_string(count / 2))->pid, ExitReason::kill);
    expect_down(first);
    check(supervisor.count_children().active == count, "all run again");
    supervisor.stop();
    check(runtime_info().processes < 10, "none is left");
  });
}

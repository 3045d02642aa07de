// SUP-1, SUP-2: how supervisors and their children start, and what is left when one does not.
#include "children.hpp"

using namespace behaviours;

namespace {

std::string failure_of(const Expected<supervisor::Ref, StartError>& started) {
  return started ? "" : started.error().reason.text();
}

bool is_untouched() {
  return queue_length() == 0 && info_of(self()).links.empty() && info_of(self()).monitors.empty();
}

// Its init waits until it may go on.
class Gatekeeper {
 public:
  using Protocol = Messages<WhoAreYou>;
  explicit Gatekeeper(Pid tester) {
    send(tester, Hello{self()});
    expect<Go>();
  }
  Pid handle_call(WhoAreYou) { return self(); }
};

void serve_as_worker(Pid, std::string) {}

}  // namespace

TEST_CASE("SUP-1: the defaults are those of OTP") {
  supervisor::Spec spec;
  CHECK((spec.strategy == Strategy::one_for_one));
  CHECK(spec.intensity.restarts == 1);
  CHECK(spec.intensity.within == 5s);
  CHECK((spec.auto_shutdown == AutoShutdown::never));
  CHECK(spec.backoff.first == Duration::zero());
  ChildSpec child = supervisor::process("it", serve_as_worker, Pid(), "text");
  CHECK(child.id() == "it");
  CHECK((child.restart() == Restart::permanent));
  CHECK((child.type() == supervisor::ChildType::worker));
  CHECK(child.shutdown() == 5s);
  CHECK_FALSE(child.is_significant());
  CHECK_FALSE(child.is_brutal());
  CHECK_FALSE(child.name());
  ChildSpec tree = supervisor::tree("tree", spec);
  CHECK((tree.type() == supervisor::ChildType::supervisor));
  CHECK(tree.shutdown() == Duration::max());
}

TEST_CASE("SUP-1: a spec is refined by value; what it was made from stays") {
  ChildSpec child = supervisor::process("it", serve_as_worker, Pid(), "text");
  ChildSpec refined = child.with_id("other")
                          .named(ProcessName("name"))
                          .restart(Restart::transient)
                          .shutdown(1s)
                          .significant()
                          .with(StartOptions{.trap_exit = true});
  CHECK(refined.id() == "other");
  CHECK(refined.name().text() == "name");
  CHECK((refined.restart() == Restart::transient));
  CHECK(refined.shutdown() == 1s);
  CHECK(refined.is_significant());
  CHECK(refined.brutal_kill().is_brutal());
  CHECK(child.id() == "it");
  CHECK_FALSE(child.name());
  CHECK((child.restart() == Restart::permanent));
}

TEST_CASE("SUP-2: children start in the order of the list, and all run when start_link returns") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = workers({"a", "b", "c", "d"})});
    check(joined(texts()) == "+a +b +c +d", "in order, and done");
    check(run_all({"a", "b", "c", "d"}), "all run");
    check(info_of(pid_of("a")).parent == supervisor.pid(), "started by the supervisor");
    check(contains(info_of(pid_of("a")).links, supervisor.pid()), "and linked to it");
    check(contains(info_of(self()).links, supervisor.pid()), "the supervisor is linked to its starter");
    check(info_of(supervisor.pid()).trap_exit, "and traps exits (SUP-7)");
  });
}

TEST_CASE("SUP-2: a start waits for init of one child before it starts the next") {
  on_both([](Checks& check) {
    // The first one's init waits for the tester, who sees that the second has not been started.
    spawn_link(
        [](Pid tester) {
          auto first = supervisor::child<Worker>("a", tester, "a");
          auto gate = supervisor::child<Gatekeeper>("gate", tester);
          supervisor::start_link({.children = {first, gate, supervisor::child<Worker>("b", tester, "b")}});
          receive<Never>();
        },
        self());
    check(next_texts(1) == "+a", "the first");
    Pid in_init = expect<Hello>().from;
    sleep(5ms);
    check(texts().empty(), "the third waits");
    send(in_init, Go{});
    check(next_texts(1) == "+b", "until the second is through");
  });
}

TEST_CASE("SUP-2: a failing start ends those already started in reverse order, and says which child failed") {
  on_both([](Checks& check) {
    for (bool traps : {false, true}) {
      trap_exit(traps);
      plan.fail("c", 1);
      auto started = supervisor::try_start_link(
          {.children = workers({"a", "b", "c", "d"}), .name = ProcessName("the supervisor")});
      check(joined(texts()) == "+a +b !c -b -a", "rolled back in reverse");
      std::string text = failure_of(started);
      check(!started && started.error().reason.is_shutdown(), "the reason is shutdown");
      check(contains(text, "failed_to_start_child: c") && contains(text, "planned failure"), text);
      check(is_untouched(), "no exit signal, no message");
      check(!run_all({"a"}) && !run_all({"b"}) && !whereis("the supervisor"), "the names are free");
    }
  });
}

TEST_CASE("SUP-2: a failing start is thrown by start_link and, uncaught, ends the caller") {
  on_both([](Checks& check) {
    plan.fail("a", 1);
    Pid listener = self();
    ExitReason end = reason_of(
        [](Pid to) { supervisor::start_link({.children = {supervisor::child<Worker>("a", to, "a")}}); },
        listener);
    check(end.is_shutdown() && contains(end.text(), "failed_to_start_child: a"), end.text());
  });
}

TEST_CASE("SUP-2: a child that is ignored is kept without a pid, a temporary one is not kept") {
  on_both([](Checks& check) {
    plan.ignore("b", 1);
    plan.ignore("c", 1);
    auto supervisor = supervisor::start_link(
        {.children = {worker("a"), worker("b"), worker("c").restart(Restart::temporary), worker("d")}});
    check(joined(texts()) == "+a ?b ?c +d", "the others start");
    auto children = supervisor.which_children();
    check(children.size() == 3 && children[1].id == "b" && !children[1].pid, "kept without a pid");
    check(!supervisor.which_child("c"), "the temporary one is forgotten");
    check(supervisor.restart_child("b").has_value(), "it can be started later");
  });
}

TEST_CASE("SUP-2: a spec that is not valid starts nothing") {
  on_both([](Checks& check) {
    auto started = supervisor::try_start_link({.children = {worker("a"), worker("a")}});
    check(contains(failure_of(started), "two children have the id \"a\""), "the sentence");
    check(is_untouched(), "nothing was started");
  });
}

TEST_CASE("SUP-2: a supervisor without children, under a name that is taken, under none") {
  on_both([](Checks& check) {
    auto first = supervisor::start_link({.name = ProcessName("top")});
    check(first.which_children().empty() && whereis("top") == first.pid(), "no children");
    auto second = supervisor::try_start_link({.children = workers({"a"}), .name = ProcessName("top")});
    check(!second && second.error().already_started == first.pid(), "already_started");
    check(queue_length() == 0, "none of its children was started");
  });
}

TEST_CASE("SUP-2: trees start depth first, and a failure deep inside rolls all of it back") {
  on_both([](Checks& check) {
    supervisor::Spec inner{.children = workers({"b", "c"})};
    supervisor::Spec outer{.children = {worker("a"), supervisor::tree("inner", inner), worker("d")}};
    auto supervisor = supervisor::start_link(outer);
    check(joined(texts()) == "+a +b +c +d", "depth first");
    supervisor.stop();
    check(joined(texts()) == "-d -c -b -a", "ended in reverse");
    plan.fail("c", 1);
    std::string text = failure_of(supervisor::try_start_link(outer));
    check(joined(texts()) == "+a +b !c -b -a", "rolled back");
    check(contains(text, "failed_to_start_child: inner") && contains(text, "failed_to_start_child: c"), text);
    check(is_untouched(), "nothing is left");
  });
}

TEST_CASE("SUP-2: a plain process counts as started at once, with a name when it has it") {
  on_both([](Checks& check) {
    auto body = [](Pid listener) {
      send(listener, Hello{self()});
      receive<Never>();
    };
    for (int i = 0; i < 20; ++i) {
      auto supervisor = supervisor::start_link(
          {.children = {supervisor::process("plain", body, self()).named(ProcessName("plain"))}});
      check(whereis("plain").has_value() && supervisor.which_child("plain")->pid == whereis("plain"),
            "it has its name");
      auto second =
          supervisor.try_start_child(supervisor::process("other", body, self()).named(ProcessName("plain")));
      check(!second && second.error().refusal == Refusal::start_failed &&
                second.error().start.already_started == whereis("plain"),
            "a name that is taken");
      supervisor.stop();
      check(!whereis("plain"), "and it goes");
      receive<Hello>();
      check(queue_length() == 0, "one was started, not two");
    }
  });
}

TEST_CASE("SUP-2, GSV-11: a plain process that goes on as a server is a child that terminates in order") {
  on_both([](Checks& check) {
    auto body = [](Pid listener) {
      return gen_server::enter_loop<Worker>(StartOptions{.trap_exit = true}, listener, "loop");
    };
    auto supervisor = supervisor::start_link({.children = {supervisor::process("loop", body, self())}});
    check(next_texts(1) == "+loop", "it runs");
    supervisor.stop();
    check(joined(texts()) == "-loop", "it heard the shutdown");
  });
}

TEST_CASE("SUP-2: that no process can be had is the child's failure, not the supervisor's") {
  RuntimeOptions options = quiet(1);
  options.max_processes = 64;
  Runtime runtime(options);
  check_in(runtime, [](Checks& check) {
    auto supervisor = supervisor::start_link({});
    auto body = [] { receive<Never>(); };
    Refusal refusal = Refusal::not_found;
    for (int i = 0; i < 200; ++i) {
      auto started = supervisor.try_start_child(supervisor::process(std::to_string(i), body));
      if (started) continue;
      refusal = started.error().refusal;
      break;
    }
    check(refusal == Refusal::start_failed, "refused");
    check(is_alive(supervisor.pid()) && supervisor.count_children().active > 10, "the others run on");
  });
}

TEST_CASE("SUP-10: starts are reported as progress, a failing one as start_error") {
  Runtime runtime(quiet(2));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    plan.fail("b", 1);
    static_cast<void>(supervisor::try_start_link({.children = workers({"a", "b"})}));
    auto events = logged();
    std::string seen;
    for (const Logged& event : events) {
      if (event.field("report") == "progress")
        seen += "progress " + event.field("child_id") + " " + std::string(text_of(event.event.level)) + ";";
      if (event.field("context") == "start_error")
        seen +=
            "start_error " + event.field("child_id") + " " + std::string(text_of(event.event.level)) + ";";
    }
    check(seen == "progress a info;start_error b error;", seen);
  });
}

// SUP-8: supervisors that end with their significant children.
#include "children.hpp"

using namespace behaviours;

namespace {

constexpr AutoShutdown any = AutoShutdown::any_significant, all = AutoShutdown::all_significant;

ChildSpec significant(const std::string& name, Restart restart = Restart::transient) {
  return worker(name).restart(restart).significant();
}

supervisor::Ref start(AutoShutdown mode, std::vector<ChildSpec> children, Strategy strategy = {}) {
  return supervisor::start_link(
      {.strategy = strategy, .intensity = patient, .auto_shutdown = mode, .children = std::move(children)});
}

// Ends by itself, and has ended when this returns.
void let_end(const std::string& name, const ExitReason& reason = ExitReason::normal) {
  Pid who = pid_of(name);
  by_name(name).cast(Leave{reason});
  wait_for_end(who);
}

bool lives(const supervisor::Ref& supervisor) {
  supervisor.count_children();  // what came before is handled
  return is_alive(supervisor.pid());
}

}  // namespace

TEST_CASE("SUP-8: any_significant: the end of one significant child ends the supervisor, in order") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor = start(any, {worker("a"), significant("b"), significant("c"), worker("d")});
    check(next_texts(4) == "+a +b +c +d", "started");
    let_end("b");
    check(expect_exit(supervisor.pid()).reason == ExitReason::shutdown, "with shutdown");
    check(joined(texts()) == "-b -d -c -a", "the others in reverse");
  });
}

TEST_CASE("SUP-8: all_significant: the last of the significant children ends it") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor =
        start(all, {worker("a"), significant("b"), significant("c", Restart::temporary), significant("d")});
    let_end("b");
    check(lives(supervisor), "two are left");
    let_end("c", ExitReason::error("a temporary one may fail"));
    check(lives(supervisor), "one is left");
    let_end("d", ExitReason::shutdown);
    check(expect_exit(supervisor.pid()).reason == ExitReason::shutdown, "none is left");
  });
}

TEST_CASE("SUP-8: a significant child that is restarted, or one that is not significant, ends nothing") {
  on_both([](Checks& check) {
    auto supervisor = start(any, {significant("a"), worker("b").restart(Restart::transient)});
    check(next_texts(2) == "+a +b", "started");
    let_end("a", ExitReason::error("crash"));
    check(next_texts(2) == "-a +a" && lives(supervisor), "restarted");
    let_end("b");
    check(lives(supervisor) && !supervisor.which_child("b")->pid, "not significant");
  });
}

TEST_CASE("SUP-8: a significant child that waits to be restarted is still counted") {
  on_both([](Checks& check) {
    trap_exit(true);
    auto supervisor = supervisor::start_link({.intensity = patient,
                                              .auto_shutdown = all,
                                              .backoff = {.first = 60s, .most = 60s},
                                              .children = {significant("a"), significant("b")}});
    let_end("a", ExitReason::error("crash"));
    yield_until([&] { return supervisor.which_child("a")->restarting; });
    let_end("b");
    check(lives(supervisor), "the first will come again");
    supervisor.terminate_child("a");
    check(lives(supervisor), "ended on demand");
    supervisor.restart_child("b");
    let_end("b");
    check(expect_exit(supervisor.pid()).reason == ExitReason::shutdown, "none is left");
  });
}

TEST_CASE("SUP-8: a significant child that is terminated on demand ends nothing") {
  on_both([](Checks& check) {
    for (AutoShutdown mode : {any, all}) {
      auto supervisor = start(mode, {significant("a"), significant("b", Restart::temporary)});
      supervisor.terminate_child("a");
      supervisor.terminate_child("b");
      check(lives(supervisor), "it lives");
      supervisor.stop();
    }
  });
}

TEST_CASE("SUP-8: a significant child that ends as a bystander ends nothing") {
  on_both([](Checks& check) {
    for (AutoShutdown mode : {any, all}) {
      auto supervisor =
          start(mode, {worker("a"), significant("b", Restart::temporary)}, Strategy::one_for_all);
      check(next_texts(2) == "+a +b", "started");
      kill("a");
      check(next_texts(2) == "-b +a" && lives(supervisor), "taken along");
      supervisor.stop();
      texts();
    }
  });
}

TEST_CASE("SUP-8: a tree that ended like this is not restarted if transient, and may be significant itself") {
  on_both([](Checks& check) {
    trap_exit(true);
    supervisor::Spec inner{.auto_shutdown = any, .children = {significant("b")}};
    auto quiet_outer = start(AutoShutdown::never,
                             {worker("a"), supervisor::tree("inner", inner).restart(Restart::transient)});
    Pid inner_pid = *quiet_outer.which_child("inner")->pid;
    let_end("b");
    wait_for_end(inner_pid);
    check(lives(quiet_outer) && !quiet_outer.which_child("inner")->pid, "not restarted");
    quiet_outer.stop();
    expect_exit(quiet_outer.pid());
    auto outer =
        start(any, {worker("a"), supervisor::tree("inner", inner).restart(Restart::transient).significant()});
    let_end("b");
    check(expect_exit(outer.pid()).reason == ExitReason::shutdown, "one ends the next");
  });
}

TEST_CASE("SUP-8: permanent and significant, or significant under never, is refused") {
  on_both([](Checks& check) {
    auto why = [](AutoShutdown mode, ChildSpec child) {
      auto started = supervisor::try_start_link({.auto_shutdown = mode, .children = {std::move(child)}});
      return started ? std::string() : started.error().reason.text();
    };
    check(contains(why(any, worker("a").significant()), "significant and permanent"), "permanent");
    check(contains(why(AutoShutdown::never, significant("a")), "auto_shutdown is never"), "never");
    auto supervisor = start(AutoShutdown::never, {});
    auto added = supervisor.try_start_child(significant("a"));
    check(!added && added.error().refusal == Refusal::invalid_spec, "added later");
    check(!added && contains(added.error().text(), "auto_shutdown is never"), "with the sentence");
    check(supervisor.count_children().specs == 0 && texts().empty(), "nothing was started");
  });
}

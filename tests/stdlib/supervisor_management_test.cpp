// SUP-9: what can be asked of a supervisor, and what it refuses.
#include "children.hpp"

using namespace behaviours;

namespace {

template <class T>
std::optional<Refusal> refusal(const Expected<T, supervisor::ChildError>& done) {
  if (done) return std::nullopt;
  return done.error().refusal;
}

Pid pid_in(const supervisor::Ref& supervisor, const std::string& id) {
  auto info = supervisor.which_child(id);
  return info && info->pid ? *info->pid : Pid();
}

}  // namespace

TEST_CASE("SUP-9: start_child adds a child and starts it") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.intensity = patient, .children = workers({"a"})});
    std::optional<Pid> b = supervisor.start_child(worker("b"));
    check(b && b == whereis("b") && joined(texts()) == "+a +b", "its pid");
    kill("b");
    check(next_texts(1) == "+b", "it is restarted as the others");
    supervisor.start_child(worker("c"));
    supervisor.stop();
    check(joined(texts()) == "+c -c -b -a", "and ended with them, in reverse");
  });
}

TEST_CASE("SUP-9: start_child refuses an id that runs or is present, and starts nothing") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = workers({"a", "b"})});
    texts();
    auto running = supervisor.try_start_child(worker("a"));
    check(refusal(running) == Refusal::already_started && running.error().pid == whereis("a"),
          "already_started, with its pid");
    supervisor.terminate_child("b");
    texts();
    check(refusal(supervisor.try_start_child(worker("b"))) == Refusal::already_present, "already_present");
    check(texts().empty() && supervisor.count_children().specs == 2, "nothing was started");
  });
}

TEST_CASE("SUP-9: a start_child that fails keeps no spec, one that is ignored does unless temporary") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({});
    plan.fail("a", 1);
    auto failed = supervisor.try_start_child(worker("a"));
    check(refusal(failed) == Refusal::start_failed, "start_failed");
    check(contains(failed.error().text(), "planned failure of a"), "with the reason");
    check(!supervisor.which_child("a"), "no spec is kept");
    check(supervisor.start_child(worker("a")).has_value(), "it may be tried again");
    plan.ignore("b", 1);
    plan.ignore("c", 1);
    auto ignored = supervisor.try_start_child(worker("b"));
    check(ignored && !*ignored, "ignored is no failure");
    check(supervisor.which_child("b") && !pid_in(supervisor, "b"), "its spec is kept");
    check(supervisor.try_start_child(worker("c").restart(Restart::temporary)).has_value(), "a temporary one");
    check(!supervisor.which_child("c"), "is forgotten");
  });
}

TEST_CASE("SUP-9: terminate_child keeps the spec, unless it is temporary") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link(
        {.children = {worker("a"), worker("b").restart(Restart::temporary), worker("c")}});
    texts();
    Pid a = pid_of("a");
    supervisor.terminate_child("a");
    check(!is_alive(a) && joined(texts()) == "-a", "it has ended");
    check(supervisor.which_child("a") && !pid_in(supervisor, "a"), "its spec stays");
    check(supervisor.try_terminate_child("a").has_value(), "ending it again is nothing");
    supervisor.terminate_child("b");
    check(!supervisor.which_child("b"), "that of a temporary one goes");
    check(refusal(supervisor.try_terminate_child("b")) == Refusal::not_found, "not_found");
    check(supervisor.count_children().active == 1, "the other runs");
  });
}

TEST_CASE("SUP-9: restart_child starts what was terminated or has ended for good") {
  on_both([](Checks& check) {
    auto supervisor =
        supervisor::start_link({.children = {worker("a"), worker("b").restart(Restart::transient)}});
    texts();
    check(refusal(supervisor.try_restart_child("a")) == Refusal::running, "running");
    check(refusal(supervisor.try_restart_child("x")) == Refusal::not_found, "not_found");
    supervisor.terminate_child("a");
    auto again = supervisor.restart_child("a");
    check(again && again == whereis("a"), "the terminated one");
    Pid b = pid_of("b");
    by_name("b").cast(Leave{ExitReason::normal});
    wait_for_end(b);
    again = supervisor.restart_child("b");
    check(again && again == whereis("b"), "the one that had ended");
    supervisor.terminate_child("a");
    plan.fail("a", 1);
    auto failed = supervisor.try_restart_child("a");
    check(refusal(failed) == Refusal::start_failed, "start_failed");
    check(supervisor.which_child("a").has_value() && !supervisor.which_child("a")->restarting,
          "its spec stays, and nobody tries again");
    plan.ignore("a", 1);
    auto ignored = supervisor.try_restart_child("a");
    check(ignored && !*ignored, "ignored");
    check(supervisor.restart_child("a").has_value(), "in the end it works");
  });
}

TEST_CASE("SUP-9: delete_child forgets what does not run") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = workers({"a", "b"})});
    check(refusal(supervisor.try_delete_child("a")) == Refusal::running, "running");
    check(refusal(supervisor.try_delete_child("x")) == Refusal::not_found, "not_found");
    supervisor.terminate_child("a");
    supervisor.delete_child("a");
    check(!supervisor.which_child("a") && supervisor.count_children().specs == 1, "forgotten");
    check(supervisor.start_child(worker("a")).has_value(), "the id is free");
    check(supervisor.which_children().back().id == "a", "and new ones are last");
  });
}

TEST_CASE("SUP-9: which_children, which_child, count_children and get_childspec show what there is") {
  on_both([](Checks& check) {
    supervisor::Spec inner{.children = workers({"x"})};
    auto supervisor = supervisor::start_link(
        {.children = {worker("a").restart(Restart::transient), supervisor::tree("inner", inner),
                      worker("b").restart(Restart::temporary).shutdown(7s)}});
    auto all = supervisor.which_children();
    check(all.size() == 3 && all[0].id == "a" && all[1].id == "inner" && all[2].id == "b", "in order");
    check(all[0].pid == whereis("a") && all[0].restart == Restart::transient && !all[0].restarting, "a");
    check(all[1].type == supervisor::ChildType::supervisor && all[0].type == supervisor::ChildType::worker,
          "types");
    auto count = supervisor.count_children();
    check(count.specs == 3 && count.active == 3 && count.supervisors == 1 && count.workers == 2, "counts");
    supervisor.terminate_child("inner");
    count = supervisor.count_children();
    check(count.specs == 3 && count.active == 2 && count.supervisors == 1, "one does not run");
    supervisor.delete_child("inner");
    check(supervisor.count_children().supervisors == 0, "none is left");
    auto spec = supervisor.get_childspec("b");
    check(spec && spec->id() == "b" && spec->restart() == Restart::temporary && spec->shutdown() == 7s,
          "the spec");
    check(!supervisor.get_childspec("x") && !supervisor.which_child("x"), "of an unknown one: nothing");
  });
}

TEST_CASE("SUP-9: the calls throw what their try_ forms return") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = workers({"a"})});
    auto thrown = [](auto call) -> std::optional<Refusal> {
      try {
        call();
      } catch (const supervisor::ChildRefused& refused) {
        if (contains(refused.what(), "throng: ")) return refused.error().refusal;
      }
      return std::nullopt;
    };
    check(thrown([&] { supervisor.start_child(worker("a")); }) == Refusal::already_started, "start_child");
    check(thrown([&] { supervisor.restart_child("a"); }) == Refusal::running, "restart_child");
    check(thrown([&] { supervisor.terminate_child("x"); }) == Refusal::not_found, "terminate_child");
    check(thrown([&] { supervisor.delete_child("a"); }) == Refusal::running, "delete_child");
    ExitReason end = reason_of([](supervisor::Ref which) { which.terminate_child("x"); }, supervisor);
    check(end.is_error() && contains(end.text(), "no such child"), "uncaught, the end of the caller");
  });
}

TEST_CASE("SUP-9: every refusal has a sentence of its own") {
  std::vector<std::string> sentences;
  for (Refusal refusal :
       {Refusal::not_found, Refusal::running, Refusal::restarting, Refusal::already_started,
        Refusal::already_present, Refusal::invalid_spec, Refusal::start_failed, Refusal::max_children}) {
    std::string text = supervisor::ChildError{refusal}.text();
    CHECK_FALSE(text.empty());
    CHECK_FALSE(contains(sentences, text));
    sentences.push_back(text);
  }
}

TEST_CASE("SUP-9: check_childspecs says what is wrong in one sentence") {
  auto child = [](const std::string& id) { return supervisor::process(id, [] {}); };
  auto wrong = [](const supervisor::Spec& spec) { return check_childspecs(spec).value_or(""); };
  constexpr AutoShutdown any = AutoShutdown::any_significant;
  CHECK(wrong({.children = {child("a"), child("b")}}).empty());
  CHECK(wrong({.auto_shutdown = any, .children = {child("a").restart(Restart::transient).significant()}})
            .empty());
  CHECK(wrong({.children = {child("a"), child("a")}}) ==
        "throng: two children have the id \"a\"; ids must differ");
  CHECK(contains(wrong({.auto_shutdown = any, .children = {child("a").significant()}}),
                 "throng: the child \"a\" is significant and permanent"));
  CHECK(contains(wrong({.children = {child("a").restart(Restart::temporary).significant()}}),
                 "throng: the child \"a\" is significant, but its supervisor's auto_shutdown is never"));
}

TEST_CASE("SUP-9: many may ask at once, and each change happens once") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.intensity = patient});
    auto body = [] { receive<Never>(); };
    for (int i = 0; i < 8; ++i) {
      spawn(
          [](supervisor::Ref to, Pid judge, ChildSpec spec) {
            int done = 0;
            for (int k = 0; k < 50; ++k) {
              std::string id = std::to_string(k);
              if (to.try_start_child(spec.with_id(id))) ++done;
              to.which_children();
            }
            send(judge, Number{done});
          },
          supervisor, self(), supervisor::process("it", body));
    }
    int done = 0;
    for (int i = 0; i < 8; ++i) done += expect<Number>().value;
    check(done == 50 && supervisor.count_children().active == 50, "fifty ids, fifty children");
  });
}

TEST_CASE("SUP-9: a management call to a supervisor that ends meanwhile fails with its reason") {
  on_both([](Checks& check) {
    auto supervisor = supervisor::start_link({.children = {deaf_child("deaf").shutdown(30ms)}});
    auto [asker, watch] = spawn_monitor(
        [](supervisor::Ref which) {
          expect<Go>();
          which.count_children();
        },
        supervisor);
    spawn([](supervisor::Ref which) { which.stop(ExitReason::shutdown_with(4)); }, supervisor);
    yield_until([&] { return info_of(pid_of("deaf")).message_queue_len == 1; });  // it was asked to end
    send(asker, Go{});
    trap_exit(true);
    check(expect_down(watch).reason == ExitReason::shutdown_with(4), "the reason");
  });
}

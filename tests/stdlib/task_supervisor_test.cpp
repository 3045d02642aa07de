// TSK-1 for tasks under a supervisor of their own.
#include <algorithm>

#include "semantics/support.hpp"

using namespace semantics;

namespace {

int wait_for_go() {
  receive<Go>();
  return 7;
}
int fail() { throw std::runtime_error("no luck"); }
void deaf() {
  trap_exit(true);
  for (;;) receive<Never>();
}

bool are_linked(Pid a, Pid b) {
  std::vector<Pid> links = info_of(a).links;
  return std::find(links.begin(), links.end(), b) != links.end();
}

}  // namespace

TEST_CASE("TSK-1: under a supervisor a task is linked to it, and to the caller if that is asked for") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [both, one, values] = runtime.run([] {
      auto tasks = task::supervisor::start_link();
      Task<int> tied = tasks.async(wait_for_go);
      Task<int> alone = tasks.async_nolink(wait_for_go);
      yield_until([&] { return are_linked(tied.pid(), self()); });
      bool to_both = are_linked(tied.pid(), tasks.pid());
      bool to_one = are_linked(alone.pid(), tasks.pid()) && !are_linked(alone.pid(), self());
      for (Pid pid : {tied.pid(), alone.pid()}) send(pid, Go{});
      return std::tuple{to_both, to_one, tied.await() + alone.await()};
    });
    CHECK(both);
    CHECK(one);
    CHECK(values == 14);
  });
}

TEST_CASE("TSK-1: a failure under a supervisor harms the linked caller alone") {
  Runtime runtime(quiet(1));
  auto [linked, unlinked, alive] = runtime.run([] {
    auto tasks = task::supervisor::start_link();
    ExitReason reason = reason_of(
        [](task::supervisor::Ref supervisor) {
          auto task = supervisor.async(fail);
          receive<Never>();
        },
        tasks);
    auto outcome = tasks.async_nolink(fail).yield(patience);
    yield_until([&] { return tasks.children().empty(); });
    return std::tuple{reason.is_error(), outcome.value().error().is_error(), is_alive(tasks.pid())};
  });
  CHECK(linked);
  CHECK(unlinked);
  CHECK(alive);
}

TEST_CASE("TSK-1: a task supervisor has a limit, knows its children and ends them one by one") {
  Runtime runtime(quiet(1));
  auto [refused, count, ended, stranger] = runtime.run([] {
    auto tasks = task::supervisor::start_link({.max_children = 2});
    Pid first = tasks.start_child(wait_for_go);
    auto second = tasks.async_nolink(wait_for_go);
    bool limit = false;
    try {
      tasks.async_nolink(wait_for_go);
    } catch (const LimitReached&) {
      limit = true;
    }
    std::size_t children = tasks.children().size();
    Monitor watch = monitor(first);
    bool known = tasks.terminate_child(first);
    ExitReason reason = expect_down(watch).reason;
    return std::tuple{limit, children, known && reason == ExitReason::shutdown,
                      !tasks.terminate_child(first) && !tasks.terminate_child(self())};
  });
  CHECK(refused);
  CHECK(count == 2);
  CHECK(ended);
  CHECK(stranger);
}

TEST_CASE("TSK-1: a task supervisor that ends takes its tasks along, the deaf ones too") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [asked, killed, outcome] = runtime.run([] {
      auto tasks = task::supervisor::start_link({.shutdown = 10ms});
      auto task = tasks.async_nolink(wait_for_go);
      Pid stubborn = tasks.start_child(deaf);
      yield_until([&] { return info_of(stubborn).trap_exit; });
      Monitor first = monitor(task.pid()), second = monitor(stubborn);
      gen_server::stop(tasks);
      return std::tuple{expect_down(first).reason, expect_down(second).reason,
                        task.yield(patience).value().error()};
    });
    CHECK(asked == ExitReason::shutdown);
    CHECK(killed == ExitReason::killed);
    CHECK(outcome == ExitReason::shutdown);
  });
}

TEST_CASE("TSK-1: without a supervisor there is no task") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    try {
      task::supervisor::Ref(dead_process()).async_nolink(wait_for_go);
    } catch (const CallFailed& failed) {
      return failed.reason();
    }
    return ExitReason::normal;
  });
  CHECK(reason == ExitReason::noproc);
}

TEST_CASE("TSK-4: tasks under a supervisor were started by its caller") {
  Runtime runtime(quiet(1));
  bool mine = runtime.run([] {
    auto tasks = task::supervisor::start_link({.name = "tasks"});
    bool named = whereis("tasks") == tasks.pid();
    return named && tasks.async_nolink([] { return task::callers(); }).await() == std::vector<Pid>{self()};
  });
  CHECK(mine);
}

TEST_CASE("TSK-4: a task supervisor is a child like any other: named, started again, and waited for") {
  Runtime runtime(quiet(2));
  CHECK(runtime.run([]() -> std::string {
    auto tree = supervisor::start_link({.children = {task::supervisor::child("tasks", {.name = "tasks"})}});
    task::supervisor::Ref first(whereis("tasks").value());
    if (first.async_nolink([] { return 7; }).await() != 7) return "it runs tasks";
    throng::ReceiveMark mark;
    Monitor watch = monitor(first.pid());
    throng::exit(first.pid(), ExitReason::kill);
    receive(when([watch](const Down& down) { return down.monitor == watch; }, [](Down) {}));
    yield_until([&] { return whereis("tasks").has_value(); });
    task::supervisor::Ref second(whereis("tasks").value());
    if (second.pid() == first.pid()) return "another one has the name";
    Pid task = second.start_child([] { receive<Never>(); });
    Monitor end = monitor(task);
    tree.stop();
    auto down = receive<Down>(0ms);
    if (!down || down->monitor != end || down->reason != ExitReason::shutdown)
      return "its tasks end before it";
    return "";
  }) == "");
}

TEST_CASE("TSK-4: a task supervisor whose name is taken does not start, and says so") {
  Runtime runtime(quiet(1));
  CHECK(runtime.run([] {
    register_name("tasks", self());
    auto started = task::supervisor::try_start_link({.name = "tasks"});
    return !started && started.error().already_started == self();
  }));
}

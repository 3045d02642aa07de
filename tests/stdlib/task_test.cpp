// TSK-1: tasks, who may ask them, and what becomes of those that fail or are late.
#include "tasks.hpp"

using namespace semantics;

TEST_CASE("TSK-1: a task gives its value, by function and by lambda, and void is a value") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [sum, text, done] = runtime.run([] {
      Task<int> number = task::async(add, 2, 3);
      Task<std::string> greeting =
          task::async([](const std::string& name) { return "hello, " + name; }, "world");
      Task<void> nothing = task::async([] {});
      std::string said = greeting.await();
      nothing.await();
      return std::tuple{number.await(1s), said, !nothing && !number};
    });
    CHECK(sum == 5);
    CHECK(text == "hello, world");
    CHECK(done);
  });
}

TEST_CASE("TSK-1: arguments and values may be things that only move") {
  Runtime runtime(quiet(1));
  int value = runtime.run([] {
    auto task = task::async([](std::unique_ptr<int> in) { return std::make_unique<int>(*in + 1); },
                            std::make_unique<int>(1));
    return *task.await();
  });
  CHECK(value == 2);
}

TEST_CASE("TSK-1: a task is linked to its starter from the beginning") {
  Runtime runtime(quiet(1));
  auto [linked, not_linked] = runtime.run([] {
    auto task = task::async(wait_for_go);
    auto alone = task::async_nolink(wait_for_go);
    auto is_linked = [](Pid pid) { return info_of(pid).links == std::vector<Pid>{self()}; };
    std::pair result{is_linked(task.pid()), info_of(alone.pid()).links.empty()};
    alone.shutdown(task::brutal_kill);
    return result;
  });
  CHECK(linked);
  CHECK(not_linked);
}

TEST_CASE("TSK-1: a task that fails takes its starter along") {
  on_one_and_two_workers([](Runtime& runtime) {
    ExitReason reason = runtime.run([] {
      return reason_of([] {
        auto task = task::async(fail, "no luck");
        receive<Never>();
      });
    });
    CHECK(reason.is_error());
    CHECK(reason.text().find("no luck") != std::string::npos);
  });
}

TEST_CASE("TSK-1: a starter that fails takes its tasks along") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    Pid starter = spawn(
        [](Pid parent) {
          auto task = task::async(wait_for_ever);
          send(parent, Hello{task.pid()});
          receive<Go>();
          exit(ExitReason::error("the starter"));
        },
        self());
    Monitor watch = monitor(expect<Hello>().from);
    send(starter, Go{});
    return expect_down(watch).reason;
  });
  CHECK(reason == ExitReason::error("the starter"));
}

TEST_CASE("TSK-1: who traps exits is told twice: by yield() and by an Exit") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [outcome, message] = runtime.run([] {
      trap_exit(true);
      auto task = task::async(fail, "no luck");
      Pid pid = task.pid();
      auto failed = task.yield(patience);
      return std::pair{failed.value().error(), expect_exit(pid).reason};
    });
    CHECK(outcome.is_error());
    CHECK(outcome == message);
  });
}

TEST_CASE("TSK-1: await() throws the reason of a task that fails, and uncaught it is the caller's end") {
  Runtime runtime(quiet(1));
  auto [caught, uncaught, killed] = runtime.run([] {
    auto task = task::async_nolink(fail, "no luck");
    ExitReason reason = failure_of(task);
    auto victim = task::async_nolink(wait_for_ever);
    exit(victim.pid(), ExitReason::kill);
    ExitReason kill = failure_of(victim);
    return std::tuple{reason, reason_of([] { task::async_nolink(fail, "no luck").await(); }), kill};
  });
  CHECK(caught.is_error());
  CHECK(caught == uncaught);
  CHECK(killed == ExitReason::killed);
}

TEST_CASE("TSK-1: a task that ends normally without a value has failed who awaits it") {
  Runtime runtime(quiet(1));
  auto [awaited, yielded] = runtime.run([] {
    auto leave = []() -> int { exit(ExitReason::normal); };
    auto first = task::async(leave), second = task::async(leave);
    ExitReason reason = failure_of(first);
    return std::pair{reason, second.yield(patience).value().error()};
  });
  CHECK(awaited.is_error());
  CHECK(yielded.is_normal());
}

TEST_CASE("TSK-1: an await that times out ends the caller and, by the link, the task") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [caller, of_the_task] = runtime.run([] {
      auto [owner, watch] = spawn_monitor(
          [](Pid parent) {
            auto task = task::async(wait_for_ever);
            send(parent, Hello{task.pid()});
            expect<Go>();
            task.await(1ms);
          },
          self());
      Monitor of_task = monitor(expect<Hello>().from);
      send(owner, Go{});
      return std::pair{expect_down(watch).reason, expect_down(of_task).reason};
    });
    CHECK(caller == ExitReason::timeout);
    CHECK(of_the_task == ExitReason::timeout);
  });
}

TEST_CASE("TSK-1: after a time-out no answer comes any more, and the task can't be asked again") {
  Runtime runtime(quiet(1));
  auto [reason, stray, sentence] = runtime.run([] {
    auto task = task::async_nolink(wait_for_go);
    Pid pid = task.pid();
    ExitReason failed = failure_of(task, 1ms);
    send(pid, Go{});
    wait_for_end(pid);
    std::string refused = sentence_of([&] { task.await(); });
    return std::tuple{failed, queue_length(), refused};
  });
  CHECK(reason == ExitReason::timeout);
  CHECK(stray == 0);
  CHECK(sentence.find("throng: await()") == 0);
}

TEST_CASE("TSK-1: a Task that is dropped drops its answer; the link stays") {
  Runtime runtime(quiet(1));
  auto [linked, stray] = runtime.run([] {
    Pid pid = task::async(wait_for_go).pid();
    bool is_linked = info_of(pid).links == std::vector<Pid>{self()};
    send(pid, Go{});
    wait_for_end(pid);
    return std::pair{is_linked, queue_length()};
  });
  CHECK(linked);
  CHECK(stray == 0);
}

TEST_CASE("TSK-1: only the starter may ask a task for anything") {
  Runtime runtime(quiet(1));
  auto [sentences, still] = runtime.run([] {
    auto task = std::make_shared<Task<int>>(task::async(wait_for_go));
    Pid parent = self();
    spawn_link(trusted([task, parent] {
      std::vector<std::string> refused{
          sentence_of([&] { task->await(); }), sentence_of([&] { task->yield(0ms); }),
          sentence_of([&] { task->shutdown(); }), sentence_of([&] { task->ignore(); })};
      send(parent, std::move(refused));
    }));
    auto all = expect<std::vector<std::string>>();
    send(task->pid(), Go{});
    return std::pair{all, task->await()};
  });
  for (const std::string& sentence : sentences)
    CHECK(sentence.find("did not start the task") != std::string::npos);
  CHECK(sentences.size() == 4);
  CHECK(still == 7);
}

TEST_CASE("TSK-1: the wait for a task does not look at what is queued (RCV-5)") {
  Runtime runtime(quiet(1));
  auto [value, cost, queued] = runtime.run([] {
    for (int i = 0; i < 10'000; ++i) send(self(), Number{i});
    while (queue_length() < 10'000) yield();
    auto before = info_of(self()).reductions;
    auto task = task::async(add, 1, 1);
    int sum = task.await();
    yield();
    return std::tuple{sum, info_of(self()).reductions - before, queue_length()};
  });
  CHECK(value == 2);
  CHECK(cost < 2'000);
  CHECK(queued == 10'000);
}

TEST_CASE("TSK-1: start() and start_link() run a function for its effects") {
  Runtime runtime(quiet(1));
  auto [unlinked, linked, stray] = runtime.run([] {
    Pid alone = task::start(wait_for_go), tied = task::start_link(wait_for_go);
    bool none = info_of(alone).links.empty();
    bool mine = info_of(tied).links == std::vector<Pid>{self()};
    for (Pid pid : {alone, tied}) send(pid, Go{});
    for (Pid pid : {alone, tied}) wait_for_end(pid);
    return std::tuple{none, mine, queue_length()};
  });
  CHECK(unlinked);
  CHECK(linked);
  CHECK(stray == 0);
}

TEST_CASE("TSK-1: a completed task has its value without a process") {
  Runtime runtime(quiet(1));
  auto [value, pid] = runtime.run([] {
    auto task = task::completed(std::string("here"));
    bool none = !task.pid();
    return std::pair{task.await(0ms), none};
  });
  CHECK(value == "here");
  CHECK(pid);
}

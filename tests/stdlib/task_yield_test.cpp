// TSK-2: asking tasks without ending with them, one or many, and ending them.
#include "tasks.hpp"

using namespace semantics;

TEST_CASE("TSK-2: yield() gives nothing while the task runs, and may be asked again") {
  Runtime runtime(quiet(1));
  auto [early, late, sentence] = runtime.run([] {
    auto task = task::async(wait_for_go);
    bool nothing = !task.yield(0ms) && !task.yield(1ms);
    send(task.pid(), Go{});
    int value = *task.yield(patience).value();
    return std::tuple{nothing, value, sentence_of([&] { task.yield(0ms); })};
  });
  CHECK(early);
  CHECK(late == 7);
  CHECK(sentence.find("has given its answer already") != std::string::npos);
}

TEST_CASE("TSK-2: shutdown() ends a task and gives nothing") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [nothing, reason, gone] = runtime.run([] {
      auto task = task::async(wait_for_ever);
      Monitor watch = monitor(task.pid());
      bool none = !task.shutdown(patience);
      bool dead = !is_alive(task.pid());
      return std::tuple{none, expect_down(watch).reason, dead};
    });
    CHECK(nothing);
    CHECK(reason == ExitReason::shutdown);
    CHECK(gone);
  });
}

TEST_CASE("TSK-2: shutdown() gives a value that was there already, and a reason of the task's own") {
  Runtime runtime(quiet(1));
  auto [raced, own] = runtime.run([] {
    auto ready = task::async(add, 1, 2);
    wait_for_end(ready.pid());
    int value = *ready.shutdown().value();
    auto stubborn = task::async([] {
      trap_exit(true);
      expect<Exit>();
      exit(ExitReason::error("my own end"));
    });
    yield_until([&] { return info_of(stubborn.pid()).trap_exit; });
    return std::pair{value, stubborn.shutdown(patience).value().error()};
  });
  CHECK(raced == 3);
  CHECK(own == ExitReason::error("my own end"));
}

TEST_CASE("TSK-2: shutdown() kills a task that does not end in time, and at once where that is asked for") {
  Runtime runtime(quiet(1));
  auto [late, brutal] = runtime.run([] {
    auto deaf = [] {
      trap_exit(true);
      receive<Never>();
    };
    auto end_of = [&](auto how) {
      auto task = task::async(deaf);
      yield_until([&] { return info_of(task.pid()).trap_exit; });
      Monitor watch = monitor(task.pid());
      if (task.shutdown(how)) return ExitReason::normal;
      return expect_down(watch).reason;
    };
    return std::pair{end_of(Duration(1ms)), end_of(task::brutal_kill)};
  });
  CHECK(late == ExitReason::killed);
  CHECK(brutal == ExitReason::killed);
}

TEST_CASE("TSK-2: a shutdown task leaves its starter alone, and no message") {
  Runtime runtime(quiet(1));
  std::size_t stray = runtime.run([] {
    trap_exit(true);
    auto task = task::async(wait_for_ever);
    task.shutdown(patience);
    return queue_length();
  });
  CHECK(stray == 0);
}

TEST_CASE("TSK-2: ignore() lets a task go on alone") {
  Runtime runtime(quiet(1));
  auto [early, nothing, unlinked, stray] = runtime.run([] {
    auto ready = task::async(add, 1, 2);
    wait_for_end(ready.pid());
    int value = *ready.ignore().value();
    auto task = task::async(wait_for_go);
    bool none = !task.ignore();
    bool alone = info_of(task.pid()).links.empty();
    send(task.pid(), Go{});
    wait_for_end(task.pid());
    return std::tuple{value, none, alone, queue_length()};
  });
  CHECK(early == 3);
  CHECK(nothing);
  CHECK(unlinked);
  CHECK(stray == 0);
}

TEST_CASE("TSK-2: await_many() gives the values in the order of the tasks") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [values, none] = runtime.run([] {
      std::vector<Task<int>> tasks;
      tasks.push_back(task::async(wait_for_go));
      for (int i = 0; i < 20; ++i) tasks.push_back(task::async(add, i, 0));
      wait_for_end(tasks.back().pid());
      send(tasks.front().pid(), Go{});
      std::vector<Task<void>> nothing;
      nothing.push_back(task::async([] {}));
      task::await_many(nothing);
      std::vector<int> found = task::await_many(tasks);
      return std::pair{found, task::await_many(std::vector<Task<int>>{}).empty()};
    });
    std::vector<int> expected{7};
    for (int i = 0; i < 20; ++i) expected.push_back(i);
    CHECK(values == expected);
    CHECK(none);
  });
}

TEST_CASE("TSK-2: await_many() throws the first failure though earlier tasks still run, or the time-out") {
  Runtime runtime(quiet(1));
  auto [failure, timeout, closed] = runtime.run([] {
    auto reason_of_many = [](std::vector<Task<int>>& tasks, Duration limit) {
      try {
        task::await_many(tasks, limit);
      } catch (const TaskFailed& failed) {
        return failed.reason();
      }
      return ExitReason::normal;
    };
    std::vector<Task<int>> tasks;
    tasks.push_back(task::async_nolink(wait_for_go));
    tasks.push_back(task::async_nolink(fail, "second"));
    ExitReason first = reason_of_many(tasks, patience);
    bool all_closed = !tasks[0] && !tasks[1];
    exit(tasks[0].pid(), ExitReason::kill);
    std::vector<Task<int>> late;
    late.push_back(task::async_nolink(wait_for_go));
    late.push_back(task::async_nolink(add, 1, 1));
    ExitReason second = reason_of_many(late, 1ms);
    exit(late[0].pid(), ExitReason::kill);
    return std::tuple{first, second, all_closed};
  });
  CHECK(failure.text().find("second") != std::string::npos);
  CHECK(timeout == ExitReason::timeout);
  CHECK(closed);
}

TEST_CASE("TSK-2: yield_many() gives outcomes in the order of the tasks, and nothing for those that run") {
  Runtime runtime(quiet(1));
  auto [shape, later] = runtime.run([] {
    std::vector<Task<int>> tasks;
    tasks.push_back(task::async_nolink(wait_for_go));
    tasks.push_back(task::async_nolink(add, 1, 1));
    tasks.push_back(task::async_nolink(fail, "third"));
    for (std::size_t i = 1; i < 3; ++i) wait_for_end(tasks[i].pid());
    auto outcomes = task::yield_many(tasks, {.timeout = 1ms});
    bool right = outcomes.size() == 3 && !outcomes[0] && *outcomes[1].value() == 2 &&
                 outcomes[2].value().error().is_error();
    send(tasks[0].pid(), Go{});
    return std::pair{right, tasks[0].await()};
  });
  CHECK(shape);
  CHECK(later == 7);
}

TEST_CASE("TSK-2: yield_many() stops at its limit, and then does nothing to the rest") {
  Runtime runtime(quiet(1));
  auto [count, alive] = runtime.run([] {
    std::vector<Task<int>> tasks;
    tasks.push_back(task::async(wait_for_go));
    tasks.push_back(task::async(add, 1, 1));
    auto outcomes =
        task::yield_many(tasks, {.timeout = patience, .limit = 1, .on_timeout = task::OnTimeout::kill_task});
    return std::pair{!outcomes[0] && *outcomes[1].value() == 2, is_alive(tasks[0].pid())};
  });
  CHECK(count);
  CHECK(alive);
}

TEST_CASE("TSK-2: what yield_many() does to tasks that are late") {
  Runtime runtime(quiet(1));
  auto [killed, ignored, refused] = runtime.run([] {
    auto late_task = [](task::OnTimeout what) {
      std::vector<Task<int>> tasks;
      tasks.push_back(task::async(wait_for_go));
      Monitor watch = monitor(tasks[0].pid());
      if (task::yield_many(tasks, {.timeout = 1ms, .on_timeout = what})[0] || tasks[0])
        return ExitReason::error("it was not given up");
      if (is_alive(tasks[0].pid()) && !info_of(tasks[0].pid()).links.empty())
        return ExitReason::error("it is still linked");
      send(tasks[0].pid(), Go{});
      return expect_down(watch).reason;
    };
    std::vector<Task<int>> none;
    bool misuse = false;
    try {
      task::yield_many(none, {.on_timeout = task::OnTimeout::exit});
    } catch (const std::invalid_argument&) {
      misuse = true;
    }
    return std::tuple{late_task(task::OnTimeout::kill_task), late_task(task::OnTimeout::ignore), misuse};
  });
  CHECK(killed == ExitReason::killed);
  CHECK(ignored.is_normal());
  CHECK(refused);
}

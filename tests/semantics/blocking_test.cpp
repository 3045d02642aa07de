// SCH-9: work that may block, beside the workers.
#include <thread>

#include "support.hpp"

using namespace semantics;

namespace {

// A function for blocking() that says when it runs, and ends when it may.
struct Job {
  std::atomic<bool> started{false}, finished{false};
  Gate gate;

  int run(int value) {
    started = true;
    bool opened = gate.wait();
    finished = true;
    return opened ? value : -1;
  }
};

// A process that runs the job and tells the observer its result.
Pid run_job(Job& job, Pid observer) {
  return spawn(trusted([&job, observer] {
    send(observer, Number{blocking(trusted([&job](int value) { return job.run(value); }), 42)});
  }));
}

void wait_until_started(Job& job) {
  yield_until([&job] { return job.started.load(); });
}

}  // namespace

TEST_CASE("SCH-9: while a process is in blocking() its worker runs others") {
  for (unsigned workers : {0U, 1U, 2U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    Job job;
    auto [answered, early, result] = runtime.run(trusted([&job] {
      run_job(job, self());
      wait_until_started(job);
      Pid other = spawn([](Pid to) { send(to, Go{}); }, self());
      bool answer = receive<Go>(patience).has_value();
      wait_for_end(other);
      bool too_early = take_queued<Number>();
      job.gate.open();
      return std::tuple{answer, too_early, expect<Number>().value};
    }));
    CHECK(answered);
    CHECK_FALSE(early);
    CHECK(result == 42);
  }
}

TEST_CASE("SCH-9: the function runs on another thread, its arguments and its value move") {
  Runtime runtime(quiet(1));
  auto [other_thread, same_object, value, no_process] = runtime.run([] {
    std::thread::id mine = std::this_thread::get_id();
    bool elsewhere = blocking(
        [](std::size_t id) { return std::hash<std::thread::id>{}(std::this_thread::get_id()) != id; },
        std::hash<std::thread::id>{}(mine));
    auto argument = std::make_unique<int>(5);
    const int* address = argument.get();
    auto back = blocking(
        [](std::unique_ptr<int> moved) {
          ++*moved;
          return moved;
        },
        std::move(argument));
    bool outside = blocking([] {
      try {
        self();
      } catch (const NotInProcess&) {
        return true;
      }
      return false;
    });
    return std::tuple{elsewhere, back.get() == address, *back, outside};
  });
  CHECK(other_thread);
  CHECK(same_object);
  CHECK(value == 6);
  CHECK(no_process);
}

TEST_CASE("SCH-9: what the function throws is thrown by blocking()") {
  Runtime runtime(quiet(1));
  auto [text, reason, went_on] = runtime.run([] {
    std::string caught;
    try {
      blocking([] { throw std::runtime_error("from the thread"); });
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    ExitReason uncaught = reason_of([] { blocking([]() -> int { throw std::logic_error("uncaught"); }); });
    return std::tuple{caught, uncaught, blocking([] { return 1; })};
  });
  CHECK(text == "from the thread");
  CHECK(reason.is_error());
  CHECK(reason.text().find("uncaught") != std::string::npos);
  CHECK(went_on == 1);
}

TEST_CASE("SCH-9: a process in blocking() answers questions and keeps its messages for later") {
  struct Result {
    bool alive = false;
    ProcessStatus status = ProcessStatus::exiting;
    std::size_t queued = 0;
    int result = 0, message = 0;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Job job;
    Result result = runtime.run(trusted([&job] {
      Result seen;
      Pid process = spawn(trusted([&job](Pid observer) {
                            send(observer, Number{blocking(trusted([&job] { return job.run(42); }))});
                            send(observer, receive<Number>(0ms).value_or(Number{-1}));
                          }),
                          self());
      wait_until_started(job);
      send(process, Number{7});
      seen.alive = is_alive(process);
      ProcessInfo info = info_of(process);
      seen.status = info.status;
      seen.queued = info.message_queue_len;
      job.gate.open();
      seen.result = expect<Number>().value;
      seen.message = expect<Number>().value;
      return seen;
    }));
    CHECK(result.alive);
    CHECK(result.status == ProcessStatus::waiting);
    CHECK(result.queued == 1);
    CHECK(result.result == 42);
    CHECK(result.message == 7);
  });
}

TEST_CASE("SCH-9: who is killed in blocking() is dead at once for everybody, and the function runs on") {
  struct Result {
    ExitReason by_monitor, by_link;
    bool alive = true, name_free = false, running = false;
  };
  for (const ExitReason& reason : {ExitReason::kill, ExitReason::shutdown}) {
    for (unsigned workers : {1U, 2U}) {
      CAPTURE(workers);
      CAPTURE(reason.text());
      Job job;
      Runtime runtime(quiet(workers));
      Result result = runtime.run(trusted([&job, &reason] {
        Result seen;
        trap_exit(true);
        Pid process = run_job(job, self());
        register_name("blocked", process);
        link(process);
        Monitor watch = monitor(process);
        wait_until_started(job);
        exit(process, reason);
        seen.alive = is_alive(process);
        seen.by_monitor = expect_down(watch).reason;
        seen.by_link = expect_exit(process).reason;
        register_name("blocked", self());
        seen.name_free = true;
        seen.running = !job.finished;
        job.gate.open();
        yield_until([&job] { return job.finished.load(); });
        return seen;
      }));
      ExitReason expected = reason == ExitReason::kill ? ExitReason::killed : reason;
      CHECK(result.by_monitor == expected);
      CHECK(result.by_link == expected);
      CHECK_FALSE(result.alive);
      CHECK(result.name_free);
      CHECK(result.running);
    }
  }
}

TEST_CASE("SCH-9: the value of a function whose process was killed is dropped, its arguments too") {
  Runtime runtime(quiet(1));
  Job job;
  std::atomic<int> ended{0};
  runtime.run(trusted([&job, &ended] {
    auto [process, watch] = spawn_monitor(trusted([&job, &ended] {
      blocking(trusted([&job, &ended](Witness) {
                 job.run(0);
                 return Witness(ended);
               }),
               Witness(ended));
    }));
    wait_until_started(job);
    exit(process, ExitReason::kill);
    expect_down(watch);
    job.gate.open();
    yield_until([&ended] { return ended == 2; });
  }));
  CHECK(ended == 2);
}

TEST_CASE("SCH-9: an exit signal that is trapped does not disturb a process in blocking()") {
  on_one_and_two_workers([](Runtime& runtime) {
    Job job;
    auto [result, reason] = runtime.run(trusted([&job] {
      Pid process = spawn(SpawnOptions{.trap_exit = true}, trusted([&job](Pid observer) {
                            int value = blocking(trusted([&job] { return job.run(42); }));
                            send(observer, Number{value});
                            auto exit = expect<Exit>();
                            send(observer, Seen{exit.from, exit.reason});
                          }),
                          self());
      wait_until_started(job);
      exit(process, ExitReason::shutdown);
      info_of(process);  // it has the signal now
      job.gate.open();
      int value = expect<Number>().value;
      return std::pair{value, expect<Seen>().reason};
    }));
    CHECK(result == 42);
    CHECK(reason == ExitReason::shutdown);
  });
}

TEST_CASE("SCH-9: more work than threads is done all the same, never more at a time than allowed") {
  RuntimeOptions options = quiet(2);
  options.blocking_threads = 3;
  Runtime runtime(options);
  std::atomic<int> inside{0}, most{0};
  int sum = runtime.run(trusted([&inside, &most] {
    for (int i = 0; i < 60; ++i) {
      spawn(trusted([&inside, &most](Pid to, int id) {
              int value = blocking(trusted([&inside, &most](int number) {
                                     int now = ++inside;
                                     int seen = most.load();
                                     while (now > seen && !most.compare_exchange_weak(seen, now)) {
                                     }
                                     std::this_thread::yield();
                                     --inside;
                                     return number;
                                   }),
                                   id);
              send(to, Number{value});
            }),
            self(), i);
    }
    int total = 0;
    for (int i = 0; i < 60; ++i) total += expect<Number>().value;
    return total;
  }));
  CHECK(sum == 59 * 60 / 2);
  CHECK(most <= 3);
}

TEST_CASE("SCH-9: kills that come while functions begin and end lose nothing and end once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < 200; ++round) {
        auto [process, watch] = spawn_monitor([] {
          for (int i = 0;; ++i) {
            if (blocking([](int value) { return value + 1; }, i) != i + 1) exit(ExitReason::custom(i));
          }
        });
        for (int i = 0; i < round % 20; ++i) yield();
        exit(process, ExitReason::kill);
        if (expect_down(watch).reason != ExitReason::killed) ++unexpected;
      }
      return unexpected + count_queued<Down>();
    });
    CHECK(wrong == 0);
  });
}

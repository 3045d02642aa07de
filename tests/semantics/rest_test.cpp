// The rules hold for processes at rest too, which own no stack: signals reach them, and their clauses may do
// all that a process may.
#include "support.hpp"

using namespace semantics;

namespace {

struct Collected {
  std::vector<int> values;
};
struct Ask {
  Pid from;
};

// Collects numbers, and the numbers in exit reasons, until it is asked for them. Messages of other types
// stay.
detail::Rest collect() {
  return rest(
      Collected{}, [](Collected& seen, Number number) { seen.values.push_back(number.value); },
      [](Collected& seen, Exit exit) {
        const int* value = exit.reason.value<int>();
        seen.values.push_back(value != nullptr ? *value : -1);
      },
      [](Collected& seen, Ask ask) { send(ask.from, seen.values); });
}

std::vector<int> ask(Pid collector) {
  send(collector, Ask{self()});
  return expect<std::vector<int>>();
}

void wait_until_at_rest(Pid process) {
  yield_until([process] { return process_brief(process)->status == ProcessStatus::waiting; });
}

}  // namespace

TEST_CASE("SIG-2: a process at rest takes messages and trapped exits of one sender in the order sent") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<int> values = runtime.run([] {
      Pid collector = spawn(SpawnOptions{.trap_exit = true}, collect);
      for (int i = 0; i < 1000; i += 2) {
        send(collector, Number{i});
        exit(collector, ExitReason::custom(i + 1));
        if (i % 100 == 0) yield();
      }
      std::vector<int> result = ask(collector);
      exit(collector, ExitReason::kill);
      return result;
    });
    CHECK(values == numbers_up_to(1000));
  });
}

TEST_CASE("EXT-1: a clause at rest that says so ends its process with normal; later messages are not seen") {
  struct Countdown {
    Witness witness;
    int left;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> destroyed{0};
    auto [end, seen] = runtime.run(trusted([&destroyed] {
      auto [process, watch] = spawn_monitor(trusted([&destroyed, observer = self()] {
        return rest(
            Countdown{Witness(destroyed), 3},
            [](Countdown& countdown, Go) { return --countdown.left == 0 ? AtRest::ends : AtRest::stays; },
            [observer](Countdown&, Number number) { send(observer, number); });
      }));
      send(process, Number{1});
      for (int i = 0; i < 3; ++i) send(process, Go{});
      send(process, Number{2});
      ExitReason why = expect_down(watch).reason;
      int first = expect<Number>().value;
      int second =
          receive([](Number number) { return number.value; }, after(Duration::zero(), [] { return 0; }));
      return std::pair{why, std::vector{first, second}};
    }));
    CHECK(end == ExitReason::normal);
    CHECK(seen == std::vector{1, 0});
    CHECK(destroyed == 1);
  });
}

TEST_CASE("SIG-3: an exit signal ends a process at rest, and its state is destroyed before the Down") {
  struct Holder {
    Witness witness;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> ended{0};
    for (const ExitReason& reason : {ExitReason::kill, ExitReason::shutdown}) {
      CAPTURE(reason.text());
      ended = 0;
      auto [end, destroyed] = runtime.run(trusted([&ended, &reason] {
        auto [process, watch] =
            spawn_monitor(trusted([&ended] { return rest(Holder{Witness(ended)}, [](Holder&, Go) {}); }));
        wait_until_at_rest(process);
        exit(process, reason);
        ExitReason why = expect_down(watch).reason;
        return std::pair{why, ended.load()};
      }));
      CHECK(end == (reason == ExitReason::kill ? ExitReason::killed : reason));
      CHECK(destroyed == 1);
    }
  });
}

TEST_CASE("RCV-1: at rest what no clause takes stays, and is received by a clause that asks for it") {
  struct Nothing {};
  on_one_and_two_workers([](Runtime& runtime) {
    auto [length, text] = runtime.run([] {
      Pid process = spawn(
          [] { return rest(Nothing{}, [](Nothing&, Hello hello) { send(hello.from, expect<Text>()); }); });
      send(process, Number{1});
      send(process, Text{"kept"});
      send(process, Number{2});
      std::size_t before = info_of(process).message_queue_len;
      send(process, Hello{self()});
      return std::pair{before, expect<Text>().value};
    });
    CHECK(length == 3);
    CHECK(text == "kept");
  });
}

TEST_CASE("EXT-1: an exception out of a clause at rest is an error, exit(reason) there ends the process") {
  struct Nothing {};
  Runtime runtime(quiet(1));
  auto [error, reason] = runtime.run([] {
    auto body = [] {
      return rest(
          Nothing{}, [](Nothing&, Go) { throw std::runtime_error("at rest"); },
          [](Nothing&, Done) { exit(ExitReason::custom(4)); });
    };
    auto [first, first_watch] = spawn_monitor(body);
    auto [second, second_watch] = spawn_monitor(body);
    send(first, Go{});
    send(second, Done{});
    ExitReason thrown = expect_down(first_watch).reason;
    return std::pair{thrown, expect_down(second_watch).reason};
  });
  CHECK(error.is_error());
  CHECK(error.text().find("at rest") != std::string::npos);
  CHECK(reason == ExitReason::custom(4));
}

TEST_CASE("EXT-2: a process at rest is no exception to the table of exit signals") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [survived, told, reason] = runtime.run([] {
      auto [plain, watch] = spawn_monitor(collect);
      Pid trapping = spawn(SpawnOptions{.trap_exit = true}, collect);
      exit(plain, ExitReason::normal);
      bool alive = is_alive(plain);
      exit(trapping, ExitReason::normal);
      exit(trapping, ExitReason::custom(2));
      std::vector<int> values = ask(trapping);
      exit(plain, ExitReason::custom(3));
      exit(trapping, ExitReason::kill);
      return std::tuple{alive, values, expect_down(watch).reason};
    });
    CHECK(survived);
    CHECK(told == std::vector<int>{-1, 2});
    CHECK(reason == ExitReason::custom(3));
  });
}

TEST_CASE("EXT-5: who is killed in a clause that waits unwinds it, and its state is destroyed") {
  struct Holder {
    Witness witness;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> ended{0};
    ExitReason reason = runtime.run(trusted([&ended] {
      auto [process, watch] = spawn_monitor(trusted([&ended] {
        return rest(Holder{Witness(ended)}, [](Holder&, Hello hello) {
          auto mine = expect<Witness>();
          send(hello.from, Go{});
          receive<Never>();
        });
      }));
      send(process, Hello{self()});
      send(process, Witness(ended));
      expect<Go>();
      exit(process, ExitReason::kill);
      return expect_down(watch).reason;
    }));
    CHECK(reason == ExitReason::killed);
    CHECK(ended == 2);
  });
}

TEST_CASE("LNK-3: the end of a process at rest is felt through its links, and it feels that of others") {
  struct Nothing {};
  on_one_and_two_workers([](Runtime& runtime) {
    auto [of_resting, of_linked] = runtime.run([] {
      trap_exit(true);
      auto body = [] {
        return rest(
            Nothing{}, [](Nothing&, Hello hello) { link(hello.from); },
            [](Nothing&, Number number) { exit(ExitReason::custom(number.value)); });
      };
      Pid first = spawn_link(body);
      send(first, Number{1});
      ExitReason mine = expect_exit(first).reason;
      auto [second, second_watch] = spawn_monitor(body);
      auto [third, third_watch] = spawn_monitor(body);
      send(second, Hello{third});
      yield_until(
          [second = second, third = third] { return info_of(second).links == std::vector<Pid>{third}; });
      wait_until_at_rest(third);
      send(third, Number{2});
      expect_down(third_watch);
      return std::pair{mine, expect_down(second_watch).reason};
    });
    CHECK(of_resting == ExitReason::custom(1));
    CHECK(of_linked == ExitReason::custom(2));
  });
}

TEST_CASE("MON-1: a process at rest is told by a Down like any other") {
  struct Watching {
    Pid observer;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    ExitReason reason = runtime.run([] {
      Pid watcher = spawn(
          [](Pid observer) {
            return rest(
                Watching{observer},
                [](Watching& state, Hello hello) {
                  monitor(hello.from);
                  send(state.observer, Go{});
                },
                [](Watching& state, Down down) {
                  send(state.observer, Seen{down.process, down.reason});
                });
          },
          self());
      Pid watched = spawn([] { exit(ExitReason::custom(expect<Number>().value)); });
      send(watcher, Hello{watched});
      expect<Go>();
      send(watched, Number{8});
      return expect<Seen>().reason;
    });
    CHECK(reason == ExitReason::custom(8));
  });
}

TEST_CASE("SIG-6: who sees the Down of a process at rest can take its name, and its timers are gone") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> dropped{0};
    int wrong = runtime.run(trusted([&dropped] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(200); ++round) {
        auto [process, watch] = spawn_monitor(collect);
        if (round % 2 == 0) wait_until_at_rest(process);
        register_name("at rest", process);
        TimerId timer = send_after(1h, process, Witness(dropped));
        exit(process, ExitReason::kill);
        expect_down(watch);
        if (whereis("at rest") || cancel(timer) || dropped != round + 1) ++unexpected;
        register_name("at rest", self());
        unregister_name("at rest");
      }
      return unexpected;
    }));
    CHECK(wrong == 0);
  });
}

TEST_CASE("ALV-1: a process at rest is dead for who has killed it, and answers who has not") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(500); ++round) {
        Pid process = spawn(collect);
        if (round % 2 == 0) yield();
        send(process, Number{1});
        if (!is_alive(process)) ++unexpected;
        exit(process, ExitReason::kill);
        if (is_alive(process)) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SCH-9: a clause at rest may use blocking(), sleep and timed receives, and keeps its state") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<int> values = runtime.run([] {
      Pid process = spawn([] {
        return rest(
            Collected{},
            [](Collected& seen, Number number) {
              seen.values.push_back(blocking([](int value) { return value * 10; }, number.value));
              sleep(1ms);
              receive<Never>(100us);
            },
            [](Collected& seen, Ask question) { send(question.from, seen.values); });
      });
      for (int i = 0; i < 5; ++i) send(process, Number{i});
      return ask(process);
    });
    CHECK(values == std::vector<int>{0, 10, 20, 30, 40});
  });
}

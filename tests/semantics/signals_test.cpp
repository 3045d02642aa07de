// SIG-1 to SIG-3: processes affect each other by signals, in the order sent, received or not.
#include "support.hpp"

using namespace semantics;

namespace {

// Receives `count` items, numbers and exits with a number as their reason, in whatever order they stand.
std::vector<int> receive_numbers_and_exits(int count) {
  std::vector<int> sequence;
  for (int i = 0; i < count; ++i) {
    sequence.push_back(receive([](Number number) { return number.value; },
                               [](Exit exit) {
                                 const int* value = exit.reason.value<int>();
                                 return value != nullptr ? *value : -1;
                               },
                               after(patience, [] { return -2; })));
  }
  return sequence;
}

void forward_numbers(Pid observer) {
  for (;;) send(observer, receive<Number>());
}

std::vector<int> take_forwarded() {
  std::vector<int> values;
  while (auto number = receive<Number>(0ms)) values.push_back(number->value);
  return values;
}

}  // namespace

TEST_CASE("SIG-1: calls that affect another process return before that process has run") {
  for (unsigned workers : {0U, 1U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    std::atomic<bool> ran{false};
    bool ran_meanwhile = runtime.run(trusted([&ran] {
      Pid child = spawn({.trap_exit = true}, trusted([&ran] { ran = true; }));
      send(child, Go{});
      link(child);
      unlink(child);
      demonitor(monitor(child));
      exit(child, ExitReason::shutdown);
      bool result = ran;
      wait_for_end(child);
      return result;
    }));
    CHECK_FALSE(ran_meanwhile);
    CHECK(ran);
  }
}

TEST_CASE("SIG-1: a call that looks synchronous waits for the answer of the other process") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [alive, known] = runtime.run([] {
      Pid child = waiting_process();
      bool lives = is_alive(child);
      return std::pair{lives, process_info(child).has_value()};
    });
    CHECK(alive);
    CHECK(known);
  });
}

TEST_CASE("SIG-2: messages and exit signals of one sender are received in the order sent") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<int> sequence = runtime.run([] {
      trap_exit(true);
      spawn(
          [](Pid to) {
            for (int i = 0; i < 1000; i += 2) {
              send(to, Number{i});
              exit(to, ExitReason::custom(i + 1));
            }
          },
          self());
      return receive_numbers_and_exits(1000);
    });
    CHECK(sequence == numbers_up_to(1000));
  });
}

TEST_CASE("SIG-2: a process never sees a message that was sent after the exit signal that ends it") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int strays = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        auto [victim, watch] = spawn_monitor(forward_numbers, self());
        int before = round % 8;
        for (int i = 0; i < before; ++i) send(victim, Number{i});
        if (round % 3 == 0) yield();
        exit(victim, round % 2 == 0 ? ExitReason::shutdown : ExitReason::kill);
        for (int i = 0; i < 4; ++i) send(victim, Number{1000 + i});
        expect_down(watch);
        std::vector<int> seen = take_forwarded();
        if (seen != numbers_up_to(static_cast<int>(seen.size())) || static_cast<int>(seen.size()) > before)
          ++strays;
      }
      return strays;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SIG-2: links and unlinks keep their place among the messages") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [linked, unlinked] = runtime.run([] {
      trap_exit(true);
      spawn(
          [](Pid to) {
            send(to, Number{0});
            link(to);
            send(to, Number{1});
            unlink(to);
            link(to);
            send(to, Number{2});
            exit(ExitReason::custom(3));
          },
          self());
      std::vector<int> with_link = receive_numbers_and_exits(4);
      auto [other, watch] = spawn_monitor(
          [](Pid to) {
            link(to);
            send(to, Number{0});
            unlink(to);
            send(to, Number{1});
            exit(ExitReason::custom(2));
          },
          self());
      expect_down(watch);
      std::vector<int> without_link = receive_numbers_and_exits(2);
      if (take_queued<Exit>()) without_link.push_back(2);
      return std::pair{with_link, without_link};
    });
    CHECK(linked == numbers_up_to(4));
    CHECK(unlinked == numbers_up_to(2));
  });
}

TEST_CASE("SIG-2: by pid, by name and by alias it is one order") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<int> sequence = runtime.run([] {
      register_name("receiver", self());
      spawn(
          [](Pid pid, Alias alias) {
            for (int i = 0; i < repetitions(3000); ++i) {
              if (i % 3 == 0) send(pid, Number{i});
              if (i % 3 == 1) send("receiver", Number{i});
              if (i % 3 == 2) send(alias, Number{i});
            }
          },
          self(), alias());
      return receive_numbers_and_exits(repetitions(3000));
    });
    CHECK(sequence == numbers_up_to(repetitions(3000)));
  });
}

TEST_CASE("SIG-2: a monitor set up after an exit signal finds the process gone or tells of that exit") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        Pid victim = waiting_process();
        exit(victim, ExitReason::shutdown);
        send(victim, Go{});  // would end it normally
        ExitReason reason = expect_down(monitor(victim)).reason;
        if (reason != ExitReason::noproc && reason != ExitReason::shutdown) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SIG-2: a host thread is a sender like any other") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<int> values;
    Gate complete;
    Pid receiver = runtime.spawn(trusted([&] {
      for (int i = 0; i < 1000; ++i) values.push_back(expect<Number>().value);
      complete.open();
    }));
    for (int i = 0; i < 1000; ++i) runtime.send(receiver, Number{i});
    REQUIRE(complete.wait());
    CHECK(values == numbers_up_to(1000));
  });
}

TEST_CASE("SIG-3: an exit signal ends a process that never receives") {
  using Body = void (*)(Pid);
  static constexpr Body bodies[] = {
      [](Pid ready) {
        send(ready, Go{});
        for (;;) charge(50);
      },
      [](Pid ready) {
        send(ready, Go{});
        for (;;) yield();
      },
      [](Pid ready) {
        send(ready, Go{});
        sleep(1h);
      },
      [](Pid ready) {
        send(ready, Go{});
        for (;;) send(Pid(), Number{});
      },
      [](Pid ready) {
        send(ready, Go{});
        for (;;) is_alive(ready);
      },
      [](Pid ready) {
        send(ready, Go{});
        for (;;) receive<Never>(1us);
      },
  };
  on_one_and_two_workers([](Runtime& runtime) {
    for (std::size_t body = 0; body < std::size(bodies); ++body) {
      CAPTURE(body);
      for (const ExitReason& reason : {ExitReason::kill, ExitReason::shutdown}) {
        ExitReason end = runtime.run(
            [](std::size_t which, ExitReason why) {
              auto [victim, watch] = spawn_monitor(trusted([which](Pid me) { bodies[which](me); }), self());
              expect<Go>();
              exit(victim, why);
              return expect_down(watch).reason;
            },
            body, reason);
        CHECK(end == (reason == ExitReason::kill ? ExitReason::killed : reason));
      }
    }
  });
}

TEST_CASE("SIG-3: an exit signal that comes before the first turn ends a process that never ran") {
  for (unsigned workers : {0U, 1U}) {
    CAPTURE(workers);
    Runtime runtime(quiet(workers));
    std::atomic<bool> ran{false};
    ExitReason reason = runtime.run(trusted([&ran] {
      auto [child, watch] = spawn_monitor(trusted([&ran] { ran = true; }));
      exit(child, ExitReason::shutdown);
      return expect_down(watch).reason;
    }));
    CHECK(reason == ExitReason::shutdown);
    CHECK_FALSE(ran);
  }
}

TEST_CASE("SIG-3: a trapped exit signal gets into the queue of a process that does not receive") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::size_t length = runtime.run([] {
      trap_exit(true);
      spawn_monitor([](Pid to) { exit(to, ExitReason::shutdown); }, self());
      yield_until([] { return queue_length() == 2; });  // the exit signal and the Down
      return queue_length();
    });
    CHECK(length == 2);
  });
}

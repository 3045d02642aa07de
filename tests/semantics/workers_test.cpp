// SCH-4, SCH-5, SCH-7 with real workers: what runs beside what, and that nothing runs twice at once.
#include "support.hpp"

using namespace semantics;

TEST_CASE("SCH-4: with two workers a low process runs beside one of max priority that never rests") {
  Runtime runtime(quiet(2));
  std::atomic<bool> low_ran{false};
  bool in_time = runtime.run(trusted([&low_ran] {
    Pid judge = self();
    spawn(SpawnOptions{.priority = Priority::max}, trusted([&low_ran, judge] {
            auto deadline = Clock::now() + patience;
            while (!low_ran && Clock::now() < deadline) charge(100);
            send(judge, Number{low_ran ? 1 : 0});
          }));
    spawn(SpawnOptions{.priority = Priority::low}, trusted([&low_ran] { low_ran = true; }));
    return receive<Number>(2 * patience)->value == 1;
  }));
  CHECK(in_time);
}

TEST_CASE("SCH-4: nobody lends its priority to a low process it waits for") {
  Runtime runtime(quiet(0));
  int turns_of_others = runtime.run([] {
    Pid server = spawn(SpawnOptions{.priority = Priority::low}, [] {
      auto hello = receive<Hello>();
      send(hello.from, Done{});
    });
    yield_until([server] { return process_brief(server)->status == ProcessStatus::waiting; });
    spawn(
        SpawnOptions{.priority = Priority::max},
        [](Pid low, Pid judge) {
          send(low, Hello{self()});
          expect<Done>();
          send(judge, Done{});
        },
        server, self());
    int turns = 0;
    while (!take_queued<Done>() && turns < 1000) {
      ++turns;
      yield();
    }
    return turns;
  });
  CHECK(turns_of_others >= 7);
  CHECK(turns_of_others < 1000);
}

TEST_CASE("SCH-5: a process runs on one worker at a time, whoever wakes it") {
  static constexpr int processes = 8, senders = 4, messages = 2000;
  Runtime runtime(quiet(2));
  // Plain integers on purpose: two workers in one process would lose counts, and be a race to a sanitizer.
  std::vector<int> counts(processes, 0);
  std::atomic<int> overlaps{0};
  runtime.run(trusted([&counts, &overlaps] {
    std::vector<Pid> receivers;
    for (int& count : counts) {
      receivers.push_back(spawn(trusted([&count, &overlaps] {
        std::atomic<bool> inside{false};
        for (;;) {
          receive<Number>();
          if (inside.exchange(true)) ++overlaps;
          ++count;
          inside = false;
          if (count % 7 == 0) yield();
          if (count == senders * messages) exit(ExitReason::normal);
        }
      })));
    }
    for (int i = 0; i < senders; ++i) {
      spawn(
          [](std::vector<Pid> all) {
            for (int k = 0; k < messages; ++k) {
              for (Pid to : all) send(to, Number{k});
              if (k % 16 == 0) yield();
            }
          },
          receivers);
    }
    for (Pid receiver : receivers) wait_for_end(receiver);
  }));
  CHECK(counts == std::vector<int>(processes, senders * messages));
  CHECK(overlaps == 0);
}

TEST_CASE("SCH-5: a process that waits and is woken from two sides at once misses nothing") {
  on_one_and_two_workers([](Runtime& runtime) {
    int sum = runtime.run([] {
      static constexpr int rounds = 2000;
      for (int id : {1, 2}) {
        spawn(
            [](Pid to, int value) {
              for (int i = 0; i < rounds; ++i) {
                send(to, Number{value});
                receive<Go>(patience);
              }
            },
            self(), id);
      }
      std::vector<Pid> partners;
      int total = 0;
      std::vector<Pid> all = processes();
      for (Pid other : all) {
        if (other != self()) partners.push_back(other);
      }
      for (int i = 0; i < rounds; ++i) {
        total += expect<Number>().value;
        total += expect<Number>().value;
        for (Pid partner : partners) send(partner, Go{});
      }
      return total;
    });
    CHECK(sum == 6000);
  });
}

TEST_CASE("SCH-7: a new process that waits behind its busy parent is taken by another worker") {
  Runtime runtime(quiet(2));
  std::atomic<bool> ran{false};
  bool in_time = runtime.run(trusted([&ran] {
    spawn(trusted([&ran] { ran = true; }));
    return spin_until([&ran] { return ran.load(); });
  }));
  CHECK(in_time);
}

TEST_CASE("SCH-7: a woken process that waits behind its busy waker is taken by another worker") {
  Runtime runtime(quiet(2));
  std::atomic<int> ran{0};
  bool in_time = runtime.run(trusted([&ran] {
    std::vector<Pid> sleepers;
    for (int i = 0; i < 10; ++i) {
      sleepers.push_back(spawn(trusted([&ran] {
        receive<Go>();
        ++ran;
      })));
    }
    for (Pid sleeper : sleepers) {
      yield_until([sleeper] { return process_brief(sleeper)->status == ProcessStatus::waiting; });
    }
    for (Pid sleeper : sleepers) send(sleeper, Go{});
    return spin_until([&ran] { return ran == 10; });
  }));
  CHECK(in_time);
}

TEST_CASE("SCH-7: what comes from host threads runs though one worker is busy") {
  Runtime runtime(quiet(2));
  std::atomic<bool> busy{false}, done{false};
  std::atomic<int> ran{0};
  Gate all_ran, over;
  runtime.spawn(trusted([&] {
    busy = true;
    spin_until([&done] { return done.load(); });
    over.open();
  }));
  REQUIRE(spin_until([&busy] { return busy.load(); }));
  for (int i = 0; i < 100; ++i) {
    runtime.spawn(trusted([&] {
      if (++ran == 100) all_ran.open();
    }));
  }
  CHECK(all_ran.wait());
  done = true;
  CHECK(over.wait());
}

TEST_CASE("SCH-7: many processes spawned by one are shared by the workers and all end") {
  on_one_and_two_workers([](Runtime& runtime) {
    int sum = runtime.run([] {
      static constexpr int count = 2000;
      for (int i = 0; i < count; ++i) {
        spawn(
            [](Pid to, int id) {
              charge(id % 5000);
              send(to, Number{id});
            },
            self(), i);
      }
      int total = 0;
      for (int i = 0; i < count; ++i) total += expect<Number>().value;
      return total;
    });
    CHECK(sum == 1999 * 2000 / 2);
  });
}

// INF-2 and ALV-1: questions stand in the order of signals, and what can be known without asking.
#include <algorithm>

#include "support.hpp"

using namespace semantics;

namespace {

using Body = void (*)(Pid);

// What a process may be doing when it is killed.
constexpr Body occupations[] = {
    [](Pid) { receive<Never>(); },
    [](Pid) { sleep(1h); },
    [](Pid) {
      for (;;) yield();
    },
    [](Pid) {
      for (;;) charge(100);
    },
    [](Pid) {
      trap_exit(true);
      for (;;) receive([](Never) {}, after(10us, [] {}));
    },
    [](Pid parent) {
      for (;;) send(parent, Go{});
    },
    [](Pid parent) {
      for (;;) is_alive(parent);
    },
    [](Pid) {
      for (;;) blocking([] {});
    },
    [](Pid) {},
};

}  // namespace

TEST_CASE("INF-2: process_info shows the effect of everything the caller sent before") {
  struct Result {
    int lengths = 0, links = 0, monitors = 0, unlinks = 0, demonitors = 0, exits = 0;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Result wrong = runtime.run([] {
      Result seen;
      for (int round = 0; round < repetitions(200); ++round) {
        Pid other = spawn(SpawnOptions{.trap_exit = true}, [] { receive<Go>(); });
        if (round % 2 == 0) yield();
        for (int i = 0; i < round; ++i) send(other, Number{i});
        if (info_of(other).message_queue_len != static_cast<std::size_t>(round)) ++seen.lengths;
        link(other);
        if (info_of(other).links != std::vector{self()}) ++seen.links;
        Monitor watch = monitor(other);
        if (info_of(other).monitored_by != std::vector{self()}) ++seen.monitors;
        unlink(other);
        if (!info_of(other).links.empty()) ++seen.unlinks;
        demonitor(watch);
        if (!info_of(other).monitored_by.empty()) ++seen.demonitors;
        exit(other, ExitReason::shutdown);
        if (info_of(other).message_queue_len != static_cast<std::size_t>(round) + 1) ++seen.exits;
        exit(other, ExitReason::kill);
        if (process_info(other)) ++seen.exits;
      }
      return seen;
    });
    CHECK(wrong.lengths == 0);
    CHECK(wrong.links == 0);
    CHECK(wrong.monitors == 0);
    CHECK(wrong.unlinks == 0);
    CHECK(wrong.demonitors == 0);
    CHECK(wrong.exits == 0);
  });
}

TEST_CASE("INF-2: who does not live gives nothing") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool nothing = runtime.run([] {
      Pid gone = dead_process();
      return !process_info(gone) && !process_info(Pid()) && !process_brief(gone) && !process_brief(Pid());
    });
    CHECK(nothing);
  });
}

TEST_CASE("INF-2: the answer is one snapshot") {
  on_one_and_two_workers([](Runtime& runtime) {
    int torn = runtime.run([] {
      // Has either no link and no message, or one link and one message, whenever it meets the runtime.
      Pid other = spawn([] {
        Pid partner = waiting_process();
        for (;;) {
          spawn([] {});
          send(self(), Number{1});
          link(partner);
          charge(1);
          unlink(partner);
          receive<Number>();
          charge(1);
          if (receive<Go>(0ms)) exit(partner, ExitReason::kill);
        }
      });
      int wrong = 0;
      for (int round = 0; round < repetitions(500); ++round) {
        ProcessInfo info = info_of(other);
        // In between it may have the message alone; never the link alone.
        if (info.message_queue_len < info.links.size()) ++wrong;
        if (info.messages.size() != info.message_queue_len) ++wrong;
      }
      exit(other, ExitReason::kill);
      return wrong;
    });
    CHECK(torn == 0);
  });
}

TEST_CASE("INF-2: process_brief of a process that runs and does not answer does not wait") {
  Runtime runtime(quiet(2));
  std::atomic<bool> running{false}, released{false};
  auto [status, in_time] = runtime.run(trusted([&running, &released] {
    Pid busy = spawn(trusted([&running, &released](Pid observer) {
                       running = true;
                       bool result = spin_until([&released] { return released.load(); });
                       send(observer, Number{result ? 1 : 0});
                     }),
                     self());
    yield_until([&running] { return running.load(); });
    auto brief = process_brief(busy);
    released = true;
    return std::pair{brief ? brief->status : ProcessStatus::exiting, expect<Number>().value};
  }));
  CHECK(status == ProcessStatus::running);
  CHECK(in_time == 1);
}

TEST_CASE("INF-2: asking each other at the same time is answered") {
  on_one_and_two_workers([](Runtime& runtime) {
    int answers = runtime.run([] {
      std::vector<Pid> all;
      for (int i = 0; i < 6; ++i) {
        all.push_back(spawn(
            [](Pid observer) {
              auto others = expect<std::vector<Pid>>();
              int known = 0;
              for (int round = 0; round < repetitions(100); ++round) {
                for (Pid other : others) known += process_info(other) ? 1 : 0;
              }
              send(observer, Number{known});
              expect<Go>();
            },
            self()));
      }
      for (Pid process : all) send(process, all);
      int sum = 0;
      for (std::size_t i = 0; i < all.size(); ++i) sum += expect<Number>().value;
      for (Pid process : all) send(process, Go{});
      return sum;
    });
    CHECK(answers == 6 * 6 * repetitions(100));
  });
}

TEST_CASE("INF-2: asking a process that ends meanwhile is answered with nothing or the last snapshot") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        Pid other = spawn([] {});
        for (int i = 0; i < round % 3; ++i) yield();
        auto info = process_info(other);
        if (info && info->pid != other) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("ALV-1: after exit(p, kill) is_alive(p) is false, always") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (std::size_t occupation = 0; occupation < std::size(occupations); ++occupation) {
      CAPTURE(occupation);
      int alive = runtime.run(trusted([occupation] {
        int count = 0;
        for (int round = 0; round < repetitions(300); ++round) {
          Pid victim = spawn(trusted([occupation](Pid me) { occupations[occupation](me); }), self());
          for (int i = 0; i < round % 3; ++i) yield();
          exit(victim, ExitReason::kill);
          if (is_alive(victim)) ++count;
          if (round % 50 == 49) count_queued<Go>();
        }
        return count;
      }));
      CHECK(alive == 0);
    }
  });
}

TEST_CASE("ALV-1: it holds for every signal that ends the process, and for those that do not") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(500); ++round) {
        Pid victim = waiting_process();
        if (round % 2 == 0) yield();
        exit(victim, ExitReason::normal);
        if (!is_alive(victim)) ++unexpected;
        exit(victim, ExitReason::custom(1));
        if (is_alive(victim)) ++unexpected;
        Pid stubborn = spawn(SpawnOptions{.trap_exit = true}, [] { receive<Go>(); });
        exit(stubborn, ExitReason::shutdown);
        if (!is_alive(stubborn)) ++unexpected;
        exit(stubborn, ExitReason::kill);
        if (is_alive(stubborn)) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("ALV-1: one lives oneself, the null pid does not") {
  Runtime runtime(quiet(1));
  auto [own, null, dead] = runtime.run([] {
    return std::tuple{is_alive(self()), is_alive(Pid()), is_alive(dead_process())};
  });
  CHECK(own);
  CHECK_FALSE(null);
  CHECK_FALSE(dead);
}

TEST_CASE("ALV-1: a process that swallows its exit and does not stop is not alive") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool alive = runtime.run([] {
      Pid victim = spawn(
          [](Pid observer) {
            try {
              send(observer, Go{});
              receive<Never>();
            } catch (...) {
              for (int i = 0; i < 1000; ++i) charge(100);
            }
          },
          self());
      expect<Go>();
      exit(victim, ExitReason::kill);
      return is_alive(victim);
    });
    CHECK_FALSE(alive);
  });
}

// MON-1 to MON-3, MON-6: to be told once how another process ended.
#include <algorithm>
#include <set>

#include "support.hpp"

using namespace semantics;

namespace {

// Lives until it is told to go, or how to end.
void peer() {
  receive([](Go) {}, [](ExitReason reason) { exit(reason); });
}

}  // namespace

TEST_CASE("MON-1: a monitor is one way: the watched does not feel the end of its watcher") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool alive = runtime.run([] {
      Pid watched = spawn(peer);
      auto [watcher, watch] = spawn_monitor(
          [](Pid other) {
            monitor(other);
            exit(ExitReason::custom(1));
          },
          watched);
      expect_down(watch);
      return is_alive(watched);
    });
    CHECK(alive);
  });
}

TEST_CASE("MON-1: each call makes a monitor of its own and gives exactly one Down") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [distinct, downs, right, later] = runtime.run([] {
      Pid watched = spawn(peer);
      std::set<Monitor> monitors, told;
      for (int i = 0; i < 50; ++i) monitors.insert(monitor(watched));
      send(watched, ExitReason::custom(1));
      bool all_right = true;
      for (int i = 0; i < 50; ++i) {
        auto down = expect<Down>();
        told.insert(down.monitor);
        all_right = all_right && down.process == watched && down.reason == ExitReason::custom(1);
      }
      dead_process();
      return std::tuple{monitors.size(), told == monitors, all_right, count_queued<Down>()};
    });
    CHECK(distinct == 50);
    CHECK(downs);
    CHECK(right);
    CHECK(later == 0);
  });
}

TEST_CASE("MON-1: every watcher is told, and links do not stand in the way") {
  on_one_and_two_workers([](Runtime& runtime) {
    int told = runtime.run([] {
      static constexpr int watchers = 100;
      Pid watched = spawn(peer);
      for (int i = 0; i < watchers; ++i) {
        spawn(
            [](Pid other, Pid observer, bool also_links) {
              trap_exit(true);
              if (also_links) link(other);
              Monitor watch = monitor(other);
              send(observer, Go{});
              Down down = expect_down(watch);
              if (also_links) expect_exit(other);
              send(observer, Seen{down.process, down.reason});
            },
            watched, self(), i % 2 == 0);
      }
      for (int i = 0; i < watchers; ++i) expect<Go>();
      send(watched, ExitReason::custom(3));
      int right = 0;
      for (int i = 0; i < watchers; ++i) {
        auto seen = expect<Seen>();
        if (seen.from == watched && seen.reason == ExitReason::custom(3)) ++right;
      }
      return right;
    });
    CHECK(told == 100);
  });
}

TEST_CASE("MON-1: a monitor by name names the process that had it") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [process, reason] = runtime.run([] {
      Pid watched = spawn(peer);
      register_name("watched", watched);
      Monitor watch = monitor("watched");
      send(watched, ExitReason::custom(1));
      Down down = expect_down(watch);
      return std::pair{down.process == watched, down.reason};
    });
    CHECK(process);
    CHECK(reason == ExitReason::custom(1));
  });
}

TEST_CASE("MON-1: watchers that come and go in any order leave the others' monitors whole") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [listed, downs] = runtime.run([] {
      static constexpr std::size_t count = 60;
      Pid watched = spawn(peer);
      std::vector<Monitor> monitors;
      for (std::size_t i = 0; i < count; ++i) monitors.push_back(monitor(watched));
      // From the middle, the ends, and every other one.
      for (std::size_t i : {std::size_t{30}, std::size_t{0}, count - 1}) demonitor(monitors[i]);
      for (std::size_t i = 1; i < count; i += 2) demonitor(monitors[i]);
      std::size_t left = info_of(watched).monitored_by.size();
      send(watched, Go{});
      wait_for_end(watched);
      return std::pair{left, count_queued<Down>()};
    });
    CHECK(listed == 28);
    CHECK(downs == 28);
  });
}

TEST_CASE("MON-2: the reason of the Down is the reason of the end") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (const ExitReason& reason :
         {ExitReason::normal, ExitReason::kill, ExitReason::shutdown, ExitReason::error("text"),
          ExitReason::custom(std::vector<int>(10'000, 1))}) {
      CAPTURE(reason.text());
      ExitReason seen = runtime.run(
          [](ExitReason why) {
            Pid watched = spawn(peer);
            Monitor watch = monitor(watched);
            send(watched, why);
            return expect_down(watch).reason;
          },
          reason);
      CHECK(seen == reason);
    }
  });
}

TEST_CASE("MON-2: monitoring the dead, or a name that nobody has, gives noproc") {
  struct Result {
    ExitReason dead, null, unknown;
    bool dead_pid = false, null_pid = false, unknown_pid = false;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Result result = runtime.run([] {
      Result seen;
      Pid gone = dead_process();
      Down down = expect_down(monitor(gone));
      seen.dead = down.reason;
      seen.dead_pid = down.process == gone;
      down = expect_down(monitor(Pid()));
      seen.null = down.reason;
      seen.null_pid = down.process == Pid();
      down = expect_down(monitor("nobody"));
      seen.unknown = down.reason;
      seen.unknown_pid = down.process == Pid();
      return seen;
    });
    CHECK(result.dead == ExitReason::noproc);
    CHECK(result.dead_pid);
    CHECK(result.null == ExitReason::noproc);
    CHECK(result.null_pid);
    CHECK(result.unknown == ExitReason::noproc);
    CHECK(result.unknown_pid);
  });
}

TEST_CASE("MON-2: a process that is ending when it is monitored gives its reason or noproc, once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        Pid other = spawn([] { exit(ExitReason::custom(1)); });
        for (int i = 0; i < round % 3; ++i) yield();
        ExitReason first = expect_down(monitor(other)).reason;
        if (first != ExitReason::custom(1) && first != ExitReason::noproc) ++unexpected;
        if (expect_down(monitor(other)).reason != ExitReason::noproc) ++unexpected;
        if (count_queued<Down>() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("MON-3: monitoring oneself is legal and never fires") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [queued, distinct, reason] = runtime.run([] {
      register_name("me", self());
      Monitor by_pid = monitor(self()), by_name = monitor("me");
      dead_process();
      std::size_t length = queue_length();
      ExitReason end = reason_of([] {
        monitor(self());
        exit(ExitReason::custom(1));
      });
      return std::tuple{length, by_pid != by_name, end};
    });
    CHECK(queued == 0);
    CHECK(distinct);
    CHECK(reason == ExitReason::custom(1));
  });
}

TEST_CASE("MON-3: a monitor by name stays with the process that had the name when it was made") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [old_pid, old_reason, later] = runtime.run([] {
      Pid first = spawn(peer), second = spawn(peer);
      register_name("the name", first);
      Monitor watch = monitor("the name");
      unregister_name("the name");
      register_name("the name", second);
      send(second, ExitReason::custom(2));
      wait_for_end(second);
      int early = count_queued<Down>();
      send(first, ExitReason::custom(1));
      Down down = expect_down(watch);
      return std::tuple{down.process == first, down.reason, early + count_queued<Down>()};
    });
    CHECK(old_pid);
    CHECK(old_reason == ExitReason::custom(1));
    CHECK(later == 0);
  });
}

TEST_CASE("MON-6: what a process sent before its end is in the queue before its Down") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        int count = round % 10;
        spawn_monitor(
            [](Pid to, int messages) {
              for (int i = 0; i < messages; ++i) send(to, Number{i});
              exit(ExitReason::custom(1));
            },
            self(), count);
        std::vector<int> before;
        bool ended = false;
        while (!ended) {
          ended = receive(
              [&before](Number number) {
                before.push_back(number.value);
                return false;
              },
              [](Down) { return true; }, after(patience, [] { return true; }));
        }
        if (before != numbers_up_to(count) || queue_length() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("MON-6: it holds for messages by name and by alias, and for a process that is killed") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      register_name("observer", self());
      for (int round = 0; round < repetitions(200); ++round) {
        auto [process, watch] = spawn_monitor(
            [](Alias address) {
              for (int i = 0;; i += 2) {
                send("observer", Number{i});
                send(address, Number{i + 1});
                if (i % 64 == 0) yield();
              }
            },
            alias());
        while (expect<Number>().value < 20) {
        }
        exit(process, ExitReason::kill);
        expect_down(watch);
        count_queued<Number>();
        dead_process();
        if (take_queued<Number>()) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("MON-6: links and monitors of one process all tell of its end, whatever stands beside them") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      trap_exit(true);
      for (int round = 0; round < repetitions(100); ++round) {
        Pid other = spawn_link(peer);
        Monitor first = monitor(other), second = monitor(other), third = monitor(other);
        if (round % 2 == 0) unlink(other);
        demonitor(second);
        send(other, ExitReason::custom(round));
        if (expect_down(first).reason != ExitReason::custom(round)) ++unexpected;
        if (expect_down(third).reason != ExitReason::custom(round)) ++unexpected;
        if (round % 2 != 0 && expect_exit(other).reason != ExitReason::custom(round)) ++unexpected;
        wait_for_end(other);
        if (queue_length() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

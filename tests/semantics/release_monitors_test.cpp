// The monitors of a dead process are gone before anybody is told of its end.
#include "support.hpp"

using namespace semantics;

namespace {

void end(Pid process, int round) {
  if (round % 3 == 0) send(process, Go{});
  if (round % 3 == 1) exit(process, ExitReason::shutdown);
  if (round % 3 == 2) exit(process, ExitReason::kill);
}

}  // namespace

TEST_CASE("SIG-6: who sees a Down finds the monitors of the dead gone") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      Pid watched = waiting_process();
      int left = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        auto [watcher, watch] = spawn_monitor(
            [](Pid other, Pid observer) {
              for (int i = 0; i < 10; ++i) monitor(other);
              send(observer, Go{});
              receive<Go>();
            },
            watched, self());
        expect<Go>();
        end(watcher, round);
        expect_down(watch);
        std::vector<Pid> watchers = info_of(watched).monitored_by;
        for (Pid other : watchers) {
          if (other == watcher) ++left;
        }
      }
      return left;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SIG-6: who sees the exit of a link finds the monitors of the dead gone") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      trap_exit(true);
      Pid watched = waiting_process();
      int left = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        Pid watcher = spawn_link(
            [](Pid other, Pid observer) {
              for (int i = 0; i < 10; ++i) monitor(other);
              send(observer, Go{});
              receive<Go>();
            },
            watched, self());
        expect<Go>();
        end(watcher, round);
        expect_exit(watcher);
        std::vector<Pid> watchers = info_of(watched).monitored_by;
        for (Pid other : watchers) {
          if (other == watcher) ++left;
        }
      }
      return left;
    });
    CHECK(wrong == 0);
  });
}

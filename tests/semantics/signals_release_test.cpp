// SIG-6: who learns that a process has ended finds all that it had given up already.
#include "support.hpp"

using namespace semantics;

namespace {

const int rounds = repetitions(300);

// Registers itself, then ends as it is told.
void named(Pid observer) {
  register_name("the name", self());
  send(observer, Go{});
  receive<Go>();
}

// Whether the name can be taken by the caller at once. Gives it back.
bool can_take_the_name() {
  if (whereis("the name")) return false;
  try {
    register_name("the name", self());
  } catch (const BadName&) {
    return false;
  }
  unregister_name("the name");
  return true;
}

void end(Pid process, int round) {
  if (round % 3 == 0) send(process, Go{});
  if (round % 3 == 1) exit(process, ExitReason::shutdown);
  if (round % 3 == 2) exit(process, ExitReason::kill);
}

}  // namespace

TEST_CASE("SIG-6: who sees a Down can take the name of the dead at once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int failed = runtime.run([] {
      int taken = 0;
      for (int round = 0; round < rounds; ++round) {
        auto [process, watch] = spawn_monitor(named, self());
        expect<Go>();
        end(process, round);
        expect_down(watch);
        if (!can_take_the_name()) ++taken;
      }
      return taken;
    });
    CHECK(failed == 0);
  });
}

TEST_CASE("SIG-6: who sees the exit signal of a link can take the name of the dead at once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int failed = runtime.run([] {
      trap_exit(true);
      int taken = 0;
      for (int round = 0; round < rounds; ++round) {
        Pid process = spawn_link(named, self());
        expect<Go>();
        end(process, round);
        expect_exit(process);
        if (!can_take_the_name()) ++taken;
      }
      return taken;
    });
    CHECK(failed == 0);
  });
}

TEST_CASE("SIG-6: who hears that a process is not alive can take its name at once") {
  on_one_and_two_workers([](Runtime& runtime) {
    int failed = runtime.run([] {
      int taken = 0;
      for (int round = 0; round < rounds; ++round) {
        Pid process = spawn(named, self());
        expect<Go>();
        exit(process, round % 2 == 0 ? ExitReason::kill : ExitReason::shutdown);
        if (is_alive(process) || !can_take_the_name()) ++taken;
      }
      return taken;
    });
    CHECK(failed == 0);
  });
}

TEST_CASE("SIG-6: a name is free again when Runtime::run returns") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (int round = 0; round < repetitions(100); ++round) {
      runtime.run([] { register_name("main", self()); });
    }
    CHECK_FALSE(runtime.run([] { return whereis("main").has_value(); }));
  });
}

TEST_CASE("SIG-6: who sees a Down finds the process not alive, unknown and unlisted") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int found = 0;
      for (int round = 0; round < rounds; ++round) {
        auto [process, watch] = spawn_monitor([] { receive<Go>(); });
        if (round % 2 == 0) yield();
        end(process, round);
        expect_down(watch);
        if (is_alive(process) || process_info(process) || process_brief(process)) ++found;
        for (Pid other : processes()) {
          if (other == process) ++found;
        }
      }
      return found;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SIG-6: who sees a Down finds the timers for the dead gone") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> dropped{0};
    int wrong = runtime.run(trusted([&dropped] {
      int left = 0;
      for (int round = 0; round < rounds; ++round) {
        auto [process, watch] = spawn_monitor([] { receive<Go>(); });
        TimerId timer = send_after(1h, process, Witness(dropped));
        end(process, round);
        expect_down(watch);
        if (dropped != round + 1 || read_timer(timer) || cancel(timer)) ++left;
      }
      return left;
    }));
    CHECK(wrong == 0);
  });
}

TEST_CASE("SIG-6: who sees a Down finds the aliases of the dead inactive") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> dropped{0};
    int wrong = runtime.run(trusted([&dropped] {
      int delivered = 0;
      for (int round = 0; round < rounds; ++round) {
        auto [process, watch] = spawn_monitor(
            [](Pid observer) {
              send(observer, alias());
              receive<Go>();
            },
            self());
        Alias address = expect<Alias>();
        end(process, round);
        expect_down(watch);
        send(address, Witness(dropped));
        if (dropped != round + 1) ++delivered;
      }
      return delivered;
    }));
    CHECK(wrong == 0);
  });
}

TEST_CASE("SIG-6: what a process owns is destroyed before a watcher sees its Down") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> ended{0};
    int wrong = runtime.run(trusted([&ended] {
      int left = 0;
      for (int round = 0; round < rounds; ++round) {
        ended = 0;
        auto [process, watch] = spawn_monitor(
            [](Witness, Pid observer) {
              auto mine = expect<Witness>();  // on its stack; another stays in its queue
              send(observer, Go{});
              receive<Go>();
            },
            Witness(ended), self());
        send(process, Witness(ended));
        send(process, Witness(ended));
        expect<Go>();
        end(process, round);
        expect_down(watch);
        if (ended != 3) ++left;
      }
      return left;
    }));
    CHECK(wrong == 0);
  });
}

// What an adversarial review found, each with the case that failed before its fix.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <throng/throng.hpp>

using namespace throng;

namespace {

struct Go {};
struct Never {};

RuntimeOptions quiet(unsigned workers) {
  RuntimeOptions options;
  options.workers = workers;
  options.report_crashes = false;
  return options;
}

struct AtEnd {
  std::function<void()> act;
  ~AtEnd() { act(); }
};

}  // namespace

TEST_CASE("EXT-2: a kill taken by a charge just before the rest is not lost") {
  Runtime runtime(quiet(1));
  bool told = runtime.run([] {
    auto [child, watch] = spawn_monitor([] {
      charge(1);  // the kill lies here already: it was sent before the first turn
      return rest(0, [](int&, Go) {});
    });
    exit(child, ExitReason::kill);
    return receive<Down>(20s).has_value();
  });
  CHECK(told);
}

TEST_CASE("run() of a body that leaves by exit(normal) has no value and says so") {
  Runtime runtime(quiet(1));
  CHECK_THROWS_AS(static_cast<void>(runtime.run([]() -> int { exit(ExitReason::normal); })), ProcessExited);
}

TEST_CASE("MON-4: a guard may not flush a monitor, which could be the message it looks at") {
  Runtime runtime(quiet(1));
  bool refused = runtime.run([] {
    auto [child, watch] = spawn_monitor([] {});
    bool thrown = false;
    try {
      receive(when(
                  [watch = watch](const Down&) {
                    demonitor(watch, true);
                    return true;
                  },
                  [](Down) {}),
              after(20s, [] {}));
    } catch (const std::logic_error&) {
      thrown = true;
    }
    return thrown && receive<Down>(20s).has_value();
  });
  CHECK(refused);
}

TEST_CASE("EXT-5: a send to a name that is gone, in a destructor of an exit, does not end the host") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    auto [child, watch] = spawn_monitor(
        [](Pid parent) {
          AtEnd farewell{[] { send("nobody has this name", Go{}); }};
          send(parent, Go{});
          receive<Never>();
        },
        self());
    receive<Go>();
    exit(child, ExitReason::kill);
    return receive<Down>(20s).value().reason;
  });
  CHECK(reason == ExitReason::killed);
}

TEST_CASE("SIG-6: who monitors a process that is unwinding is told when its name is free") {
  Runtime runtime(quiet(2));
  bool was_free = runtime.run(trusted([] {
    std::atomic<bool> unwinding{false}, may_end{false};
    Pid child = spawn(trusted([&] {
      register_name("contended", self());
      AtEnd slowly{[&] {
        unwinding = true;
        unwinding.notify_all();
        while (!may_end) yield();
      }};
      exit(self(), ExitReason::kill);
    }));
    while (!unwinding) yield();
    Monitor watch = monitor(child);
    may_end = true;
    bool ok = receive<Down>(20s).value().monitor == watch;
    register_name("contended", self());
    return ok && whereis("contended") == self();
  }));
  CHECK(was_free);
}

TEST_CASE("RCV-2: a time-out too long for nanoseconds is without end") {
  Runtime runtime(quiet(1));
  bool received = runtime.run([] {
    spawn([](Pid to) { send(to, Go{}); }, self());
    return receive<Go>(std::chrono::milliseconds::max()).has_value();
  });
  CHECK(received);
}

TEST_CASE("A host that runs something while another stops the runtime is never left waiting") {
  for (int round = 0; round < 200; ++round) {
    Runtime runtime(quiet(1));
    std::atomic<bool> returned{false};
    std::thread host([&] {
      try {
        for (;;) runtime.run([] {});
      } catch (const std::exception&) {
        returned = true;
      }
    });
    runtime.stop(20s);
    host.join();
    CHECK(returned);
  }
}

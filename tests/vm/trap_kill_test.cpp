// What a kill does to a process that waits, or will not hear of it: its destructors run, a handler that
// swallows it only delays it, and no loop outlives it (EXT-5).
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <throng/base/config.hpp>
#include <throng/vm/blocking.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/rest.hpp>
#include <throng/vm/runtime.hpp>
#include <utility>

namespace {

using namespace throng;

struct Never {};
struct Ready {};

// What happened in the victim. One victim at a time, so one set of these.
std::atomic<int> destroyed{0};
std::atomic<int> reached{0};
std::atomic<bool> released{false};

struct Guard {
  static constexpr bool sendable = true;
  Guard() = default;
  Guard(Guard&& other) noexcept : counts(std::exchange(other.counts, false)) {}
  Guard& operator=(Guard&&) = delete;
  ~Guard() {
    if (counts) ++destroyed;
  }
  bool counts = true;
};

RuntimeOptions quiet(unsigned workers) {
  RuntimeOptions options;
  options.workers = workers;
  options.report_crashes = false;
  return options;
}

// -- killed while it waits

void wait_until_it_waits(Pid victim) {
  while (process_brief(victim)->status != ProcessStatus::waiting) yield();
}

template <class Wait>
THRONG_NOINLINE void wait_in_a_deeper_frame(Wait wait) {
  Guard guard;
  wait();
  ++reached;
}

template <class Wait>
void wait_under_guards(Pid watcher, Wait wait) {
  Guard guard;
  send(watcher, Ready{});
  wait_in_a_deeper_frame(wait);
  ++reached;
}

struct Outcome {
  ExitReason reason;
  int destroyed_before_down = 0;
};

// Kills one that waits in `wait`.
template <class Wait>
Outcome kill_who_waits(Wait wait) {
  auto [victim, watch] = spawn_monitor(wait_under_guards<Wait>, self(), wait);
  receive<Ready>();
  wait_until_it_waits(victim);
  exit(victim, ExitReason::kill);
  ExitReason reason = receive<Down>().reason;
  return {reason, destroyed};
}

template <class Wait>
void check_destructors_run(Wait wait) {
  destroyed = reached = 0;
  released = false;
  // One may be held by who answers nobody, one by who looks on without waiting.
  Runtime runtime(quiet(3));
  Outcome outcome = runtime.run(kill_who_waits<Wait>, wait);
  released = true;
  released.notify_all();
  CHECK(outcome.reason == ExitReason::killed);
  CHECK(outcome.destroyed_before_down == 2);
  CHECK(destroyed.load() == 2);
  CHECK(reached.load() == 0);
}

std::atomic<bool> deaf_runs{false};

// Runs, and answers nobody. Before its first turn its worker would answer for it.
void deaf() {
  deaf_runs = true;
  while (!released) std::this_thread::yield();
}

}  // namespace

TEST_CASE("EXT-5: a process that is killed while it waits runs its destructors, before its death is told") {
  SUBCASE("receive") {
    check_destructors_run([] { receive<Never>(); });
  }
  SUBCASE("receive with clauses") {
    check_destructors_run([] { receive([](Never) {}, [](int) {}); });
  }
  SUBCASE("receive with a time-out") {
    check_destructors_run([] { receive<Never>(1h); });
  }
  SUBCASE("sleep") {
    check_destructors_run([] { sleep(1h); });
  }
  SUBCASE("blocking") {
    check_destructors_run([] { blocking([] { released.wait(false); }); });
  }
  SUBCASE("process_info of one that does not answer") {
    check_destructors_run([] {
      deaf_runs = false;
      Pid other = spawn(deaf);
      while (!deaf_runs) yield();
      static_cast<void>(process_info(other));
    });
  }
}

TEST_CASE("EXT-5: what a process that never ran was given is destroyed when it is killed") {
  destroyed = reached = 0;
  Runtime runtime(quiet(1));  // one worker: the child can't run before its parent waits
  ExitReason reason = runtime.run([] {
    auto [victim, watch] = spawn_monitor([](const Guard&) { ++reached; }, Guard());
    exit(victim, ExitReason::kill);
    return receive<Down>().reason;
  });
  CHECK(reason == ExitReason::killed);
  CHECK(destroyed.load() == 1);
  CHECK(reached.load() == 0);
}

TEST_CASE("EXT-5: the state of a process at rest is destroyed when it is killed") {
  destroyed = 0;
  Runtime runtime(quiet(2));
  ExitReason reason = runtime.run([] {
    auto [victim, watch] = spawn_monitor([] { return rest(Guard(), [](Guard&, Never) {}); });
    while (process_info(victim)->stack_size != 0) yield();  // at rest
    exit(victim, ExitReason::kill);
    return receive<Down>().reason;
  });
  CHECK(reason == ExitReason::killed);
  CHECK(destroyed.load() == 1);
}

// -- a kill that is swallowed

namespace {

template <class Next>
void swallow_and_go_on(Pid watcher, Next next) {
  Guard guard;
  try {
    send(watcher, Ready{});
    receive<Never>();
  } catch (...) {
    ++reached;  // and it goes on
  }
  send(watcher, Never{});  // has no effect any more
  ++reached;
  next();
  reached += 100;
}

struct Swallowed {
  ExitReason reason;
  bool sent_something = false;
};

template <class Next>
Swallowed kill_who_swallows(Next next) {
  auto [victim, watch] = spawn_monitor(swallow_and_go_on<Next>, self(), next);
  receive<Ready>();
  wait_until_it_waits(victim);
  exit(victim, ExitReason::kill);
  ExitReason reason = receive<Down>().reason;
  return {reason, receive<Never>(0ms).has_value()};
}

template <class Next>
void check_delays_only(Next next) {
  destroyed = reached = 0;
  released = true;
  Runtime runtime(quiet(2));
  Swallowed outcome = runtime.run(kill_who_swallows<Next>, next);
  CHECK(outcome.reason == ExitReason::killed);
  CHECK_FALSE(outcome.sent_something);
  CHECK(reached.load() == 2);
  CHECK(destroyed.load() == 1);
}

}  // namespace

TEST_CASE("EXT-5: catch (...) that swallows a kill delays it to the next call that may block") {
  SUBCASE("receive") {
    check_delays_only([] { receive<Never>(); });
  }
  SUBCASE("receive that looks once") {
    check_delays_only([] { receive<Never>(0ms); });
  }
  SUBCASE("sleep") {
    check_delays_only([] { sleep(1ms); });
  }
  SUBCASE("yield") {
    check_delays_only([] { yield(); });
  }
  SUBCASE("blocking") {
    check_delays_only([] { blocking([] {}); });
  }
  SUBCASE("is_alive") {
    check_delays_only([] { is_alive(spawn([] {})); });
  }
}

// -- loops that will not end

namespace {

template <class Loop>
ExitReason kill_the_loop(Loop loop) {
  auto [victim, watch] = spawn_monitor(
      [](Pid watcher, Loop body) {
        send(watcher, Ready{});
        body();
      },
      self(), loop);
  receive<Ready>();
  exit(victim, ExitReason::kill);
  return receive<Down>().reason;
}

template <class Loop>
void check_ends(Loop loop) {
  Runtime runtime(quiet(2));
  CHECK(runtime.run(kill_the_loop<Loop>, loop) == ExitReason::killed);
}

}  // namespace

TEST_CASE("EXT-5: a process is ended by a kill though it swallows it and loops") {
  SUBCASE("over calls that never block") {
    check_ends([] {
      for (;;) send(Pid(), 1);
    });
  }
  SUBCASE("over charge()") {
    check_ends([] {
      for (;;) charge(100);
    });
  }
  SUBCASE("over calls that block, each of which it swallows") {
    check_ends([] {
      for (;;) {
        try {
          receive<Never>();
        } catch (...) {
        }
      }
    });
  }
  SUBCASE("in a handler of the kill, over calls that never block") {
    check_ends([] {
      try {
        receive<Never>();
      } catch (...) {
        for (;;) send(Pid(), 1);
      }
    });
  }
}

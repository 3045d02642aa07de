// Runtime calls in destructors while a kill unwinds the stack: they neither end the host, whatever they do,
// nor have any effect on others (EXT-5).
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <throng/vm/blocking.hpp>
#include <throng/vm/inspect.hpp>
#include <throng/vm/process.hpp>
#include <throng/vm/receive.hpp>
#include <throng/vm/runtime.hpp>
#include <throng/vm/timer.hpp>

namespace {

using namespace throng;

struct Never {};
struct Ready {};
struct Stray {};

std::atomic<int> begun{0};     // destructors entered
std::atomic<int> returned{0};  // destructors whose call came back
std::atomic<int> spawned{0};   // children that ran
std::atomic<bool> unexpected{false};

template <class Call>
struct CallsWhenDestroyed {
  Pid watcher;
  Call call;
  ~CallsWhenDestroyed() {
    ++begun;
    call(watcher);
    ++returned;
  }
};

template <class Call>
void victim(Pid watcher, Call call) {
  CallsWhenDestroyed<Call> outer{watcher, call};
  CallsWhenDestroyed<Call> inner{watcher, call};
  send(watcher, Ready{});
  receive<Never>();
}

struct Outcome {
  ExitReason reason;
  bool stray = false;   // a message came from the dead
  bool signal = false;  // or an exit signal, or a Down
  bool linked = false;
  bool named = false;
};

template <class Call>
Outcome kill_it(Call call) {
  trap_exit(true);
  auto [pid, watch] = spawn_monitor(victim<Call>, self(), call);
  receive<Ready>();
  while (process_brief(pid)->status != ProcessStatus::waiting) yield();
  exit(pid, ExitReason::kill);
  Outcome outcome;
  outcome.reason = receive<Down>().reason;
  // What its calls could have done is older than this answer, or started by a child that runs by now.
  for (int i = 0; i < 10; ++i) yield();
  outcome.stray = receive<Stray>(0ms).has_value();
  outcome.signal = receive<Exit>(0ms).has_value() || receive<Down>(0ms).has_value();
  outcome.linked = !process_info(self())->links.empty();
  outcome.named = whereis("stray").has_value();
  return outcome;
}

template <class Call>
void check_harmless(Call call, int comes_back = 2) {
  begun = returned = spawned = 0;
  unexpected = false;
  RuntimeOptions options;
  options.workers = 2;
  options.report_crashes = false;
  Runtime runtime(options);
  Outcome outcome = runtime.run(kill_it<Call>, call);
  CHECK(outcome.reason == ExitReason::killed);
  CHECK_FALSE(outcome.stray);
  CHECK_FALSE(outcome.signal);
  CHECK_FALSE(outcome.linked);
  CHECK_FALSE(outcome.named);
  CHECK(spawned.load() == 0);
  CHECK_FALSE(unexpected.load());
  CHECK(returned.load() == comes_back);
  CHECK(begun.load() == (comes_back == 0 ? 1 : 2));
  CHECK(runtime.run([] { return 7; }) == 7);  // nothing else is disturbed
  CHECK(runtime.stop(5s).overstayed.empty());
}

}  // namespace

TEST_CASE("EXT-5: calls to others in destructors during a kill have no effect") {
  SUBCASE("send") {
    check_harmless([](Pid watcher) { send(watcher, Stray{}); });
  }
  SUBCASE("send_after") {
    check_harmless([](Pid watcher) { send_after(0ms, watcher, Stray{}); });
  }
  SUBCASE("spawn") {
    check_harmless([](Pid) {
      if (spawn([] { ++spawned; })) unexpected = true;
    });
  }
  SUBCASE("spawn_link and spawn_monitor") {
    check_harmless([](Pid) {
      spawn_link([] { ++spawned; });
      spawn_monitor([] { ++spawned; });
    });
  }
  SUBCASE("link and unlink") {
    check_harmless([](Pid watcher) {
      link(watcher);
      unlink(watcher);
      link(watcher);
    });
  }
  SUBCASE("link to the dead") {
    check_harmless([](Pid) { link(Pid(1)); });
  }
  SUBCASE("monitor") {
    check_harmless([](Pid watcher) {
      Monitor made = monitor(watcher);
      demonitor(made, true);
      monitor("nobody");
    });
  }
  SUBCASE("exit of another") {
    check_harmless([](Pid watcher) { exit(watcher, ExitReason::error("stray")); });
  }
}

TEST_CASE("EXT-5: calls that would wait don't in destructors during a kill") {
  SUBCASE("receive with a time-out") {
    check_harmless([](Pid) {
      if (receive<Never>(1h)) unexpected = true;
    });
  }
  SUBCASE("sleep") {
    check_harmless([](Pid) { sleep(1h); });
  }
  SUBCASE("yield and charge") {
    check_harmless([](Pid) {
      yield();
      charge(1'000);
      yield();
    });
  }
  SUBCASE("is_alive, process_info") {
    check_harmless([](Pid watcher) {
      static_cast<void>(is_alive(watcher));
      static_cast<void>(process_info(watcher));
    });
  }
  SUBCASE("blocking does its work where it is") {
    check_harmless([](Pid) {
      if (blocking([] { return 5; }) != 5) unexpected = true;
    });
  }
}

TEST_CASE("EXT-5: calls that can't come back end the process in destructors during a kill, and only it") {
  SUBCASE("receive without a time-out") {
    check_harmless([](Pid) { receive<Never>(); }, 0);
  }
  SUBCASE("exit, though its reason comes too late") {
    check_harmless([](Pid) { exit(ExitReason::error("too late")); }, 0);
  }
  SUBCASE("exit of oneself comes back, since the end is settled") {
    check_harmless([](Pid) { exit(self(), ExitReason::error("too late")); });
  }
}

TEST_CASE("EXT-5: calls about oneself in destructors during a kill") {
  SUBCASE("self, trap_exit, priority, processes") {
    check_harmless([](Pid) {
      if (!self()) unexpected = true;
      trap_exit(true);
      priority(Priority::high);
      static_cast<void>(processes());
      static_cast<void>(runtime_info());
    });
  }
  SUBCASE("an exception that is thrown and caught in the destructor") {
    check_harmless([](Pid watcher) {
      try {
        send(watcher, Stray{});
        throw std::string("of the destructor's");
      } catch (const std::string&) {
        send(watcher, Stray{});
      }
    });
  }
}

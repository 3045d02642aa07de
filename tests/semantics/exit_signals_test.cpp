// EXT-2 to EXT-4: what an exit signal does, by its reason, its way and its receiver.
#include "support.hpp"

using namespace semantics;

namespace {

// How a process came through.
constexpr int untouched = 0, told = 1, told_wrong = 2;

ExitReason survived(int how) { return ExitReason::custom(how); }

// Waits for Go, looks whether an exit signal has become a message before, and ends with what it found.
[[noreturn]] void end_with_what_came(Pid from, const ExitReason& reason) {
  expect<Go>();
  std::optional<Exit> message = receive<Exit>(0ms);
  if (!message) exit(survived(untouched));
  exit(survived(message->from == from && message->reason == reason ? told : told_wrong));
}

// The fate of a process to which another one sends an exit signal.
ExitReason fate_by_other(bool traps, ExitReason reason) {
  auto [victim, watch] = spawn_monitor(
      [](Pid other, bool trapping, ExitReason why) {
        trap_exit(trapping);
        send(other, Hello{self()});
        end_with_what_came(other, why);
      },
      self(), traps, reason);
  expect<Hello>();
  exit(victim, reason);
  send(victim, Go{});  // comes after the exit signal
  return expect_down(watch).reason;
}

// The fate of a process that sends an exit signal to itself.
ExitReason fate_by_self(bool traps, ExitReason reason) {
  auto [victim, watch] = spawn_monitor(
      [](bool trapping, ExitReason why) {
        trap_exit(trapping);
        send(self(), Go{});
        exit(self(), why);
        end_with_what_came(self(), why);
      },
      traps, reason);
  return expect_down(watch).reason;
}

// The fate of a process that is linked to one that ends.
ExitReason fate_by_link(bool traps, ExitReason reason) {
  return reason_of(
      [](bool trapping, ExitReason why) {
        trap_exit(trapping);
        Pid peer = spawn_link(
            [](ExitReason end) {
              expect<Go>();
              exit(end);
            },
            why);
        Monitor watch = monitor(peer);
        send(peer, Go{});
        if (trapping) {
          auto message = expect<Exit>();
          exit(survived(message.from == peer && message.reason == why ? told : told_wrong));
        }
        expect_down(watch);
        if (!why.is_normal()) receive<Never>(patience);
        exit(survived(untouched));
      },
      traps, reason);
}

// A process, linked to the next one, and so on, `further` times. It ends itself as it is told.
void link_of_chain(int further, Pid observer) {
  if (further > 0) spawn_link(link_of_chain, further - 1, observer);
  send(observer, Hello{self()});
  receive([](Go) { exit(ExitReason::kill); }, [](Done) { exit(self(), ExitReason::kill); });
}

enum class Way { by_returning_exit, by_signal_to_itself, by_another };

// How many of a chain of processes end, and with the reason given, when the first one does.
int count_chain_ends(int links, Way way, ExitReason first_reason, ExitReason reason) {
  Pid first = spawn(link_of_chain, links, self());
  std::vector<Down> ends;
  std::vector<Monitor> monitors;
  for (int i = 0; i <= links; ++i) monitors.push_back(monitor(expect<Hello>().from));
  if (way == Way::by_returning_exit) send(first, Go{});
  if (way == Way::by_signal_to_itself) send(first, Done{});
  if (way == Way::by_another) exit(first, ExitReason::kill);
  int right = 0;
  for (Monitor watch : monitors) {
    Down down = expect_down(watch);
    if (down.reason == (down.process == first ? first_reason : reason)) ++right;
  }
  return right;
}

std::vector<ExitReason> ordinary_reasons() {
  return {ExitReason::shutdown, ExitReason::killed, ExitReason::noproc, ExitReason::error("text"),
          ExitReason::custom(std::string("value"))};
}

}  // namespace

TEST_CASE("EXT-2: kill ends a process with the reason killed, trapping or not, by others and by itself") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (bool traps : {false, true}) {
      CAPTURE(traps);
      auto [by_other, by_self] = runtime.run(
          [](bool trapping) {
            return std::pair{fate_by_other(trapping, ExitReason::kill),
                             fate_by_self(trapping, ExitReason::kill)};
          },
          traps);
      CHECK(by_other == ExitReason::killed);
      CHECK(by_self == ExitReason::killed);
    }
  });
}

TEST_CASE("EXT-2: a process that traps exits is told of any other reason, normal too, by itself as well") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<ExitReason> reasons = ordinary_reasons();
    reasons.push_back(ExitReason::normal);
    for (const ExitReason& reason : reasons) {
      CAPTURE(reason.text());
      auto [by_other, by_self] = runtime.run(
          [](ExitReason why) {
            return std::pair{fate_by_other(true, why), fate_by_self(true, why)};
          },
          reason);
      CHECK(by_other == survived(told));
      CHECK(by_self == survived(told));
    }
  });
}

TEST_CASE("EXT-2: normal from another is ignored by who does not trap, from itself it ends the process") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [by_other, by_self] = runtime.run([] {
      return std::pair{fate_by_other(false, ExitReason::normal), fate_by_self(false, ExitReason::normal)};
    });
    CHECK(by_other == survived(untouched));
    CHECK(by_self == ExitReason::normal);
  });
}

TEST_CASE("EXT-2: any other reason ends a process that does not trap, by others and by itself") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (const ExitReason& reason : ordinary_reasons()) {
      CAPTURE(reason.text());
      auto [by_other, by_self] = runtime.run(
          [](ExitReason why) {
            return std::pair{fate_by_other(false, why), fate_by_self(false, why)};
          },
          reason);
      CHECK(by_other == reason);
      CHECK(by_self == reason);
    }
  });
}

TEST_CASE("EXT-2: an exit signal to itself has taken effect when the call would return") {
  Runtime runtime(quiet(1));
  std::atomic<int> steps{0};
  auto [reason, queued] = runtime.run(trusted([&steps] {
    ExitReason end = reason_of(trusted([&steps] {
      ++steps;
      exit(self(), ExitReason::shutdown);
      ++steps;
    }));
    trap_exit(true);
    exit(self(), ExitReason::normal);
    return std::pair{end, queue_length()};
  }));
  CHECK(reason == ExitReason::shutdown);
  CHECK(steps == 1);
  CHECK(queued == 1);
}

TEST_CASE("EXT-2: of two exit signals the first one is the reason") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        auto [victim, watch] = spawn_monitor([] { receive<Go>(); });
        if (round % 2 == 0) yield();
        exit(victim, ExitReason::custom(1));
        exit(victim, ExitReason::kill);
        exit(victim, ExitReason::custom(2));
        if (expect_down(watch).reason != ExitReason::custom(1)) ++unexpected;
      }
      return unexpected + count_queued<Down>();
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("EXT-2: an ignored normal between others changes nothing") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    auto [victim, watch] = spawn_monitor([] { receive<Go>(); });
    for (int i = 0; i < 100; ++i) exit(victim, ExitReason::normal);
    if (!is_alive(victim)) return ExitReason::custom(1);
    exit(victim, ExitReason::shutdown);
    return expect_down(watch).reason;
  });
  CHECK(reason == ExitReason::shutdown);
}

TEST_CASE("EXT-2: trap_exit gives the old setting and holds for the signals that come later") {
  Runtime runtime(quiet(1));
  auto [first, second, third] = runtime.run([] {
    bool a = trap_exit(true), b = trap_exit(true), c = trap_exit(false);
    return std::tuple{a, b, c};
  });
  CHECK_FALSE(first);
  CHECK(second);
  CHECK(third);
}

TEST_CASE("EXT-3: a process that traps exits is told how a linked one ended, kill and normal included") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<ExitReason> reasons = ordinary_reasons();
    reasons.push_back(ExitReason::normal);
    reasons.push_back(ExitReason::kill);
    for (const ExitReason& reason : reasons) {
      CAPTURE(reason.text());
      ExitReason fate = runtime.run([](ExitReason why) { return fate_by_link(true, why); }, reason);
      CHECK(fate == survived(told));
    }
  });
}

TEST_CASE("EXT-3: a process that does not trap ends with the same reason, except for normal") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (const ExitReason& reason : ordinary_reasons()) {
      CAPTURE(reason.text());
      ExitReason fate = runtime.run([](ExitReason why) { return fate_by_link(false, why); }, reason);
      CHECK(fate == reason);
    }
    CHECK(runtime.run([] { return fate_by_link(false, ExitReason::normal); }) == survived(untouched));
  });
}

TEST_CASE("EXT-3: kill that comes through a link does not become killed") {
  on_one_and_two_workers([](Runtime& runtime) {
    CHECK(runtime.run([] { return fate_by_link(false, ExitReason::kill); }) == ExitReason::kill);
    CHECK(runtime.run([] { return fate_by_link(true, ExitReason::kill); }) == survived(told));
  });
}

TEST_CASE("EXT-4: who exits with kill passes kill on, who is killed passes killed on, along any chain") {
  on_one_and_two_workers([](Runtime& runtime) {
    for (int links : {1, 2, 9, 10}) {
      CAPTURE(links);
      auto [by_exit, by_itself, by_another] = runtime.run(
          [](int length) {
            const ExitReason kill = ExitReason::kill, killed = ExitReason::killed;
            return std::tuple{count_chain_ends(length, Way::by_returning_exit, kill, kill),
                              count_chain_ends(length, Way::by_signal_to_itself, killed, killed),
                              count_chain_ends(length, Way::by_another, killed, killed)};
          },
          links);
      CHECK(by_exit == links + 1);
      CHECK(by_itself == links + 1);
      CHECK(by_another == links + 1);
    }
  });
}

TEST_CASE("EXT-4: a trapping process at the end of a link sees kill or killed") {
  Runtime runtime(quiet(1));
  auto [kill, killed] = runtime.run([] {
    trap_exit(true);
    ExitReason own = expect_exit(spawn_link([] { exit(ExitReason::kill); })).reason;
    Pid victim = spawn_link([] { receive<Go>(); });
    exit(victim, ExitReason::kill);
    return std::pair{own, expect_exit(victim).reason};
  });
  CHECK(kill == ExitReason::kill);
  CHECK(killed == ExitReason::killed);
}

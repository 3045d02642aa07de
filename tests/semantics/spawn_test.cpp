// SPN-1 to SPN-3, SPN-5: how processes come to be, and what their pids mean.
#include <set>

#include "support.hpp"

using namespace semantics;

namespace {

void end_at_once(int how) {
  if (how % 3 == 1) exit(ExitReason::shutdown);
  if (how % 3 == 2) throw std::runtime_error("at once");
}

bool fits(const ExitReason& reason, int how) {
  if (how % 3 == 0) return reason.is_normal();
  if (how % 3 == 1) return reason == ExitReason::shutdown;
  return reason.is_error() && reason.text().find("at once") != std::string::npos;
}

}  // namespace

TEST_CASE("SPN-1: the end of a child is never missed by who made it with a monitor") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int missed = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        auto [child, watch] = spawn_monitor(end_at_once, round);
        Down down = expect_down(watch);
        if (down.process != child || !fits(down.reason, round)) ++missed;
      }
      return missed + static_cast<int>(queue_length());
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SPN-1: the end of a child is never missed by who made it with a link") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      trap_exit(true);
      int missed = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        Pid child = spawn_link(end_at_once, round);
        if (!fits(expect_exit(child).reason, round)) ++missed;
      }
      return missed + static_cast<int>(queue_length());
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SPN-1: a linked child that crashes takes a parent along that does not trap exits") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    return reason_of([] {
      spawn_link([] { exit(ExitReason::custom(5)); });
      receive<Never>();
    });
  });
  CHECK(reason == ExitReason::custom(5));
}

TEST_CASE("SPN-1: the link of spawn_link holds the child too, though the parent ends before it has run") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int missed = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        Pid parent = spawn(
            [](Pid observer) {
              spawn_link(
                  SpawnOptions{.trap_exit = true},
                  [](Pid to) {
                    auto exit = expect<Exit>();
                    send(to, Seen{exit.from, exit.reason});
                  },
                  observer);
              exit(ExitReason::custom(6));
            },
            self());
        auto seen = expect<Seen>();
        if (seen.from != parent || seen.reason != ExitReason::custom(6)) ++missed;
      }
      return missed;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SPN-2: a body that fails in its first line still had a pid, and the error is its reason") {
  Runtime runtime(quiet(1));
  auto [has_pid, reason] = runtime.run([] {
    auto [child, watch] = spawn_monitor([] { throw std::logic_error("bad start"); });
    return std::pair{static_cast<bool>(child), expect_down(watch).reason};
  });
  CHECK(has_pid);
  CHECK(reason.is_error());
  CHECK(reason.text().find("bad start") != std::string::npos);
}

TEST_CASE("SPN-2: a null function is a process that ends at once with an error") {
  Runtime runtime(quiet(1));
  auto [has_pid, reason] = runtime.run([] {
    void (*nothing)() = nullptr;
    auto [child, watch] = spawn_monitor(nothing);
    return std::pair{static_cast<bool>(child), expect_down(watch).reason};
  });
  CHECK(has_pid);
  CHECK(reason.is_error());
}

TEST_CASE("SPN-2: a stack that can't be had is an error with a sentence, and disturbs nobody") {
  Runtime runtime(quiet(1));
  auto [text, alive] = runtime.run([] {
    Pid bystander = waiting_process();
    std::string sentence;
    try {
      auto [child, watch] = spawn_monitor(SpawnOptions{.stack_size = std::size_t{1} << 50}, [] {});
      ExitReason reason = expect_down(watch).reason;
      if (reason.is_error()) sentence = reason.text();
    } catch (const std::invalid_argument& error) {
      sentence = error.what();
    }
    return std::pair{sentence, is_alive(bystander)};
  });
  CHECK(text.find("stack") != std::string::npos);
  CHECK(alive);
}

TEST_CASE("SPN-3: priority and trap_exit hold from the first instruction on") {
  struct Result {
    Priority priority = Priority::normal;
    bool traps = false, trapped = false;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Result result = runtime.run([] {
      Result seen;
      auto [child, watch] = spawn_monitor(
          SpawnOptions{.priority = Priority::high, .tag = 17, .trap_exit = true},
          [](Pid observer) {
            auto exit = expect<Exit>();
            send(observer, Seen{exit.from, exit.reason});
            expect<Go>();
          },
          self());
      exit(child, ExitReason::shutdown);
      auto info = info_of(child);
      seen.priority = info.priority;
      seen.traps = info.trap_exit;
      seen.trapped = expect<Seen>().reason == ExitReason::shutdown;
      send(child, Go{});
      expect_down(watch);
      return seen;
    });
    CHECK(result.priority == Priority::high);
    CHECK(result.traps);
    CHECK(result.trapped);
  });
}

TEST_CASE("SPN-3: a process gets the stack it asks for") {
  Runtime runtime(quiet(1));
  auto [size, sum] = runtime.run([] {
    spawn(
        SpawnOptions{.stack_size = std::size_t{4} << 20},
        [](Pid to) {
          volatile char large[3 << 20];
          for (std::size_t i = 0; i < sizeof(large); i += 512) large[i] = 1;
          int count = 0;
          for (std::size_t i = 0; i < sizeof(large); i += 512) count += large[i];
          send(to, info_of(self()).stack_size);
          send(to, Number{count});
        },
        self());
    auto bytes = expect<std::size_t>();
    return std::pair{bytes, expect<Number>().value};
  });
  CHECK(size >= std::size_t{4} << 20);
  CHECK(sum == (3 << 20) / 512);
}

TEST_CASE("SPN-5: pids are not used again, though their places are") {
  RuntimeOptions options = quiet(2);
  options.max_processes = 8;
  Runtime runtime(options);
  auto [distinct, places] = runtime.run([] {
    std::set<Pid> pids;
    std::set<std::uint64_t> indices;
    for (int i = 0; i < 5000; ++i) {
      Pid pid = dead_process();
      pids.insert(pid);
      indices.insert(pid.index());
    }
    return std::pair{pids.size(), indices.size()};
  });
  CHECK(distinct == 5000);
  CHECK(places <= 8);
}

TEST_CASE("SPN-5: a stale pid reaches nobody, whatever the signal") {
  struct Result {
    bool reused = false, told_apart = false, stale_alive = true, stale_known = true, new_alive = false;
    ExitReason stale_link, stale_monitor;
    std::size_t received = 99, links = 99, watchers = 99;
  };
  RuntimeOptions options = quiet(1);
  options.max_processes = 8;
  Runtime runtime(options);
  Result result = runtime.run([] {
    Result seen;
    trap_exit(true);
    Pid stale = dead_process(), fresh;
    for (int i = 0; i < 1000 && !seen.reused; ++i) {
      fresh = waiting_process();
      seen.reused = fresh.index() == stale.index();
      if (!seen.reused) {
        send(fresh, Go{});
        wait_for_end(fresh);
      }
    }
    seen.told_apart = fresh != stale;
    send(stale, Go{});
    send(stale, Number{1});
    exit(stale, ExitReason::kill);
    link(stale);
    seen.stale_link = expect_exit(stale).reason;
    seen.stale_monitor = expect_down(monitor(stale)).reason;
    seen.stale_alive = is_alive(stale);
    seen.stale_known = process_info(stale) || process_brief(stale);
    seen.new_alive = is_alive(fresh);
    auto info = info_of(fresh);
    seen.received = info.message_queue_len;
    seen.links = info.links.size();
    seen.watchers = info.monitored_by.size();
    return seen;
  });
  REQUIRE(result.reused);
  CHECK(result.told_apart);
  CHECK(result.stale_link == ExitReason::noproc);
  CHECK(result.stale_monitor == ExitReason::noproc);
  CHECK_FALSE(result.stale_alive);
  CHECK_FALSE(result.stale_known);
  CHECK(result.new_alive);
  CHECK(result.received == 0);
  CHECK(result.links == 0);
  CHECK(result.watchers == 0);
}

TEST_CASE("SPN-5: messages on their way to a process that ends don't reach the next one in its place") {
  RuntimeOptions options = quiet(2);
  options.max_processes = 8;
  Runtime runtime(options);
  int strays = runtime.run([] {
    int wrong = 0;
    for (int round = 0; round < repetitions(2000); ++round) {
      auto [first, watch] = spawn_monitor([] {});
      for (int i = 0; i < 5; ++i) send(first, Number{i});
      expect_down(watch);
      auto [second, other_watch] = spawn_monitor([] { exit(ExitReason::custom(count_queued<Number>())); });
      send(first, Number{5});
      if (expect_down(other_watch).reason != ExitReason::custom(0)) ++wrong;
    }
    return wrong;
  });
  CHECK(strays == 0);
}

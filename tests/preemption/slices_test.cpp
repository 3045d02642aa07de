// SCH-1 for code that makes no call of the runtime's: this folder is built with throng_preemptible(), so
// every loop and every recursion gives way when its slice is used up. One worker, so that nobody else could
// help.
#include <throng/vm/no_preempt.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <mutex>

#include "preemption/sink.hpp"
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// Without spares, which would help where a check does not.
RuntimeOptions alone() {
  RuntimeOptions options = quiet(1);
  options.spare_threads = 0;
  return options;
}

std::atomic<std::uint64_t> rounds{0};
void hog() {
  for (std::uint64_t x = 88172645463325252u;;) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    sink = x;
    rounds.fetch_add(1, std::memory_order_relaxed);  // relaxed: only that it moves counts
  }
}

std::uint64_t fibonacci(std::uint64_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

void recurse() {
  for (;;) sink = fibonacci(30);
}

void sort_for_ever() {
  std::vector<std::uint32_t> numbers(20'000);
  for (std::uint32_t seed = 1;; ++seed) {
    for (std::uint32_t& number : numbers) number = seed = seed * 1664525u + 1013904223u;
    std::sort(numbers.begin(), numbers.end());
  }
}

void walk_and_throw() {
  for (std::uint64_t i = 0;; ++i) {
    try {
      if (i % 3 == 0) throw i;
      sink = i;
    } catch (std::uint64_t caught) {
      sink = caught;
    }
  }
}

// Others get their turn beside this body, and it can be killed.
template <void (*body)()>
void check_gives_way() {
  Runtime runtime(alone());
  bool ended = runtime.run([] {
    auto [process, watch] = spawn_monitor(body);
    for (int i = 0; i < 50; ++i) yield();
    std::uint64_t used = process_brief(process)->reductions;
    throng::exit(process, ExitReason::kill);
    return used > 0 && expect_down(watch).reason == ExitReason::killed;
  });
  CHECK(ended);
}

}  // namespace

TEST_CASE("SCH-1: a loop without a call of the runtime's gives way, and can be killed") {
  check_gives_way<hog>();
  CHECK(rounds > 0);
}
TEST_CASE("SCH-1: so does a recursion") { check_gives_way<recurse>(); }
TEST_CASE("SCH-1: so does a function of the standard library's headers") { check_gives_way<sort_for_ever>(); }
TEST_CASE("SCH-1: so does a loop that throws and catches") { check_gives_way<walk_and_throw>(); }

TEST_CASE("SCH-1: what a loop uses up is on its account") {
  Runtime runtime(alone());
  std::uint64_t used = runtime.run([] {
    std::uint64_t before = process_info(self())->reductions;
    for (std::uint64_t i = 0; i < 800'000; ++i) sink = i;
    return process_info(self())->reductions - before;
  });
  CHECK(used >= 100'000 / 4);  // the compiler may unroll, and then counts a body as one
  CHECK(used <= 100'000 * 2);
}

TEST_CASE("SCH-3: beside hogs a low process gets about an eighth, never nothing") {
  Runtime runtime(alone());
  auto [low, normal] = runtime.run([] {
    Pid slow = spawn(SpawnOptions{.priority = Priority::low}, hog);
    Pid usual = spawn(hog);
    for (int i = 0; i < 500; ++i) yield();
    return std::pair(process_brief(slow)->reductions, process_brief(usual)->reductions);
  });
  CHECK(low > 0);
  CHECK(low * 4 < normal);
  CHECK(low * 16 > normal);
}

TEST_CASE("SCH-2: a hog of high priority keeps normal ones from its worker, and none of higher") {
  Runtime runtime(alone());
  bool held = runtime.run([] {
    priority(Priority::max);
    Pid usual = spawn(hog);
    Pid urgent = spawn(SpawnOptions{.priority = Priority::high}, hog);
    auto has_run = [](Pid hog_of_all) { return process_brief(hog_of_all)->reductions > 0; };
    while (!has_run(urgent)) sleep(1ms);
    std::uint64_t before = process_brief(usual)->reductions;
    for (int i = 0; i < 50; ++i) sleep(1ms);
    bool kept_away = process_brief(usual)->reductions == before;
    throng::exit(urgent, ExitReason::kill);
    wait_for_end(urgent);
    while (process_brief(usual)->reductions == before) sleep(1ms);
    return kept_away;
  });
  CHECK(held);
}

TEST_CASE("a section under NoPreempt is not left, whatever it does; after it, others get their turn") {
  Runtime runtime(alone());
  auto [inside, after] = runtime.run([] {
    static std::atomic<std::uint64_t> turns{0};
    turns = 0;
    spawn([] {
      for (;; yield()) turns.fetch_add(1);
    });
    while (turns == 0) yield();
    std::uint64_t during = 0;
    {
      NoPreempt outer;
      std::uint64_t before = turns;
      for (int i = 0; i < 20'000; ++i) {
        NoPreempt inner;
        for (int j = 0; j < 100; ++j) sink = static_cast<std::uint64_t>(j);
        charge(10);  // a call of the runtime's does not leave it either
      }
      during = turns - before;
      rounds = turns.load();
    }
    return std::pair(during, turns - rounds.load());  // without a call in between
  });
  CHECK(inside == 0);
  CHECK(after > 0);
}

TEST_CASE("outside of processes the checks do nothing") {
  auto count = [] {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < 3'000'000; ++i) sum += sink + i;
    return fibonacci(20) + (sum > 0 ? 1 : 0);
  };
  CHECK(count() == 6766);
  Runtime runtime(alone());
  runtime.run([] { spawn(hog); });
  CHECK(count() == 6766);  // a host's thread, beside a runtime
  NoPreempt nothing_to_hold;
  std::uint64_t there = runtime.run([] { return blocking([] { return fibonacci(22); }); });
  CHECK(there == 17711);  // a thread of the blocking pool
}

TEST_CASE("errno, exceptions and the rounding mode are as they were after being preempted") {
  Runtime runtime(quiet(2));
  int wrong = runtime.run([] {
    for (int number = 1; number <= 4; ++number) {
      spawn(
          [](int own, Pid judge) {
            int strayed = 0;
            try {
              throw own;
            } catch (int) {
              for (int i = 0; i < 300; ++i) {
                errno = own;
                for (std::uint64_t j = 0; j < 20'000; ++j) sink = j;
                if (errno != own) ++strayed;
              }
              try {
                throw;
              } catch (int again) {
                if (again != own) ++strayed;
              }
            }
            send(judge, strayed);
          },
          number, self());
    }
    int sum = 0;
    for (int i = 0; i < 4; ++i) sum += expect<int>();
    return sum;
  });
  CHECK(wrong == 0);
}

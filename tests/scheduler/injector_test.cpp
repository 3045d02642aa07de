// Behaviour of the entry queue: nothing lost, nothing twice, and no sleeper missed.
#include "../../scheduler/src/injector.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace throng {
// The queue never looks inside one; the tests give it a body of their own.
class Runnable {
 public:
  int written = 0;
  std::atomic<int> taken{0};
};
}  // namespace throng

namespace {

using throng::Runnable;
using throng::detail::Injector;

TEST_CASE("an empty injector gives nothing and counts nothing") {
  Injector injector;
  std::array<Runnable*, 4> out{};
  CHECK(injector.pending() == 0);
  CHECK(injector.pop() == nullptr);
  CHECK(injector.pop_many(out.data(), out.size()) == 0);
  CHECK(injector.pop_many(out.data(), 0) == 0);
}

TEST_CASE("what was pushed is counted, and comes out once") {
  Injector injector;
  std::vector<Runnable> runnables(100);
  for (Runnable& runnable : runnables) injector.push(&runnable);
  CHECK(injector.pending() == 100);
  std::array<Runnable*, 30> out{};
  CHECK(injector.pop_many(out.data(), out.size()) == 30);
  for (Runnable* runnable : out) runnable->taken.fetch_add(1);
  CHECK(injector.pending() == 70);
  for (std::size_t left = 70; left != 0; --left) {
    Runnable* const runnable = injector.pop();
    REQUIRE(runnable != nullptr);
    runnable->taken.fetch_add(1);
  }
  CHECK(injector.pop() == nullptr);
  CHECK(injector.pending() == 0);
  for (const Runnable& runnable : runnables) CHECK(runnable.taken == 1);
}

TEST_CASE("pop_many gives what there is if asked for more") {
  Injector injector;
  std::vector<Runnable> runnables(3);
  for (Runnable& runnable : runnables) injector.push(&runnable);
  std::array<Runnable*, 8> out{};
  CHECK(injector.pop_many(out.data(), out.size()) == 3);
  CHECK(injector.pending() == 0);
}

TEST_CASE(
    "pending is never less than what this thread pushed and nobody took, and pop never says empty then") {
  Injector injector;
  std::vector<Runnable> runnables(2000);
  std::atomic<bool> wrong{false};
  const auto turn = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i != to; ++i) {
      injector.push(&runnables[i]);
      // As many pops as pushes, each after its own push: there is always one for us.
      if (injector.pop() == nullptr) wrong = true;
    }
  };
  std::thread other(turn, 0, 1000);
  turn(1000, 2000);
  other.join();
  CHECK_FALSE(wrong);
  CHECK(injector.pending() == 0);
}

TEST_CASE("two pushers and two poppers: each runnable is taken once, and its contents are visible") {
  Injector injector;
  constexpr std::size_t count = 20'000;
  std::vector<Runnable> runnables(2 * count);
  std::atomic<std::size_t> taken{0};
  std::atomic<bool> stale{false};
  const auto pusher = [&](std::size_t from) {
    for (std::size_t i = from; i != from + count; ++i) {
      runnables[i].written = 7;
      injector.push(&runnables[i]);
    }
  };
  const auto popper = [&](std::size_t at_once) {
    std::array<Runnable*, 16> out{};
    while (taken.load() != 2 * count) {
      std::size_t got = 0;
      if (at_once == 1) {
        out[0] = injector.pop();
        got = out[0] == nullptr ? 0 : 1;
      } else {
        got = injector.pop_many(out.data(), at_once);
      }
      for (std::size_t i = 0; i != got; ++i) {
        if (out[i]->written != 7) stale = true;
        out[i]->taken.fetch_add(1);
      }
      if (got == 0) std::this_thread::yield();
      taken.fetch_add(got);
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back(pusher, 0);
  threads.emplace_back(pusher, count);
  threads.emplace_back(popper, 1);
  threads.emplace_back(popper, 16);
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(stale);
  CHECK(injector.pending() == 0);
  for (const Runnable& runnable : runnables) REQUIRE(runnable.taken == 1);
}

TEST_CASE(
    "a worker that counts itself idle and then reads pending misses no submitter that then reads the count") {
  Injector injector;
  Runnable runnable;
  std::atomic<int> idle{0};
  for (int round = 0; round != 5000; ++round) {
    std::atomic<int> ready{0};
    bool submitter_wakes = false;
    const auto meet = [&ready] {
      ready.fetch_add(1);
      while (ready.load() != 2) std::this_thread::yield();
    };
    // One thread for the whole round would hide the race behind the start of a thread; so both meet first.
    std::thread submitter([&] {
      meet();
      injector.push(&runnable);
      submitter_wakes = idle.load(std::memory_order_seq_cst) > 0;  // pairs: the fetch_add below
    });
    meet();
    idle.fetch_add(1, std::memory_order_seq_cst);  // pairs: the submitter's load
    const bool stays_up = injector.pending() > 0;
    submitter.join();
    REQUIRE((stays_up || submitter_wakes));
    REQUIRE(injector.pop() == &runnable);
    idle = 0;
  }
}

}  // namespace

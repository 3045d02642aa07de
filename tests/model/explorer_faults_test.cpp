// The explorer proves itself, second half: lost wake-ups, ABA, deadlocks, spinning, and the search itself.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "litmus.hpp"

using namespace throng_model_test;

TEST_CASE("the explorer finds the lost wake-up of a flag check followed by a block") {
  auto park = [](bool naive) {
    return [naive](Execution& e) {
      struct State {
        Atomic<bool> work{false}, asleep{false};
        Parker parker;
      };
      auto s = std::make_shared<State>();
      e.thread([=] {
        if (s->work.load()) return;
        s->asleep.store(true);
        if (!naive && s->work.load()) return;
        s->parker.park();
      });
      e.thread([=] {
        s->work.store(true);
        if (s->asleep.load()) s->parker.unpark();
      });
    };
  };
  Result lost = fails({}, park(true), "deadlock");
  CHECK(lost.sentence.find("thread 1 is blocked") != std::string::npos);
  passes_exhaustively("park with a second look", stale, park(false));
}

TEST_CASE("the explorer finds the ABA of a naive stack's pop, and none with a counter in the word") {
  auto stack = [](bool counted) {
    return [counted](Execution& e) {
      struct State {
        Atomic<std::uint64_t> top{0};  // the node's number, and above it how often it was changed
        std::uint64_t next[4] = {0, 0, 0, 0};
        int popped[4] = {0, 0, 0, 0};
        std::uint64_t step = 0;
        void push(std::uint64_t node) {
          std::uint64_t seen = top.load();
          do {
            next[node] = seen & 15;
          } while (!top.compare_exchange_strong(seen, ((seen & ~std::uint64_t{15}) + step) | node));
        }
        std::uint64_t pop() {
          std::uint64_t seen = top.load();
          for (;;) {
            std::uint64_t node = seen & 15;
            if (node == 0) return 0;
            std::uint64_t after = next[node];
            if (top.compare_exchange_strong(seen, ((seen & ~std::uint64_t{15}) + step) | after)) return node;
          }
        }
      };
      auto s = std::make_shared<State>();
      s->step = counted ? 16 : 0;
      s->push(2);
      s->push(1);
      e.thread([=] { ++s->popped[s->pop()]; });
      e.thread([=] {
        std::uint64_t a = s->pop();
        ++s->popped[s->pop()];
        if (a != 0) s->push(a);
      });
      e.at_end([=] {
        while (std::uint64_t node = s->pop()) ++s->popped[node];
        check(s->popped[1] == 1 && s->popped[2] == 1, "each node is popped once");
      });
    };
  };
  fails({}, stack(false), "each node is popped once");
  passes_exhaustively("counted stack", interleavings, stack(true));
}

TEST_CASE("a deadlock of two locks is reported, the same order of both locks is fine") {
  auto locks = [](bool crossed) {
    return [crossed](Execution& e) {
      auto s = std::make_shared<std::array<SpinLock, 2>>();
      for (std::size_t i = 0; i < 2; ++i) {
        e.thread([=] {
          std::size_t first = crossed ? i : 0;
          (*s)[first].lock();
          (*s)[1 - first].lock();
          (*s)[1 - first].unlock();
          (*s)[first].unlock();
        });
      }
    };
  };
  Result result = fails({}, locks(true), "deadlock");
  CHECK(result.sentence.find("spins") != std::string::npos);
  passes_exhaustively("two locks", interleavings, locks(false));
}

TEST_CASE("a spin lock guards plain data, and its waiters do not blow up the search") {
  passes_exhaustively("spin lock, three threads", stale, [](Execution& e) {
    struct State {
      SpinLock lock;
      Plain<int> count{0, "the count"};
    };
    auto s = std::make_shared<State>();
    for (int i = 0; i < 3; ++i) {
      e.thread([=] {
        s->lock.lock();
        s->count = s->count + 1;
        s->lock.unlock();
      });
    }
    e.at_end([=] { check(s->count == 3, "everybody counted"); });
  });
}

TEST_CASE("spinning on what is never changed, or without yield, is a failure and not a hang") {
  fails(
      {},
      [](Execution& e) {
        auto flag = std::make_shared<Atomic<bool>>(false);
        e.thread([=] {
          while (!flag->load()) throng_model::yield();
        });
        e.thread([=] { flag->store(false); });
      },
      "deadlock");
  fails(
      {.max_steps = 200},
      [](Execution& e) {
        auto flag = std::make_shared<Atomic<bool>>(false);
        e.thread([=] {
          while (!flag->load()) {
          }
        });
      },
      "an endless execution");
}

TEST_CASE("a spinner that is late still sees a change made before its yield") {
  passes_exhaustively("two spinners in turns", stale, [](Execution& e) {
    auto turn = std::make_shared<Atomic<int>>(0);
    for (int self = 0; self < 2; ++self) {
      e.thread([=] {
        for (int round = 0; round < 2; ++round) {
          while (turn->load(acquire) != 2 * round + self) throng_model::yield();
          turn->store(2 * round + self + 1, release);
        }
      });
    }
    e.at_end([=] { check(turn->load() == 4, "all turns were taken"); });
  });
}

TEST_CASE("an object published without order is a data race on its construction") {
  struct Node {
    Atomic<int> value{7};
  };
  auto publish = [](Order store_order) {
    return [=](Execution& e) {
      auto where = std::make_shared<Atomic<Node*>>(nullptr);
      auto node = std::make_shared<std::unique_ptr<Node>>();
      e.thread([=] {
        *node = std::make_unique<Node>();
        where->store(node->get(), store_order);
      });
      e.thread([=] {
        if (Node* found = where->load(acquire)) check(found->value.load(relaxed) == 7, "it is whole");
      });
    };
  };
  fails(stale, publish(relaxed), "its construction is not visible");
  passes_exhaustively("publication", stale, publish(release));
}

TEST_CASE("choose is explored in full, and the checks at the end may fail") {
  auto seen = std::make_shared<std::vector<int>>();
  passes_exhaustively("choose", {},
                      [=](Execution& e) { e.thread([=] { seen->push_back(choose(2) * 3 + choose(3)); }); });
  CHECK(*seen == std::vector<int>{0, 1, 2, 3, 4, 5});
  fails(
      {},
      [](Execution& e) {
        auto chosen = std::make_shared<int>(0);
        e.thread([=] { *chosen = choose(5); });
        e.at_end([=] { check(*chosen != 3, "three is not chosen"); });
      },
      "three is not chosen");
}

TEST_CASE("a weak compare may fail spuriously when asked for") {
  Setup once = [](Execution& e) {
    e.thread([] {
      Atomic<int> value{1};
      int expected = 1;
      check(value.compare_exchange_weak(expected, 2, acq_rel, acquire), "the first try succeeds");
    });
  };
  passes_exhaustively("weak compare", {}, once);
  fails({.spurious_failures = 1}, once, "the first try succeeds");
}

TEST_CASE("an exception that leaves a virtual thread is a failure") {
  fails(
      {}, [](Execution& e) { e.thread([] { throw std::runtime_error("no more"); }); },
      "thread 1 threw: no more");
}

TEST_CASE("the preemption bound limits the search: a fault that needs one is not found with none") {
  auto add = [](Atomic<int>& count) { count.store(count.load() + 1); };
  passes_exhaustively("lost update, bound 0", {.preemption_bound = 0}, counter(add));
  fails({.preemption_bound = 1}, counter(add), "no increment is lost");
}

TEST_CASE("a search that is cut short does not claim to be exhausted") {
  Result result = explore({.max_executions = 5}, counter([](Atomic<int>& count) { count.fetch_add(1); }));
  CHECK_FALSE(result.failed);
  CHECK_FALSE(result.exhausted);
  CHECK(result.executions == 5);
}

TEST_CASE("a random exploration finds faults too, the same ones with the same seed") {
  auto add = [](Atomic<int>& count) { count.store(count.load() + 1); };
  Options options{.random_executions = 2'000, .seed = 4711, .shrink = false};
  Result one = fails(options, counter(add), "no increment is lost");
  Result two = fails(options, counter(add), "no increment is lost");
  CHECK(one.schedule == two.schedule);
  CHECK(one.executions == two.executions);
  CHECK(one.seed == 4711);
}

TEST_CASE("outside an exploration the twin behaves like std::atomic") {
  Atomic<unsigned char> small{250};
  CHECK(small.fetch_add(10) == 250);
  CHECK(small.load() == 4);
  CHECK(--small == 3);
  CHECK((small |= 8) == 11);
  int numbers[3] = {1, 2, 3};
  Atomic<int*> pointer{numbers};
  CHECK(pointer.fetch_add(2) == numbers);
  CHECK(*pointer.load() == 3);
  enum class Colour : std::uint8_t { red, green };
  Atomic<Colour> colour{Colour::red};
  Colour expected = Colour::green;
  CHECK_FALSE(colour.compare_exchange_strong(expected, Colour::green));
  CHECK(expected == Colour::red);
  CHECK(colour.compare_exchange_weak(expected, Colour::green));
  CHECK(colour.exchange(Colour::red) == Colour::green);
}

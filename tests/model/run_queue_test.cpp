// The shipped run queue under the explorer, with a ring of two: each item leaves once, the owner's order is
// kept. Needs THRONG_MODEL.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <throng_model/explore.hpp>

#include "run_queue.hpp"
#include "scheduler/src/run_queue.cpp"  // the shipped code, built with the explorer's atomics

namespace {

using throng::Runnable;
using throng::detail::RunQueue;
using throng::detail::Settled;
using throng::detail::Worker;
using throng_model::check;
using throng_model::describe;
using throng_model::Execution;
using throng_model::explore;
using throng_model::Options;
using throng_model::Plain;
using throng_model::Result;
using throng_model::Setup;

static_assert(RunQueue::capacity == 2, "the model needs the tiny ring");

class Item : public Runnable {
 public:
  explicit Item(int number) : Runnable(&run), number_(number) {}

  // Belongs to who pushes it, then to who took it: a data race, unless the queue orders the two.
  Plain<int> content{0, "an item's content"};
  int taken = 0;

  int number() const { return number_; }

 private:
  static Settled run(Runnable&, Worker&) noexcept { return Settled::done; }
  int number_;
};

struct State {
  explicit State(int count) {
    for (int i = 0; i < count; ++i) items.emplace_back(i);
  }
  RunQueue queue;
  std::deque<Item> items;

  void push(int number) {
    Item& item = items[static_cast<std::size_t>(number)];
    item.content = 100 + number;
    queue.push(item);
  }
  int take(Runnable& runnable) {
    Item& item = static_cast<Item&>(runnable);
    check(++item.taken == 1, "an item leaves the queue once");
    check(item.content == 100 + item.number(), "an item arrives whole");
    item.content = -1;
    return item.number();
  }
  // The owner's own pops come oldest first.
  int pop(int& last) {
    Runnable* runnable = queue.pop();
    if (runnable == nullptr) return 0;
    int number = take(*runnable);
    check(number > last, "the owner pops the older item first");
    last = number;
    return 1;
  }
  void steal(std::size_t most) {
    std::array<Runnable*, 4> out{};
    std::size_t count = queue.steal(std::span(out).first(most));
    check(count <= most, "a thief gets no more than there is room for");
    int last = -1;
    for (std::size_t i = 0; i < count; ++i) {
      check(out[i] != nullptr, "a thief gets items only");
      int number = take(*out[i]);
      check(number > last, "what is stolen at once is in order");
      last = number;
    }
  }
};

void passes(const std::string& name, const Options& options, const Setup& setup) {
  Result result = explore(options, setup);
  CHECK_MESSAGE(!result.failed, describe(result));
  CHECK(result.exhausted);
  const std::string end = result.exhausted ? ", exhausted" : ", not exhausted";
  MESSAGE(name << ": " << result.executions << " executions" << end);
}

// The owner's life as a word: + pushes the next item, - pops one (or finds nothing). Then it pops all that is
// left.
Setup queue(const std::string& life, int thieves, int rounds, std::size_t most, bool alone = false) {
  return [=](Execution& e) {
    int count = static_cast<int>(std::count(life.begin(), life.end(), '+'));
    auto s = std::make_shared<State>(count);
    if (alone) s->queue.set_alone();
    e.thread([=] {
      int pushed = 0;
      int last = -1;
      for (char step : life) {
        if (step == '+') {
          s->push(pushed++);
        } else {
          s->pop(last);
        }
      }
      while (s->pop(last) != 0) {
      }
    });
    for (int thief = 0; thief < thieves; ++thief) {
      e.thread([=] {
        for (int round = 0; round < rounds; ++round) s->steal(most);
      });
    }
    e.at_end([=] {
      for (Item& item : s->items) check(item.taken == 1, "no item is left behind");
      check(s->queue.size() == 0, "an empty queue says so");
      check(s->queue.pop() == nullptr, "and is");
    });
  };
}

constexpr Options thorough{.preemption_bound = 3, .stale_loads = true};
constexpr Options quick{.preemption_bound = 2, .stale_loads = true};
constexpr Options hasty{.preemption_bound = 1, .stale_loads = true};

}  // namespace

TEST_CASE("run queue: the owner alone: oldest first through ring and list") {
  passes("alone", thorough, queue("+++-++--+-+++++", 0, 0, 0));
}

TEST_CASE("run queue: a thief and the owner want the same few items") {
  passes("one item, unbounded", {.preemption_bound = -1, .stale_loads = true}, queue("+", 1, 1, 2));
  passes("two items", thorough, queue("++", 1, 1, 2));
  passes("two items, two thefts", thorough, queue("++", 1, 2, 1));
}

TEST_CASE("run queue: slots are used again while a thief reads them") {
  passes("wrap", thorough, queue("+-+-+-", 1, 1, 2));
  passes("full, pop, push", thorough, queue("++-+-+", 1, 1, 2));
}

TEST_CASE("run queue: what overflows into the list leaves once too") {
  passes("three", thorough, queue("+++", 1, 1, 2));
  passes("five, two thefts", quick, queue("+++++", 1, 2, 2));
  passes("list and ring in turns", quick, queue("++++--++", 1, 1, 2));
}

TEST_CASE("run queue: two thieves") {
  passes("two items, two thieves", quick, queue("++", 2, 1, 2));
  passes("three items, two thieves", hasty, queue("+++", 2, 1, 2));
  passes("wrap, two thieves", hasty, queue("+-++-+", 2, 1, 2));
}

TEST_CASE("run queue: of the only worker, whose owner does without a CAS, and a rescuer") {
  passes("one item", thorough, queue("+", 1, 1, 2, true));
  passes("two items, two thefts", quick, queue("++", 1, 2, 1, true));
  passes("wrap", quick, queue("+-+-+-", 1, 1, 2, true));
  passes("into the list", quick, queue("+++++", 1, 1, 2, true));
  passes("two rescuers", hasty, queue("++", 2, 1, 2, true));
}

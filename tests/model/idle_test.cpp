// Parking under the explorer: the shipped Idle, with the loop of worker.cpp and the counting of injector.cpp
// around it, cut down to what can oversleep (no queues of the workers' own, no timers; scheduler_test.cpp has
// the shipped loop whole). The entry queue's content is a stand-in, a slot per item, whose operations come in
// the shipped order: enqueue before counting, claim before dequeue. Each step of the order can be broken, to
// show that these tests would notice. Needs THRONG_MODEL.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <throng_model/explore.hpp>

#include "idle.hpp"
#include "model/litmus.hpp"

namespace {

using throng::detail::Idle;
using namespace throng_model_test;

constexpr std::uint32_t most_workers = 2;
constexpr int most_items = 3;

// One deviation from the protocol each.
struct Faults {
  bool looks_before_entering = false;      // pending is read before the worker counts as idle
  bool asks_before_counting = false;       // the submitter reads the count of idle workers too early
  bool sleeps_with_the_token = false;      // the searcher gives its token back only after it has slept
  bool gives_up_a_claim = false;           // a claim that met no sleeper does not look again
  bool ignores_a_claim = false;            // a worker that was claimed while its time ran out goes on without
  Order look = std::memory_order_seq_cst;  // pairs: push's fetch_add; how the parking worker reads pending
};

struct Item {
  Plain<int> content{0, "an item's content"};
  int taken = 0;
};

// The injector: a count, and a slot for each item where the shipped one has its package's queue.
class Entry {
 public:
  explicit Entry(const Faults& faults) : faults_(faults) {}

  void push(int number, Item& item) {
    slots_[static_cast<std::size_t>(number)].store(&item, std::memory_order_release);
    pending_.fetch_add(1, std::memory_order_seq_cst);
  }
  std::size_t pending() const { return pending_.load(std::memory_order_seq_cst); }
  std::size_t pending_for_who_parks() const { return pending_.load(faults_.look); }

  // Claims at most n and takes out as many.
  std::size_t pop_many(std::array<Item*, most_items>& out) {
    std::size_t seen = pending_.load(std::memory_order_relaxed);
    std::size_t claimed = 0;
    while (seen != 0 && claimed == 0) {
      std::size_t wanted = std::min<std::size_t>(seen, most_items);
      if (pending_.compare_exchange_strong(seen, seen - wanted, std::memory_order_acquire,
                                           std::memory_order_relaxed))
        claimed = wanted;
    }
    for (std::size_t got = 0; got < claimed;) {
      for (auto& slot : slots_) {
        if (got == claimed || slot.load(std::memory_order_relaxed) == nullptr) continue;
        if (Item* item = slot.exchange(nullptr, std::memory_order_acquire)) out[got++] = item;
      }
      if (got < claimed) throng_model::yield();
    }
    return claimed;
  }

 private:
  const Faults& faults_;
  std::array<Atomic<Item*>, most_items> slots_{};
  Atomic<std::size_t> pending_{0};
};

// The shipped parker's contract; a time-out may come whenever the explorer chooses, but not for ever.
class Bed {
 public:
  bool park(bool time_may_run_out) {
    if (time_may_run_out && timeouts_left > 0 && choose(2) == 1) {
      --timeouts_left;
      return unparked_.exchange(false, std::memory_order_acq_rel);
    }
    while (!unparked_.exchange(false, std::memory_order_acq_rel))
      block_until([this] { return unparked_.load(std::memory_order_acquire); });
    return true;
  }
  void unpark() { unparked_.exchange(true, std::memory_order_acq_rel); }

  int timeouts_left = 0;

 private:
  Atomic<bool> unparked_{false};
};

struct World {
  World(const Faults& with, std::uint32_t workers, int timeouts) : faults(with), idle(workers) {
    for (Bed& bed : beds) bed.timeouts_left = timeouts;
  }

  // -- what an outsider does: Scheduler::wake, wake_one
  void hand_in(int number) {
    Item& item = items[static_cast<std::size_t>(number)];
    item.content = 10 + number;
    bool asked = faults.asks_before_counting && idle.anybody_idle();
    entry.push(number, item);
    if (faults.asks_before_counting ? asked : idle.anybody_idle()) wake_one();
  }
  void wake_one() {
    if (auto sleeper = faults.gives_up_a_claim ? claim_once() : idle.claim()) beds[*sleeper].unpark();
  }
  std::optional<std::uint32_t> claim_once() {
    if (!idle.begin_search()) return std::nullopt;
    for (std::uint32_t worker = 0; worker < most_workers; ++worker) {
      if (idle.leave(worker)) return worker;
    }
    idle.end_search();
    return std::nullopt;
  }
  // Once everything has been taken, or whenever: Scheduler::stop.
  void stop() {
    stopping.exchange(true, std::memory_order_seq_cst);
    for (Bed& bed : beds) bed.unpark();
  }

  // -- the search token, which one has at most, and which orders what its holders do
  void took_token() {
    check(++searchers == 1, "at most one searches");
    searched = searched + 1;
  }
  void give_token_back() {
    searched = searched + 1;
    --searchers;
    idle.end_search();
  }

  Faults faults;
  Idle idle;
  Entry entry{faults};
  std::array<Item, most_items> items;
  std::array<Bed, most_workers> beds;
  Atomic<bool> stopping{false};
  Atomic<int> taken{0};
  int searchers = 0;
  Plain<int> searched{0, "what the searcher looks at"};
};

// Worker::loop and what it calls.
class ModelWorker {
 public:
  ModelWorker(World& world, std::uint32_t number) : world_(world), number_(number) {}

  void loop() {
    while (!world_.stopping.load(std::memory_order_relaxed)) {
      if (!find_work() && !park()) break;
    }
  }

 private:
  bool find_work() {
    if (take_injected()) return true;
    if (std::exchange(was_sentinel_, false)) return false;
    if (!searching_ && !world_.idle.begin_search()) return false;
    if (!std::exchange(searching_, true)) world_.took_token();
    throng_model::step();  // looks through the others' queues, and finds nothing
    if (!world_.faults.sleeps_with_the_token) leave_search(false);
    return false;
  }

  // A burst wakes the workers one by one, and who was turned away by the search is made up for.
  void leave_search(bool found, bool has_waiting = false) {
    if (!std::exchange(searching_, false)) return;
    world_.give_token_back();
    if (found && (has_waiting || world_.entry.pending() > 0)) world_.wake_one();
  }

  bool take_injected() {
    std::array<Item*, most_items> out{};
    std::size_t count = world_.entry.pop_many(out);
    if (count > 1 && world_.idle.maybe_idle() && !world_.idle.maybe_searching()) world_.wake_one();
    if (count > 0) leave_search(true, count > 1);
    for (std::size_t i = 0; i < count; ++i) {
      check(++out[i]->taken == 1, "an item is taken once");
      check(out[i]->content == 10 + static_cast<int>(out[i] - world_.items.data()), "an item arrives whole");
      world_.taken.fetch_add(1, std::memory_order_release);
    }
    return count > 0;
  }

  bool must_stay_up() {
    return world_.entry.pending_for_who_parks() > 0 || world_.stopping.load(std::memory_order_seq_cst);
  }

  bool park() {
    Idle& idle = world_.idle;
    Bed& bed = world_.beds[number_];
    bool looked_early = world_.faults.looks_before_entering && must_stay_up();
    idle.enter(number_);
    bool ready = world_.faults.looks_before_entering ? looked_early : must_stay_up();
    bool sentinel = !ready && !idle.all_idle() && idle.become_sentinel();
    bool unparked = !ready && bed.park(sentinel);
    if (sentinel) idle.resign();
    if (!unparked && !idle.leave(number_)) {
      if (!world_.faults.ignores_a_claim) {
        bed.park(false);
        unparked = true;
      }
    }
    // Claimed, so it has the token: maybe not yet unparked by the claimer, but by somebody else.
    if (unparked && !idle.leave(number_) && !std::exchange(searching_, true)) world_.took_token();
    was_sentinel_ = sentinel && !unparked;
    if (!world_.stopping.load(std::memory_order_seq_cst)) return true;
    leave_search(false);
    return false;
  }

  World& world_;
  std::uint32_t number_;
  bool searching_ = false;
  bool was_sentinel_ = false;
};

struct Plan {
  std::uint32_t workers = most_workers;
  int submitters = 2;
  int items_of_each = 1;
  int timeouts = 0;             // of each worker's sleeps as the sentinel
  bool stops_when_done = true;  // else whenever the explorer likes
  Faults faults = {};
};

Setup parking(const Plan& plan) {
  return [=](Execution& e) {
    auto world = std::make_shared<World>(plan.faults, plan.workers, plan.timeouts);
    int items = plan.submitters * plan.items_of_each;
    for (std::uint32_t number = 0; number < plan.workers; ++number)
      e.thread([=] { ModelWorker(*world, number).loop(); });
    for (int submitter = 0; submitter < plan.submitters; ++submitter) {
      e.thread([=] {
        for (int i = 0; i < plan.items_of_each; ++i) world->hand_in(submitter * plan.items_of_each + i);
      });
    }
    // A lost wake-up shows as a deadlock: this one waits for work that nobody is awake to take.
    e.thread([=] {
      if (plan.stops_when_done)
        block_until([=] { return world->taken.load(std::memory_order_acquire) == items; });
      world->stop();
    });
    e.at_end([=] {
      for (Item& item : world->items) check(item.taken <= 1, "an item is taken once");
      if (plan.stops_when_done) check(world->taken.load() == items, "everything handed in was taken");
    });
  };
}

constexpr Options with_old_values{.preemption_bound = 1, .stale_loads = true};
constexpr Options switches_only{.preemption_bound = 2};
// No bound at all, but not every execution.
constexpr Options at_random{.stale_loads = true, .random_executions = 100'000};

constexpr const char* oversleeps = "deadlock";

void passes_at_random(const std::string& name, const Setup& setup) {
  Result result = explore(at_random, setup);
  CHECK_MESSAGE(!result.failed, describe(result));
  MESSAGE(name << ": " << result.executions << " random executions");
}

}  // namespace

TEST_CASE("parking: what an outsider hands in is taken, whoever is just falling asleep") {
  const Setup one = parking({.submitters = 1});
  passes_exhaustively("one item", with_old_values, one);
  passes_exhaustively("one item, two preemptions", switches_only, one);
  passes_exhaustively("two items", with_old_values, parking({.submitters = 1, .items_of_each = 2}));
}

TEST_CASE("parking: two outsiders and two workers: nothing is left lying, at most one searches") {
  passes_exhaustively("two outsiders", {.preemption_bound = 1}, parking({}));
  passes_at_random("two outsiders", parking({}));
}

TEST_CASE("parking: two outsiders and one worker: who is turned away by the other's claim is made up for") {
  passes_exhaustively("two outsiders", switches_only, parking({.workers = 1}));
  passes_at_random("two outsiders", parking({.workers = 1}));
}

TEST_CASE("parking: a sentinel whose time runs out as it is claimed takes the claim and its token") {
  passes_exhaustively("one item", with_old_values, parking({.submitters = 1, .timeouts = 1}));
  passes_at_random("two outsiders", parking({.timeouts = 1}));
}

TEST_CASE("parking: stop ends every worker, wherever it is") {
  const Plan at_once{.submitters = 1, .stops_when_done = false};
  passes_exhaustively("one outsider", with_old_values, parking(at_once));
  passes_exhaustively("one outsider, two preemptions", switches_only, parking(at_once));
  passes_at_random("two outsiders, time-outs", parking({.timeouts = 1, .stops_when_done = false}));
}

TEST_CASE("parking: these tests find a worker that looks at what is pending before it counts as idle") {
  fails(with_old_values, parking({.submitters = 1, .faults = {.looks_before_entering = true}}), oversleeps);
}

TEST_CASE("parking: these tests find an outsider that asks for sleepers before it counts its item") {
  fails(with_old_values, parking({.submitters = 1, .faults = {.asks_before_counting = true}}), oversleeps);
}

TEST_CASE("parking: these tests find a searcher that falls asleep with the token") {
  fails(with_old_values, parking({.submitters = 1, .faults = {.sleeps_with_the_token = true}}), oversleeps);
}

TEST_CASE("parking: these tests find a claim that met no sleeper and does not look again") {
  fails(at_random, parking({.workers = 1, .faults = {.gives_up_a_claim = true}}), oversleeps);
}

TEST_CASE("parking: these tests find a worker that goes on without the claim that came as its time ran out") {
  fails(at_random,
        parking({.submitters = 1, .items_of_each = 2, .timeouts = 1, .faults = {.ignores_a_claim = true}}),
        oversleeps);
}

TEST_CASE("parking: these tests find a look at what is pending that is weaker than seq_cst") {
  const Setup weak = parking({.submitters = 1, .faults = {.look = std::memory_order_acquire}});
  fails(with_old_values, weak, oversleeps);
  // Switches alone don't show it: it takes a load that returns what was before.
  passes_exhaustively("the same, newest values only", {.preemption_bound = 1}, weak);
}

// The shipped worker loop, scheduler, run queues, Idle and counting of the injector under the explorer: what
// outsiders and runnables hand in is run, exactly once, and nobody oversleeps. Needs THRONG_MODEL.
//
// Stand-ins, because they can't be explored: the queue inside the injector (a package), the parker (a mutex
// and a condition variable), the blocking pool (threads), the accessor of the current worker (a thread-local;
// all virtual threads are one real thread). Workers are virtual threads that call Worker::loop; start() is
// not called.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <throng_model/explore.hpp>

#include "model/litmus.hpp"
#include "parker.hpp"

namespace throng::detail {

// What parker.hpp promises, without its mutex. A sentinel's time may run out once, when the explorer says so.
class ModelParker {
 public:
  bool park(std::int64_t nanoseconds) {
    if (nanoseconds != std::numeric_limits<std::int64_t>::max() && !timed_out_ &&
        throng_model::choose(2) == 1) {
      timed_out_ = true;
      return unparked_.exchange(false, std::memory_order_acq_rel);
    }
    while (!unparked_.exchange(false, std::memory_order_acq_rel))
      throng_model::block_until([this] { return unparked_.load(std::memory_order_acquire); });
    return true;
  }
  void unpark() { unparked_.exchange(true, std::memory_order_acq_rel); }

 private:
  bool timed_out_ = false;
  Atomic<bool> unparked_{false};
};

}  // namespace throng::detail

// The only seam there is: the worker's parts name the parker's class.
#define Parker ModelParker
#include "worker_parts.hpp"
#undef Parker

#include "scheduler/src/breadth.cpp"  // the shipped code from here on, built with the explorer's atomics
#include "scheduler/src/breadth_look.cpp"
#include "scheduler/src/clock.cpp"
#include "scheduler/src/cycles.cpp"
#include "scheduler/src/event_track.cpp"
#include "scheduler/src/moments.cpp"
#include "scheduler/src/policy.cpp"
#include "scheduler/src/policy_board.cpp"
#include "scheduler/src/policy_queue.cpp"
#include "scheduler/src/recorder.cpp"
#include "scheduler/src/run_queue.cpp"
#include "scheduler/src/scheduler.cpp"
#include "scheduler/src/simulation.cpp"
#include "scheduler/src/spare.cpp"
#include "scheduler/src/thread_time.cpp"
#include "scheduler/src/timer_wheel.cpp"
#include "scheduler/src/waiting_line.cpp"
#include "scheduler/src/watchdog.cpp"
#include "scheduler/src/worker.cpp"
#include "scheduler/src/worker_policy.cpp"
#include "scheduler/src/worker_record.cpp"

#include "mailbox/src/assert.cpp"
#include "scheduler/access.hpp"

namespace throng::detail {

// -- the injector: the shipped class and order of steps, slots in place of the package's queue
struct Injector::Queue {
  std::array<Atomic<Runnable*>, 4> slots{};
};

Injector::Injector() : queue_(std::make_unique<Queue>()) {}
Injector::~Injector() = default;

void Injector::push(Runnable* runnable) noexcept {
  for (Atomic<Runnable*>& slot : queue_->slots) {
    Runnable* none = nullptr;
    if (slot.load(std::memory_order_relaxed) == nullptr &&
        slot.compare_exchange_strong(none, runnable, std::memory_order_release, std::memory_order_relaxed))
      break;
  }
  pending_.fetch_add(1, std::memory_order_seq_cst);
}

std::size_t Injector::claim(std::size_t most) noexcept {
  std::size_t seen = pending_.load(std::memory_order_relaxed);
  while (seen != 0) {
    std::size_t claimed = std::min(seen, most);
    if (pending_.compare_exchange_weak(seen, seen - claimed, std::memory_order_acquire,
                                       std::memory_order_relaxed))
      return claimed;
  }
  return 0;
}

std::size_t Injector::pop_many(Runnable** out, std::size_t n) noexcept {
  std::size_t claimed = claim(n);
  for (std::size_t taken = 0; taken < claimed;) {
    for (Atomic<Runnable*>& slot : queue_->slots) {
      if (taken == claimed || slot.load(std::memory_order_relaxed) == nullptr) continue;
      if (Runnable* runnable = slot.exchange(nullptr, std::memory_order_acquire)) out[taken++] = runnable;
    }
    if (taken < claimed) throng_model::yield();
  }
  return claimed;
}

// -- the rest
struct BlockingPool::State {};
BlockingPool::BlockingPool(std::size_t, Duration, ThreadGate) {}
BlockingPool::~BlockingPool() = default;
bool BlockingPool::submit(Job) noexcept { return false; }
void BlockingPool::stop() noexcept {}

namespace {
std::array<Worker*, throng_model::max_threads> workers_of_threads{};
}  // namespace

int* ticks_word() noexcept {  // of a policy's, and there is none here
  static int ticks = 0;
  return &ticks;
}
Worker* current_worker() noexcept { return workers_of_threads[throng_model::current_thread()]; }
void set_current_worker(Worker* worker) noexcept {
  workers_of_threads[throng_model::current_thread()] = worker;
}

}  // namespace throng::detail

namespace {

using throng::Runnable;
using throng::detail::ManualTime;
using throng::detail::Scheduler;
using throng::detail::SchedulerAccess;
using throng::detail::SchedulerSetup;
using throng::detail::set_current_worker;
using throng::detail::Settled;
using throng::detail::Worker;
using namespace throng_model_test;

struct World;

// First in, first out, in one queue for both workers, or each time to the worker that did not wake it.
class Fifo : public throng::SchedulingPolicy {
 public:
  void enqueue(Runnable& runnable, Wake) override { waiting_.push_back(&runnable); }
  Runnable* dequeue() override {
    if (waiting_.empty()) return nullptr;
    Runnable* next = waiting_.front();
    waiting_.pop_front();
    return next;
  }
  std::size_t size() const override { return waiting_.size(); }

 private:
  std::deque<Runnable*> waiting_;
};
class Central final : public Fifo {
 public:
  bool is_central() const override { return true; }
};
class Across final : public Fifo {
 public:
  throng::WorkerId place(Runnable&, Wake, throng::WorkerId waker) override { return {1 - waker.number}; }
};

template <class P>
std::unique_ptr<throng::SchedulingPolicy> make(throng::WorkerId) {
  return std::make_unique<P>();
}

// Runs `runs` times, and the first time spawns another if it has one.
class Item : public Runnable {
 public:
  Item(World& world, int runs, Item* child) : Runnable(&run), world_(world), left_(runs), child_(child) {}
  int running = 0;

 private:
  static Settled run(Runnable& runnable, Worker& worker) noexcept;
  World& world_;
  Plain<int> left_;  // belongs to who runs it: a data race, unless the queues order them
  Item* child_;
};

struct World {
  explicit World(throng::PolicyFactory which) : policy(std::move(which)) {}
  ManualTime time;
  throng::PolicyFactory policy;
  Scheduler scheduler{[this] {
    SchedulerSetup setup;
    setup.policy = policy;
    setup.workers = 2;
    setup.time = &time;
    return setup;
  }()};
  std::deque<Item> items;
  Atomic<int> ended{0};
};

Settled Item::run(Runnable& runnable, Worker& worker) noexcept {
  Item& item = static_cast<Item&>(runnable);
  check(++item.running == 1, "one worker at a time runs an item");
  item.left_ = item.left_ - 1;
  check(item.left_ >= 0, "an item that has ended is not run");
  if (item.child_ != nullptr) worker.enqueue(*std::exchange(item.child_, nullptr));
  bool ends = item.left_ == 0;
  if (ends) item.world_.ended.fetch_add(1, std::memory_order_release);
  --item.running;
  return ends ? Settled::done : Settled::yielded;
}

// The items handed in from outside, each by a thread of its own: how often each runs, and whether it spawns.
struct Plan {
  std::vector<int> runs;
  bool spawns = false;
  bool stops_when_done = true;
  bool rests = false;  // the second worker is sent to rest and called back
  throng::PolicyFactory policy{};
};

Setup run(const Plan& plan) {
  return [=](Execution& e) {
    auto world = std::make_shared<World>(plan.policy);
    int items = static_cast<int>(plan.runs.size()) * (plan.spawns ? 2 : 1);
    for (std::size_t i = 0; i < 2; ++i) {
      e.thread([=] {
        set_current_worker(&world->scheduler.worker(i));
        world->scheduler.worker(i).loop();
        set_current_worker(nullptr);
      });
    }
    for (int runs : plan.runs) {
      Item* child = plan.spawns ? &world->items.emplace_back(*world, 1, nullptr) : nullptr;
      Item& item = world->items.emplace_back(*world, runs, child);
      e.thread([=, &item] { world->scheduler.wake(item); });
    }
    if (plan.rests) {
      e.thread([=] {
        SchedulerAccess::take_part(world->scheduler, 1);
        SchedulerAccess::take_part(world->scheduler, 2);
      });
    }
    // Work that nobody is awake to take shows as a deadlock.
    e.thread([=] {
      if (plan.stops_when_done)
        block_until([=] { return world->ended.load(std::memory_order_acquire) == items; });
      world->scheduler.stop();
    });
    e.at_end([=] {
      if (plan.stops_when_done) check(world->scheduler.waiting() == 0, "nothing is left in a queue");
    });
  };
}

void passes_at_random(const std::string& name, std::size_t executions, const Plan& plan) {
  Result result = explore({.stale_loads = true, .random_executions = executions}, run(plan));
  CHECK_MESSAGE(!result.failed, describe(result));
  MESSAGE(name << ": " << result.executions << " random executions");
}

constexpr Options switches_only{.preemption_bound = 1};
constexpr Options with_old_values{.preemption_bound = 0, .stale_loads = true};

}  // namespace

TEST_CASE("worker: what an outsider hands in is run, whoever is just falling asleep") {
  passes_exhaustively("one item", switches_only, run({.runs = {1}}));
  passes_exhaustively("one item, old values", with_old_values, run({.runs = {1}}));
  passes_exhaustively("two outsiders, old values", with_old_values, run({.runs = {1, 1}}));
  passes_at_random("one item", 30'000, {.runs = {1}});
  passes_at_random("two outsiders", 30'000, {.runs = {1, 1}});
}

TEST_CASE("worker: what a runnable hands in is run once, on one worker at a time") {
  passes_exhaustively("a spawn, old values", with_old_values, run({.runs = {1}, .spawns = true}));
  passes_at_random("a spawn", 30'000, {.runs = {1}, .spawns = true});
  passes_at_random("two outsiders, both spawn", 30'000, {.runs = {1, 1}, .spawns = true});
}

TEST_CASE("worker: what yields goes on, wherever it is stolen to, and a sentinel's time runs out meanwhile") {
  passes_at_random("two that yield once", 50'000, {.runs = {2, 2}});
  passes_at_random("one of two yields, and both spawn", 30'000, {.runs = {2, 1}, .spawns = true});
}

TEST_CASE("worker: who is sent to rest hands over what it has, and whoever sleeps hears of it") {
  passes_exhaustively("one item, old values", with_old_values, run({.runs = {1}, .rests = true}));
  passes_at_random("one item", 30'000, {.runs = {1}, .rests = true});
  passes_at_random("a spawn", 30'000, {.runs = {1}, .spawns = true, .rests = true});
  passes_at_random("two that yield once", 30'000, {.runs = {2, 2}, .rests = true});
}

TEST_CASE("worker: stop ends every worker, whatever is still to be done") {
  passes_at_random("two outsiders, both spawn", 50'000,
                   {.runs = {2, 1}, .spawns = true, .stops_when_done = false});
}

TEST_CASE("worker: under a central policy, and one that places elsewhere, nobody oversleeps") {
  for (const throng::PolicyFactory& policy :
       {throng::PolicyFactory(make<Central>), throng::PolicyFactory(make<Across>),
        throng::PolicyFactory(make<Fifo>)}) {
    passes_exhaustively("one item, old values", with_old_values, run({.runs = {1}, .policy = policy}));
    passes_at_random("two outsiders, both spawn", 20'000, {.runs = {1, 1}, .spawns = true, .policy = policy});
    passes_at_random("two that yield once", 20'000, {.runs = {2, 2}, .policy = policy});
  }
}

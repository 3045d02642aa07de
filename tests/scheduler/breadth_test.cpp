// SCH-7: how many workers take part is found out by trying. First the decision alone, fed with what workloads
// of several kinds would do; then a scheduler that tries as often as it can.
#include "breadth.hpp"

#include <functional>

#include "access.hpp"
#include "policies.hpp"

using namespace policies_test;
using throng::detail::Activity;
using throng::detail::Breadth;
using throng::detail::BreadthPace;
using throng::detail::SchedulerAccess;

namespace {

constexpr std::int64_t ms = 1'000'000;

// Workers that do so many reductions in a millisecond, by how many take part.
class Machine {
 public:
  Machine(std::uint32_t workers, std::function<double(std::uint32_t)> rate)
      : breadth_(workers, BreadthPace{}), rate_(std::move(rate)), time_at_(workers + 1) {}

  // Runs so long, one look each millisecond.
  void run(std::int64_t milliseconds) {
    for (; milliseconds > 0; --milliseconds) {
      std::uint32_t level = breadth_.level();
      ++time_at_[level];
      now_.time += ms;
      now_.reductions += static_cast<std::int64_t>(rate_(level));
      now_.running = std::min(level, runs_on_);
      breadth_.look(now_);
    }
  }
  // Runs so long; how much of that so many took part.
  double share_at(std::uint32_t level, std::int64_t milliseconds) {
    std::ranges::fill(time_at_, 0);
    run(milliseconds);
    return static_cast<double>(time_at_[level]) / static_cast<double>(milliseconds);
  }
  void change(std::function<double(std::uint32_t)> rate) { rate_ = std::move(rate); }
  Activity& now() { return now_; }
  void runs_on(std::uint32_t workers) { runs_on_ = workers; }  // at most; the others sleep
  std::uint32_t level() const { return breadth_.level(); }
  void set_most(std::uint32_t workers) { breadth_.set_most(workers); }

 private:
  Breadth breadth_;
  std::function<double(std::uint32_t)> rate_;
  std::vector<std::int64_t> time_at_;
  std::uint32_t runs_on_ = ~0U;
  Activity now_;
};

double talk(std::uint32_t level) { return level == 1 ? 20'000 : 9'000; }
double compute(std::uint32_t level) { return 20'000 * level; }

}  // namespace

TEST_CASE("SCH-7: where two workers do less than one, one rests but for a few trials") {
  Machine machine(2, talk);
  machine.run(100);
  double share = machine.share_at(1, 10'000);
  CHECK(share > 0.95);
  CHECK(share < 1);  // it does try
}

TEST_CASE("SCH-7: where two workers do twice as much, hardly any time is spent on trials") {
  Machine machine(2, compute);
  machine.run(100);
  double share = machine.share_at(2, 10'000);
  CHECK(share > 0.98);
  CHECK(share < 1);
}

TEST_CASE("SCH-7: when the work becomes of another kind, that is found out within the longest hold") {
  Machine machine(2, talk);
  machine.run(5'000);
  machine.change(compute);
  machine.run(150);
  CHECK(machine.share_at(2, 5'000) > 0.95);
  machine.change(talk);
  machine.run(600);
  CHECK(machine.share_at(1, 5'000) > 0.95);
}

TEST_CASE("SCH-7: of eight workers as many take part as do most") {
  for (std::uint32_t best : {1U, 2U, 4U, 8U}) {
    CAPTURE(best);
    Machine machine(8, [best](std::uint32_t level) {
      double too_many = level > best ? level - best : 0;
      return 20'000.0 * std::min(level, best) / (1 + 0.2 * too_many);
    });
    machine.run(1'000);
    CHECK(machine.share_at(best, 20'000) > 0.9);
  }
}

TEST_CASE("SCH-7: nobody rests while one worker does all, has not switched, or does what is not counted") {
  auto never = [](auto disturb) {
    Machine machine(2, talk);
    for (int i = 0; i < 2'000; ++i) {
      disturb(machine);
      machine.run(1);
      if (machine.level() != 2) return false;
    }
    return true;
  };
  CHECK(never([](Machine& machine) { machine.runs_on(1); }));
  CHECK(never([](Machine& machine) { machine.now().stuck_for = 4; }));
  CHECK(never([](Machine& machine) { machine.change([](std::uint32_t) { return 500.0; }); }));
}

TEST_CASE("SCH-7: that a worker sleeps between two turns does not save it from resting") {
  Machine machine(2, talk);
  machine.now().somebody_slept = true;
  for (int i = 0; machine.level() == 2 && i < 100; ++i) machine.run(1);
  CHECK(machine.level() == 1);
}

TEST_CASE(
    "SCH-7: who rests comes back within a few looks when somebody sleeps, is stuck, or computes uncounted") {
  auto comes_back = [](auto disturb) {
    Machine machine(2, talk);
    machine.run(1'000);
    while (machine.level() != 1) machine.run(1);
    disturb(machine);
    machine.run(3);  // two of them may be those after a change
    return machine.level() == 2;
  };
  CHECK(comes_back([](Machine& machine) { machine.now().somebody_slept = true; }));
  CHECK(comes_back([](Machine& machine) { machine.now().stuck_for = 2; }));
  CHECK(comes_back([](Machine& machine) { machine.change([](std::uint32_t) { return 500.0; }); }));
}

TEST_CASE("SCH-7: when much more waits than before, who rests is tried again at once") {
  Machine machine(2, talk);
  machine.now().waiting = 3;
  machine.run(1'000);
  while (machine.level() != 1) machine.run(1);
  machine.run(20);
  machine.now().waiting = 1'000;
  machine.change(compute);
  machine.run(12);
  CHECK(machine.level() == 2);
  CHECK(machine.share_at(2, 1'000) > 0.9);
}

TEST_CASE("SCH-7: how many there are to choose from may change") {
  Machine machine(4, talk);
  machine.run(1'000);
  machine.set_most(2);
  CHECK(machine.level() == 2);
  machine.run(1'000);
  CHECK(machine.level() <= 2);
  machine.set_most(4);
  CHECK(machine.level() == 4);
}

TEST_CASE("SCH-7: nothing is lost and nothing runs twice while workers go to rest and come back") {
  for (unsigned workers : {2U, 3U}) {
    CAPTURE(workers);
    SchedulerSetup setup;
    setup.workers = workers;
    setup.may_rest = false;  // but when this test says so
    Scheduler scheduler(setup);
    scheduler.start();
    constexpr int many = 300, times = 1'500;
    Count done;
    std::deque<Item> all;
    for (int i = 0; i < many; ++i) all.emplace_back(times, &done);
    unsigned changes = 0;
    for (Item& item : all) {
      scheduler.wake(item);
      SchedulerAccess::take_part(scheduler, ++changes % workers + 1);
    }
    while (done.now() < many) {
      SchedulerAccess::take_part(scheduler, ++changes % workers + 1);
      std::this_thread::yield();
    }
    scheduler.stop();
    for (Item& item : all) CHECK(item.ran() == times);
  }
}

namespace {

// Begins a run on worker 1 that lasts until it is told, with a timer of its own.
struct LongRun : Runnable {
  LongRun() : Runnable(go) {}
  static Settled go(Runnable& runnable, Worker& worker) noexcept {
    auto& self = static_cast<LongRun&>(runnable);
    Scheduler& scheduler = worker.scheduler();
    if (worker.id().number != 1) {
      scheduler.hand_over(self);
      return Settled::waiting;
    }
    scheduler.start_timer(scheduler.now() + 1'000'000, {fire, &self, nullptr, 0});
    self.began = true;
    self.began.notify_all();
    self.fired.wait(false);
    return Settled::done;
  }
  static void fire(void* self, void*, std::uint64_t) noexcept {
    static_cast<LongRun*>(self)->fired = true;
    static_cast<LongRun*>(self)->fired.notify_all();
  }
  std::atomic<bool> began{false}, fired{false};
};

}  // namespace

// The run ends when the timer fires, and nobody but a sentinel can fire it.
TEST_CASE("SCH-7: who is told to rest and is still in a run is looked after by the others") {
  SchedulerSetup setup;
  setup.workers = 2;
  setup.may_rest = false;  // but when this test says so
  setup.spare_threads = 0;
  Scheduler scheduler(setup);
  scheduler.start();
  LongRun run;
  scheduler.wake(run);
  run.began.wait(false);
  SchedulerAccess::take_part(scheduler, 1);
  run.fired.wait(false);
  scheduler.stop();
  CHECK(run.fired);
}

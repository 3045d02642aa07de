// When a spare is put on duty, and when that would be no help.
#include <doctest/doctest.h>
#include <sched.h>

#include <atomic>
#include <thread>
#include <vector>

#include "policies.hpp"
#include "thread_cpu.hpp"

using namespace policies_test;

namespace {

using namespace throng::detail;

constexpr std::int64_t milliseconds = 1'000'000;

int any_cpu() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  REQUIRE(sched_getaffinity(0, sizeof(allowed), &allowed) == 0);
  int cpu = 0;
  while (!CPU_ISSET(cpu, &allowed)) ++cpu;
  return cpu;
}

// On any thread, so without an assertion: where it fails the test shows less.
void stay_on(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  sched_setaffinity(0, sizeof(one), &one);
}

// Gives way in each run until it is told to end; never stuck.
class Restless : public Runnable {
 public:
  Restless(int cpu, const std::atomic<bool>& ends, Count& done)
      : Runnable(run), cpu_(cpu), ends_(ends), done_(done) {}

 private:
  static Settled run(Runnable& runnable, Worker& worker) noexcept {
    auto& self = static_cast<Restless&>(runnable);
    worker.budget -= 10;
    if (!self.stays_) stay_on(self.cpu_);
    self.stays_ = true;
    if (!self.ends_) return Settled::yielded;
    self.done_.add();
    return Settled::done;
  }

  int cpu_;
  const std::atomic<bool>& ends_;
  Count& done_;
  bool stays_ = false;
};

// Blocks the thread that runs it, and with it all that waits behind it there.
class Blocked : public Runnable {
 public:
  explicit Blocked(std::atomic<bool>& goes_on) : Runnable(run), goes_on_(goes_on) {}

 private:
  static Settled run(Runnable& runnable, Worker&) noexcept {
    static_cast<Blocked&>(runnable).goes_on_.wait(false);
    return Settled::done;
  }

  std::atomic<bool>& goes_on_;
};

}  // namespace

TEST_CASE(
    "SCH-7: a worker whose thread is kept off the CPU by others gets no spare, which would be one more") {
  int cpu = any_cpu();
  std::atomic<bool> ends{false};
  Count done;
  Scheduler scheduler(setup(1, {}));
  scheduler.start();
  Restless one(cpu, ends, done), another(cpu, ends, done);
  scheduler.wake(one);
  scheduler.wake(another);
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([cpu] {
      stay_on(cpu);
      while (time_of_this_thread() < 40 * milliseconds) {
      }
    });
  }
  for (std::thread& other : others) other.join();
  CHECK(scheduler.spare_count() == 0);
  ends = true;
  CHECK(done.wait_for(2));
  scheduler.stop();
}

TEST_CASE("SCH-7: what waits behind a run that blocks is done by a spare") {
  std::atomic<bool> goes_on{false};
  Count done;
  Scheduler scheduler(setup(1, {}));
  scheduler.start();
  Blocked blocked(goes_on);
  Item waits(3, &done);
  scheduler.wake(blocked);
  scheduler.wake(waits);
  CHECK(done.wait_for(1));
  CHECK(scheduler.spare_count() >= 1);
  goes_on = true;
  goes_on.notify_all();
  scheduler.stop();
}

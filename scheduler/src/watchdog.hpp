// The watchdog: sees to it that no worker's queue waits for a run that does not end: a loop that nobody
// instrumented, a system call that blocks, a lock. It does not stop such a run; nothing could, safely. It
// lets a spare worker take over what waits behind it, until the run has ended.
//
// A thread looks at all workers once in a tick. A worker that has not switched between two looks is stuck if
// nobody sleeps who would help (the sentinel does, see idle.hpp). For each that is stuck one spare is put on
// duty: a worker with a thread and queues of its own, which steals from the queues of those that are stuck,
// as any thief does. So nothing of a worker changes hands, and when the stuck run ends, its worker goes on as
// if nothing had been; the spare hands back what it still has and sleeps.
//
// Rejected: handing the worker itself, with its queues and timers, to another thread. The run that is stuck
// ends in a call of the runtime's, which touches what is then somebody else's. Switching in a signal handler:
// the run may hold malloc's lock.
//
// It also looks at policies, now and then: PolicyBoard::look().
//
// Protocol: everything of the watchdog's is its own thread's, but what is said to be shared.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <throng/scheduler/scheduler.hpp>
#include <vector>

#include "parker.hpp"

namespace throng::detail {

class Scheduler;
class Worker;

class Watchdog {
 public:
  explicit Watchdog(Scheduler& scheduler) noexcept : scheduler_(scheduler) {}
  ~Watchdog() { stop(); }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Throws std::system_error. Does nothing if it has been started, or stopped.
  void start();
  // Returns when its thread has ended. Spares are the scheduler's to end.
  void stop() noexcept;
  // While everybody sleeps so does the watchdog; who wakes tells it. Thread: any worker's.
  void wake_if_asleep() noexcept {
    // pairs: sleep_while_all_sleep(): either it sees that somebody is awake, or this sees that it sleeps
    if (asleep_.load(std::memory_order_seq_cst)) [[unlikely]]
      parker_.unpark();
  }

 private:
  struct Seen {
    std::uint64_t moves = 0;
    std::int64_t since = 0;  // when they were seen to be so many, at first...
    std::int64_t last = 0;   // ...and when last
    StuckFor stuck_for{};
    StuckNotes notes{};
  };

  void run();
  void look(std::int64_t now);
  bool is_stuck(std::size_t index, std::int64_t now);
  bool has_queued_by_policy(std::size_t index);
  bool waits_in_policy();
  bool is_helped(std::uint32_t worker) const;
  std::uint32_t whom_to_help();
  void put_on_duty(std::int64_t now);
  void send_home(std::uint32_t count);
  void sleep_while_all_sleep();

  Scheduler& scheduler_;
  std::vector<Seen> seen_;   // of workers, then spares
  std::vector<bool> stuck_;  // the same: at the last look
  std::uint32_t calm_ = 0;   // ticks with more spares on duty than were needed
  Parker parker_;
  // Protocol: set, seq_cst, before the last look whether all sleep; read, seq_cst, by who has just woken up.
  std::atomic<bool> asleep_{false};
  // Protocol: set once by stop(), then unparked; relaxed, the parker's mutex orders it.
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace throng::detail

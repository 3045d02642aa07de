// What a worker is made of, apart from its face: shared by worker.cpp and scheduler.cpp only.
#pragma once

#include <array>
#include <atomic>
#include <thread>
#include <throng/scheduler/random.hpp>
#include <vector>

#include "parker.hpp"
#include "policy_queue.hpp"
#include "run_queue.hpp"
#include "thread_time.hpp"
#include "timer_wheel.hpp"

namespace throng::detail {

// max, high, and two for the rest: `fresh` for normal ones that were woken or are new, `behind` for those
// that had a turn and want another one, and for low ones (SCH-3).
//
// Why two: among those who compute, whoever was woken would wait for a slice of each of them, and a pair that
// talks would do so for every message. So the woken go first, until together they have used a slice; then one
// of those behind gets its turn, if it has waited longer than they. A message's way is short though all
// others compute, those who compute have half of the worker, and nobody starves.
//
// Rejected: a slot for the process woken last. It is one more thing to steal from, costs an exchange per
// message, and helps one pair only.
inline constexpr std::size_t fresh = 2;
inline constexpr std::size_t behind = 3;
inline constexpr std::size_t queue_count = 4;
inline constexpr std::size_t readings =
    queue_count + 1;  // of a worker's queues, by others: the last is the policy
inline constexpr std::size_t injected_at_once = 32;  // taken from the injector in one go
inline constexpr std::size_t stolen_at_once = 128;   // half a ring at most

inline std::size_t queue_of(Priority priority, bool had_turn) noexcept {
  switch (priority) {
    case Priority::max:
      return 0;
    case Priority::high:
      return 1;
    case Priority::normal:
      return had_turn ? behind : fresh;
    case Priority::low:
      break;
  }
  return behind;
}

// Why a run is over, by what it left behind; of one that a policy has not ended.
inline Stop stop_of(Settled settled, std::int32_t budget) noexcept {
  switch (settled) {
    case Settled::waiting:
      return Stop::waits;
    case Settled::done:
      return Stop::ended;
    case Settled::yielded:
      break;
  }
  return budget > 0 ? Stop::yielded : Stop::budget;
}

// Protocol of the counters: written by the worker alone, read by anybody as statistics, hence relaxed
// everywhere.
struct WorkerCounters {
  Atomic<std::uint64_t> dispatches{0};
  Atomic<std::uint64_t> steals{0};
  Atomic<std::uint64_t> parks{0};
  Atomic<std::uint64_t> wakes{0};
  Atomic<std::uint64_t> reductions{0};
  Atomic<std::uint64_t> surcharges{0};

  static void add(Atomic<std::uint64_t>& counter, std::uint64_t many = 1) noexcept {
    // relaxed: one writer, statistics
    counter.store(counter.load(std::memory_order_relaxed) + many, std::memory_order_relaxed);
  }
};

struct WorkerParts {
  WorkerParts(std::uint32_t number, std::uint64_t seed, std::int64_t now, TimerWheel::Release release)
      : timers(number, now, release), random(seed), helps(number) {}

  // The only worker there is, so nobody steals from it.
  void set_alone() noexcept {
    for (RunQueue& queue : queues) queue.set_alone();
  }

  // Every runnable enters a queue here, so that `filled` knows. Thread: owner.
  RunQueue& push(Runnable& runnable, std::size_t level) noexcept {
    filled |= 1U << level;
    RunnableAccess::set_queued(runnable, ++queued);
    queues[level].push(runnable);
    return queues[level];
  }

  std::array<RunQueue, queue_count> queues;
  TimerWheel timers;
  WorkerCounters counters;
  Parker parker;
  std::thread thread;
  ThreadTime thread_time;  // the thread attaches it, then the watchdog's alone
  // Protocol: the floor above does not wait for the run that is on. Stored release and loaded acquire: who
  // sees false again, as stop() does, may join the thread.
  std::atomic<bool> lent{false};
  // Protocol: it has nothing and looks at nothing but its timers. Stored by the worker, release; loaded
  // acquire by the watchdog and by who looks at breadth: until it is true, a run that began before may be on.
  std::atomic<bool> rests{false};
  // Protocol: of a spare. Stored release by the watchdog, which then unparks; loaded acquire by the spare.
  std::atomic<bool> on_duty{false};
  // Protocol: of a spare: it serves, or is handing back. Stored release by it, loaded acquire by the
  // watchdog.
  std::atomic<bool> serves{false};
  // Protocol: moves on when it wakes up, and while a spare looks for work: then it is not in the run that was
  // seen before. Written by it, read by the watchdog, relaxed.
  std::atomic<std::uint64_t> looks{0};

  // -- owner only
  Random random;
  std::uint32_t turns = 0;          // since the last look at timers and injector
  std::uint32_t filled = 0;         // bit k: queue k may hold something; cleared when a pop finds it empty
  std::uint32_t queued = 0;         // how many have been queued here; wraps
  bool runs_behind = false;         // the run that is on came from behind
  std::int32_t fresh_used = 0;      // reductions used since one from behind had its turn
  bool searching = false;           // holds the search token
  bool was_sentinel = false;        // has just looked around as the sentinel
  PolicyQueue* policy = nullptr;    // all that waits here is in it; null: in the queues above
  bool refused = false;             // it has something, and gave nothing when it was last asked
  Runnable* current = nullptr;      // under a policy: the one that runs
  bool preempted = false;           // the policy has ended its run
  std::int32_t slice = 0;           // of that run
  std::uint32_t policy_number = 0;  // which set of the board's it belongs to
  std::shared_ptr<PolicyQueue> policy_held;  // the same
  std::uint32_t helps;  // whose policy: its own; a spare's is set by the watchdog before it is put on duty
  std::vector<std::uint64_t> last_progress;  // the sentinel's previous reading of every queue
};

}  // namespace throng::detail

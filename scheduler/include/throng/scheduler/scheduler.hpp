// The scheduler: its workers, the queue through which others hand in runnables, timers, and threads for work
// that may block. Knows runnables and nothing of what they are. Several schedulers live in one program.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <throng/scheduler/breadth_pace.hpp>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/director.hpp>
#include <throng/scheduler/event_recording.hpp>
#include <throng/scheduler/policy.hpp>
#include <throng/scheduler/runnable.hpp>
#include <throng/scheduler/timer_key.hpp>
#include <throng/scheduler/worker.hpp>
#include <vector>

namespace throng::detail {

struct Activity;

// Of one run that is stuck; false at first.
struct StuckNotes {
  bool reported = false;
  bool watched = false;
};

// For how long, in ns; and how much of that its thread ran, or waited for something else than a CPU.
struct StuckFor {
  std::int64_t passed = 0;
  std::int64_t could_act = 0;
};

// Called on each worker's thread as it starts and ends; `started` may throw, which fails the start of the
// scheduler.
struct SchedulerHooks {
  void* context = nullptr;
  void (*started)(void* context, Worker& worker) = nullptr;
  void (*stopped)(void* context, Worker& worker) noexcept = nullptr;
  // Now and then between two runs, and before the worker sleeps.
  void (*ticks)(void* context, Worker& worker, bool about_to_sleep) noexcept = nullptr;
  // A worker has not switched for so long, or sleeps. Called by the watchdog, on its own thread, once in
  // a tick; the notes are the callee's to keep until the worker switches.
  void (*stuck)(void* context, Worker& worker, const StuckFor& stuck_for,
                StuckNotes& notes) noexcept = nullptr;
  // A policy went wrong and is in force no more: one sentence. Called on whichever thread found it out.
  void (*policy_failed)(void* context, const std::string& sentence) noexcept = nullptr;
  // How recordings call a runnable; null: by its address. Called by who holds it.
  std::uint64_t (*id_of)(const Runnable& runnable) noexcept = nullptr;
};

struct SchedulerSetup {
  unsigned workers = 1;            // 0: no thread at all, the host calls poll()
  unsigned blocking_threads = 64;  // at most so many threads for work that may block
  unsigned spare_threads = 8;  // at most so many for the queues of workers that are stuck; 0: none, and no
                               // watchdog without a policy
  std::int32_t slice = 4000;   // reductions a run may use before it should yield (SCH-1)
  std::uint64_t seed = 0;      // of the random choices: whom to steal from
  TimeSource* time = nullptr;  // null: the system's steady clock
  // Not null: no thread at all, the host calls take_step(), and this is the time. It must outlive the
  // scheduler.
  ManualTime* simulated = nullptr;
  void (*drop_timer)(const Expiry&) noexcept = nullptr;  // frees the payload of a timer that will never fire
  PolicyFactory policy{};                                // empty: the built-in queues
  bool may_rest = true;  // workers that add nothing rest; see docs/design/breadth.md
  BreadthPace pace{};    // at which that is found out
  std::int64_t policy_limit =
      5'000'000'000;  // ns; a policy that does not serve somebody for longer is thrown out
  SchedulerHooks hooks;
};

class Scheduler {
 public:
  explicit Scheduler(const SchedulerSetup& setup);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Starts the workers. Throws std::system_error with a sentence if threads can't be had; none is left behind
  // then.
  void start();
  // Ends the workers after their current run and joins them. Runnables still queued are left as they are.
  void stop() noexcept;

  // After stop(): a thread was left behind in a run that nobody waits for (Worker::set_lent). It comes back
  // here in its own time, so the scheduler and what its runnables need must stay. Thread: who stopped.
  bool has_left_threads() const noexcept { return left_threads_; }

  // Hands in a runnable that the caller holds. From a worker of this scheduler it stays there. Thread: any.
  void wake(Runnable& runnable, Wake wake = Wake::woken) noexcept;
  // As wake(), but for whichever worker looks first, this or another. Thread: any.
  void hand_over(Runnable& runnable, Wake wake = Wake::woken) noexcept;
  // Puts a policy in force, the built-in queues if it is empty, while all runs; each worker changes at its
  // next turn. Throws what the factory throws, and std::invalid_argument if it makes nothing. Thread: any.
  void use_policy(const PolicyFactory& factory);
  // Runs what is ready on the caller's thread. Requires: workers == 0, one caller at a time (others get
  // false).
  bool poll(std::size_t limit);
  // Does one thing of those that can happen, which the director chooses; goes to the next timer if there is
  // none. False: nothing can happen any more. Requires: is_simulated(). Throws what the director throws.
  bool take_step(Director& director);
  // When poll() next has something to do; INT64_MAX: not before somebody hands something in. Thread: any.
  std::int64_t next_deadline() const noexcept;

  // Timers. The key stays valid, and harmless, after the timer has fired. Thread: any.
  TimerKey start_timer(std::int64_t deadline, const Expiry& expiry);
  std::optional<Cancelled> cancel_timer(TimerKey key);
  std::optional<std::int64_t> read_timer(TimerKey key);
  // Gives up every timer for `target`, handing each to `drop`. Thread: any.
  void cancel_timers_for(std::uint64_t target, void (*drop)(const Expiry&) noexcept);
  std::size_t timer_count() const noexcept;

  // Runs job(argument) on a thread that may block. False: no thread could be had. Thread: any.
  bool run_blocking(void (*job)(void*) noexcept, void* argument);

  // Records what workers do, so many events of each at least, the last ones; copies them; ends that. Errors:
  // see recorder.hpp. Thread: any.
  void start_recording(std::size_t events_per_worker);
  EventRecording copy_recording();
  EventRecording stop_recording();
  // An event of the floor above's, by somebody who is no worker of this scheduler. Thread: any.
  void note_from_outside(std::uint8_t kind, std::uint64_t subject, std::uint32_t amount = 0,
                         std::uint8_t detail = 0) noexcept;

  // A hint: does a worker sleep? Thread: any.
  bool may_have_sleepers() const noexcept;

  std::int64_t now() noexcept { return time_->now(); }
  TimeSource& time() noexcept { return *time_; }
  std::int32_t slice() const noexcept { return slice_; }
  std::size_t worker_count() const noexcept { return workers_.size(); }
  Worker& worker(std::size_t index) noexcept { return *workers_[index]; }
  // Spares that there are, on duty or not; they come one by one, when first needed, and stay. Thread: any.
  std::size_t spare_count() const noexcept {
    return spare_count_.load(std::memory_order_acquire);  // pairs: add_spare's release
  }
  std::size_t most_workers() const noexcept { return std::max(1U, setup_.workers) + max_spares_; }
  // Workers, then spares. Requires: index < worker_count() + spare_count().
  Worker& any_worker(std::size_t index) noexcept {
    return index < workers_.size() ? *workers_[index] : *spares_[index - workers_.size()];
  }
  bool is_host_driven() const noexcept { return host_driven_; }
  bool is_simulated() const noexcept { return setup_.simulated != nullptr; }  // and then host-driven too
  std::size_t waiting() const noexcept;                                       // runnables queued, a hint
  // How many workers take part, from 1 to worker_count(); the others hand over what they have after their
  // present run (SCH-8). Thread: any, one at a time.
  void set_online(std::uint32_t workers) noexcept;
  std::uint32_t online() const noexcept;
  // How many of those take part now; the others rest, since with them no more would be done. Thread: any.
  std::uint32_t taking_part() const noexcept;

 private:
  friend class Worker;
  friend class Watchdog;
  friend class Simulation;
  friend class PolicyBoard;
  friend class Recorder;
  friend struct SchedulerAccess;  // of the explorer's
  struct Parts;
  struct StartGate;

  void consider_waking(Worker& waker, std::size_t waiting) noexcept;
  bool wake_one() noexcept;
  void unpark_all() noexcept;
  void look_at_breadth() noexcept;
  Activity look_around(std::int64_t now) noexcept;
  void take_part(std::uint32_t workers) noexcept;
  void report(const std::string& sentence) noexcept;
  std::uint64_t id_of(const Runnable& runnable) const noexcept;
  void note_handed_over(const Runnable& runnable, Wake wake) noexcept;
  void start_thread(Worker& worker, StartGate& gate);
  void run_worker_thread(Worker& worker, StartGate& gate) noexcept;
  Worker& add_spare();

  TimeSource* time_;                              // constant after construction
  std::int32_t slice_;                            // constant after construction
  bool host_driven_;                              // constant after construction
  std::vector<std::unique_ptr<Worker>> workers_;  // constant after construction
  // Protocol: a slot is written by the watchdog before it is counted, and constant from then on.
  std::vector<std::unique_ptr<Worker>> spares_;
  std::atomic<std::size_t> spare_count_{0};
  std::size_t max_spares_;      // constant after construction
  bool left_threads_ = false;   // written by stop()
  const SchedulerSetup setup_;  // for spares
  std::unique_ptr<Parts> parts_;
};

}  // namespace throng::detail

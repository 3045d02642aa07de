// A worker: one thread (or the host's own, in poll mode) that takes runnables from its queues and runs them.
// This is its face for the floor above; the loop is in worker.cpp, one page long.
//
// Thread: every member is for the worker's own thread while it runs, unless it says "any".
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <throng/scheduler/event_track.hpp>
#include <throng/scheduler/policy.hpp>
#include <throng/scheduler/runnable.hpp>
#include <throng/scheduler/timer_key.hpp>
#include <throng/scheduler/worker_id.hpp>

namespace throng::detail {

class Scheduler;
struct WorkerParts;

// Counters of one worker, written by it alone. Statistics: a reader may see them a little late.
struct WorkerMetrics {
  std::uint64_t dispatches = 0;
  std::uint64_t steals = 0;
  std::uint64_t parks = 0;
  std::uint64_t wakes = 0;       // other workers woken by this one
  std::uint64_t reductions = 0;  // used by the runs that are over
  std::uint64_t surcharges = 0;  // of those: nothing was done for them
};

class Worker {
 public:
  Worker(Scheduler& scheduler, WorkerId id, std::uint64_t seed, void (*drop_timer)(const Expiry&) noexcept);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  WorkerId id() const noexcept { return id_; }
  Scheduler& scheduler() const noexcept { return scheduler_; }
  WorkerMetrics metrics() const noexcept;  // Thread: any.

  // Puts a runnable that the caller holds at the tail of its priority's queue here, or gives it to the
  // policy; may wake another worker.
  void enqueue(Runnable& runnable, Wake wake = Wake::woken) noexcept;
  // The same at another priority, for this once; a policy takes it for one that is woken.
  void enqueue_at(Runnable& runnable, Priority priority) noexcept;
  // True when something waits on this worker: a run that can go on should then yield at the end of its slice.
  bool has_waiting() const noexcept;

  // Its present run will not be waited for: stop() leaves the thread behind, and the scheduler must outlive
  // it. Thread: any, while the run can't end meanwhile.
  void set_lent(bool lent) noexcept;

  // What is left of the current slice, in reductions; the run that is charged counts it down. Set before each
  // run.
  std::int32_t budget = 0;
  // Charges reductions for which nothing is done: a price that shall keep somebody from doing too much.
  void surcharge(std::int32_t reductions) noexcept {
    budget -= reductions;
    surcharged_ += static_cast<std::uint32_t>(reductions);
  }
  // A policy is asked here, so that who runs must call the next three. Read only; of this worker's own
  // thread.
  bool under_policy = false;
  // Before a runnable is given away to wait, or has ended; not for one that yields.
  void stopping(Runnable& runnable, Stop stop) noexcept;
  // It was about to wait, and does not.
  void goes_on(Runnable& runnable) noexcept;
  // The one that runs has set an attribute.
  void changed(Runnable& runnable, Attribute attribute) noexcept;
  // Where this worker's events go, if they are recorded; else null. May change at any time.
  EventTrack* track() const noexcept {
    return track_.load(std::memory_order_acquire);  // pairs: Recorder::start
  }
  // An event of the floor above's, if they are; of about now. Of the run that is on.
  void note(std::uint8_t kind, std::uint64_t subject, std::uint32_t amount = 0,
            std::uint8_t detail = 0) noexcept {
    if (EventTrack* on = track()) [[unlikely]]
      on->put({on->last_time, subject, amount, kind, detail});
  }
  // Belongs to the floor above: its per-worker state, installed by SchedulerHooks::started.
  void* attachment = nullptr;

  // The loop of a worker thread; returns when the scheduler stops.
  void loop();
  // The same for a spare: see watchdog.hpp.
  void stand_by();
  // Runs what is ready, at most `limit` runs. True: something ran or is ready. For poll mode.
  bool run_ready(std::size_t limit);

 private:
  friend class Scheduler;
  friend class Watchdog;
  friend class Simulation;
  friend class Recorder;
  void serve();
  void hand_back() noexcept;
  void stay_offline();
  void rest();
  bool is_resting() const noexcept;
  // Thread: any.
  bool has_queued() const noexcept;
  // Fires what is due, if anything has been for so long (ns).
  void advance_timers(std::int64_t overdue);
  std::int64_t time_to_next_timer() const noexcept;
  Runnable* next() noexcept;
  Runnable* next_behind(bool others_wait) noexcept;
  void count_for_those_behind() noexcept;
  bool is_turn_of_those_behind() noexcept;
  void push_and_tell(Runnable& runnable, std::size_t level, Wake wake) noexcept;
  void push_recorded(Runnable& runnable, std::size_t level, Wake wake) noexcept;
  void put_and_tell(Runnable& runnable, std::size_t level, Wake wake) noexcept;
  void note_use(std::uint32_t used) noexcept;
  Runnable* find_work();
  bool accept_injected() noexcept;
  Runnable* search(bool only_what_has_waited) noexcept;
  Runnable* steal_from(Worker& victim, bool only_what_has_waited) noexcept;
  bool has_waited(std::uint64_t progress, const Worker& victim, std::size_t level) noexcept;
  void run(Runnable& runnable) noexcept;
  void run_recorded(Runnable& runnable, EventTrack& on) noexcept;
  Settled turn(Runnable& runnable, std::uint32_t& used) noexcept;
  // While events are recorded: worker_record.cpp.
  std::uint64_t id_of(const Runnable& runnable) const noexcept;
  void read_clock_for(EventTrack& on) noexcept;
  // Something has come that another thread may have woken.
  void note_elsewhere() noexcept;
  void note_now(std::uint8_t kind, std::uint64_t subject, std::uint32_t amount = 0,
                std::uint8_t detail = 0) noexcept;
  std::uint64_t note_run(EventTrack& on, const Runnable& runnable) noexcept;
  void note_stop(EventTrack& on, std::uint64_t id, Stop stop, std::uint32_t used) noexcept;
  void note_enqueue(EventTrack& on, const Runnable& runnable, Wake wake) noexcept;
  // Under a policy: worker_policy.cpp.
  void adopt_policy() noexcept;
  void leave_policy() noexcept;
  void give(Runnable& runnable, Wake wake) noexcept;
  void give_chain(Runnable* chain, Wake wake) noexcept;
  bool accept_injected_by_policy() noexcept;
  void tell_of_given() noexcept;
  bool give_woken(Runnable& runnable, Wake wake) noexcept;
  bool give_elsewhere(Runnable& runnable, Wake wake, std::uint32_t where) noexcept;
  void give_back(Runnable& runnable, Stop stop, std::uint32_t used) noexcept;
  void keep(Runnable& runnable) noexcept;
  bool shares_policy() const noexcept;
  std::uint32_t used_of_slice() const noexcept;
  Runnable* next_by_policy() noexcept;
  void run_by_policy(Runnable& runnable) noexcept;
  Runnable* steal_from_policy(Worker& victim, bool only_what_has_waited) noexcept;
  Runnable* keep_stolen(std::span<Runnable* const> stolen) noexcept;
  void poll_sources();
  void tick(bool about_to_sleep) noexcept;
  bool park();
  void leave_search(bool found) noexcept;

  Scheduler& scheduler_;  // constant after construction
  WorkerId id_;           // constant after construction
  std::unique_ptr<WorkerParts> parts_;
  std::uint32_t surcharged_ = 0;  // of the run that is on
  // Protocol: stored release by the recorder, under its lock; loaded acquire by the worker. The track
  // outlives the worker. Plain std::atomic: no step for the explorer.
  std::atomic<EventTrack*> track_{nullptr};
};

// The worker that the calling thread is, or null. Never inlined and never to be kept across a switch: the
// caller may go on under another thread, and compilers keep a thread-local's address. Thread: any.
Worker* current_worker() noexcept;
// Thread: the one that becomes, or stops being, the worker.
void set_current_worker(Worker* worker) noexcept;

}  // namespace throng::detail

// What a worker counts, and, if it is recorded, notes; which clock readings it takes for that.
//
// A reading costs more than all the rest of an event, so there are few: at the end of a run, and where
// somebody is woken, since the way from there to its run is what recordings are made for. All other events of
// a run have the time of the one before them. So has its beginning: the next run begins where the last one
// ended. That is right for what this worker has queued itself; what comes from elsewhere (handed in, stolen,
// by a policy, after a sleep) may have been woken since, would run before it was woken, and so has the clock
// read as it comes.
//
// Where the processor's cycle counter is a clock it is read in place of the system's, at half the price, and
// brought to nanoseconds when a recording is copied. A clock that somebody else sets is always asked itself.
#include "cycles.hpp"
#include "scheduler_parts.hpp"

namespace throng::detail {

WorkerMetrics Worker::metrics() const noexcept {
  const WorkerCounters& counters = parts_->counters;
  auto read = [](const Atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);  // relaxed: a statistic
  };
  return {read(counters.dispatches), read(counters.steals),     read(counters.parks),
          read(counters.wakes),      read(counters.reductions), read(counters.surcharges)};
}

void Worker::set_lent(bool lent) noexcept {
  parts_->lent.store(lent, std::memory_order_release);  // pairs: Scheduler::stop
}

std::uint64_t Worker::id_of(const Runnable& runnable) const noexcept { return scheduler_.id_of(runnable); }

void Worker::read_clock_for(EventTrack& on) noexcept {
  on.last_time = on.in_cycles() ? cycles() : scheduler_.now();
}

void Worker::note_elsewhere() noexcept {
  if (EventTrack* on = track()) [[unlikely]]
    on->last_time = on->in_cycles() ? cycles_by_now() : scheduler_.now();
}

void Worker::note_now(std::uint8_t kind, std::uint64_t subject, std::uint32_t amount,
                      std::uint8_t detail) noexcept {
  EventTrack* on = track();
  if (on == nullptr) return;
  note_elsewhere();
  on->put({on->last_time, subject, amount, kind, detail});
}

std::uint64_t Worker::note_run(EventTrack& on, const Runnable& runnable) noexcept {
  if (!on.has_time()) read_clock_for(on);
  std::uint64_t id = id_of(runnable);
  on.put({on.last_time, id, 0, run_event, 0});
  return id;
}

// Not its own any more, hence the id: it may already run elsewhere.
void Worker::note_stop(EventTrack& on, std::uint64_t id, Stop stop, std::uint32_t used) noexcept {
  read_clock_for(on);
  on.put({on.last_time, id, used, stop_event, static_cast<std::uint8_t>(stop)});
}

// Before it is put anywhere: behind that it is somebody else's.
void Worker::note_enqueue(EventTrack& on, const Runnable& runnable, Wake wake) noexcept {
  bool is_woken = wake == Wake::created || wake == Wake::woken;
  if (is_woken) read_clock_for(on);
  on.put({on.last_time, id_of(runnable), static_cast<std::uint32_t>(runnable.priority()), enqueue_event,
          static_cast<std::uint8_t>(wake)});
}

std::uint64_t Scheduler::id_of(const Runnable& runnable) const noexcept {
  const SchedulerHooks& hooks = parts_->hooks;
  return hooks.id_of != nullptr ? hooks.id_of(runnable) : reinterpret_cast<std::uintptr_t>(&runnable);
}

void Scheduler::start_recording(std::size_t events_per_worker) { parts_->recorder.start(events_per_worker); }
EventRecording Scheduler::copy_recording() { return parts_->recorder.copy(); }
EventRecording Scheduler::stop_recording() { return parts_->recorder.stop(); }

void Scheduler::note_from_outside(std::uint8_t kind, std::uint64_t subject, std::uint32_t amount,
                                  std::uint8_t detail) noexcept {
  if (parts_->recorder.is_on()) parts_->recorder.note_from_outside({0, subject, amount, kind, detail});
}

// From a worker that gives it to the others, or from somebody else.
void Scheduler::note_handed_over(const Runnable& runnable, Wake wake) noexcept {
  Worker* worker = current_worker();
  EventTrack* on = worker != nullptr && &worker->scheduler() == this ? worker->track() : nullptr;
  if (on != nullptr) {
    worker->note_enqueue(*on, runnable, wake);
  } else {
    note_from_outside(enqueue_event, id_of(runnable), static_cast<std::uint32_t>(runnable.priority()),
                      static_cast<std::uint8_t>(wake));
  }
}

}  // namespace throng::detail

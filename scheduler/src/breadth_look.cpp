// The scheduler's side of breadth.hpp: who looks, at what, and how workers come to rest. The proof that
// nothing is left lying by those who rest is in docs/design/breadth.md.
#include <algorithm>
#include <array>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {

// Thread: one of the workers', between two turns or while it rests.
void Scheduler::look_at_breadth() noexcept {
  Parts& parts = *parts_;
  if (!setup_.may_rest || worker_count() == 1 || host_driven_) return;
  std::int64_t now = time_->now();
  if (now < parts.next_look.load(std::memory_order_relaxed)) return;  // relaxed: see the field
  std::unique_lock lock(parts.breadth_mutex, std::try_to_lock);
  // relaxed: see the field; another may have looked meanwhile
  if (!lock || now < parts.next_look.load(std::memory_order_relaxed)) return;
  parts.next_look.store(now + setup_.pace.look, std::memory_order_relaxed);  // relaxed: see the field
  if (parts.policies.has_policies()) {
    // Whoever has a policy decides that.
    if (taking_part() != online()) take_part(online());
    parts.breadth.set_most(online());
    return;
  }
  std::uint32_t level = parts.breadth.look(look_around(now));
  if (level != taking_part()) take_part(level);
}

// Requires: breadth_mutex is held.
Activity Scheduler::look_around(std::int64_t now) noexcept {
  Activity activity{.time = now, .waiting = parts_->injector.pending()};
  std::array<std::uint32_t, 5> still{};  // of those who take part: for so many looks at least
  std::uint32_t asleep = parts_->idle.sleeping();
  activity.somebody_slept = asleep > 0;
  for (std::size_t i = 0; i < worker_count() + spare_count(); ++i) {
    Worker& worker = any_worker(i);
    WorkerMetrics metrics = worker.metrics();
    // A surcharge may be seen before what it is a part of, hence signed.
    activity.reductions += static_cast<std::int64_t>(metrics.reductions - metrics.surcharges);
    if (i >= worker_count()) continue;
    for (const RunQueue& queue : worker.parts_->queues) activity.waiting += queue.size();
    WorkerMetrics before = std::exchange(parts_->metrics_before[i], metrics);
    bool ran = metrics.dispatches != before.dispatches;
    bool slept = metrics.parks != before.parks;
    if (ran) ++activity.running;
    std::uint32_t& looks = parts_->still_for[i];
    // Who shall rest may still be in a run that began before, with others waiting behind it.
    if (i >= online() || worker.parts_->rests.load(std::memory_order_acquire)) {  // pairs: rest()'s stores
      looks = 0;
      continue;
    }
    activity.somebody_slept = activity.somebody_slept || slept;
    looks = ran || slept ? 0 : std::min<std::uint32_t>(looks + 1, still.size() - 1);
    for (std::uint32_t at_least = 1; at_least <= looks; ++at_least) ++still[at_least];
  }
  // Who sleeps on looks like who is stuck.
  while (activity.stuck_for + 1 < still.size() && still[activity.stuck_for + 1] > asleep)
    ++activity.stuck_for;
  return activity;
}

// Requires: breadth_mutex is held.
void Scheduler::take_part(std::uint32_t workers) noexcept {
  parts_->taking_part.store(workers, std::memory_order_relaxed);  // relaxed: ordered by the parkers' mutexes
  unpark_all();
}

std::uint32_t Scheduler::taking_part() const noexcept {
  return parts_->taking_part.load(std::memory_order_relaxed);  // relaxed: as it was last set
}

// Looks after its own timers, at whether it is needed, and at nothing else.
void Worker::rest() {
  Scheduler::Parts& shared = *scheduler_.parts_;
  if (parts_->searching) leave_search(true);  // another may have to search in its place
  advance_timers(0);
  hand_back();
  scheduler_.look_at_breadth();
  if (!is_resting()) return;
  shared.idle.begin_rest();
  parts_->rests.store(true, std::memory_order_release);  // pairs: look_around, Watchdog::look
  note_now(park_event, id_.number);
  bool unparked = parts_->parker.park(std::min(time_to_next_timer(), scheduler_.setup_.pace.look));
  note_now(unpark_event, id_.number, 0, unparked);
  parts_->rests.store(false, std::memory_order_release);  // pairs: look_around, Watchdog::look
  shared.idle.end_rest();
}

bool Worker::is_resting() const noexcept {
  std::uint32_t number = id_.number;
  return number >= scheduler_.taking_part() && number < scheduler_.online();
}

}  // namespace throng::detail

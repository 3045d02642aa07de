#include <throng/base/config.hpp>
#include <throng/scheduler/worker.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

constexpr std::uint32_t source_period = 64;          // turns between two looks at timers and injector
constexpr std::int32_t least_used = 1;               // reductions that a turn counts at least
constexpr unsigned turn_shift = 6;                   // 64 reductions count as a turn more
constexpr std::size_t timers_at_once = 1024;         // expiries handled before runnables get their turn
constexpr std::int64_t sentinel_period = 1'000'000;  // ns; see Idle
constexpr std::int64_t overdue_after = 500'000;      // ns; a sleeper's help for a busy worker's timers
constexpr std::int64_t look_again = 100'000;         // ns; of a spare that finds nothing
constexpr std::uint8_t low_skips = 8;                // SCH-3

}  // namespace

Worker::Worker(Scheduler& scheduler, WorkerId id, std::uint64_t seed,
               void (*drop_timer)(const Expiry&) noexcept)
    : scheduler_(scheduler),
      id_(id),
      parts_(std::make_unique<WorkerParts>(id.number, seed, scheduler.now(), drop_timer)) {
  parts_->last_progress.resize(scheduler.most_workers() * readings);
}

Worker::~Worker() = default;

void Worker::enqueue(Runnable& runnable, Wake wake) noexcept {
  push_and_tell(runnable, queue_of(runnable.priority(), false), wake);
}

void Worker::enqueue_at(Runnable& runnable, Priority priority) noexcept {
  push_and_tell(runnable, queue_of(priority, false), Wake::woken);
}

THRONG_INLINE void Worker::push_and_tell(Runnable& runnable, std::size_t level, Wake wake) noexcept {
  if (track() != nullptr) [[unlikely]] {
    push_recorded(runnable, level, wake);
    return;
  }
  put_and_tell(runnable, level, wake);
}

// Apart and at its end, so that the way of who is not recorded saves no register for it.
THRONG_NOINLINE void Worker::push_recorded(Runnable& runnable, std::size_t level, Wake wake) noexcept {
  if (EventTrack* on = track()) note_enqueue(*on, runnable, wake);
  put_and_tell(runnable, level, wake);
}

THRONG_INLINE void Worker::put_and_tell(Runnable& runnable, std::size_t level, Wake wake) noexcept {
  if (parts_->policy != nullptr) [[unlikely]] {
    give(runnable, wake);
    return;
  }
  RunQueue& queue = parts_->push(runnable, level);
  if (scheduler_.may_have_sleepers()) [[unlikely]]
    scheduler_.consider_waking(*this, queue.size());
}

bool Worker::has_waiting() const noexcept {
  if (parts_->policy != nullptr) [[unlikely]]
    return parts_->policy->size_hint() > 0;
  return parts_->filled != 0 && has_queued();
}

bool Worker::has_queued() const noexcept {
  return std::ranges::any_of(parts_->queues, [](const RunQueue& queue) { return queue.size() > 0; });
}

// Bounded: a count that only grows would overflow.
THRONG_INLINE void Worker::count_for_those_behind() noexcept {
  std::int32_t& fresh_used = parts_->fresh_used;
  std::int32_t used = std::clamp(scheduler_.slice_ - budget, least_used, scheduler_.slice_);
  fresh_used = std::exchange(parts_->runs_behind, false) ? 0 : std::min(fresh_used + used, scheduler_.slice_);
}

void Worker::note_use(std::uint32_t used) noexcept {
  WorkerCounters::add(parts_->counters.reductions, used);
  if (surcharged_ != 0) [[unlikely]]
    WorkerCounters::add(parts_->counters.surcharges, std::exchange(surcharged_, 0));
  parts_->turns += 1 + (used >> turn_shift);  // a few full slices are long for a timer that is due
}

// Part of the loop: after a switch each return is a guess that the processor gets wrong.
THRONG_INLINE void Worker::run(Runnable& runnable) noexcept {
  if (parts_->policy != nullptr) [[unlikely]] {
    run_by_policy(runnable);
    return;
  }
  if (EventTrack* on = track()) [[unlikely]] {
    run_recorded(runnable, *on);
    return;
  }
  std::uint32_t used = 0;
  if (turn(runnable, used) == Settled::yielded)  // not asked again whether it is recorded
    put_and_tell(runnable, queue_of(runnable.priority(), true), Wake::yielded);
}

THRONG_INLINE Settled Worker::turn(Runnable& runnable, std::uint32_t& used) noexcept {
  WorkerCounters::add(parts_->counters.dispatches);
  if (parts_->searching) leave_search(true);  // woken to search, and something was here already
  budget = scheduler_.slice_;
  Settled settled = runnable.run_(runnable, *this);
  used = static_cast<std::uint32_t>(scheduler_.slice_ - budget);
  note_use(used);
  count_for_those_behind();
  return settled;
}

// The same between two notes; apart, so that who is not recorded tests one pointer.
THRONG_NOINLINE void Worker::run_recorded(Runnable& runnable, EventTrack& on) noexcept {
  std::uint64_t id = note_run(on, runnable);
  std::uint32_t used = 0;
  Settled settled = turn(runnable, used);
  note_stop(on, id, stop_of(settled, budget), used);
  if (settled != Settled::yielded) return;
  bool gave_way = budget > 0;
  push_and_tell(runnable, queue_of(runnable.priority(), true), gave_way ? Wake::yielded : Wake::preempted);
}

void Worker::loop() {
  Scheduler::Parts& shared = *scheduler_.parts_;
  // relaxed: stop() also unparks, and park() looks again in order
  while (!shared.stopping.load(std::memory_order_relaxed)) {
    // relaxed: who changes it also unparks
    if (id_.number >= shared.taking_part.load(std::memory_order_relaxed)) [[unlikely]] {
      id_.number < scheduler_.online() ? rest() : stay_offline();
      continue;
    }
    if (parts_->turns >= source_period) poll_sources();
    Runnable* runnable = next();
    if (runnable == nullptr) runnable = find_work();
    if (runnable != nullptr) {
      run(*runnable);
    } else if (!park()) {
      break;
    }
  }
}

// Takes part in nothing but its own timers, and gives what they wake to the others (SCH-8).
void Worker::stay_offline() {
  if (parts_->searching) leave_search(false);
  poll_sources();
  hand_back();
  bool has_own = has_waiting() && !shares_policy();  // which the policy keeps back
  parts_->parker.park(has_own ? std::min(time_to_next_timer(), look_again) : time_to_next_timer());
  note_elsewhere();
}

// INT64_MAX: there is none.
std::int64_t Worker::time_to_next_timer() const noexcept {
  std::int64_t deadline = parts_->timers.next_deadline();
  return deadline == TimerWheel::never ? deadline : std::max<std::int64_t>(deadline - scheduler_.now(), 0);
}

void Worker::advance_timers(std::int64_t overdue) {
  std::int64_t deadline = parts_->timers.next_deadline();
  if (deadline == TimerWheel::never) return;  // the clock costs more than the question
  std::int64_t now = scheduler_.now();
  if (deadline <= now - overdue) parts_->timers.advance(now, timers_at_once);
}

// A spare's, while it is on duty.
void Worker::serve() {
  Scheduler::Parts& shared = *scheduler_.parts_;
  std::uint32_t in_vain = 0;
  // pairs: send_home and stop()
  while (parts_->on_duty.load(std::memory_order_acquire) &&
         !shared.stopping.load(std::memory_order_seq_cst)) {
    parts_->looks.fetch_add(1, std::memory_order_relaxed);  // relaxed: see the field
    if (parts_->turns >= source_period) poll_sources();
    Runnable* runnable = next();
    if (runnable == nullptr && accept_injected()) runnable = next();
    // Twice in a row, a little apart: only from queues that have not moved.
    if (runnable == nullptr) runnable = search(true);
    if (runnable != nullptr) {
      in_vain = 0;
      run(*runnable);
    } else {
      tick(true);
      parts_->parker.park(++in_vain < 10 ? look_again : 10 * look_again);
    }
  }
}

bool Worker::run_ready(std::size_t limit) {
  note_elsewhere();  // the host was
  poll_sources();
  std::size_t ran = 0;
  for (; ran < limit; ++ran) {
    if (parts_->turns >= source_period) poll_sources();
    Runnable* runnable = next();
    if (runnable == nullptr && accept_injected()) runnable = next();
    if (runnable == nullptr) break;
    run(*runnable);
  }
  if (ran == 0) tick(true);
  return ran > 0 || has_waiting();
}

// The oldest of the highest priority that waits here (SCH-2), see worker_parts.hpp for the last two.
Runnable* Worker::next() noexcept {
  while (parts_->filled != 0) {
    auto level = static_cast<std::size_t>(std::countr_zero(parts_->filled));
    if (level == fresh && parts_->fresh_used >= scheduler_.slice_ && (parts_->filled & 1U << behind) != 0 &&
        is_turn_of_those_behind()) {
      parts_->fresh_used = 0;
      if (Runnable* runnable = next_behind(true)) return runnable;
    }
    RunQueue& queue = parts_->queues[level];
    Runnable* runnable = level != behind ? queue.pop() : next_behind(false);
    if (runnable != nullptr) {
      queue.prefetch();
      return runnable;
    }
    parts_->filled &= ~(1U << level);
  }
  return parts_->policy != nullptr ? next_by_policy() : nullptr;
}

bool Worker::is_turn_of_those_behind() noexcept {
  Runnable* waits = parts_->queues[behind].peek();
  if (waits == nullptr) {
    parts_->filled &= ~(1U << behind);  // or it would be asked again before each dispatch
    return false;
  }
  Runnable* woken = parts_->queues[fresh].peek();
  return woken == nullptr || RunnableAccess::was_queued_before(*waits, *woken);
}

// A low one is passed over until it has come to the front eight times, unless it is alone (SCH-3). Each pass
// moves it to the tail; while fresh ones wait too, each comes to the front once in a call, and there may be
// none.
Runnable* Worker::next_behind(bool others_wait) noexcept {
  RunQueue& queue = parts_->queues[behind];
  for (std::size_t left = others_wait ? queue.size() : ~std::size_t{0}; left > 0; --left) {
    Runnable* runnable = queue.pop();
    if (runnable == nullptr) return nullptr;
    bool has_turn = runnable->priority() != Priority::low;
    if (!has_turn) {
      bool alone = !others_wait && queue.size() == 0;
      has_turn = ++RunnableAccess::skips(*runnable) >= low_skips || alone;
      if (has_turn) RunnableAccess::skips(*runnable) = 0;
    }
    if (has_turn) {
      parts_->runs_behind = true;
      return runnable;
    }
    queue.push(*runnable);
  }
  return nullptr;
}

void Worker::poll_sources() {
  parts_->turns = 0;
  if (parts_->policy_number != scheduler_.parts_->policies.number()) [[unlikely]]
    adopt_policy();
  if (parts_->policy != nullptr) [[unlikely]]
    parts_->policy->tick();
  advance_timers(0);
  if (scheduler_.parts_->injector.pending() > 0) accept_injected();
  tick(false);
  scheduler_.look_at_breadth();
}

void Worker::tick(bool about_to_sleep) noexcept {
  const SchedulerHooks& hooks = scheduler_.parts_->hooks;
  if (hooks.ticks != nullptr) hooks.ticks(hooks.context, *this, about_to_sleep);
}

Runnable* Worker::find_work() {
  poll_sources();
  if (Runnable* runnable = next()) return runnable;
  if (accept_injected()) {
    if (Runnable* runnable = next()) return runnable;  // none: a thief was faster
  }
  // Who has looked around as the sentinel takes what waits only. But who was given the token meanwhile
  // searches: it must not go to sleep with it.
  if (std::exchange(parts_->was_sentinel, false) && !parts_->searching) return nullptr;
  if (!parts_->searching && !scheduler_.parts_->idle.begin_search()) return nullptr;
  parts_->searching = true;
  Runnable* runnable = search(false);
  leave_search(runnable != nullptr);
  return runnable;
}

// Gives the token back; who found something passes the search on, so that a burst wakes the workers one by
// one. Looks at what outsiders handed in after that: while it held the token, they were turned away. Who
// found nothing need not: it parks, and looks then.
void Worker::leave_search(bool found) noexcept {
  parts_->searching = false;
  scheduler_.parts_->idle.end_search();
  Scheduler::Parts& shared = *scheduler_.parts_;
  // Nor may it be that some work, some sleep, and none of the sleepers looks around: what was put on the
  // queues of the others while the token was out has woken nobody.
  bool more = found && (has_waiting() || shared.injector.pending() > 0 || !shared.idle.has_sentinel());
  if (more && scheduler_.wake_one()) WorkerCounters::add(parts_->counters.wakes);
}

// Takes some of what outsiders handed in into the queues here, so that a priority counts from the start.
bool Worker::accept_injected() noexcept {
  if (parts_->policy != nullptr) [[unlikely]]
    return accept_injected_by_policy();
  Runnable* taken[injected_at_once];
  std::size_t count = scheduler_.parts_->injector.pop_many(taken, injected_at_once);
  if (count > 0) note_elsewhere();
  for (std::size_t i = 0; i < count; ++i) parts_->push(*taken[i], queue_of(taken[i]->priority(), false));
  if (count > 0 && scheduler_.may_have_sleepers()) scheduler_.consider_waking(*this, count);
  return count > 0;
}

Runnable* Worker::search(bool only_what_has_waited) noexcept {
  std::size_t workers = scheduler_.worker_count() + scheduler_.spare_count();
  std::size_t first = parts_->random.below(workers);
  for (std::size_t i = 0; i < workers; ++i) {
    Worker& victim = scheduler_.any_worker((first + i) % workers);
    if (&victim == this) continue;
    if (Runnable* runnable = steal_from(victim, only_what_has_waited)) return runnable;
  }
  return nullptr;
}

// Notes the reading; true: nothing has left that queue since the one before.
bool Worker::has_waited(std::uint64_t progress, const Worker& victim, std::size_t level) noexcept {
  std::uint64_t& last = parts_->last_progress[victim.id_.number * readings + level];
  return std::exchange(last, progress + 1) == progress + 1;
}

Runnable* Worker::steal_from(Worker& victim, bool only_what_has_waited) noexcept {
  Runnable* stolen[stolen_at_once];
  for (std::size_t level = 0; level < queue_count; ++level) {
    RunQueue& queue = victim.parts_->queues[level];
    if (queue.size() == 0) continue;
    if (only_what_has_waited && !has_waited(queue.progress(), victim, level)) continue;
    std::size_t count = queue.steal(stolen);
    if (count == 0) continue;
    WorkerCounters::add(parts_->counters.steals);
    note_now(steal_event, victim.id_.number, static_cast<std::uint32_t>(count));
    if (parts_->policy != nullptr) [[unlikely]]
      return keep_stolen(std::span(stolen, count));
    for (std::size_t i = 1; i < count; ++i) parts_->push(*stolen[i], level);
    return stolen[0];
  }
  return steal_from_policy(victim, only_what_has_waited);
}

// Sleeps until there may be something to do. False: the scheduler stops. The proof is in idle.hpp.
bool Worker::park() {
  Scheduler::Parts& shared = *scheduler_.parts_;
  tick(true);  // may make somebody runnable here
  if (has_waiting() && !parts_->refused) return true;
  WorkerCounters::add(parts_->counters.parks);
  shared.idle.enter(id_.number);
  bool ready =
      shared.injector.pending() > 0 || shared.stopping.load(std::memory_order_seq_cst);  // pairs: stop()
  // Others may have filled it; see worker_policy.cpp.
  if (parts_->policy != nullptr && !parts_->refused) ready = ready || parts_->policy->size_in_order() > 0;
  bool sentinel = !ready && !shared.idle.all_idle() && shared.idle.become_sentinel();
  bool unparked = false;
  if (!ready) {
    std::int64_t rest = time_to_next_timer();
    if (sentinel) rest = std::min(rest, sentinel_period);
    if (std::exchange(parts_->refused, false)) rest = std::min(rest, look_again);
    note_now(park_event, id_.number);
    unparked = parts_->parker.park(rest);
    parts_->looks.fetch_add(1, std::memory_order_relaxed);  // relaxed: see the field
    note_now(unpark_event, id_.number, 0, unparked);
  }
  if (sentinel) shared.idle.resign();
  if (!unparked && !shared.idle.leave(id_.number)) {
    parts_->parker.park(
        std::numeric_limits<std::int64_t>::max());  // claimed meanwhile: its unpark is on the way
    unparked = true;
  }
  // Who claims a sleeper gives it the search token; stop() and a new timer unpark without claiming.
  if (unparked) parts_->searching = !shared.idle.leave(id_.number);
  if (shared.stopping.load(std::memory_order_seq_cst)) {  // pairs: stop()
    if (std::exchange(parts_->searching, false)) shared.idle.end_search();
    return false;
  }
  if (sentinel && !unparked) {
    for (auto& worker : scheduler_.workers_) worker->advance_timers(overdue_after);
    if (Runnable* runnable = search(true)) keep(*runnable);
    parts_->was_sentinel = true;
  }
  shared.watchdog.wake_if_asleep();
  return true;
}

}  // namespace throng::detail

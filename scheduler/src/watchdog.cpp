#include "watchdog.hpp"

#include <pthread.h>

#include <algorithm>
#include <limits>
#include <system_error>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

constexpr std::int64_t tick = 1'000'000;   // ns between two looks
constexpr std::uint32_t calm_enough = 10;  // ticks before a spare is sent home
constexpr std::uint32_t ticks_per_policy_look = 8;
constexpr std::uint32_t ticks_per_moment = 1024;
constexpr std::uint32_t ticks_before_sleep = 5;  // with everybody asleep

}  // namespace

void Watchdog::start() {
  // relaxed: see the field
  if (thread_.joinable() || stopping_.load(std::memory_order_relaxed)) return;
  seen_.resize(scheduler_.most_workers());
  stuck_.resize(scheduler_.most_workers());
  thread_ = std::thread([this] {
    block_asynchronous_signals();
    pthread_setname_np(pthread_self(), "throng-watch");
    run();
  });
}

void Watchdog::stop() noexcept {
  stopping_.store(true, std::memory_order_relaxed);  // relaxed: see the field
  if (!thread_.joinable()) return;
  parker_.unpark();
  thread_.join();
}

void Watchdog::run() {
  std::uint32_t idle_ticks = 0, ticks = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {  // relaxed: see the field
    parker_.park(tick);
    std::int64_t now = scheduler_.now();
    look(now);
    if (++ticks % ticks_per_policy_look == 0)
      scheduler_.parts_->policies.look(now, scheduler_.setup_.policy_limit);
    if (ticks % ticks_per_moment == 0) scheduler_.parts_->recorder.note_moment();
    idle_ticks = scheduler_.parts_->idle.all_idle() ? idle_ticks + 1 : 0;
    if (idle_ticks < ticks_before_sleep) continue;
    sleep_while_all_sleep();
    scheduler_.parts_->recorder.note_moment();  // the machine may have slept too
    idle_ticks = 0;
  }
}

void Watchdog::sleep_while_all_sleep() {
  asleep_.store(true, std::memory_order_seq_cst);  // pairs: wake_if_asleep
  if (scheduler_.parts_->idle.all_idle() &&
      !stopping_.load(std::memory_order_relaxed))  // relaxed: see the field
    parker_.park(std::numeric_limits<std::int64_t>::max());
  asleep_.store(false, std::memory_order_relaxed);  // relaxed: a wake-up too many does no harm
}

// Runs that have gone on since the last look at least. Workers that sleep look the same; who asks knows that.
bool Watchdog::is_stuck(std::size_t index, std::int64_t now) {
  Worker& worker = scheduler_.any_worker(index);
  Seen& seen = seen_[index];
  // relaxed: see the field
  std::uint64_t moves = worker.metrics().dispatches + worker.parts_->looks.load(std::memory_order_relaxed);
  if (seen.moves != moves) {
    seen = {moves, now, now, {}, {}};
    worker.parts_->thread_time.begin();
    return false;
  }
  seen.stuck_for.passed = now - seen.since;
  seen.stuck_for.could_act = worker.parts_->thread_time.add(now - std::exchange(seen.last, now));
  if (seen.stuck_for.passed < tick) return false;
  const SchedulerHooks& hooks = scheduler_.parts_->hooks;
  if (hooks.stuck != nullptr) hooks.stuck(hooks.context, worker, seen.stuck_for, seen.notes);
  worker.advance_timers(0);
  // If it wants to run and the system gives the CPU to somebody else, a spare would be one more to share it
  // with, and keep it waiting for longer: with a few of them on duty, all would look stuck, and stay.
  return seen.stuck_for.could_act >= tick / 2;
}

// For each worker that is stuck one spare that is not; and one more for each stuck spare behind which
// something waits.
void Watchdog::look(std::int64_t now) {
  std::size_t workers = scheduler_.worker_count();
  std::size_t all = workers + scheduler_.spare_count();
  std::uint32_t needed = 0, free_spares = 0;
  bool somebody_waits = scheduler_.parts_->injector.pending() > 0;
  for (std::size_t i = 0; i < all; ++i) {
    Worker& worker = scheduler_.any_worker(i);
    bool is_spare = i >= workers;
    bool rests = worker.parts_->rests.load(std::memory_order_acquire);                // pairs: Worker::rest
    bool serves = is_spare && worker.parts_->serves.load(std::memory_order_acquire);  // pairs: stand_by
    bool takes_part = is_spare ? serves : i < scheduler_.online() && !rests;
    // One that is offline is looked at too: its run may still be on.
    stuck_[i] = (takes_part || !is_spare) && is_stuck(i, now) && takes_part;
    bool has_queued = stuck_[i] && (worker.has_queued() || has_queued_by_policy(i));
    somebody_waits = somebody_waits || has_queued;
    if (stuck_[i] && (!is_spare || has_queued)) ++needed;
    // relaxed: the watchdog's own word
    if (is_spare && !stuck_[i] && worker.parts_->on_duty.load(std::memory_order_relaxed)) ++free_spares;
  }
  // Who sleeps looks around, if one of them is the sentinel, and will help; but a policy may refuse thieves.
  if (scheduler_.parts_->idle.maybe_idle() && scheduler_.parts_->idle.has_sentinel() && !waits_in_policy())
    needed = 0;
  if (needed > free_spares) {
    calm_ = 0;
    if (somebody_waits) put_on_duty(now);
  } else if (needed < free_spares && (++calm_ >= calm_enough || scheduler_.parts_->idle.maybe_idle())) {
    send_home(free_spares - needed);
  }
}

bool Watchdog::has_queued_by_policy(std::size_t index) {
  PolicyBoard& policies = scheduler_.parts_->policies;
  if (!policies.has_policies()) return false;
  std::uint32_t number = 0;
  std::shared_ptr<PolicyQueue> queue = policies.queue_of(index, number);
  return queue != nullptr && queue->size_hint() > 0;
}

bool Watchdog::waits_in_policy() {
  for (std::size_t i = 0; i < scheduler_.worker_count(); ++i)
    if (stuck_[i] && has_queued_by_policy(i)) return true;
  return false;
}

bool Watchdog::is_helped(std::uint32_t worker) const {
  for (std::size_t i = 0; i < scheduler_.spare_count(); ++i) {
    const WorkerParts& parts = *scheduler_.spares_[i]->parts_;
    // relaxed: the watchdog's own word
    if (parts.on_duty.load(std::memory_order_relaxed) && parts.helps == worker) return true;
  }
  return false;
}

// Whose policy a spare should serve: of one who is stuck, has something there, and is not helped yet.
std::uint32_t Watchdog::whom_to_help() {
  std::uint32_t first = 0;
  for (auto i = static_cast<std::uint32_t>(scheduler_.worker_count()); i-- > 0;) {
    if (!stuck_[i]) continue;
    if (has_queued_by_policy(i) && !is_helped(i)) return i;
    first = i;
  }
  return first;
}

// At most one in a tick: the one before may have been enough.
void Watchdog::put_on_duty(std::int64_t now) {
  Worker* spare = nullptr;
  for (std::size_t i = 0; i < scheduler_.spare_count() && spare == nullptr; ++i) {
    WorkerParts& parts = *scheduler_.spares_[i]->parts_;
    // relaxed: the watchdog's own word; pairs: stand_by's store of serves
    if (!parts.on_duty.load(std::memory_order_relaxed) && !parts.serves.load(std::memory_order_acquire))
      spare = scheduler_.spares_[i].get();
  }
  try {
    if (spare == nullptr) {
      if (scheduler_.spare_count() == scheduler_.max_spares_) return;
      spare = &scheduler_.add_spare();
    }
  } catch (const std::system_error&) {  // no thread to be had: those who wait go on waiting
    return;
  } catch (const std::bad_alloc&) {
    return;
  }
  spare->parts_->helps = whom_to_help();  // it is off duty, and has handed back all it had
  seen_[spare->id().number] = {~std::uint64_t{0}, now, now, {}, {}};
  spare->parts_->on_duty.store(true, std::memory_order_release);  // pairs: stand_by
  spare->parts_->parker.unpark();
}

// Those that are not stuck: the others could not hear of it.
void Watchdog::send_home(std::uint32_t count) {
  calm_ = 0;
  for (std::size_t i = scheduler_.spare_count(); i-- > 0 && count > 0;) {
    WorkerParts& parts = *scheduler_.spares_[i]->parts_;
    // relaxed: the watchdog's own word
    if (stuck_[scheduler_.worker_count() + i] || !parts.on_duty.load(std::memory_order_relaxed)) continue;
    parts.on_duty.store(false, std::memory_order_release);  // pairs: serve
    parts.parker.unpark();
    --count;
  }
}

}  // namespace throng::detail

#include "watchdog.hpp"

#include <pthread.h>

#include <algorithm>
#include <limits>
#include <system_error>

#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

constexpr std::int64_t tick = 1'000'000;   // ns between two looks
constexpr std::uint32_t calm_enough = 10;  // ticks before a spare is sent home
constexpr std::uint32_t ticks_before_sleep =
    50;  // with everybody asleep; so that naps of a program cost it nothing

}  // namespace

void Watchdog::start() {
  thread_ = std::thread([this] {
    block_asynchronous_signals();
    pthread_setname_np(pthread_self(), "throng-watch");
    run();
  });
}

void Watchdog::stop() noexcept {
  if (!thread_.joinable()) return;
  stopping_.store(true, std::memory_order_relaxed);  // relaxed: see the field
  parker_.unpark();
  thread_.join();
}

void Watchdog::run() {
  std::uint32_t idle_ticks = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {  // relaxed: see the field
    parker_.park(tick);
    look(scheduler_.now());
    idle_ticks = scheduler_.parts_->idle.all_idle() && on_duty_ == 0 ? idle_ticks + 1 : 0;
    if (idle_ticks < ticks_before_sleep) continue;
    sleep_while_all_sleep();
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
  std::uint64_t dispatches = worker.metrics().dispatches;
  if (seen.dispatches != dispatches) {
    seen = {dispatches, now, false};
    return false;
  }
  if (now - seen.since < tick) return false;
  const SchedulerHooks& hooks = scheduler_.parts_->hooks;
  if (hooks.stuck != nullptr) hooks.stuck(hooks.context, worker, now - seen.since, seen.reported);
  worker.advance_timers(now);
  return true;
}

void Watchdog::look(std::int64_t now) {
  std::size_t workers = scheduler_.worker_count();
  seen_.resize(workers + scheduler_.spare_count());
  std::uint32_t stuck = 0;
  bool somebody_waits = scheduler_.parts_->injector.pending() > 0;
  for (std::size_t i = 0; i < workers + on_duty_; ++i) {
    if (i >= scheduler_.online() && i < workers) continue;  // offline
    if (!is_stuck(i, now)) continue;
    ++stuck;
    somebody_waits = somebody_waits || scheduler_.any_worker(i).has_queued();
  }
  // Who sleeps looks around, and will help.
  std::uint32_t needed = scheduler_.parts_->idle.maybe_idle() ? 0 : stuck;
  if (needed > on_duty_) {
    calm_ = 0;
    if (somebody_waits) put_on_duty();
  } else if (needed < on_duty_ && ++calm_ >= calm_enough) {
    send_home();
  }
}

// At most one in a tick: the one before may have been enough.
void Watchdog::put_on_duty() {
  if (on_duty_ == scheduler_.max_spares_) return;
  try {
    Worker& spare =
        on_duty_ < scheduler_.spare_count() ? *scheduler_.spares_[on_duty_] : scheduler_.add_spare();
    spare.parts_->on_duty.store(true, std::memory_order_release);  // pairs: stand_by
    spare.parts_->parker.unpark();
    ++on_duty_;
  } catch (const std::system_error&) {  // no thread to be had: those who wait go on waiting
  } catch (const std::bad_alloc&) {
  }
}

void Watchdog::send_home() {
  calm_ = 0;
  --on_duty_;
  scheduler_.spares_[on_duty_]->parts_->on_duty.store(false, std::memory_order_release);  // pairs: serve
  scheduler_.spares_[on_duty_]->parts_->parker.unpark();
}

}  // namespace throng::detail

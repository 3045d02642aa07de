// The life of a spare worker: stands by until the watchdog puts it on duty, then runs what waits behind those
// that are stuck (serve(), beside the loop of the others), then hands back what it still has.
#include <limits>

#include "scheduler_parts.hpp"

namespace throng::detail {

void Worker::stand_by() {
  Scheduler::Parts& shared = *scheduler_.parts_;
  while (!shared.stopping.load(std::memory_order_seq_cst)) {  // pairs: stop()
    if (parts_->on_duty.load(std::memory_order_acquire)) {    // pairs: put_on_duty
      shared.idle.begin_service();
      parts_->serves.store(true, std::memory_order_release);  // pairs: the watchdog's look
      adopt_policy();
      shared.recorder.adopt(*this);
      serve();
      hand_back();
      leave_policy();
      parts_->serves.store(false, std::memory_order_release);  // pairs: the watchdog's look
      shared.idle.end_service();
    } else {
      parts_->parker.park(std::numeric_limits<std::int64_t>::max());
    }
  }
}

// To whoever is there: off duty, or offline, it looks at its queues no more. A queue that others look at as
// well stays where it is, but for one: see worker_policy.cpp.
void Worker::hand_back() noexcept {
  tick(true);
  bool is_common = shares_policy();
  auto next_to_leave = [this] { return parts_->policy != nullptr ? parts_->policy->withdraw() : next(); };
  while (Runnable* runnable = next_to_leave()) {
    RunnableAccess::wake(*runnable) = static_cast<std::uint8_t>(Wake::exchanged);
    scheduler_.parts_->injector.push(runnable);
    if (is_common) break;
  }
  if (scheduler_.parts_->injector.pending() > 0 && scheduler_.parts_->idle.anybody_idle())
    scheduler_.wake_one();
  // The one whose policy it is may sleep, and the others may get nothing from that policy.
  if (is_common && parts_->policy != nullptr && parts_->policy->size_hint() > 0)
    scheduler_.workers_[parts_->policy->is_central() ? 0 : parts_->helps]->parts_->parker.unpark();
}

}  // namespace throng::detail

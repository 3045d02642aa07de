// A worker under a policy: the same steps as in worker.cpp, each with a question to the policy in place of
// the built-in queues.
//
// No lost wake-up. For a worker that puts into its own queue and sleeps on it, the proof of idle.hpp holds as
// it stands: it looks before it sleeps, at all it has put there. Three ways a queue is filled by others:
//
//  1. A central policy, or a spare beside the worker it helps: several put into one queue. Each of them,
//  after
//     its last put, looks at the queue before it sleeps, and finds empty what others have taken, who are
//     awake. Who stops looking though it is awake (offline, off duty) hands one runnable to the injector if
//     there is any: whoever takes that has seen all that was put before, and then looks at the queue until it
//     is empty.
//  2. Who puts a new set in force fills its queues and unparks every worker behind that; an unpark is
//     remembered.
//  3. A place() that names another worker: the two columns of idle.hpp, with the queue for the injector:
//
//         who places                                  who parks
//         announce(): size_.fetch_add(0)  seq_cst     enter(): idle_count.fetch_add(1)   seq_cst
//         idle_count.load()               seq_cst     size_in_order(): size_.load()      seq_cst
//         > 0: unpark that worker                     > 0: leave() and take it, else sleep
//
// A policy that gives nothing though it has something is asked again after a while: its worker sleeps with a
// bound, and its queue counts as empty for that decision alone.
#include <algorithm>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {

// Asks the board for the queue that this worker has now, and moves what it had.
void Worker::adopt_policy() noexcept {
  WorkerParts& parts = *parts_;
  parts.policy_held = scheduler_.parts_->policies.queue_of(parts.helps, parts.policy_number);
  parts.policy = parts.policy_held.get();
  if (parts.policy == nullptr) return;
  Runnable* chain = nullptr;
  Runnable** last = &chain;
  for (RunQueue& queue : parts.queues) {
    while (Runnable* runnable = queue.pop()) {
      RunnableAccess::next(*runnable) = nullptr;
      *last = runnable;
      last = &RunnableAccess::next(*runnable);
    }
  }
  parts.filled = 0;
  while (chain != nullptr) {
    Runnable& runnable = *std::exchange(chain, RunnableAccess::next(*chain));
    give(runnable, Wake::exchanged);
  }
}

// A spare's, off duty: it has no queue of its own under a policy.
void Worker::leave_policy() noexcept {
  parts_->policy = nullptr;
  parts_->policy_held.reset();
  parts_->policy_number = 0;
}

// To the policy, whichever is in force by now.
void Worker::give(Runnable& runnable, Wake wake) noexcept {
  while (parts_->policy != nullptr) {
    if (parts_->policy->put(runnable, wake)) {
      if (scheduler_.may_have_sleepers()) scheduler_.consider_waking(*this, parts_->policy->size_hint());
      return;
    }
    adopt_policy();
  }
  RunQueue& queue = parts_->push(runnable, queue_of(runnable.priority(), wake >= Wake::yielded));
  if (scheduler_.may_have_sleepers()) scheduler_.consider_waking(*this, queue.size());
}

Runnable* Worker::next_by_policy() noexcept {
  Runnable* runnable = parts_->policy->take();
  parts_->refused = runnable == nullptr && parts_->policy->size_hint() > 0;
  return runnable;
}

void Worker::run_by_policy(Runnable& runnable) noexcept {
  WorkerCounters::add(parts_->counters.dispatches);
  if (parts_->searching) leave_search(true);
  budget = scheduler_.slice_;
  Settled settled = runnable.run_(runnable, *this);
  auto used = static_cast<std::uint32_t>(scheduler_.slice_ - budget);
  note_use(used);
  if (settled == Settled::yielded) give(runnable, budget > 0 ? Wake::yielded : Wake::preempted);
}

// What a thief under a policy takes goes to its own policy, which says what to run first.
Runnable* Worker::steal_from_policy(Worker& victim, bool only_what_has_waited) noexcept {
  PolicyBoard& board = scheduler_.parts_->policies;
  if (!board.has_policies()) return nullptr;
  std::uint32_t number = 0;
  std::shared_ptr<PolicyQueue> queue = board.queue_of(victim.id_.number, number);
  if (queue == nullptr || queue.get() == parts_->policy || queue->size_hint() == 0) return nullptr;
  if (only_what_has_waited && !has_waited(queue->progress(), victim, queue_count)) return nullptr;
  Runnable* stolen[stolen_at_once];
  std::size_t count = queue->steal(stolen);
  if (count == 0) return nullptr;
  WorkerCounters::add(parts_->counters.steals);
  return keep_stolen(std::span(stolen, count));
}

// The one to run now; the others wait here.
Runnable* Worker::keep_stolen(std::span<Runnable* const> stolen) noexcept {
  if (parts_->policy != nullptr && parts_->policy->put(stolen, Wake::stolen)) return next();
  for (Runnable* runnable : stolen.subspan(1)) give(*runnable, Wake::stolen);
  return stolen[0];
}

}  // namespace throng::detail

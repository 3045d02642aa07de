// A worker under a policy: the same steps as in worker.cpp, each with a question to the policy in place of
// the built-in queues.
//
// No lost wake-up. For a worker that puts into its own queue and sleeps on it, the proof of idle.hpp holds as
// it stands: it looks before it sleeps, at all it has put there. Three ways a queue is filled by others:
//
//  1. A central policy, or a spare beside the worker it helps: several put into one queue. Each of them,
//     after its last put, looks at the queue before it sleeps, and finds empty what others have taken, who
//     are awake. Who stops looking though it is awake (offline, off duty) hands one runnable to the injector
//     if there is any: whoever takes that from a central policy has seen all that was put before, and looks
//     at the queue until it is empty. Of a worker's own policy it may get nothing (steal), so the worker
//     itself is unparked as well (hand_back).
//  2. Who puts a new set in force fills its queues and unparks every worker behind that; an unpark is
//     remembered.
//  3. place() names another worker: the two columns of idle.hpp, with the queue for the injector:
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
namespace {

constexpr std::int32_t longest_slice = 100'000'000;  // reductions, which are seconds

}  // namespace

// Asks the board for the queue that this worker has now, and moves what it had.
void Worker::adopt_policy() noexcept {
  WorkerParts& parts = *parts_;
  parts.policy_held = scheduler_.parts_->policies.queue_of(parts.helps, parts.policy_number);
  parts.policy = parts.policy_held.get();
  under_policy = parts.policy != nullptr;
  if (!under_policy) return;
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
  give_chain(chain, Wake::exchanged);
}

// In one go: while the policy is asked for one of them, the others must not be in this thread's hands alone.
void Worker::give_chain(Runnable* chain, Wake wake) noexcept {
  if (chain == nullptr || (parts_->policy != nullptr && parts_->policy->put_chain(chain, wake))) return;
  while (chain != nullptr) {
    Runnable& runnable = *std::exchange(chain, RunnableAccess::next(*chain));
    give(runnable, wake);
  }
}

// A spare's, off duty: it has no queue of its own under a policy.
void Worker::leave_policy() noexcept {
  parts_->policy = nullptr;
  parts_->policy_held.reset();
  parts_->policy_number = 0;
  under_policy = false;
}

// To the policy, whichever is in force by now.
void Worker::give(Runnable& runnable, Wake wake) noexcept {
  while (parts_->policy != nullptr) {
    bool is_woken = wake == Wake::created || wake == Wake::woken;
    if (is_woken ? give_woken(runnable, wake) : parts_->policy->put(runnable, wake)) {
      tell_of_given();
      return;
    }
    if (parts_->policy->is_closed()) adopt_policy();
  }
  RunQueue& queue = parts_->push(runnable, queue_of(runnable.priority(), wake >= Wake::yielded));
  if (scheduler_.may_have_sleepers()) scheduler_.consider_waking(*this, queue.size());
}

// Here, or where the policy wants it. False: the policy is in force no more.
bool Worker::give_woken(Runnable& runnable, Wake wake) noexcept {
  PolicyQueue& policy = *parts_->policy;
  PolicyQueue::Woken answer;
  if (policy.put_woken(runnable, wake, parts_->current, answer)) {
    if (answer.preempts) {
      parts_->slice -= std::max(budget, 0);  // so that what it has used stays the difference
      budget = std::min(budget, 0);
      parts_->preempted = true;
    }
    return true;
  }
  if (answer.place == policy.worker()) return false;
  return give_elsewhere(runnable, wake, answer.place.number) || policy.put(runnable, wake);
}

void Worker::tell_of_given() noexcept {
  if (scheduler_.may_have_sleepers()) scheduler_.consider_waking(*this, parts_->policy->size_hint());
}

// To another worker's policy. False: that one does not take part.
bool Worker::give_elsewhere(Runnable& runnable, Wake wake, std::uint32_t where) noexcept {
  Scheduler::Parts& shared = *scheduler_.parts_;
  auto takes_part = [&] {
    return where < shared.online.load(std::memory_order_relaxed);  // relaxed: looked at again, behind the put
  };
  if (!takes_part()) return false;
  std::uint32_t number = 0;
  std::shared_ptr<PolicyQueue> queue = shared.policies.queue_of(where, number);
  if (queue == nullptr || !queue->put(runnable, wake)) return false;
  queue->announce();
  // Offline meanwhile: it has looked at its queue for the last time before the put, and that queue's lock
  // lets us see that it is offline; else the proof above.
  if (!takes_part() || shared.idle.anybody_idle()) scheduler_.workers_[where]->parts_->parker.unpark();
  return true;
}

Runnable* Worker::next_by_policy() noexcept {
  std::int32_t slice = 0;
  Runnable* runnable = parts_->policy->take(slice, parts_->refused);
  parts_->slice = slice > 0 ? std::min(slice, longest_slice) : scheduler_.slice_;
  return runnable;
}

void Worker::run_by_policy(Runnable& runnable) noexcept {
  WorkerCounters::add(parts_->counters.dispatches);
  if (parts_->searching) leave_search(true);
  parts_->current = &runnable;
  parts_->preempted = false;
  budget = parts_->slice;
  EventTrack* on = track();
  note_elsewhere();  // a policy may be shared
  std::uint64_t id = on != nullptr ? note_run(*on, runnable) : 0;
  Settled settled = runnable.run_(runnable, *this);
  parts_->current = nullptr;
  std::uint32_t used = used_of_slice();
  note_use(used);
  bool is_preempted = settled == Settled::yielded && parts_->preempted;
  Stop stop = is_preempted ? Stop::preempted : stop_of(settled, budget);
  if (on != nullptr) note_stop(*on, id, stop, used);
  if (settled != Settled::yielded) return;
  give_back(runnable, stop, used);
}

void Worker::give_back(Runnable& runnable, Stop stop, std::uint32_t used) noexcept {
  if (EventTrack* on = track())
    note_enqueue(*on, runnable, stop == Stop::yielded ? Wake::yielded : Wake::preempted);
  if (parts_->policy != nullptr && parts_->policy->put_back(runnable, stop, used)) {
    tell_of_given();
  } else {
    give(runnable, stop == Stop::yielded ? Wake::yielded : Wake::preempted);
  }
}

// What was taken to be run, and is not run now.
void Worker::keep(Runnable& runnable) noexcept {
  if (parts_->policy != nullptr) {
    give_back(runnable, Stop::yielded, 0);
  } else {
    enqueue(runnable, Wake::stolen);
  }
}

// Others look at its queue as well.
bool Worker::shares_policy() const noexcept {
  return parts_->policy != nullptr && (parts_->policy->is_central() || parts_->helps != id_.number);
}

std::uint32_t Worker::used_of_slice() const noexcept {
  return static_cast<std::uint32_t>(std::max(parts_->slice - budget, 0));
}

void Worker::stopping(Runnable& runnable, Stop stop) noexcept {
  if (parts_->policy != nullptr) parts_->policy->stopping(runnable, stop, used_of_slice());
}

void Worker::goes_on(Runnable& runnable) noexcept {
  if (parts_->policy != nullptr) parts_->policy->running(runnable);
}

void Worker::changed(Runnable& runnable, Attribute attribute) noexcept {
  if (parts_->policy != nullptr) parts_->policy->changed(runnable, attribute);
}

// What a thief under a policy takes goes to its own policy, which says what to run first.
Runnable* Worker::steal_from_policy(Worker& victim, bool only_what_has_waited) noexcept {
  PolicyBoard& board = scheduler_.parts_->policies;
  if (!board.has_policies()) return nullptr;
  std::uint32_t number = 0;
  std::shared_ptr<PolicyQueue> queue = board.queue_of(victim.id_.number, number);
  if (queue == nullptr || queue.get() == parts_->policy || queue->size_hint() == 0) return nullptr;
  if (only_what_has_waited && !has_waited(queue->progress(), victim, queue_count)) return nullptr;
  Runnable* stolen[stolen_at_once] = {};  // a policy may say more than it writes
  std::size_t count = queue->steal(stolen);
  if (count == 0) return nullptr;
  WorkerCounters::add(parts_->counters.steals);
  note_now(steal_event, victim.id_.number, static_cast<std::uint32_t>(count));
  return keep_stolen(std::span(stolen, count));
}

// To the policy, and what that wants to run now.
Runnable* Worker::keep_stolen(std::span<Runnable* const> stolen) noexcept {
  for (std::size_t i = 0; i < stolen.size(); ++i)
    RunnableAccess::next(*stolen[i]) = i + 1 < stolen.size() ? stolen[i + 1] : nullptr;
  give_chain(stolen.front(), Wake::stolen);
  return next();
}

// One at a time: a policy may be stuck in a call for it.
bool Worker::accept_injected_by_policy() noexcept {
  std::size_t count = 0;
  Runnable* taken = nullptr;
  while (count < injected_at_once && scheduler_.parts_->injector.pop_many(&taken, 1) > 0) {
    give(*taken, static_cast<Wake>(RunnableAccess::wake(*taken)));
    ++count;
  }
  if (count > 0) note_elsewhere();  // the policy may have gone meanwhile, and left them here
  return count > 0;
}

}  // namespace throng::detail

#include "policy_queue.hpp"

#include <exception>
#include <mutex>
#include <string>
#include <utility>

#include "policy_board.hpp"

namespace throng::detail {
namespace {

constexpr const char* lost_one =
    "has lost a runnable: it says that it has none, and was given more than it gave";
constexpr const char* not_held =
    "gave a runnable that it does not hold: one that it gave before, or never had";
constexpr const char* stole_too_many = "gave a thief more runnables than there was room for";

}  // namespace

PolicyQueue::PolicyQueue(PolicyBoard& board, std::unique_ptr<SchedulingPolicy> policy,
                         std::uint32_t generation, WorkerId worker)
    : board_(board),
      policy_(std::move(policy)),
      generation_(generation),
      worker_(worker),
      central_(policy_->is_central()) {}

// Gives up when the queue is closed, which also happens to one whose lock is never given back.
bool PolicyQueue::lock() noexcept {
  for (int round = 0; !policy_lock_.try_lock(); ++round) {
    if (is_closed()) return false;
    spin_pause(round);
  }
  if (!is_closed()) return true;
  policy_lock_.unlock();
  return false;
}

bool PolicyQueue::list(std::span<Runnable* const> runnables) noexcept {
  std::lock_guard guard(list_lock_);
  if (closed_.load(std::memory_order_relaxed)) return false;  // relaxed: set under this lock
  for (Runnable* runnable : runnables) {
    RunnableAccess::set_policy_queue(*runnable, this);
    RunnableAccess::set_queued(*runnable, ++listed_);
    RunnableAccess::next(*runnable) = nullptr;
    RunnableAccess::previous(*runnable) = last_;
    (last_ == nullptr ? first_ : RunnableAccess::next(*last_)) = runnable;
    last_ = runnable;
  }
  // relaxed: written under this lock; read by others as a hint, and see announce()
  size_.store(size_.load(std::memory_order_relaxed) + runnables.size(), std::memory_order_relaxed);
  return true;
}

bool PolicyQueue::unlist(Runnable& runnable) noexcept {
  std::lock_guard guard(list_lock_);
  // relaxed: set under this lock
  if (closed_.load(std::memory_order_relaxed) || RunnableAccess::policy_queue(runnable) != this) return false;
  RunnableAccess::set_policy_queue(runnable, nullptr);
  Runnable* next = RunnableAccess::next(runnable);
  Runnable* previous = RunnableAccess::previous(runnable);
  (previous == nullptr ? first_ : RunnableAccess::next(*previous)) = next;
  (next == nullptr ? last_ : RunnableAccess::previous(*next)) = previous;
  // relaxed: as in list()
  size_.store(size_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  // relaxed: a sign of life
  left_.store(left_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return true;
}

// The policy in its own words and ours, for a report. Requires: the policy's lock is held.
std::string PolicyQueue::state_in_words() noexcept {
  return std::to_string(size_hint()) + " runnables wait in it";
}

// Runs f(policy) and gives the policy's lock back. f, which says what is wrong or null, may throw: the
// policy's code does. Requires: lock() was true.
template <class F>
void PolicyQueue::ask_and_unlock(F f) noexcept {
  std::string wrong;
  // relaxed: see the field; written by who holds the lock
  calls_.store(calls_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  try {
    if (const char* sentence = f(*policy_)) [[unlikely]]
      wrong = sentence;
  } catch (const std::exception& error) {
    wrong = std::string("threw ") + error.what();
  } catch (...) {
    wrong = "threw what is no std::exception";
  }
  std::string state = wrong.empty() ? std::string() : state_in_words();
  // relaxed: as above
  calls_.store(calls_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  policy_lock_.unlock();
  if (!wrong.empty()) [[unlikely]]
    board_.eject(*this, wrong, state);
}

bool PolicyQueue::put(std::span<Runnable* const> runnables, Wake wake) noexcept {
  if (!lock()) return false;
  bool taken = false;
  ask_and_unlock([&](SchedulingPolicy& policy) -> const char* {
    taken = list(runnables);
    for (std::size_t i = 0; taken && i < runnables.size(); ++i) {
      if (i > 0 && is_closed()) break;  // the rest are somebody else's now
      policy.enqueue(*runnables[i], wake);
    }
    return nullptr;
  });
  return taken;
}

Runnable* PolicyQueue::take() noexcept {
  if (size_hint() == 0 || !lock()) return nullptr;
  Runnable* taken = nullptr;
  ask_and_unlock([&](SchedulingPolicy& policy) -> const char* {
    Runnable* next = policy.dequeue();
    if (next == nullptr) return policy.size() == 0 && size_hint() > 0 ? lost_one : nullptr;
    if (!unlist(*next)) return is_closed() ? nullptr : not_held;
    taken = next;
    return nullptr;
  });
  return taken;
}

std::size_t PolicyQueue::steal(std::span<Runnable*> out) noexcept {
  if (size_hint() == 0 || is_closed() || !policy_lock_.try_lock()) return 0;
  std::size_t taken = 0;
  ask_and_unlock([&](SchedulingPolicy& policy) -> const char* {
    std::size_t given = policy.steal(out);
    if (given > out.size()) return stole_too_many;
    for (Runnable* runnable : out.first(given)) {
      if (!unlist(*runnable)) return is_closed() ? nullptr : not_held;
      out[taken++] = runnable;
    }
    return nullptr;
  });
  return taken;
}

Runnable* PolicyQueue::close(int rounds) noexcept {
  bool locked = policy_lock_.try_lock();
  for (int round = 0; !locked && round < rounds && !is_closed(); ++round) {
    spin_pause(round);
    locked = policy_lock_.try_lock();
  }
  Runnable* chain = nullptr;
  {
    std::lock_guard guard(list_lock_);
    closed_.store(true, std::memory_order_release);  // pairs: is_closed()
    chain = std::exchange(first_, nullptr);
    last_ = nullptr;
    size_.store(0, std::memory_order_relaxed);  // relaxed: as in list()
  }
  if (locked) policy_lock_.unlock();
  return chain;
}

}  // namespace throng::detail

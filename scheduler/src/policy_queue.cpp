#include "policy_queue.hpp"

#include <chrono>
#include <exception>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <throng/scheduler/ticks.hpp>
#include <utility>

#include "policy_board.hpp"

namespace throng::detail {
namespace {

constexpr int rounds_awake = 64 * 64;  // of waiting for a policy's lock

constexpr const char* lost_one =
    "has lost a runnable: it says that it has none, and was given more than it gave";
constexpr const char* not_held =
    "gave a runnable that it does not hold: one that it gave before, or never had";
constexpr const char* bad_slice = "gave a slice of less than nothing";
constexpr const char* wrong_size =
    "has lost or doubled a runnable: it says that it holds more or fewer than it was given";
constexpr const char* starves =
    "was asked again and again, and has not served somebody for longer than policy_limit";
constexpr const char* stole_too_many = "gave a thief more runnables than there was room for";
constexpr const char* stole_null = "told a thief of a runnable and gave it null";

// A policy may be built with the checks that a compiler inserts. No check may switch away from the middle of
// it: the lock would stay held. Nothing switches meanwhile, so both ends see the same word.
class TicksHeld {
 public:
  TicksHeld() noexcept : before_(std::exchange(*ticks_word(), std::numeric_limits<int>::max())) {}
  ~TicksHeld() { *ticks_word() = before_; }
  TicksHeld(const TicksHeld&) = delete;
  TicksHeld& operator=(const TicksHeld&) = delete;

 private:
  int before_;
};

// What f() says, or what is said of it when it throws. In reports: nothing may keep them back.
template <class F>
std::string words_of(F f, const char* if_it_throws) noexcept {
  try {
    return f();
  } catch (...) {
    return if_it_throws;
  }
}

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
    // A call of the policy's that lasts is an error, and not to be waited for at the cost of others.
    if (round < rounds_awake) {
      spin_pause(round);
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }
  if (!is_closed()) return true;
  policy_lock_.unlock();
  return false;
}

bool PolicyQueue::list(Runnable* chain) noexcept {
  std::lock_guard guard(list_lock_);
  if (closed_.load(std::memory_order_relaxed)) return false;  // relaxed: set under this lock
  (last_ == nullptr ? first_ : RunnableAccess::next(*last_)) = chain;
  std::size_t count = 0;
  for (Runnable* runnable = chain; runnable != nullptr; runnable = RunnableAccess::next(*runnable), ++count) {
    RunnableAccess::set_policy_queue(*runnable, this);
    RunnableAccess::set_queued(*runnable, ++listed_);
    RunnableAccess::previous(*runnable) = std::exchange(last_, runnable);
  }
  // relaxed: written under this lock; read by others as a hint, and see announce()
  size_.store(size_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  return true;
}

// Null also if the list is somebody else's by now. Requires: the policy's lock is held.
Runnable* PolicyQueue::listed_after(Runnable& runnable) noexcept {
  std::lock_guard guard(list_lock_);
  return closed_.load(std::memory_order_relaxed) ? nullptr  // relaxed: set under this lock
                                                 : RunnableAccess::next(runnable);
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
  std::string name =
      words_of([this] { return std::string(policy_->name()); }, "a policy whose name() throws");
  std::string own;
  std::string end = words_of(
      [&] {
        policy_->dump(own);
        return std::string();
      },
      "; its dump() throws");
  return std::to_string(size_hint()) + " wait in " + name + (own.empty() ? "" : ": ") + own + end;
}

// Runs f(policy), then gives the policy's lock back. f, which says what is wrong or null, may throw: the
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

// Without a closed queue: f is not run, false.
template <class F>
bool PolicyQueue::ask(F f) noexcept {
  TicksHeld ticks;
  if (!lock()) return false;
  ask_and_unlock(f);
  return true;
}

bool PolicyQueue::is_of_this_set(const Runnable& runnable) const noexcept {
  return RunnableAccess::generation(runnable) == generation_;
}

// Before the policy sees it. False: the queue was closed meanwhile, and the runnable is somebody else's, who
// may be running it; so asked again behind each call that may have lasted.
bool PolicyQueue::welcome(SchedulingPolicy& policy, Runnable& runnable) {
  {
    std::lock_guard guard(list_lock_);
    // relaxed: set under this lock
    if (closed_.load(std::memory_order_relaxed) || RunnableAccess::policy_queue(runnable) != this)
      return false;
    if (is_of_this_set(runnable)) return true;
    RunnableAccess::begin_generation(runnable, generation_);
  }
  policy.attach(runnable);
  return !is_closed();
}

void PolicyQueue::receive(SchedulingPolicy& policy, Runnable& runnable, Wake wake) {
  if (welcome(policy, runnable)) policy.enqueue(runnable, wake);
}

bool PolicyQueue::put_chain(Runnable* chain, Wake wake) noexcept {
  bool taken = false;
  ask([&](SchedulingPolicy& policy) -> const char* {
    taken = list(chain);
    for (Runnable* next = taken ? chain : nullptr; next != nullptr; next = listed_after(*next))
      receive(policy, *next, wake);
    return nullptr;
  });
  return taken;
}

bool PolicyQueue::put_woken(Runnable& runnable, Wake wake, const Runnable* current, Woken& answer) noexcept {
  bool taken = false;
  answer.place = worker_;
  RunnableAccess::next(runnable) = nullptr;
  ask([&](SchedulingPolicy& policy) -> const char* {
    taken = list(&runnable);
    if (!taken || !welcome(policy, runnable)) return nullptr;
    WorkerId place = central_ ? worker_ : policy.place(runnable, wake, worker_);
    if (is_closed()) return nullptr;
    if (place != worker_ && unlist(runnable)) {
      answer.place = place;
      taken = false;
      return nullptr;
    }
    receive(policy, runnable, wake);
    answer.preempts = current != nullptr && !is_closed() && policy.should_preempt(*current, runnable);
    return nullptr;
  });
  return taken;
}

bool PolicyQueue::put_back(Runnable& runnable, Stop stop, std::uint32_t used) noexcept {
  bool taken = false;
  RunnableAccess::next(runnable) = nullptr;
  ask([&](SchedulingPolicy& policy) -> const char* {
    taken = list(&runnable);
    if (!taken) return nullptr;
    if (is_of_this_set(runnable)) policy.stopping(runnable, stop, used);
    if (is_closed()) return nullptr;
    receive(policy, runnable, stop == Stop::yielded ? Wake::yielded : Wake::preempted);
    return nullptr;
  });
  return taken;
}

// What the policy gives, off the list; null with `wrong` set if that can't be.
Runnable* PolicyQueue::dequeue(SchedulingPolicy& policy, const char*& wrong) {
  // relaxed: see the field
  asked_.store(asked_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  Runnable* next = policy.dequeue();
  if (next == nullptr) {
    if (policy.size() == 0 && size_hint() > 0) wrong = lost_one;
    return nullptr;
  }
  if (unlist(*next)) return next;
  if (!is_closed()) wrong = not_held;
  return nullptr;
}

Runnable* PolicyQueue::take(std::int32_t& slice, bool& refused) noexcept {
  refused = false;
  if (size_hint() == 0) return nullptr;
  Runnable* taken = nullptr;
  ask([&](SchedulingPolicy& policy) -> const char* {
    const char* wrong = nullptr;
    taken = dequeue(policy, wrong);
    refused = taken == nullptr && size_hint() > 0;
    if (taken == nullptr) return wrong;
    slice = policy.slice(*taken);
    policy.running(*taken);
    return slice < 0 ? bad_slice : nullptr;
  });
  return taken;
}

Runnable* PolicyQueue::withdraw() noexcept {
  if (size_hint() == 0) return nullptr;
  Runnable* taken = nullptr;
  ask([&](SchedulingPolicy& policy) -> const char* {
    const char* wrong = nullptr;
    taken = dequeue(policy, wrong);
    return wrong;
  });
  return taken;
}

std::size_t PolicyQueue::steal(std::span<Runnable*> out) noexcept {
  TicksHeld ticks;
  if (size_hint() == 0 || is_closed() || !policy_lock_.try_lock()) return 0;
  std::size_t taken = 0;
  ask_and_unlock([&](SchedulingPolicy& policy) -> const char* {
    std::size_t given = policy.steal(out);
    if (given > out.size()) return stole_too_many;
    for (Runnable* runnable : out.first(given)) {
      if (runnable == nullptr) return stole_null;
      if (!unlist(*runnable)) return is_closed() ? nullptr : not_held;
      out[taken++] = runnable;
    }
    return nullptr;
  });
  return taken;
}

void PolicyQueue::running(Runnable& runnable) noexcept {
  if (!is_of_this_set(runnable)) return;
  ask([&](SchedulingPolicy& policy) -> const char* {
    policy.running(runnable);
    return nullptr;
  });
}

void PolicyQueue::stopping(Runnable& runnable, Stop stop, std::uint32_t used) noexcept {
  if (!is_of_this_set(runnable)) return;
  ask([&](SchedulingPolicy& policy) -> const char* {
    policy.stopping(runnable, stop, used);
    if (stop == Stop::ended) policy.detach(runnable);
    return nullptr;
  });
}

void PolicyQueue::changed(Runnable& runnable, Attribute attribute) noexcept {
  if (!is_of_this_set(runnable)) return;
  ask([&](SchedulingPolicy& policy) -> const char* {
    policy.changed(runnable, attribute);
    return nullptr;
  });
}

void PolicyQueue::tick() noexcept {
  ask([](SchedulingPolicy& policy) -> const char* {
    policy.tick();
    return nullptr;
  });
}

PolicyQueue::Vitals PolicyQueue::vitals() noexcept {
  Vitals vitals;
  vitals.calls = calls_.load(std::memory_order_relaxed);  // relaxed: see the fields
  vitals.asked = asked_.load(std::memory_order_relaxed);  // relaxed: as above
  std::lock_guard guard(list_lock_);
  vitals.oldest = first_;
  if (first_ != nullptr) vitals.oldest_count = RunnableAccess::queued(*first_);
  return vitals;
}

void PolicyQueue::compare_sizes() noexcept {
  if (is_closed() || !policy_lock_.try_lock()) return;
  ask_and_unlock([&](SchedulingPolicy& policy) -> const char* {
    return is_closed() || policy.size() == size_hint() ? nullptr : wrong_size;
  });
}

void PolicyQueue::report_starving() noexcept {
  ask([](SchedulingPolicy&) { return starves; });
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

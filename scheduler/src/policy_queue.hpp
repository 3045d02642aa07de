// An instance of a policy with all that keeps it in bounds: its lock, the list of what it holds, and the end
// of its service. Used by its worker, by thieves, by spares, by all workers if the policy is central.
//
//  1. Two locks. One is held during the policy's own code and may be held for long. The other guards the
//     list, for a few instructions, never during the policy's code; so the list can be had even while the
//     policy is stuck in a call.
//  2. The list holds what was put and not taken, oldest first: a runnable is listed before the policy hears
//  of
//     it, and taken off the list when the policy gives it. What the policy gives and the list does not hold
//     was never given to it, or is given twice, and is not run.
//  3. Once closed, a queue takes and gives nothing any more. Who closes it gets the list and answers for what
//     is on it; who finds it closed asks the board for the queue that came in its place.
//
// Rejected: one lock for both, which a policy that blocks would keep from those who have to save the rest; a
// list without the policy's own containers (a policy orders by what it likes).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <throng/base/atomic.hpp>
#include <throng/base/spin_lock.hpp>
#include <throng/scheduler/policy.hpp>

namespace throng::detail {

class PolicyBoard;

class PolicyQueue {
 public:
  // Of one set of instances all have the same generation.
  PolicyQueue(PolicyBoard& board, std::unique_ptr<SchedulingPolicy> policy, std::uint32_t generation,
              WorkerId worker);

  // Takes runnables that the caller holds, linked by next. False: it is closed, and they are still the
  // caller's. Thread: any.
  bool put_chain(Runnable* chain, Wake wake) noexcept;
  bool put(Runnable& runnable, Wake wake) noexcept {
    RunnableAccess::next(runnable) = nullptr;
    return put_chain(&runnable, wake);
  }
  // The same for what was woken or created, by `current` if that is not null.
  struct Woken {
    WorkerId place;         // another worker's: it was not taken, and belongs there
    bool preempts = false;  // the run that woke it should end
  };
  bool put_woken(Runnable& runnable, Wake wake, const Runnable* current, Woken& answer) noexcept;
  // The same for what has just run.
  bool put_back(Runnable& runnable, Stop stop, std::uint32_t used) noexcept;
  // What the policy wants to run next, to be run by the caller at once, and for how long; null: nothing now,
  // and `refused` tells whether the policy keeps back what it has. Thread: a worker's.
  Runnable* take(std::int32_t& slice, bool& refused) noexcept;
  // The same, not to be run here. Thread: any.
  Runnable* withdraw() noexcept;
  // Zero also when somebody else is in the policy. Thread: any.
  std::size_t steal(std::span<Runnable*> out) noexcept;

  // The hooks of these names, with nothing to do where the queue is closed or the runnable is not of this
  // set.
  void running(Runnable& runnable) noexcept;
  void stopping(Runnable& runnable, Stop stop, std::uint32_t used) noexcept;
  void changed(Runnable& runnable, Attribute attribute) noexcept;
  void tick() noexcept;

  // For the watchdog: two equal readings of what never stands still for long.
  struct Vitals {
    std::uint64_t calls = 0;         // odd: a call of the policy's is under way
    std::uint64_t asked = 0;         // how often it was asked for the next one
    const void* oldest = nullptr;    // of what it holds; null: it holds nothing
    std::uint32_t oldest_count = 0;  // which one that was, of all that it ever got
  };
  Vitals vitals() noexcept;
  // Has the policy say how many it has, if nobody else is in it. Thread: any.
  void compare_sizes() noexcept;
  // Somebody has waited too long: throws the policy out. Thread: any.
  void report_starving() noexcept;

  // Closes it, if possible when no call of the policy's is under way: waits for so many rounds. Gives what
  // was on it, oldest first, linked by next. Thread: any.
  Runnable* close(int rounds) noexcept;

  // How many there are: exact for who alone puts there and while nobody takes, a hint for others. Thread:
  // any.
  std::size_t size_hint() const noexcept {
    return size_.load(std::memory_order_relaxed);  // relaxed: a hint
  }
  // For who puts where another sleeps on it, and for that one; see worker_policy.cpp.
  void announce() noexcept { size_.fetch_add(0, std::memory_order_seq_cst); }  // pairs: size_in_order()
  std::size_t size_in_order() const noexcept {
    return size_.load(std::memory_order_seq_cst);  // pairs: announce()
  }
  // Moves on with every runnable that leaves, as RunQueue's.
  std::uint64_t progress() const noexcept {
    return left_.load(std::memory_order_relaxed);  // relaxed: compared with an older reading only
  }
  bool is_closed() const noexcept {
    return closed_.load(std::memory_order_acquire);  // pairs: close()
  }
  bool is_central() const noexcept { return central_; }
  WorkerId worker() const noexcept { return worker_; }

 private:
  bool lock() noexcept;
  bool list(Runnable* chain) noexcept;
  Runnable* listed_after(Runnable& runnable) noexcept;
  bool unlist(Runnable& runnable) noexcept;
  template <class F>
  void ask_and_unlock(F f) noexcept;
  template <class F>
  bool ask(F f) noexcept;
  Runnable* dequeue(SchedulingPolicy& policy, const char*& wrong);
  bool welcome(SchedulingPolicy& policy, Runnable& runnable);
  void receive(SchedulingPolicy& policy, Runnable& runnable, Wake wake);
  bool is_of_this_set(const Runnable& runnable) const noexcept;
  std::string state_in_words() noexcept;

  PolicyBoard& board_;
  std::unique_ptr<SchedulingPolicy> policy_;
  const std::uint32_t generation_;
  const WorkerId worker_;
  const bool central_;
  SpinLock policy_lock_;  // held during the policy's code, perhaps for long
  // Protocol: counted up, relaxed, by who holds that lock, before the policy's code and behind it; read by
  // the watchdog: an odd number that stays means that a call does not return.
  std::atomic<std::uint64_t> calls_{0};

  // Protocol: counted up, relaxed, by who holds that lock; read by the watchdog.
  std::atomic<std::uint64_t> asked_{0};

  SpinLock list_lock_;
  // -- guarded by list_lock_
  Runnable* first_ = nullptr;
  Runnable* last_ = nullptr;
  std::uint32_t listed_ = 0;  // how many ever were; wraps
  // Protocol: set once under list_lock_, release; read acquire by who waits for the policy's lock.
  std::atomic<bool> closed_{false};
  // Protocol: stored under list_lock_, relaxed, read without it as a hint. announce() adds nothing to it,
  // seq_cst: where a queue is filled by others than the one who sleeps on it, their order is that of
  // worker_policy.cpp.
  Atomic<std::size_t> size_{0};
  // Protocol: written under list_lock_; read without it, relaxed, as a sign of life.
  std::atomic<std::uint64_t> left_{0};
};

}  // namespace throng::detail

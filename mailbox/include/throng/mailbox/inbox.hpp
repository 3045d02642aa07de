// The inbox: a lock-free many-to-one queue of signals in one word, which also knows that the receiver waits.
// Any thread pushes; one owner at a time drains, marks itself waiting, closes and reopens.
//
// The word holds one of:  0 (empty, owner awake) | waiting | closed | the newest signal, linked to older
// ones.
//  1. A pushed signal is in exactly one place: the word's chain, or what drain() or close() returned.
//  2. `waiting` is set by the owner only, over 0 only, and is replaced by exactly one push: that pusher, and
//     nobody else, has the duty to make the receiver runnable (Delivery::receiver_waiting).
//  3. After close() no push succeeds until reopen(); the refused signal stays the pusher's.
//  4. One pusher's signals come out in the order pushed: the chain is last in first out, and reversed on
//  drain.
//
// Rejected: an exchange-based list (Vyukov's), which needs a second atomic to say that the receiver waits and
// cost 34 ns across cores against 13-17; moodycamel's queue, which orders per producing thread and not per
// sender.
#pragma once

#include <cstddef>
#include <throng/base/atomic.hpp>
#include <throng/mailbox/signal.hpp>
#include <utility>

namespace throng::detail {

// What became of a pushed signal, and what the pusher must do now.
enum class Delivery : std::uint8_t {
  queued,            // nothing to do
  receiver_waiting,  // the pusher must make the receiver runnable
  closed,            // not taken: the pusher still owns the signal and answers or drops it
};

class Inbox {
 public:
  // Thread: any. Never blocks; retries only while other pushers succeed.
  [[nodiscard]] Delivery push(Signal* signal) noexcept;

  // Takes everything as it lies, newest first, linked by `next`; null when there is nothing. Thread: owner,
  // while awake.
  [[nodiscard]] Signal* take_chain() noexcept;

  // The same, oldest first: for those who look at nothing on the way.
  [[nodiscard]] Signal* drain() noexcept;

  // Declares that the owner will not look again before it is made runnable. False: something arrived first,
  // the owner stays awake. After true the receiver belongs to the next pusher: touch nothing of it. Thread:
  // owner.
  [[nodiscard]] bool mark_waiting() noexcept;

  // Refuses all further pushes and takes what is left, oldest first. Thread: owner.
  [[nodiscard]] Signal* close() noexcept;

  // Makes a closed inbox usable for its next owner. Thread: owner.
  void reopen() noexcept;

  // Whether something that has arrived is like that. Thread: owner.
  template <class Predicate>
  bool any_of(Predicate predicate) const {
    std::uintptr_t word = word_.load(std::memory_order_acquire);  // pairs: push CAS, release half
    if (word <= closed) return false;
    for (auto* signal = reinterpret_cast<const Signal*>(word); signal != nullptr; signal = signal->next)
      if (predicate(*signal)) return true;
    return false;
  }

  // True when drain() would return something. A hint: more may come. Thread: owner.
  bool has_signals() const noexcept {
    return word_.load(std::memory_order_relaxed) > closed;  // relaxed: drain() acquires what it takes
  }

 private:
  static constexpr std::uintptr_t empty = 0;
  static constexpr std::uintptr_t waiting = 1;
  static constexpr std::uintptr_t closed = 2;

  // Protocol: all changes are read-modify-writes but reopen(), which runs while nobody else may change a
  // closed word.
  //   push CAS, acq_rel         pairs with  drain/close exchange, acquire    the signal's contents are
  //   visible
  //                             pairs with  mark_waiting CAS, release        the waker sees the receiver's
  //                             last state
  //   reopen store, release     pairs with  push CAS, acquire                the pusher sees the new owner's
  //   fields
  Atomic<std::uintptr_t> word_{empty};
};

// A chain turned round: oldest first.
struct TurnedChain {
  Signal* oldest = nullptr;
  Signal* newest = nullptr;
  std::size_t size = 0;
  bool all = true;  // of the sort that was asked for
};

// Turns a chain round and looks on the way at what it has to touch anyway: each step of a long chain misses
// the caches, so there should be one walk and not two.
template <class Predicate>
TurnedChain turned_round(Signal* newest, Predicate is_of_the_sort) noexcept {
  TurnedChain chain{.newest = newest};
  while (newest != nullptr) {
    Signal* older = newest->next;
    newest->next = chain.oldest;
    chain.oldest = newest;
    chain.all = is_of_the_sort(std::as_const(*newest)) && chain.all;
    ++chain.size;
    newest = older;
  }
  return chain;
}

inline Signal* oldest_first(Signal* newest) noexcept {
  return turned_round(newest, [](const Signal&) { return true; }).oldest;
}

// Inline: these three are half of what a message costs.

inline Delivery Inbox::push(Signal* signal) noexcept {
  std::uintptr_t seen = word_.load(std::memory_order_relaxed);  // relaxed: the CAS below validates and orders
  for (int round = 0;; ++round) {
    if (seen == closed) {
      // A stale `closed` must not refuse a signal of the slot's next owner's sender: look with an ordered
      // read.
      seen = word_.load(std::memory_order_acquire);  // pairs: reopen's release store
      if (seen == closed) return Delivery::closed;
    }
    signal->next = seen == waiting ? nullptr : reinterpret_cast<Signal*>(seen);
    if (word_.compare_exchange_weak(
            seen, reinterpret_cast<std::uintptr_t>(signal),
            std::memory_order_acq_rel,     // pairs: drain, close (acquire), mark_waiting (release)
            std::memory_order_relaxed)) {  // relaxed: a failed try carries nothing
      return seen == waiting ? Delivery::receiver_waiting : Delivery::queued;
    }
  }
}

inline Signal* Inbox::take_chain() noexcept {
  if (!has_signals()) return nullptr;
  // pairs: push CAS, release half; only the owner drains, so it is still a signal
  return reinterpret_cast<Signal*>(word_.exchange(empty, std::memory_order_acquire));
}

inline Signal* Inbox::drain() noexcept { return oldest_first(take_chain()); }

inline bool Inbox::mark_waiting() noexcept {
  std::uintptr_t seen = empty;
  return word_.compare_exchange_strong(seen, waiting,
                                       std::memory_order_release,   // pairs: push CAS, acquire half
                                       std::memory_order_relaxed);  // relaxed: drain() will acquire
}

}  // namespace throng::detail

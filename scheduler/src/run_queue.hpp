// One first-in-first-out queue of runnables that its owner pushes and pops and others steal from: a bounded
// ring without locks in front, an unbounded locked list behind it for what does not fit.
//
//  1. Order: everything in the ring is older than everything in the list; the owner pushes to the list while
//  it
//     is not empty, and refills the ring from its head when the ring is empty.
//  2. tail_ - head_ is 0..capacity; only the owner writes tail_ and slots; a slot is rewritten only after
//  head_
//     has passed it, so a thief whose CAS on head_ succeeds has read what was in the slots it claims.
//  3. Each runnable leaves once: by the CAS on head_ that passes it, or under the lock of the list.
//
// Indices are 64 bits wide and never wrap, so a CAS cannot mistake an old value for a new one.
// Rejected: Chase and Lev's deque (its owner takes the youngest: unfair to what lives long); one lock for all
// (two more atomic operations on every dispatch); moving half the ring to a global queue when full (loses the
// order).
#pragma once

#include <cstddef>
#include <span>
#include <throng/base/biased_lock.hpp>
#include <throng/base/config.hpp>
#include <throng/base/spin_lock.hpp>
#include <throng/scheduler/runnable.hpp>
#include <utility>

namespace throng::detail {

class RunQueue {
 public:
  static constexpr std::uint64_t capacity = under_model ? 2 : 256;

  // Its owner is the only worker there is, so hardly anybody steals here: who does takes the owner's lock.
  // Thread: before the owner runs.
  void set_alone() noexcept { alone_ = true; }
  // Thread: owner.
  void push(Runnable& runnable) noexcept;
  // The oldest, or null. Thread: owner.
  Runnable* pop() noexcept;
  // The one that pop() would give, if no thief is faster; a hint. Thread: owner.
  Runnable* peek() noexcept;
  // Fetches into the cache what the next two will touch: of the first, which this did before, what lies near
  // it, of the second itself. Among a thousand that take turns each dispatch else waits for a dozen lines.
  // Thread: owner.
  void prefetch() const noexcept;
  // Takes about half of what waits, oldest first, at most out.size(). Thread: any but the owner.
  std::size_t steal(std::span<Runnable*> out) noexcept;

  // How many wait; exact for the owner while nobody steals, a hint for others. Thread: any.
  std::size_t size() const noexcept {
    std::uint64_t head = head_.load(std::memory_order_relaxed);    // relaxed: a hint
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);    // relaxed: a hint
    std::size_t listed = listed_.load(std::memory_order_relaxed);  // relaxed: a hint
    return (tail > head ? static_cast<std::size_t>(tail - head) : 0) + listed;
  }
  // Moves on with every runnable that leaves: two equal readings with size() > 0 between mean that something
  // has waited.
  std::uint64_t progress() const noexcept {
    return head_.load(std::memory_order_relaxed);  // relaxed: compared with an older reading only
  }

 private:
  Runnable* pop_alone() noexcept;
  Runnable* pop_listed() noexcept;
  std::size_t steal_from_ring(std::span<Runnable*> out) noexcept;
  void push_listed(Runnable& runnable) noexcept;
  bool refill() noexcept;
  void count_listed(std::ptrdiff_t change) noexcept;
  std::size_t steal_listed(std::span<Runnable*> out) noexcept;

  // Protocol: head_ is moved by CAS, by the owner and by thieves. Where alone_, the owner stores it instead
  // and thieves are kept out meanwhile by owners_.
  //   CAS, acq_rel: release half pairs with push's acquire load (slots are read before they are reused)
  alignas(cache_line) Atomic<std::uint64_t> head_{0};
  // Protocol: tail_ is stored by the owner only.
  //   store, release pairs with steal's acquire load (the slot and the runnable behind it are visible)
  alignas(cache_line) Atomic<std::uint64_t> tail_{0};
  bool alone_ = false;  // constant once the owner runs
  BiasedLock owners_;   // held by who pops, and by who steals; only where alone_
  // Protocol: slots are written by the owner before tail_, read by thieves after it; ordered by those two.
  Atomic<Runnable*> slots_[capacity] = {};

  // -- guarded by lock_
  SpinLock lock_;
  Runnable* first_ = nullptr;
  Runnable* last_ = nullptr;
  // Protocol: written under lock_; read without it as a hint, and by the owner, who alone makes it grow.
  Atomic<std::size_t> listed_{0};
};

inline void RunQueue::push(Runnable& runnable) noexcept {
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);  // relaxed: the owner's own word
  std::uint64_t head = head_.load(std::memory_order_acquire);  // pairs: head_ CAS, release half
  // relaxed: only the owner makes listed_ grow, so a zero read here is true and stays true
  bool list_is_empty = listed_.load(std::memory_order_relaxed) == 0;
  if (list_is_empty && tail - head < capacity) {
    slots_[tail % capacity].store(&runnable, std::memory_order_relaxed);  // relaxed: published by tail_
    tail_.store(tail + 1, std::memory_order_release);  // pairs: steal's acquire load of tail_
    return;
  }
  push_listed(runnable);
}

// One instruction a line: a loop would cost three.
template <std::size_t... I>
THRONG_INLINE void prefetch_lines(const void* from, std::index_sequence<I...>) noexcept {
  (__builtin_prefetch(static_cast<const char*>(from) + I * cache_line), ...);
}

THRONG_INLINE void RunQueue::prefetch() const noexcept {
  using LinesOfItself = std::make_index_sequence<5>;
  using LinesNear = std::make_index_sequence<8>;
  std::uint64_t head = head_.load(std::memory_order_relaxed);  // relaxed: a hint
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);  // relaxed: the owner's own word
  if (head + 1 >= tail) return;
  // relaxed: the owner wrote them
  prefetch_lines(slots_[(head + 1) % capacity].load(std::memory_order_relaxed), LinesOfItself());
  const void* near = RunnableAccess::near(*slots_[head % capacity].load(std::memory_order_relaxed));
  if (near != nullptr) prefetch_lines(near, LinesNear());
}

// As pop(), without the CAS, which costs as much as the rest of a dispatch.
THRONG_INLINE Runnable* RunQueue::pop_alone() noexcept {
  owners_.lock();
  std::uint64_t head = head_.load(std::memory_order_acquire);  // pairs: thieves' CAS
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);  // relaxed: the owner's own word
  if (head == tail) {
    owners_.unlock();
    return pop_listed();
  }
  // relaxed: the owner wrote it
  Runnable* oldest = slots_[head % capacity].load(std::memory_order_relaxed);
  head_.store(head + 1, std::memory_order_release);  // pairs: as the CAS that it stands for
  owners_.unlock();
  return oldest;
}

THRONG_INLINE Runnable* RunQueue::pop() noexcept {
  if (alone_) return pop_alone();
  for (;;) {
    std::uint64_t head =
        head_.load(std::memory_order_acquire);  // pairs: thieves' CAS, so that slots are theirs or ours
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);  // relaxed: the owner's own word
    if (head == tail) return pop_listed();
    Runnable* oldest =
        slots_[head % capacity].load(std::memory_order_relaxed);  // relaxed: the owner wrote it
    if (head_.compare_exchange_strong(head, head + 1, std::memory_order_acq_rel,  // pairs: other CAS on head_
                                      std::memory_order_relaxed)) {  // relaxed: retried from the top
      return oldest;
    }
  }
}

}  // namespace throng::detail

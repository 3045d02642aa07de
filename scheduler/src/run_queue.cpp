#include "run_queue.hpp"

#include <algorithm>
#include <mutex>

namespace throng::detail {

// Requires: lock_ is held.
void RunQueue::count_listed(std::ptrdiff_t change) noexcept {
  // relaxed: changed under lock_ only
  std::size_t listed = listed_.load(std::memory_order_relaxed) + static_cast<std::size_t>(change);
  listed_.store(listed, std::memory_order_relaxed);  // relaxed: read without the lock as a hint only
}

void RunQueue::push_listed(Runnable& runnable) noexcept {
  std::lock_guard guard(lock_);
  RunnableAccess::next(runnable) = nullptr;
  (last_ == nullptr ? first_ : RunnableAccess::next(*last_)) = &runnable;
  last_ = &runnable;
  count_listed(1);
}

// Moves the head of the list into the empty ring, half a ring at a time, so that one lock serves many.
bool RunQueue::refill() noexcept {
  if (listed_.load(std::memory_order_relaxed) == 0) return false;  // relaxed: only the owner makes it grow
  std::lock_guard guard(lock_);
  std::uint64_t tail = tail_.load(std::memory_order_relaxed);  // relaxed: the owner's own word
  std::size_t moved = 0;
  for (; first_ != nullptr && moved < (capacity + 1) / 2; ++moved) {
    Runnable* runnable = first_;
    first_ = RunnableAccess::next(*runnable);
    // The next ones are likely cold when many wait; have them ready by the time they are run.
    if (first_ != nullptr) __builtin_prefetch(first_, 1);
    // relaxed: published by tail_
    slots_[(tail + moved) % capacity].store(runnable, std::memory_order_relaxed);
  }
  if (first_ == nullptr) last_ = nullptr;
  count_listed(-static_cast<std::ptrdiff_t>(moved));
  tail_.store(tail + moved, std::memory_order_release);  // pairs: steal's acquire load of tail_
  return moved > 0;
}

// The ring is empty. Apart, so that the usual way of pop() is small enough for the worker's loop. Thieves may
// empty the ring again before its owner has looked.
THRONG_NOINLINE Runnable* RunQueue::pop_listed() noexcept {
  // relaxed: only the owner makes it grow
  return listed_.load(std::memory_order_relaxed) != 0 && refill() ? pop() : nullptr;
}

Runnable* RunQueue::peek() noexcept {
  std::uint64_t head = head_.load(std::memory_order_acquire);  // pairs: thieves' CAS
  // relaxed: the owner's own word, and the slot is the owner's
  if (head != tail_.load(std::memory_order_relaxed))
    return slots_[head % capacity].load(std::memory_order_relaxed);  // relaxed: the owner wrote it
  if (listed_.load(std::memory_order_relaxed) == 0) return nullptr;  // relaxed: only the owner makes it grow
  std::lock_guard guard(lock_);
  return first_;
}

std::size_t RunQueue::steal(std::span<Runnable*> out) noexcept {
  if (!alone_) return steal_from_ring(out);
  if (!owners_.try_lock_for_other()) return 0;
  std::size_t count = steal_from_ring(out);
  owners_.unlock_for_other();
  return count;
}

std::size_t RunQueue::steal_from_ring(std::span<Runnable*> out) noexcept {
  std::uint64_t head = head_.load(std::memory_order_acquire);  // pairs: other CAS on head_
  for (;;) {
    std::uint64_t tail = tail_.load(std::memory_order_acquire);  // pairs: push's and refill's release store
    std::uint64_t waiting = tail > head ? tail - head : 0;
    std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>((waiting + 1) / 2), out.size());
    if (wanted == 0) return steal_listed(out);
    for (std::size_t i = 0; i < wanted; ++i) {
      out[i] =
          slots_[(head + i) % capacity].load(std::memory_order_relaxed);  // relaxed: validated by the CAS
    }
    if (head_.compare_exchange_strong(head, head + wanted,
                                      std::memory_order_acq_rel,     // pairs: push's acquire load
                                      std::memory_order_acquire)) {  // pairs: the CAS that was faster
      return wanted;
    }
  }
}

std::size_t RunQueue::steal_listed(std::span<Runnable*> out) noexcept {
  // relaxed: a hint, looked at again under the lock
  if (listed_.load(std::memory_order_relaxed) == 0) return 0;
  std::lock_guard guard(lock_);
  std::size_t listed = listed_.load(std::memory_order_relaxed);  // relaxed: under lock_
  std::size_t wanted = std::min((listed + 1) / 2, out.size());
  for (std::size_t i = 0; i < wanted; ++i) {
    out[i] = first_;
    first_ = RunnableAccess::next(*first_);
  }
  if (first_ == nullptr) last_ = nullptr;
  count_listed(-static_cast<std::ptrdiff_t>(wanted));
  return wanted;
}

}  // namespace throng::detail

#include <throng/mailbox/inbox.hpp>

namespace throng::detail {

Delivery Inbox::push(Signal* signal) noexcept {
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

Signal* Inbox::drain() noexcept {
  if (!has_signals()) return nullptr;
  return oldest_first(word_.exchange(empty, std::memory_order_acquire));  // pairs: push CAS, release half
}

bool Inbox::mark_waiting() noexcept {
  std::uintptr_t seen = empty;
  return word_.compare_exchange_strong(seen, waiting,
                                       std::memory_order_release,   // pairs: push CAS, acquire half
                                       std::memory_order_relaxed);  // relaxed: drain() will acquire
}

Signal* Inbox::close() noexcept {
  return oldest_first(word_.exchange(closed, std::memory_order_acq_rel));  // pairs: push CAS, both halves
}

void Inbox::reopen() noexcept {
  word_.store(empty, std::memory_order_release);  // pairs: push's acquire load and CAS
}

Signal* Inbox::oldest_first(std::uintptr_t word) noexcept {
  if (word <= closed) return nullptr;
  Signal* newest = reinterpret_cast<Signal*>(word);
  Signal* oldest = nullptr;
  while (newest != nullptr) {
    Signal* older = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = older;
  }
  return oldest;
}

}  // namespace throng::detail

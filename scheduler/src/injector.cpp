// The entry queue over moodycamel::ConcurrentQueue, a package whose header must not leak from here. Thread:
// see the header. The queue keeps one sub-queue for each pushing thread, so pushes do not meet; it keys them
// by the address of a thread-local of its own, used within one call and not held beyond it.
#include "injector.hpp"

#include <thread>

#include <throng/base/assert.hpp>
#include <throng/base/config.hpp>

// Debian's 1.0.3 hands an emptied block from its readers to the next writer through a counter that it only
// releases (set_empty), so ThreadSanitizer rightly finds no happens-before between an old read of an element
// and its overwriting. It is harmless where it is compiled for: the counting and the handing over are
// read-modify-writes with release order, and on x86-64 and AArch64 a release keeps the earlier read in front
// for everybody. Its plain accesses are therefore not watched; its atomics still are, so what is handed
// through the queue stays checked. Rejected: a suppression file, which every way to start a test would have
// to name.
#if THRONG_TSAN && defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored \
    "-Wignored-attributes"  // members defined apart: their first declaration has it
#pragma clang attribute push(__attribute__((no_sanitize("thread"))), apply_to = function)
#endif
#include <concurrentqueue/concurrentqueue.h>
#if THRONG_TSAN && defined(__clang__)
#pragma clang attribute pop
#pragma clang diagnostic pop
#endif

namespace throng::detail {
namespace {

// An owed element is in the queue, but a dequeue can look empty for as long as another worker is between two
// of its steps. That is some nanoseconds, unless it lost its CPU: then ours is better given away.
class Patience {
 public:
  void wait() noexcept {
    if (++rounds_ % 64 == 0) std::this_thread::yield();
  }

 private:
  unsigned rounds_ = 0;
};

}  // namespace

struct Injector::Queue {
  moodycamel::ConcurrentQueue<Runnable*> elements;
};

Injector::Injector() : queue_(std::make_unique<Queue>()) {}
Injector::~Injector() = default;

void Injector::push(Runnable* runnable) noexcept {
  const bool enqueued = queue_->elements.enqueue(runnable);
  THRONG_ASSERT(enqueued, "no memory to hand in a runnable");
  // pairs: claim (acquire), pending (Dekker, see the field)
  pending_.fetch_add(1, std::memory_order_seq_cst);
}

// Un-counts up to `most` elements, which the caller then owns and must take out.
std::size_t Injector::claim(std::size_t most) noexcept {
  std::size_t seen = pending_.load(std::memory_order_relaxed);  // relaxed: the CAS below decides
  while (seen != 0) {
    const std::size_t claimed = seen < most ? seen : most;
    if (pending_.compare_exchange_weak(
            seen, seen - claimed,
            std::memory_order_acquire,     // pairs: push (fetch_add)
            std::memory_order_relaxed)) {  // relaxed: a failed attempt only reads the number again
      return claimed;
    }
  }
  return 0;
}

Runnable* Injector::pop() noexcept {
  if (claim(1) == 0) return nullptr;
  Runnable* runnable = nullptr;
  for (Patience patience; !queue_->elements.try_dequeue(runnable); patience.wait()) {
  }
  return runnable;
}

std::size_t Injector::pop_many(Runnable** out, std::size_t n) noexcept {
  if (n == 0) return 0;
  const std::size_t claimed = claim(n);
  std::size_t taken = 0;
  for (Patience patience; taken != claimed;) {
    const std::size_t got = queue_->elements.try_dequeue_bulk(out + taken, claimed - taken);
    if (got == 0) patience.wait();
    taken += got;
  }
  return claimed;
}

}  // namespace throng::detail

// The global entry queue: where host threads and other workers hand in what shall run. Any thread may push,
// any worker may pop. Order is not promised, not even between two pushes of one thread. The queue inside is a
// third-party one, named in injector.cpp only.
//
// Invariants (pending: the counter below; in flight: pushes that have enqueued but not counted yet; claimed:
// pops that have un-counted but not taken out yet):
//  1. elements in the queue == pending + in flight + claimed. Hence pending never goes below zero, and a pop
//  that
//     has claimed one is owed one: it retries until it has it and never returns empty-handed.
//  2. pending > 0 means that pop() gives something, unless others claim it first; pending == 0 means that
//  every
//     element is either claimed by a running worker or belongs to a push that will yet count it and look for
//     sleepers.
#pragma once

#include <cstddef>
#include <memory>

#include <throng/base/atomic.hpp>
#include <throng/base/config.hpp>

namespace throng {
class Runnable;
}

namespace throng::detail {

class Injector {
 public:
  Injector();
  ~Injector();  // Requires: no thread is inside. What is still queued is not owned and is forgotten.
  Injector(const Injector&) = delete;
  Injector& operator=(const Injector&) = delete;

  // Thread: any. The caller must then read the count of idle workers (seq_cst) and wake one if there are any.
  // Aborts if there is no memory for the element: it may be neither lost nor refused.
  void push(Runnable* runnable) noexcept;

  // Thread: worker. Null only if pending() was 0. Everything the pusher wrote before push is visible.
  Runnable* pop() noexcept;

  // Thread: worker. Up to n at once, at less cost each; returns how many were written to out.
  std::size_t pop_many(Runnable** out, std::size_t n) noexcept;

  // Thread: any. What nobody has claimed yet. A worker must read this (seq_cst, here) after it counted itself
  // idle and before it sleeps; not 0 means: count yourself out and pop.
  std::size_t pending() const noexcept {
    return pending_.load(std::memory_order_seq_cst);  // pairs: push (Dekker, below)
  }

 private:
  struct Queue;

  std::size_t claim(std::size_t most) noexcept;

  // -- constant after construction
  std::unique_ptr<Queue> queue_;

  // -- shared (see Protocol), alone on its cache line: read by every parking worker, written by every pusher
  //
  // Protocol: counted up by push AFTER its enqueue, counted down by a pop BEFORE its dequeue (the claim).
  //   push fetch_add, seq_cst   pairs with  claim CAS, acquire       the claimer sees the enqueue, and what
  //   came before push fetch_add, seq_cst   pairs with  pending load, seq_cst    no sleeper is missed:
  //
  //     submitter                                parker
  //     enqueue                                  idle += 1        (seq_cst RMW)
  //     pending += 1      (seq_cst RMW)          read pending     (seq_cst)
  //     read idle         (seq_cst)              sleep if 0
  //     wake one if > 0
  //
  //   The four lower steps have one total order. If the parker reads pending before the submitter's addition,
  //   its own `idle += 1` is earlier still, so the submitter reads idle > 0 and wakes. If it reads after the
  //   addition, it sees 1 or more and stays up, or it sees that somebody claimed the element, and a claimer
  //   is awake. Both missing each other would need each read to precede the other's write: a cycle.
  //
  //   A push that has enqueued but not counted is no hole: its addition is still to come, and then it looks
  //   for sleepers itself. Claims take part in no wake-up decision, so acquire is enough for them; being RMWs
  //   they keep the release sequence of earlier additions whole.
  //
  // Rejected: counting before the enqueue (a worker would spin on an element that is not there while the
  // submitter is off its CPU); counting down after the dequeue (an element whose push has not counted yet can
  // be taken, which drives the counter below zero, and workers spin on a count whose element somebody has
  // already taken); asking the queue itself for its size (an estimate over sub-queues, which may miss what is
  // being enqueued).
  alignas(cache_line) Atomic<std::size_t> pending_{0};
};

}  // namespace throng::detail

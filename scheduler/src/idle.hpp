// Who sleeps, and how nobody oversleeps. Workers are numbers here, so that the model explores this code
// alone.
//
// The promise (no lost wake-up): a runnable handed in from outside is taken by somebody. A worker never
// sleeps on its own queues: it fills them itself and empties them before it parks. So only the injector's
// counter matters:
//
//     who hands in                                who parks
//     pending.fetch_add(1)      seq_cst           enter(): idle_count.fetch_add(1)      seq_cst
//     idle_count.load()         seq_cst           pending.load()                        seq_cst
//     > 0: claim and wake one                     > 0: leave() and take it, else sleep
//
// In the one order of all seq_cst operations, either the load on the left comes after the fetch_add on the
// right and wakes the sleeper, or the load on the right comes after the fetch_add on the left and sees the
// runnable.
//
// One searcher at a time: claim() gives the woken worker the search token; while somebody searches, others
// are not woken. Safe, because a searcher, after it gave the token back, still passes enter() and the look at
// pending.
//
// The sentinel: while some work and others sleep, one of the sleepers looks around every millisecond and
// takes what has waited since its last look. It wakes nobody and is not woken when all sleep: an idle
// scheduler does nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <throng/base/spin_lock.hpp>
#include <vector>

namespace throng::detail {

class Idle {
 public:
  explicit Idle(std::uint32_t workers) : workers_(workers) { sleepers_.reserve(workers); }

  // The worker is about to sleep. It must look at what outsiders may have handed in, then sleep or leave().
  void enter(std::uint32_t worker) noexcept {
    std::lock_guard guard(lock_);
    sleepers_.push_back(worker);
    idle_count_.fetch_add(1, std::memory_order_seq_cst);  // pairs: idle_count load after pending, see above
  }

  // The worker doesn't want to sleep (any longer). False: somebody has claimed it, and its wake-up is on the
  // way.
  [[nodiscard]] bool leave(std::uint32_t worker) noexcept {
    std::lock_guard guard(lock_);
    for (std::uint32_t& sleeper : sleepers_) {
      if (sleeper != worker) continue;
      sleeper = sleepers_.back();
      sleepers_.pop_back();
      idle_count_.fetch_sub(1, std::memory_order_seq_cst);  // pairs: idle_count loads
      return true;
    }
    return false;
  }

  // Takes one sleeper out and gives it the search token; the caller must wake it. Nothing: no sleeper, or
  // somebody searches already.
  //
  // Who holds the token turns others away, so whoever gives it back without having woken anybody looks again:
  // a worker may have entered, seen nothing pending and gone to sleep, and another submitter been turned
  // away, all while the token was held for an empty list.
  [[nodiscard]] std::optional<std::uint32_t> claim() noexcept {
    do {
      if (!begin_search()) return std::nullopt;
      if (std::optional<std::uint32_t> sleeper = take_sleeper()) return sleeper;
      end_search();
    } while (anybody_idle());
    return std::nullopt;
  }

  // For spares: from before they take something until they have handed back what they had.
  void begin_service() noexcept { serving_.fetch_add(1, std::memory_order_seq_cst); }  // pairs: all_idle
  void end_service() noexcept { serving_.fetch_sub(1, std::memory_order_seq_cst); }    // pairs: all_idle
  // For workers that rest (docs/design/breadth.md): from when they have handed over what they had until they
  // look at queues again. Meanwhile they have nothing for others to find.
  void begin_rest() noexcept { resting_.fetch_add(1, std::memory_order_seq_cst); }  // pairs: all_idle
  void end_rest() noexcept { resting_.fetch_sub(1, std::memory_order_seq_cst); }    // pairs: all_idle
  void set_workers(std::uint32_t workers) noexcept {
    workers_.store(workers, std::memory_order_relaxed);  // relaxed: see the field
  }

  // The search token: at most one holds it.
  [[nodiscard]] bool begin_search() noexcept {
    bool none = false;
    return searching_.load(std::memory_order_seq_cst) == false &&                      // pairs: end_search
           searching_.compare_exchange_strong(none, true, std::memory_order_seq_cst);  // pairs: end_search
  }
  void end_search() noexcept {
    searching_.store(false, std::memory_order_seq_cst);  // pairs: begin_search; before enter() in that order
  }

  // For who has handed something in: is there anybody to wake? Ordered after the caller's own seq_cst
  // operation.
  bool anybody_idle() const noexcept {
    return idle_count_.load(std::memory_order_seq_cst) > 0;  // pairs: enter's fetch_add
  }
  bool all_idle() const noexcept {
    // A spare that serves may put work on its queue, for a sleeper to find. pairs: begin_service, end_service
    if (serving_.load(std::memory_order_seq_cst) > 0) return false;
    std::uint32_t resting = resting_.load(std::memory_order_seq_cst);  // pairs: begin_rest, end_rest
    // pairs: enter's fetch_add; relaxed: the number of workers is a hint
    return idle_count_.load(std::memory_order_seq_cst) + resting >= workers_.load(std::memory_order_relaxed);
  }
  std::uint32_t sleeping() const noexcept {
    return idle_count_.load(std::memory_order_relaxed);  // relaxed: a hint
  }
  // Cheap forms for the path of every enqueue; a wrong answer costs time, never a wake-up.
  bool maybe_idle() const noexcept {
    return idle_count_.load(std::memory_order_relaxed) > 0;  // relaxed: a hint
  }
  bool maybe_searching() const noexcept {
    return searching_.load(std::memory_order_relaxed);  // relaxed: a hint
  }

  [[nodiscard]] bool become_sentinel() noexcept {
    return !sentinel_.exchange(true, std::memory_order_acq_rel);  // pairs: resign's store
  }
  void resign() noexcept { sentinel_.store(false, std::memory_order_release); }  // pairs: become_sentinel
  bool has_sentinel() const noexcept {
    return sentinel_.load(std::memory_order_relaxed);  // relaxed: a hint
  }

 private:
  std::optional<std::uint32_t> take_sleeper() noexcept {
    std::lock_guard guard(lock_);
    if (sleepers_.empty()) return std::nullopt;
    std::uint32_t worker = sleepers_.back();
    sleepers_.pop_back();
    idle_count_.fetch_sub(1, std::memory_order_seq_cst);  // pairs: idle_count loads
    return worker;
  }

  // Protocol: changed under lock_ by seq_cst RMWs; read without it, see the proof above.
  Atomic<std::uint32_t> idle_count_{0};
  // Protocol: the search token, taken by CAS, given back by its holder's store; seq_cst so that giving it
  // back is before the holder's own enter() in the one order.
  Atomic<bool> searching_{false};
  // Protocol: taken by exchange, given back by its holder.
  Atomic<bool> sentinel_{false};
  SpinLock lock_;
  std::vector<std::uint32_t> sleepers_;  // guarded by lock_; never grows beyond its reserve
  // Protocol: spares that serve. Plain std::atomic: no step for the explorer, which has no spares.
  std::atomic<std::uint32_t> serving_{0};
  // Protocol: workers that rest. Plain std::atomic: it has a part in who is sentinel, none in who is woken.
  std::atomic<std::uint32_t> resting_{0};
  // Protocol: how many there are to sleep; changed while they run, and then a wrong answer to all_idle()
  // costs a sentinel too many or one too late. Plain std::atomic: no step for the explorer.
  std::atomic<std::uint32_t> workers_;
};

}  // namespace throng::detail

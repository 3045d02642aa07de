// A hierarchical timer wheel. One worker owns it and advances it, but everything is locked: any worker or
// host thread may start, read or cancel. Callbacks run outside the lock, on the thread that advances, and may
// use the same wheel.
//
// Six levels of 256 slots; a tick is 32.768 µs, so 48 bits of ticks hold every deadline that 63 bits of
// nanoseconds can say (292 years), and there is no overflow list. A timer lies at the level of the highest
// byte in which its tick differs from the wheel's; when the wheel enters the span of a slot above level 0,
// that slot's timers are dealt out to the levels below (a cascade). A timer cascades five times at most, and
// a long cascade is done in pieces.
//
// Invariants (tick_: the first tick not finished; base_: the tick that placement is relative to):
//  1. No timer fires before its deadline: slots of finished ticks are due as a whole, in the slot of the tick
//  that is
//     still running each deadline is compared.
//  2. base_ == tick_, or base_ + 1 == tick_ while a slot is being cascaded. So a timer started in the midst
//  of a
//     cascade joins the tail of the slot that is being dealt out, behind those started before it.
//  3. Slots are first in, first out, and a cascade keeps their order. With 2: timers of one tick fire in
//  start order.
//  4. A timer whose tick was finished when it was started lies in the late list, which fires first, in start
//  order.
//  5. next_ <= the deadline of every timer in the wheel (while timers are being taken out: of every timer
//  left).
//  6. `earliest` of a slot <= every deadline in it.
//  7. The memory of an entry stays an entry until the wheel dies; its generation changes when it leaves the
//  wheel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <throng/base/atomic.hpp>
#include <throng/scheduler/timer_key.hpp>

namespace throng::detail {

// Targets that have timers, and the first timer of each. Open addressing at half load; grows by doubling,
// never shrinks. Thread: under the wheel's lock. Rejected: chaining the entries of several targets in one
// bucket, where a target with one timer pays for a neighbour with a million.
class TargetTable {
 public:
  static constexpr std::uint32_t none = 0xffffffffu;

  void make_room_for_one();                                // may throw; the two below then need no memory
  std::uint32_t& first_of(std::uint64_t target) noexcept;  // Requires: make_room_for_one. Adds it, as none.
  std::uint32_t* find_first_of(std::uint64_t target) noexcept;  // null if it has no timers
  void erase(std::uint64_t target) noexcept;                    // Requires: target is in the table

 private:
  struct Cell {
    std::uint64_t target = 0;  // 0: free
    std::uint32_t first = none;
  };

  std::size_t home(std::uint64_t target) const noexcept;
  std::size_t locate(std::uint64_t target) const noexcept;  // its cell, or the free one where it would go

  std::vector<Cell> cells_;
  std::size_t used_ = 0;
};

class TimerWheel {
 public:
  // Hands a payload back that will never fire. Called outside the lock.
  using Release = void (*)(const Expiry&) noexcept;

  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  // `id` goes into the keys; `now_ns` is where the hand starts. The destructor does clear(release).
  TimerWheel(std::uint32_t id, std::int64_t now_ns, Release release = nullptr);
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Thread: any. A deadline that has passed is due at the next advance. O(1); takes memory (and may throw)
  // only while the wheel holds more timers, or more targets, than ever before. If the deadline is before
  // next_deadline() was, the caller must see to it that a sleeping owner wakes (see next_).
  TimerKey start(std::int64_t deadline_ns, const Expiry& expiry);

  // Thread: any. Nothing if the timer has fired, is about to (advance has taken it out), or was cancelled.
  // O(1).
  std::optional<Cancelled> cancel(const TimerKey& key) noexcept;

  // Thread: any. The deadline, or nothing as for cancel.
  std::optional<std::int64_t> read(const TimerKey& key) const noexcept;

  // Thread: the owner (safe from any, but two at once interleave their callbacks). Fires at most `limit`
  // timers due at now_ns, by tick and within a tick in start order; returns how many. Stops early when it has
  // cascaded four times the limit, or fired as many as there were at first (a callback that restarts its
  // timer does not hold it for ever). Call again if next_deadline() <= now_ns afterwards; nothing is due
  // otherwise. Worth a call on every waking, for it moves the hand. A time before the last one is harmless.
  std::size_t advance(std::int64_t now_ns, std::size_t limit) noexcept;

  // Thread: any, lock-free. Never later than the next expiry, often equal to it; `never` if there are no
  // timers.
  std::int64_t next_deadline() const noexcept {
    return next_.load(std::memory_order_seq_cst);  // pairs: lower_next_locked (Dekker, see next_)
  }

  // Thread: any. Removes the timers of a target and hands each to release; returns how many. The time is
  // proportional to them. Requires: target != 0, and nobody starts timers for it meanwhile.
  std::size_t cancel_all_for(std::uint64_t target, Release release) noexcept;

  // Thread: any. Removes all, hands each to release (which may be null). Requires: nobody starts timers
  // meanwhile.
  std::size_t clear(Release release) noexcept;

  std::size_t size() const noexcept;  // Thread: any

 private:
  static constexpr unsigned tick_shift = 15;
  static constexpr unsigned level_count = 6;
  static constexpr unsigned slots_per_level = 256;
  static constexpr std::uint32_t late_place = level_count * slots_per_level;
  static constexpr std::uint32_t place_count = late_place + 1;
  static constexpr std::uint32_t nowhere = 0xffffu;
  static constexpr std::uint32_t none = TargetTable::none;
  static constexpr std::size_t chunk_size = 1024;
  static constexpr std::size_t batch_size = 64;

  // One cache line. The two links of `target_…` are used if target != 0; `next` also links free entries.
  struct alignas(64) Entry {
    std::int64_t deadline = 0;
    Expiry expiry{};
    // Generation in the upper 48 bits (reusing one entry at full speed wraps after half a year), place in the
    // lower 16.
    std::uint64_t stamp = (std::uint64_t{1} << 16) | nowhere;
    std::uint32_t next = none;
    std::uint32_t previous = none;
    std::uint32_t target_next = none;
    std::uint32_t target_previous = none;

    std::uint64_t generation() const noexcept { return stamp >> 16; }
    std::uint32_t place() const noexcept { return static_cast<std::uint32_t>(stamp & 0xffffu); }
    void set_place(std::uint32_t place) noexcept { stamp = (stamp & ~std::uint64_t{0xffff}) | place; }
  };

  struct Slot {
    std::int64_t earliest = never;
    std::uint32_t head = none;
    std::uint32_t tail = none;
  };

  struct Batch {
    std::array<Expiry, batch_size> expiries;
    std::size_t count = 0;
    std::size_t room = batch_size;
  };

  static std::uint64_t tick_of(std::int64_t ns) noexcept;

  Entry& entry(std::uint32_t index) const noexcept { return chunks_[index / chunk_size][index % chunk_size]; }
  Entry* find_locked(const TimerKey& key) const noexcept;
  std::uint32_t allocate_locked();
  Expiry remove_locked(std::uint32_t index) noexcept;

  std::uint32_t place_for_locked(std::uint64_t tick, std::uint64_t base) const noexcept;
  void append_locked(std::uint32_t place, std::uint32_t index) noexcept;
  void unlink_locked(std::uint32_t index) noexcept;
  void link_target_locked(std::uint32_t index) noexcept;
  void unlink_target_locked(std::uint32_t index) noexcept;

  bool collect_locked(std::int64_t now_ns, Batch& batch, std::size_t& moves) noexcept;
  bool take_due_locked(std::uint32_t place, std::int64_t due_until, Batch& batch) noexcept;
  bool cascade_locked(std::size_t& moves) noexcept;
  bool step_locked(std::uint64_t target_tick) noexcept;
  unsigned next_used_locked(unsigned level, unsigned from) const noexcept;

  void lower_next_locked(std::int64_t deadline) noexcept;
  void recompute_next_locked() noexcept;
  std::int64_t earliest_locked() const noexcept;

  // -- constant after construction
  const std::uint32_t id_;
  const Release release_;

  mutable std::mutex mutex_;

  // -- guarded by mutex_
  std::vector<std::unique_ptr<Entry[]>> chunks_;
  std::uint32_t free_ = none;
  std::size_t size_ = 0;
  std::uint64_t tick_;
  std::uint64_t base_;
  std::array<std::array<std::uint64_t, slots_per_level / 64>, level_count>
      used_{};  // a bit for each slot not empty
  std::array<Slot, place_count> slots_{};
  TargetTable targets_;

  // -- shared (see Protocol)
  //
  // Protocol: written under mutex_, read by anybody.
  //   lower_next_locked store, seq_cst  pairs with  next_deadline load, seq_cst   no sleeper oversleeps:
  //
  //     starter                                owner about to sleep
  //     next_ = deadline     (seq_cst)         say "asleep"        (seq_cst RMW)
  //     read "asleep"        (seq_cst)         read next_          (seq_cst)
  //     wake it if so                          sleep until then
  //
  //   One of them comes first in the total order: the owner reads the new deadline, or the starter reads
  //   "asleep". Raising it needs no order: a sleeper that reads the smaller number wakes early and asks
  //   again, and one that reads the greater one is covered, because every earlier start was counted under the
  //   mutex and every later one lowers.
  Atomic<std::int64_t> next_{never};
};

}  // namespace throng::detail

// The wheel behind timer_wheel.hpp, top to bottom: table of targets, entries, slots, advancing. Thread:
// functions whose name ends in _locked need mutex_; the others take it.
#include "timer_wheel.hpp"

#include <algorithm>
#include <bit>

#include <throng/base/assert.hpp>

namespace throng::detail {

// ---- targets

std::size_t TargetTable::home(std::uint64_t target) const noexcept {
  const std::uint64_t mixed =
      target * 0x9e3779b97f4a7c15u;  // targets often differ in few bits; spread them all
  return static_cast<std::size_t>(mixed ^ (mixed >> 32)) & (cells_.size() - 1);
}

std::size_t TargetTable::locate(std::uint64_t target) const noexcept {
  std::size_t at = home(target);
  while (cells_[at].target != 0 && cells_[at].target != target) at = (at + 1) & (cells_.size() - 1);
  return at;
}

void TargetTable::make_room_for_one() {
  if (used_ * 2 < cells_.size()) return;
  std::vector<Cell> old(std::max<std::size_t>(64, cells_.size() * 2));
  old.swap(cells_);
  for (const Cell& cell : old)
    if (cell.target != 0) cells_[locate(cell.target)] = cell;
}

std::uint32_t& TargetTable::first_of(std::uint64_t target) noexcept {
  Cell& cell = cells_[locate(target)];
  if (cell.target == 0) {
    cell = Cell{target, none};
    ++used_;
  }
  return cell.first;
}

std::uint32_t* TargetTable::find_first_of(std::uint64_t target) noexcept {
  if (cells_.empty()) return nullptr;
  Cell& cell = cells_[locate(target)];
  return cell.target == 0 ? nullptr : &cell.first;
}

// Closes the gap instead of leaving a tombstone: whoever probed past the gap moves into it.
void TargetTable::erase(std::uint64_t target) noexcept {
  const std::size_t mask = cells_.size() - 1;
  std::size_t gap = locate(target);
  for (std::size_t at = (gap + 1) & mask; cells_[at].target != 0; at = (at + 1) & mask) {
    const std::size_t probed = (at - home(cells_[at].target)) & mask;
    if (probed < ((at - gap) & mask)) continue;  // its home is behind the gap
    cells_[gap] = cells_[at];
    gap = at;
  }
  cells_[gap] = Cell{};
  --used_;
}

// ---- entries

TimerWheel::TimerWheel(std::uint32_t id, std::int64_t now_ns, Release release)
    : id_(id), release_(release), tick_(tick_of(now_ns)), base_(tick_) {}

TimerWheel::~TimerWheel() { clear(release_); }

std::uint64_t TimerWheel::tick_of(std::int64_t ns) noexcept {
  return ns < 0 ? 0 : static_cast<std::uint64_t>(ns) >> tick_shift;
}

TimerWheel::Entry* TimerWheel::find_locked(const TimerKey& key) const noexcept {
  if (key.wheel != id_ || key.index / chunk_size >= chunks_.size()) return nullptr;
  Entry& found = entry(key.index);
  return found.generation() == key.generation && found.place() != nowhere ? &found : nullptr;
}

std::uint32_t TimerWheel::allocate_locked() {
  if (free_ == none) {
    const std::size_t first = chunks_.size() * chunk_size;
    THRONG_ASSERT(first + chunk_size < none, "four thousand million timers in one wheel");
    chunks_.push_back(std::make_unique<Entry[]>(chunk_size));
    for (std::size_t i = chunk_size; i-- != 0;) {
      chunks_.back()[i].next = free_;
      free_ = static_cast<std::uint32_t>(first + i);
    }
  }
  const std::uint32_t index = free_;
  free_ = entry(index).next;
  return index;
}

// Takes a timer out of its slot and its target's chain and makes its keys stale.
Expiry TimerWheel::remove_locked(std::uint32_t index) noexcept {
  Entry& leaving = entry(index);
  unlink_locked(index);
  if (leaving.expiry.target != 0) unlink_target_locked(index);
  std::uint64_t generation = (leaving.generation() + 1) & 0xffffffffffffu;
  if (generation == 0) generation = 1;
  leaving.stamp = generation << 16 | nowhere;
  leaving.next = free_;
  free_ = index;
  --size_;
  return leaving.expiry;
}

TimerKey TimerWheel::start(std::int64_t deadline_ns, const Expiry& expiry) {
  const std::lock_guard lock(mutex_);
  if (expiry.target != 0) targets_.make_room_for_one();
  const std::uint32_t index = allocate_locked();
  Entry& started = entry(index);
  started.deadline = deadline_ns;
  started.expiry = expiry;
  const std::uint64_t tick = tick_of(deadline_ns);
  append_locked(tick < tick_ ? late_place : place_for_locked(tick, base_), index);
  if (expiry.target != 0) link_target_locked(index);
  ++size_;
  lower_next_locked(deadline_ns);
  return TimerKey{id_, index, started.generation()};
}

std::optional<Cancelled> TimerWheel::cancel(const TimerKey& key) noexcept {
  const std::lock_guard lock(mutex_);
  const Entry* const found = find_locked(key);
  if (found == nullptr) return std::nullopt;
  const std::int64_t deadline = found->deadline;
  const Cancelled cancelled{deadline, remove_locked(key.index)};
  // relaxed: written under this mutex. Only the earliest timer's leaving can raise the bound.
  if (deadline <= next_.load(std::memory_order_relaxed)) recompute_next_locked();
  return cancelled;
}

std::optional<std::int64_t> TimerWheel::read(const TimerKey& key) const noexcept {
  const std::lock_guard lock(mutex_);
  const Entry* const found = find_locked(key);
  if (found == nullptr) return std::nullopt;
  return found->deadline;
}

std::size_t TimerWheel::size() const noexcept {
  const std::lock_guard lock(mutex_);
  return size_;
}

std::size_t TimerWheel::cancel_all_for(std::uint64_t target, Release release) noexcept {
  std::size_t cancelled = 0;
  for (Batch batch;; batch.count = 0) {
    {
      const std::lock_guard lock(mutex_);
      while (batch.count != batch_size) {
        const std::uint32_t* const first = targets_.find_first_of(target);
        if (first == nullptr) break;
        batch.expiries[batch.count++] = remove_locked(*first);
      }
      if (batch.count != 0) recompute_next_locked();
    }
    if (batch.count == 0) return cancelled;
    cancelled += batch.count;
    if (release != nullptr)
      std::for_each_n(batch.expiries.begin(), batch.count,
                      [release](const Expiry& expiry) { release(expiry); });
  }
}

std::size_t TimerWheel::clear(Release release) noexcept {
  std::size_t cleared = 0;
  std::size_t cursor = 0;
  for (Batch batch;; batch.count = 0) {
    {
      const std::lock_guard lock(mutex_);
      for (; size_ != 0 && cursor != chunks_.size() * chunk_size && batch.count != batch_size; ++cursor) {
        const auto index = static_cast<std::uint32_t>(cursor);
        if (entry(index).place() != nowhere) batch.expiries[batch.count++] = remove_locked(index);
      }
      recompute_next_locked();
    }
    if (batch.count == 0) return cleared;
    cleared += batch.count;
    if (release != nullptr)
      std::for_each_n(batch.expiries.begin(), batch.count,
                      [release](const Expiry& expiry) { release(expiry); });
  }
}

// ---- slots

// Requires: tick > base or tick == base == tick_. The level is that of the highest byte in which the two
// differ.
std::uint32_t TimerWheel::place_for_locked(std::uint64_t tick, std::uint64_t base) const noexcept {
  const auto highest_bit = static_cast<unsigned>(std::bit_width((tick ^ base) | 1)) - 1;
  const unsigned level = highest_bit / 8;
  return level * slots_per_level + static_cast<std::uint32_t>(tick >> (8 * level) & 0xffu);
}

void TimerWheel::append_locked(std::uint32_t place, std::uint32_t index) noexcept {
  Slot& slot = slots_[place];
  Entry& appended = entry(index);
  appended.set_place(place);
  appended.next = none;
  appended.previous = slot.tail;
  if (slot.tail == none) {
    slot.head = index;
    if (place != late_place)
      used_[place / slots_per_level][place % slots_per_level / 64] |= std::uint64_t{1} << place % 64;
  } else {
    entry(slot.tail).next = index;
  }
  slot.tail = index;
  slot.earliest = std::min(slot.earliest, appended.deadline);
}

void TimerWheel::unlink_locked(std::uint32_t index) noexcept {
  const Entry& leaving = entry(index);
  const std::uint32_t place = leaving.place();
  Slot& slot = slots_[place];
  (leaving.previous == none ? slot.head : entry(leaving.previous).next) = leaving.next;
  (leaving.next == none ? slot.tail : entry(leaving.next).previous) = leaving.previous;
  if (slot.head != none) return;
  slot.earliest = never;
  if (place != late_place)
    used_[place / slots_per_level][place % slots_per_level / 64] &= ~(std::uint64_t{1} << place % 64);
}

void TimerWheel::link_target_locked(std::uint32_t index) noexcept {
  Entry& linked = entry(index);
  std::uint32_t& first = targets_.first_of(linked.expiry.target);
  linked.target_previous = none;
  linked.target_next = first;
  if (first != none) entry(first).target_previous = index;
  first = index;
}

void TimerWheel::unlink_target_locked(std::uint32_t index) noexcept {
  const Entry& leaving = entry(index);
  if (leaving.target_next != none) entry(leaving.target_next).target_previous = leaving.target_previous;
  if (leaving.target_previous != none) {
    entry(leaving.target_previous).target_next = leaving.target_next;
  } else if (leaving.target_next != none) {
    targets_.first_of(leaving.expiry.target) = leaving.target_next;
  } else {
    targets_.erase(leaving.expiry.target);
  }
}

// First slot in use at `from` or after it, or slots_per_level.
unsigned TimerWheel::next_used_locked(unsigned level, unsigned from) const noexcept {
  if (from >= slots_per_level) return slots_per_level;
  std::uint64_t word = used_[level][from / 64] & (~std::uint64_t{0} << from % 64);
  for (unsigned at = from / 64;;) {
    if (word != 0) return at * 64 + static_cast<unsigned>(std::countr_zero(word));
    if (++at == slots_per_level / 64) return slots_per_level;
    word = used_[level][at];
  }
}

// ---- advancing

std::size_t TimerWheel::advance(std::int64_t now_ns, std::size_t limit) noexcept {
  std::size_t fired = 0;
  std::size_t moves_left = limit > never / 4 ? limit : std::max<std::size_t>(limit * 4, 256);
  for (bool first = true, more = true; more; first = false) {
    Batch batch;
    {
      const std::lock_guard lock(mutex_);
      if (first) limit = std::min(limit, size_);
      batch.room = std::min(batch_size, limit - fired);
      std::size_t moves = std::min<std::size_t>(moves_left, 256);  // at most so many under one lock
      moves_left -= moves;
      more = collect_locked(now_ns, batch, moves);
      moves_left += moves;
      recompute_next_locked();
    }
    for (std::size_t i = 0; i != batch.count; ++i) {
      const Expiry& due = batch.expiries[i];
      due.fire(due.context, due.payload, due.target);
    }
    fired += batch.count;
    if (fired == limit || moves_left == 0) break;
  }
  return fired;
}

// Takes out due timers until the batch is full, the moves are spent (true: there may be more) or none is left
// (false).
bool TimerWheel::collect_locked(std::int64_t now_ns, Batch& batch, std::size_t& moves) noexcept {
  const std::uint64_t now_tick = tick_of(now_ns);
  for (;;) {
    if (!take_due_locked(late_place, now_ns, batch)) return true;
    if (base_ != tick_ && !cascade_locked(moves)) return true;
    const std::uint32_t place = static_cast<std::uint32_t>(tick_ & 0xffu);
    if (!take_due_locked(place, tick_ < now_tick ? never : now_ns, batch)) return true;
    if (!step_locked(now_tick)) return false;
  }
}

// False if the batch is full before all that is due was taken.
bool TimerWheel::take_due_locked(std::uint32_t place, std::int64_t due_until, Batch& batch) noexcept {
  Slot& slot = slots_[place];
  if (slot.earliest > due_until) return true;
  std::int64_t earliest_left = never;
  for (std::uint32_t index = slot.head; index != none;) {
    const Entry& candidate = entry(index);
    const std::uint32_t following = candidate.next;
    if (candidate.deadline > due_until) {
      earliest_left = std::min(earliest_left, candidate.deadline);
    } else if (batch.count == batch.room) {
      return false;
    } else {
      batch.expiries[batch.count++] = remove_locked(index);
    }
    index = following;
  }
  slot.earliest = earliest_left;
  return true;
}

// Deals out the slot whose span begins at tick_. False if the moves did not suffice: call again later.
bool TimerWheel::cascade_locked(std::size_t& moves) noexcept {
  const std::uint32_t place = place_for_locked(tick_, base_);
  while (slots_[place].head != none) {
    if (moves == 0) return false;
    --moves;
    const std::uint32_t index = slots_[place].head;
    unlink_locked(index);
    append_locked(place_for_locked(tick_of(entry(index).deadline), tick_), index);
  }
  base_ = tick_;
  return true;
}

// Moves the hand to the next slot in use, at most to target_tick. False if it had reached that already or if
// nothing is in use up to it. Requires: base_ == tick_; the slot of tick_ is empty unless tick_ >=
// target_tick.
bool TimerWheel::step_locked(std::uint64_t target_tick) noexcept {
  if (tick_ >= target_tick) return false;
  for (unsigned level = 0; level != level_count; ++level) {
    const unsigned shift = 8 * level;
    const unsigned slot = next_used_locked(level, static_cast<unsigned>(tick_ >> shift & 0xffu) + 1);
    if (slot == slots_per_level) continue;
    const std::uint64_t begin = (tick_ >> shift & ~std::uint64_t{0xff}) + slot;  // in units of this level
    const std::uint64_t found = begin << shift;
    if (found > target_tick) break;
    tick_ = found;
    base_ = level == 0 ? found : found - 1;  // above level 0 the slot must be cascaded first
    return true;
  }
  tick_ = base_ = target_tick;
  return false;
}

void TimerWheel::lower_next_locked(std::int64_t deadline) noexcept {
  // relaxed: written under this mutex
  if (deadline < next_.load(std::memory_order_relaxed))
    next_.store(deadline, std::memory_order_seq_cst);  // pairs: next_deadline (Dekker, see next_)
}

void TimerWheel::recompute_next_locked() noexcept {
  const std::int64_t earliest = earliest_locked();
  lower_next_locked(earliest);
  // relaxed: written under this mutex, and raising needs no order (see next_)
  if (earliest > next_.load(std::memory_order_relaxed)) next_.store(earliest, std::memory_order_relaxed);
}

// The lowest level in use holds the next timer, because each level begins where the one below it ends.
std::int64_t TimerWheel::earliest_locked() const noexcept {
  if (size_ == 0) return never;
  std::int64_t earliest = slots_[late_place].earliest;
  // In the midst of a cascade the timers of one span lie at several levels; its beginning bounds them all.
  if (base_ != tick_) return std::min(earliest, static_cast<std::int64_t>(tick_ << tick_shift));
  for (unsigned level = 0; level != level_count; ++level) {
    const auto hand = static_cast<unsigned>(tick_ >> (8 * level) & 0xffu);
    const unsigned slot = next_used_locked(level, level == 0 ? hand : hand + 1);
    if (slot == slots_per_level) continue;
    return std::min(earliest, slots_[level * slots_per_level + slot].earliest);
  }
  return earliest;
}

}  // namespace throng::detail

// The memory model: what a load may return, what happens before what, and which plain accesses race. Knows
// nothing of scheduling. Used by the explorer only.
//
//  1. A location's modification order is the order in which its writes were executed. A load may return an
//  older
//     write unless the loading thread, or an event that happens before, has seen a newer one (coherence).
//  2. An acquire read of a release write, or of a read-modify-write that continues its release sequence,
//  orders the
//     writer's past before the reader's future. A plain store ends the release sequence (C++20).
//  3. seq_cst: the single total order is the order of execution. A seq_cst load returns nothing older than
//  what a
//     seq_cst operation has already written to, or read from, that location.
//  4. A read-modify-write, also a failed compare_exchange, reads the newest write.
//
// Rejected: one global clock that seq_cst writes publish into and seq_cst loads join from. It is shorter, but
// orders unrelated data as a side effect, and so hides races that rule 3 leaves visible. Not modelled:
// fences; stores that become visible in another order than executed (load buffering, 2+2W).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <throng_model/clock.hpp>
#include <type_traits>
#include <vector>

namespace throng_model {

using Order = std::memory_order;

constexpr bool is_seq_cst(Order order) noexcept {
  return order == std::memory_order_seq_cst;  // pairs: a question about the caller's order
}
constexpr bool acquires(Order order) noexcept {
  return order == std::memory_order_acquire ||  // pairs: a question about the caller's order
         order == std::memory_order_consume || order == std::memory_order_acq_rel ||
         is_seq_cst(order);  // pairs: same
}
constexpr bool releases(Order order) noexcept {
  return order == std::memory_order_release ||  // pairs: a question about the caller's order
         order == std::memory_order_acq_rel || is_seq_cst(order);  // pairs: same
}

// The representation of any value an atomic may hold.
struct Bits {
  std::array<std::uint64_t, 2> words{};
  bool operator==(const Bits&) const = default;
};

template <class T>
Bits to_bits(const T& value) noexcept {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Bits));
  Bits bits;
  std::memcpy(bits.words.data(), &value, sizeof(T));
  return bits;
}

template <class T>
T from_bits(const Bits& bits) noexcept {
  T value;
  std::memcpy(&value, bits.words.data(), sizeof(T));
  return value;
}

class Memory {
 public:
  using Id = std::size_t;

  // Forgets everything; storage is kept for the next execution.
  void begin(bool stale_loads) {
    stale_loads_ = stale_loads;
    locations_used_ = cells_used_ = 0;
    for (VectorClock& clock : clocks_) clock = VectorClock();
    for (auto& looks : looks_) looks.clear();
  }

  // -- threads
  void fork(std::size_t thread) { clocks_[thread].join(clocks_[0]); }
  void join(std::size_t thread) { clocks_[0].join(clocks_[thread]); }

  // -- atomics
  // `visible`: the location existed before the execution, so nobody can miss its construction.
  Id add_location(std::size_t thread, const Bits& value, bool visible) {
    if (locations_used_ == locations_.size()) locations_.emplace_back();
    Location& location = locations_[locations_used_];
    location.history.assign(1, Write{value, VectorClock(), 0});
    for (auto& seen : location.seen) seen.clear();
    location.floors = {};
    location.seq_cst_floor = 0;
    clocks_[thread].tick(thread);
    location.creator = thread;
    location.created = visible ? 0 : clocks_[thread].epoch(thread);
    return locations_used_++;
  }

  bool sees_construction(std::size_t thread, Id id) const {
    return clocks_[thread].has_seen(locations_[id].creator, locations_[id].created);
  }

  const Bits& newest(Id id) const { return locations_[id].history.back().value; }

  // How many of the newest writes a load may choose from; at least 1.
  std::size_t count_readable(std::size_t thread, Id id, Order order) const {
    const Location& location = locations_[id];
    std::size_t oldest = location.floors[thread];
    if (is_seq_cst(order)) oldest = std::max(oldest, location.seq_cst_floor);
    for (std::size_t other = 0; other < max_threads; ++other) {
      const std::vector<Seen>& seen = location.seen[other];
      for (std::size_t i = seen.size(); i-- > 0;) {
        if (!clocks_[thread].has_seen(other, seen[i].epoch)) continue;
        oldest = std::max(oldest, seen[i].index);
        break;
      }
    }
    return location.history.size() - oldest;
  }

  // `age` 0 is the newest write. The reference holds until the next write.
  const Bits& load(std::size_t thread, Id id, Order order, std::size_t age) {
    Location& location = locations_[id];
    std::size_t index = location.history.size() - 1 - age;
    const Write& write = location.history[index];
    VectorClock& clock = clocks_[thread];
    clock.tick(thread);
    if (acquires(order)) clock.join(write.released);
    see(location, thread, index, order);
    look(thread, id, write.version);
    return write.value;
  }

  void store(std::size_t thread, Id id, Order order, const Bits& value) {
    clocks_[thread].tick(thread);
    VectorClock released;
    if (releases(order)) released = clocks_[thread];
    append(thread, id, order, value, released);
  }

  // Reads the newest write, which the caller has looked at with newest(), and appends `value` to it.
  void modify(std::size_t thread, Id id, Order order, const Bits& value) {
    const Write& old = locations_[id].history.back();
    VectorClock& clock = clocks_[thread];
    clock.tick(thread);
    if (acquires(order)) clock.join(old.released);
    VectorClock released = old.released;
    if (releases(order)) released.join(clock);
    look(thread, id, old.version);
    append(thread, id, order, value, released);
  }

  // -- spinning: a round is what a thread does between two yields
  // Has anything the thread looked at in this round another value by now? Then another round may end
  // otherwise.
  bool another_round_may_differ(std::size_t thread) const {
    return std::any_of(looks_[thread].begin(), looks_[thread].end(), [this](const Look& look) {
      return locations_[look.id].history.back().version > look.version;
    });
  }
  bool has_looked(std::size_t thread) const { return !looks_[thread].empty(); }

  // The next round does not read again what this one has read and found wanting: a store becomes visible in
  // finite time, and a round that repeats the one before is none. This is what ends spin loops under stale
  // loads.
  void end_round(std::size_t thread) {
    for (const Look& look : looks_[thread]) {
      Location& location = locations_[look.id];
      std::size_t index = location.history.size();
      while (index > 0 && location.history[index - 1].version > look.version) --index;
      if (index == location.history.size()) continue;
      location.floors[thread] = std::max(location.floors[thread], index);
    }
    looks_[thread].clear();
  }

  // -- plain data
  Id add_cell(std::size_t thread, bool visible) {
    if (cells_used_ == cells_.size()) cells_.emplace_back();
    Cell& cell = cells_[cells_used_];
    cell = Cell();
    clocks_[thread].tick(thread);
    cell.writer = thread;
    cell.written = visible ? 0 : clocks_[thread].epoch(thread);
    return cells_used_++;
  }

  static constexpr std::size_t nobody = max_threads;
  // The thread whose access races with this one, or nobody.
  std::size_t read_cell(std::size_t thread, Id id) {
    Cell& cell = cells_[id];
    VectorClock& clock = clocks_[thread];
    clock.tick(thread);
    cell.read[thread] = clock.epoch(thread);
    return clock.has_seen(cell.writer, cell.written) ? nobody : cell.writer;
  }
  std::size_t write_cell(std::size_t thread, Id id) {
    Cell& cell = cells_[id];
    VectorClock& clock = clocks_[thread];
    clock.tick(thread);
    if (!clock.has_seen(cell.writer, cell.written)) return cell.writer;
    for (std::size_t other = 0; other < max_threads; ++other) {
      if (!clock.has_seen(other, cell.read[other])) return other;
    }
    cell.writer = thread;
    cell.written = clock.epoch(thread);
    return nobody;
  }

 private:
  struct Write {
    Bits value;
    VectorClock released;   // what an acquire read of this write comes to know
    std::uint32_t version;  // how often the location's value had changed; equal values in a row share it
  };
  struct Seen {
    std::uint32_t epoch;
    std::size_t index;
  };
  struct Location {
    std::vector<Write> history;  // only the newest without stale loads
    std::array<std::vector<Seen>, max_threads> seen;
    std::array<std::size_t, max_threads> floors{};
    std::size_t seq_cst_floor = 0;
    std::size_t creator = 0;
    std::uint32_t created = 0;
  };
  struct Look {
    Id id;
    std::uint32_t version;
  };
  struct Cell {
    std::size_t writer = 0;
    std::uint32_t written = 0;
    std::array<std::uint32_t, max_threads> read{};
  };

  void see(Location& location, std::size_t thread, std::size_t index, Order order) {
    if (!stale_loads_) return;
    if (is_seq_cst(order)) location.seq_cst_floor = std::max(location.seq_cst_floor, index);
    std::vector<Seen>& seen = location.seen[thread];
    if (seen.empty() || seen.back().index < index) seen.push_back({clocks_[thread].epoch(thread), index});
  }

  void append(std::size_t thread, Id id, Order order, const Bits& value, const VectorClock& released) {
    Location& location = locations_[id];
    std::uint32_t version = location.history.back().version;
    if (value != location.history.back().value) {
      ++version;
      for (Look& look : looks_[thread]) {
        if (look.id == id) ++look.version;  // one's own change is no news
      }
    }
    if (!stale_loads_) location.history.clear();
    location.history.push_back({value, released, version});
    see(location, thread, location.history.size() - 1, order);
  }

  // The first look of a round counts: it may be what decided the round.
  void look(std::size_t thread, Id id, std::uint32_t version) {
    for (const Look& known : looks_[thread]) {
      if (known.id == id) return;
    }
    looks_[thread].push_back({id, version});
  }

  bool stale_loads_ = false;
  std::array<VectorClock, max_threads> clocks_{};
  std::array<std::vector<Look>, max_threads> looks_;
  std::deque<Location> locations_;  // pools: the first locations_used_ are this execution's
  std::size_t locations_used_ = 0;
  std::deque<Cell> cells_;
  std::size_t cells_used_ = 0;
};

}  // namespace throng_model

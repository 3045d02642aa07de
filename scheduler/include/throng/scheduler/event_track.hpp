// What a worker has done lately: a ring of small events that the worker alone writes, and anybody may copy
// while it does. docs/recorder.md says what each kind of event means.
//
//  1. An event is on the track for good, or overwritten by one that is `capacity` events younger.
//  2. A copy has each event whole or not at all, in the order in which they were written, without a gap: what
//     is lost is lost at the old end, and counted.
//  3. The writer never waits, whoever copies.
//
// Rejected: a lock per track (the writer would wait for who copies), a word of validity in each event (a
// third more to write), one ring for all (its end would be the busiest cache line of the program).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <throng/base/atomic.hpp>
#include <throng/base/config.hpp>
#include <vector>

namespace throng::detail {

// Kinds that this floor writes; the floor above numbers its own from first_other_event on.
inline constexpr std::uint8_t run_event = 0;      // a run begins
inline constexpr std::uint8_t stop_event = 1;     // and ends: detail, a Stop; amount, reductions used
inline constexpr std::uint8_t enqueue_event = 2;  // ready: detail, a Wake; amount, its priority
inline constexpr std::uint8_t steal_event = 3;    // subject, the victim's number; amount, how many
inline constexpr std::uint8_t park_event = 4;     // goes to sleep
inline constexpr std::uint8_t unpark_event = 5;   // is up again
inline constexpr std::uint8_t first_other_event = 16;

struct TrackEvent {
  std::int64_t time = 0;      // as the track counts it
  std::uint64_t subject = 0;  // whom it is about
  std::uint32_t amount = 0;
  std::uint8_t kind = run_event;
  std::uint8_t detail = 0;
};

class EventTrack {
 public:
  // Requires: capacity is a power of two. `in_cycles`: what times count, see cycles.hpp; else ns of the
  // scheduler's clock.
  explicit EventTrack(std::size_t capacity, bool in_cycles = false)
      : slots_(new Slot[capacity]), mask_(capacity - 1), in_cycles_(in_cycles) {}
  EventTrack(const EventTrack&) = delete;
  EventTrack& operator=(const EventTrack&) = delete;

  // Thread: the writer.
  void put(const TrackEvent& event) noexcept {
    std::uint64_t index = next_++;
    claimed_.store(index + 1, std::memory_order_relaxed);  // relaxed: ordered by the stores below
    Slot& slot = slots_[index & mask_];
    std::uint64_t small = std::uint64_t{event.amount} << 16 | std::uint64_t{event.detail} << 8 | event.kind;
    // pairs, all three: copy's acquire loads, which then see that the slot was claimed
    slot.time.store(static_cast<std::uint64_t>(event.time), std::memory_order_release);  // pairs: above
    slot.subject.store(event.subject, std::memory_order_release);                        // pairs: above
    slot.small.store(small, std::memory_order_release);                                  // pairs: above
    written_.store(index + 1, std::memory_order_release);  // pairs: written's acquire load
  }

  // How many there have ever been. Thread: any.
  std::uint64_t written() const noexcept {
    return written_.load(std::memory_order_acquire);  // pairs: put's last store
  }

  struct Copy {
    std::uint64_t lost = 0;  // older ones that are overwritten
    std::vector<TrackEvent> events;
  };
  // Those behind the first `since`. Thread: any.
  Copy copy(std::uint64_t since) const;

  bool in_cycles() const noexcept { return in_cycles_; }
  // A recording begins at that time. Thread: any.
  void begin(std::int64_t time) noexcept {
    began_.store(time, std::memory_order_relaxed);  // relaxed: see the field
  }

  // The time of the event written last, for those that need no reading of the clock of their own. Thread: the
  // writer.
  std::int64_t last_time = 0;
  // Whether that belongs to this recording. Thread: the writer.
  bool has_time() const noexcept {
    return last_time >= began_.load(std::memory_order_relaxed);  // relaxed: see the field
  }

 private:
  struct Slot {
    Atomic<std::uint64_t> time{0};
    Atomic<std::uint64_t> subject{0};
    Atomic<std::uint64_t> small{0};  // amount, detail, kind
  };

  // Protocol: the writer claims a slot, writes it, then counts it as written. Who copies reads `written_`,
  // the slots before that, then `claimed_`, and throws away what may have been overwritten meanwhile:
  //
  //     who writes                                who copies
  //     claimed_.store(i + 1)      relaxed        written_.load()        acquire
  //     slot.store()               release        slot.load()            acquire
  //     written_.store(i + 1)      release        claimed_.load()        relaxed
  //
  // Who has read anything of event i sees claimed_ at i + 1 or more, by the pair in the middle; so it knows
  // that event i - capacity, which it took the slot for, is not whole.
  const std::unique_ptr<Slot[]> slots_;
  const std::uint64_t mask_;
  const bool in_cycles_;
  // Protocol: stored by the recorder before the writer is given the track (release, Recorder::set_tracks).
  // Relaxed: a writer that is late, from the recording before, only writes what is thrown away.
  Atomic<std::int64_t> began_{0};
  std::uint64_t next_ = 0;  // the writer's own
  alignas(cache_line) Atomic<std::uint64_t> claimed_{0};
  Atomic<std::uint64_t> written_{0};
};

}  // namespace throng::detail

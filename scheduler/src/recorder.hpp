// Whether events are recorded, and where: hands each worker a track when a recording begins, takes it back
// when it ends. A worker finds out by one pointer of its own.
//
//  1. A track is the scheduler's until that ends: a worker may be in the middle of an event as the recording
//     stops. The next recording of that size takes it up again where it is. So memory does not grow with the
//     number of recordings.
//  2. What is on a track from before is never handed over: not by its place, nor, if a worker was late with
//     it, by its time.
//
// Thread: any, but for adopt().
#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <throng/base/spin_lock.hpp>
#include <throng/scheduler/event_recording.hpp>
#include <vector>

#include "moments.hpp"

namespace throng::detail {

class Scheduler;
class Worker;

class Recorder {
 public:
  explicit Recorder(Scheduler& scheduler) noexcept : scheduler_(scheduler) {}
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Errors: std::invalid_argument for a size that makes no sense, std::logic_error if a recording is on.
  void start(std::size_t events_per_worker);
  // What there is by now; the recording goes on. Errors: std::logic_error if none is on.
  EventRecording copy();
  // Ends it. Errors: as copy().
  EventRecording stop();
  // A spare that has come meanwhile gets its track. Thread: the spare's, between two runs.
  void adopt(Worker& worker) noexcept;

  bool is_on() const noexcept {
    return outside_.load(std::memory_order_acquire) != nullptr;  // pairs: start
  }
  // To be called once in a second or so while somebody works, and when all begin to work again. Thread: the
  // watchdog's.
  void note_moment() noexcept;
  // An event of somebody who is no worker; given its time here.
  void note_from_outside(TrackEvent event) noexcept;

 private:
  struct Kind {
    std::size_t capacity = 0;
    bool in_cycles = false;
    auto operator<=>(const Kind&) const = default;
  };
  using Tracks = std::vector<std::unique_ptr<EventTrack>>;

  // By the scheduler's clock and as tracks count.
  Moment now() const noexcept;
  EventRecording copy_tracks(const char* call);
  void set_tracks(bool on) noexcept;

  Scheduler& scheduler_;
  std::mutex mutex_;
  std::map<Kind, Tracks> tracks_;     // guarded by mutex_
  Tracks* current_ = nullptr;         // those in use; guarded by mutex_
  std::vector<std::uint64_t> since_;  // what was on each when the recording began; guarded by mutex_
  Moment began_;                      // guarded by mutex_
  Moments moments_;                   // of this recording; guarded by mutex_
  bool in_cycles_ = false;            // what tracks count; the same for all, guarded by mutex_
  // Protocol: the track of those who are no workers, null: nothing is recorded. Stored release under mutex_,
  // loaded acquire by anybody. They write it one at a time, under outside_lock_.
  std::atomic<EventTrack*> outside_{nullptr};
  SpinLock outside_lock_;
};

}  // namespace throng::detail

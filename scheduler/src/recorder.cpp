#include "recorder.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

#include "cycles.hpp"
#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

constexpr std::size_t fewest_events = 16;
constexpr std::size_t most_events = std::size_t{1} << 24;
constexpr int tries = 5;

}  // namespace

void Recorder::start(std::size_t events_per_worker) {
  if (events_per_worker < fewest_events || events_per_worker > most_events)
    throw std::invalid_argument("throng: a recording of " + std::to_string(events_per_worker) +
                                " events per worker; from 16 to 16,777,216 are possible");
  std::lock_guard lock(mutex_);
  if (current_ != nullptr) throw std::logic_error("throng: a recording is on already; stop that one first");
  // A runtime's clock that is not the system's may stand still, or go at a pace of its own. And the system
  // may find out between two recordings that the counter is no clock.
  in_cycles_ = &scheduler_.time() == &system_time() && cycles_are_a_clock();
  Kind kind{std::bit_ceil(events_per_worker), in_cycles_};
  Tracks& tracks = tracks_[kind];
  while (tracks.size() < scheduler_.most_workers() + 1)
    tracks.push_back(std::make_unique<EventTrack>(kind.capacity, kind.in_cycles));
  since_.clear();
  for (const auto& track : tracks) since_.push_back(track->written());
  began_ = now();
  moments_.clear();
  moments_.add(began_);
  for (const auto& track : tracks) track->begin(began_.stamp);
  current_ = &tracks;
  set_tracks(true);
}

// The counter lies somewhere between two readings of the clock. Whoever else wanted the processor just then
// tears them apart, so the closest of a few counts.
Moment Recorder::now() const noexcept {
  Moment closest;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < tries; ++i) {
    std::int64_t before = scheduler_.now();
    std::int64_t stamp = in_cycles_ ? cycles() : before;
    std::int64_t span = scheduler_.now() - before;
    if (span < least) closest = {in_cycles_ ? before + span / 2 : before, stamp};
    least = std::min(least, span);
  }
  return closest;
}

// Whoever copies may hold the lock for long, and the watchdog has others to see to.
void Recorder::note_moment() noexcept {
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || current_ == nullptr || !in_cycles_) return;
  try {
    moments_.add(now());
  } catch (const std::bad_alloc&) {  // a longer stretch, then
  }
}

// Requires: mutex_ is held.
void Recorder::set_tracks(bool on) noexcept {
  auto store = [on](std::atomic<EventTrack*>& where, EventTrack& track) {
    where.store(on ? &track : nullptr, std::memory_order_release);  // pairs: Worker::track, is_on
  };
  for (std::size_t i = 0; i < scheduler_.worker_count() + scheduler_.spare_count(); ++i)
    store(scheduler_.any_worker(i).track_, *(*current_)[i]);
  store(outside_, *current_->back());
}

void Recorder::adopt(Worker& worker) noexcept {
  std::lock_guard lock(mutex_);
  EventTrack* track = current_ != nullptr ? (*current_)[worker.id().number].get() : nullptr;
  worker.track_.store(track, std::memory_order_release);  // pairs: Worker::track
}

// Requires: mutex_ is held.
EventRecording Recorder::copy_tracks(const char* call) {
  if (current_ == nullptr)
    throw std::logic_error(std::string("throng: ") + call +
                           ": no recording is on; begin one with start_recording()");
  Moment ended = now();
  EventRecording recording{.began = began_.time, .ended = ended.time};
  moments_.add(ended);
  std::size_t workers = scheduler_.worker_count() + scheduler_.spare_count();
  for (std::size_t i = 0; i < current_->size(); ++i) {
    bool is_used = i < workers || i + 1 == current_->size();
    if (!is_used) continue;
    recording.tracks.push_back((*current_)[i]->copy(since_[i]));
    std::vector<TrackEvent>& events = recording.tracks.back().events;
    std::erase_if(events, [this](const TrackEvent& event) { return event.time < began_.stamp; });
    if (!in_cycles_) continue;
    for (TrackEvent& event : events) event.time = moments_.time_of(event.time);
  }
  return recording;
}

EventRecording Recorder::copy() {
  std::lock_guard lock(mutex_);
  return copy_tracks("copy_recording()");
}

EventRecording Recorder::stop() {
  std::lock_guard lock(mutex_);
  EventRecording recording = copy_tracks("stop_recording()");
  set_tracks(false);
  current_ = nullptr;
  return recording;
}

void Recorder::note_from_outside(TrackEvent event) noexcept {
  std::lock_guard lock(outside_lock_);
  EventTrack* track = outside_.load(std::memory_order_acquire);  // pairs: start
  if (track == nullptr) return;
  event.time = track->in_cycles() ? cycles() : scheduler_.now();
  track->put(event);
}

}  // namespace throng::detail

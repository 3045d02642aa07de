#include "recorder.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>

#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

constexpr std::size_t fewest_events = 16;
constexpr std::size_t most_events = std::size_t{1} << 24;

}  // namespace

void Recorder::start(std::size_t events_per_worker) {
  if (events_per_worker < fewest_events || events_per_worker > most_events)
    throw std::invalid_argument("throng: a recording of " + std::to_string(events_per_worker) +
                                " events per worker; from 16 to 16,777,216 are possible");
  std::lock_guard lock(mutex_);
  if (current_ != nullptr) throw std::logic_error("throng: a recording is on already; stop that one first");
  Tracks& tracks = tracks_[std::bit_ceil(events_per_worker)];
  while (tracks.size() < scheduler_.most_workers() + 1)
    tracks.push_back(std::make_unique<EventTrack>(std::bit_ceil(events_per_worker)));
  since_.clear();
  for (const auto& track : tracks) since_.push_back(track->written());
  began_ = scheduler_.now();
  current_ = &tracks;
  set_tracks(true);
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
  EventRecording recording{.began = began_, .ended = scheduler_.now()};
  std::size_t workers = scheduler_.worker_count() + scheduler_.spare_count();
  for (std::size_t i = 0; i < current_->size(); ++i) {
    bool is_used = i < workers || i + 1 == current_->size();
    if (!is_used) continue;
    recording.tracks.push_back((*current_)[i]->copy(since_[i]));
    std::erase_if(recording.tracks.back().events,
                  [this](const TrackEvent& event) { return event.time < began_; });
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

void Recorder::note_from_outside(const TrackEvent& event) noexcept {
  std::lock_guard lock(outside_lock_);
  EventTrack* track = outside_.load(std::memory_order_acquire);  // pairs: start
  if (track != nullptr) track->put(event);
}

}  // namespace throng::detail

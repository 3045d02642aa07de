// What the recorder hands over: the tracks of all workers, as they were at one moment.
#pragma once

#include <cstdint>
#include <throng/scheduler/event_track.hpp>
#include <vector>

namespace throng::detail {

struct EventRecording {
  std::int64_t began = 0;  // ns of the scheduler's clock
  std::int64_t ended = 0;
  std::vector<EventTrack::Copy> tracks{};  // of workers, then spares, then of everybody else
};

}  // namespace throng::detail

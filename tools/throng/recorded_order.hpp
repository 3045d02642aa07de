// The events of all tracks of a recording in the order of their times.
#pragma once

#include <throng/vm/recording.hpp>
#include <vector>

namespace throng::command {

struct Placed {
  std::size_t track;
  const RecordedEvent* event;  // of the recording, which must stay
};
std::vector<Placed> in_order(const Recording& recording);

// Becomes ready because it is new, or because what it waited for has happened.
bool is_wake(const RecordedEvent& event) noexcept;

}  // namespace throng::command

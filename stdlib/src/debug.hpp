// What sys was asked to observe of a behaviour. Thread: the behaviour's process.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <throng/scheduler/clock.hpp>

namespace throng::detail {

// Made when first needed; a behaviour that nobody observes pays one
// comparison.
struct Debug {
  bool trace = false;
  std::size_t log_limit = 0;
  std::deque<std::string> log;
  bool statistics = false;
  Clock::time_point since{};
  std::uint64_t messages_in = 0;
  std::uint64_t reductions_before = 0;
};

}  // namespace throng::detail

// How often the scheduler tries whether all its workers are worth having; see docs/design/breadth.md.
#pragma once

#include <cstdint>

namespace throng::detail {

// Times in nanoseconds.
struct BreadthPace {
  std::int64_t look = 1'000'000;              // between two looks
  std::int64_t settle = 1'000'000;            // after a change, before what is done counts
  std::int64_t window = 3'000'000;            // over which the work done is counted
  std::int64_t first_hold = 12'000'000;       // between two trials, doubled while they end in the same way...
  std::int64_t longest_narrow = 100'000'000;  // ...up to this while some rest: more may be gained then
  std::int64_t longest_wide = 500'000'000;    // ...up to this while nobody does
  // Reductions of all in a millisecond below which processes mostly run code that is not counted; there the
  // count tells nothing, and nobody rests.
  double dense = 1'000;
};

}  // namespace throng::detail

// What several scenarios of the second half share beside common.hpp: values from a seed, processes that work
// until they are told to stop, and an outcome. Thread: in a process.
#pragma once

#include <cstdint>
#include <vector>

#include "common.hpp"

namespace throng_bench {

inline std::vector<std::uint64_t> seeded_values(std::size_t count, std::uint64_t limit, std::uint64_t seed) {
  Random random{seed};
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) value = random.below(limit);
  return values;
}

// Tells a process at rest to end, which has a clause end_of<State>.
struct Stop {};
template <class State>
void end_of(State&, Stop) {
  throng::exit(throng::ExitReason::normal);
}

inline void stop_all(Crew& crew, const std::vector<throng::Pid>& processes) {
  for (throng::Pid process : processes) throng::send(process, Stop{});
  crew.await_ends();
}

inline Outcome outcome_of(std::size_t operations, const Stopwatch& watch) {
  Outcome outcome;
  outcome.operations = operations;
  outcome.nanoseconds = watch.nanoseconds();
  return outcome;
}

}  // namespace throng_bench

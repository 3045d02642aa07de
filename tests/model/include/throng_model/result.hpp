// What one asks of an exploration, and what one gets. For test authors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace throng_model {

struct Options {
  // Depth first: how many executions at most. Result::exhausted says whether that was enough.
  std::size_t max_executions = 2'000'000;
  // How often an execution may switch away from a virtual thread that could go on; -1: any number. Most bugs
  // need two. Switches at the end of a thread, in block_until and in yield are free.
  int preemption_bound = 3;
  // Loads may return older values where the memory orders permit it. Without it, only interleavings are
  // explored.
  bool stale_loads = false;
  // How often in an execution a compare_exchange_weak may fail although the value is the expected one.
  int spurious_failures = 0;
  // Not 0: so many executions with random choices in place of the depth-first search. No preemption bound.
  std::size_t random_executions = 0;
  std::uint64_t seed = 1;
  // An execution that takes longer is a failure: likely a spin loop without yield().
  std::size_t max_steps = 5'000;
  // After a failure, look for the same one with fewer preemptions.
  bool shrink = true;
};

struct Result {
  bool failed = false;
  std::string sentence;            // what went wrong
  std::vector<int> schedule;       // for replay(); the first element holds the options it depends on
  std::size_t executions = 0;      // of the search itself, without shrinking
  bool exhausted = false;          // every execution within the options was explored
  std::uint64_t seed = 0;          // of a random exploration
  std::vector<std::string> trace;  // a failing execution, an operation a line
};

// For INFO(): the sentence, the schedule to paste into replay(), the operations.
inline std::string describe(const Result& result) {
  std::string text = result.failed ? result.sentence : std::string("no failure");
  text += "\nexecutions: " + std::to_string(result.executions) + (result.exhausted ? ", exhausted" : "");
  if (result.seed != 0) text += ", seed " + std::to_string(result.seed);
  if (!result.failed) return text;
  constexpr std::size_t shown = 60;  // of an endless trace, at each end
  text += "\nschedule: {";
  for (std::size_t i = 0; i < result.schedule.size() && i < 10 * shown; ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(result.schedule[i]);
  }
  text += result.schedule.size() > 10 * shown ? ", ...}" : "}";
  for (std::size_t i = 0; i < result.trace.size(); ++i) {
    if (i == shown && result.trace.size() > 2 * shown) {
      text += "\n  ...";
      i = result.trace.size() - shown;
    }
    text += "\n  " + result.trace[i];
  }
  return text;
}

}  // namespace throng_model

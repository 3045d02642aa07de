// The entry for tests: explore() searches the executions of a setup for a failing one, replay() repeats one.
//
//   auto result = explore({.stale_loads = true}, [](Execution& e) {
//     auto state = std::make_shared<State>();          // anew for each execution
//     e.thread([state] { ... check(...) ... });        // doctest's assertions not here: they would throw
//     e.at_end([state] { check(...); });
//   });
//   INFO(describe(result));
//   CHECK(!result.failed);
#pragma once

#include <algorithm>
#include <cstdio>
#include <throng_model/atomic.hpp>
#include <throng_model/explorer.hpp>
#include <throng_model/parker.hpp>
#include <throng_model/plain.hpp>
#include <throng_model/thread.hpp>

namespace throng_model {

namespace detail {

// Executions until the first failure, the end of the alternatives or the limit.
inline Result search(const Options& options, const Setup& setup) {
  const bool random = options.random_executions > 0;
  const std::size_t limit = random ? options.random_executions : options.max_executions;
  Explorer explorer(options, random ? Choices(options.seed) : Choices());
  Result result;
  if (random) result.seed = options.seed;
  while (result.executions < limit) {
    ++result.executions;
    if (!explorer.run(setup)) {
      result.failed = true;
      result.sentence = explorer.sentence();
      result.schedule = explorer.schedule();
      return result;
    }
    if (!random && !explorer.advance()) {
      result.exhausted = true;
      return result;
    }
  }
  return result;
}

// The same failure with as few preemptions as can be found quickly: easier to understand.
inline void shrink(const Options& options, const Setup& setup, Result& result) {
  Options smaller = options;
  smaller.random_executions = 0;
  smaller.max_executions = std::min<std::size_t>(options.max_executions, 20'000);
  int bound = options.preemption_bound < 0 || options.random_executions > 0 ? 4 : options.preemption_bound;
  for (smaller.preemption_bound = 0; smaller.preemption_bound < bound; ++smaller.preemption_bound) {
    Result found = search(smaller, setup);
    if (!found.failed || found.sentence != result.sentence) continue;
    result.schedule = std::move(found.schedule);
    return;
  }
}

}  // namespace detail

// Repeats the execution that `schedule` (of a Result) describes, and traces it.
inline Result replay(const std::vector<int>& schedule, const Setup& setup) {
  Result result;
  if (schedule.empty()) return result;
  Options options;
  options.preemption_bound = -1;
  options.stale_loads = (schedule[0] & 1) != 0;
  options.spurious_failures = schedule[0] / 2;
  Explorer explorer(options, Choices(std::vector<int>(schedule.begin() + 1, schedule.end())));
  explorer.trace_into(&result.trace);
  result.failed = !explorer.run(setup);
  if (result.failed) result.sentence = explorer.sentence();
  result.schedule = explorer.schedule();
  result.executions = 1;
  return result;
}

inline Result explore(const Options& options, const Setup& setup) {
  if (options.random_executions > 0) {
    std::printf("throng_model: %zu random executions, seed %llu\n", options.random_executions,
                static_cast<unsigned long long>(options.seed));
  }
  Result result = detail::search(options, setup);
  if (!result.failed) return result;
  if (options.shrink) detail::shrink(options, setup, result);
  result.trace = replay(result.schedule, setup).trace;
  return result;
}

}  // namespace throng_model

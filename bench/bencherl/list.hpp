// The scenarios of this program by name; each is defined in the file of that name, both forms of one in the
// same file.
#pragma once

#include <stdexcept>

#include "scenario.hpp"

namespace throng_bench {

Outcome bang(throng::Runtime& runtime, const Parameters& parameters);
Outcome big(throng::Runtime& runtime, const Parameters& parameters);
Outcome ehb(throng::Runtime& runtime, const Parameters& parameters);
Outcome ets_test(throng::Runtime& runtime, const Parameters& parameters);
Outcome genstress_proc_call(throng::Runtime& runtime, const Parameters& parameters);
Outcome genstress_gen_call(throng::Runtime& runtime, const Parameters& parameters);
Outcome mbrot(throng::Runtime& runtime, const Parameters& parameters);
Outcome orbit_int(throng::Runtime& runtime, const Parameters& parameters);
Outcome orbit_int_spawning(throng::Runtime& runtime, const Parameters& parameters);
Outcome parallel(throng::Runtime& runtime, const Parameters& parameters);
Outcome pcmark(throng::Runtime& runtime, const Parameters& parameters);
Outcome ran(throng::Runtime& runtime, const Parameters& parameters);
Outcome serialmsg(throng::Runtime& runtime, const Parameters& parameters);
Outcome timer_wheel(throng::Runtime& runtime, const Parameters& parameters);
Outcome timer_no_wheel(throng::Runtime& runtime, const Parameters& parameters);

// -- for scenarios

inline Outcome outcome_of(std::size_t operations, const Stopwatch& watch) {
  Outcome outcome;
  outcome.operations = operations;
  outcome.nanoseconds = watch.nanoseconds();
  return outcome;
}

// Refuses parameters with a sentence, before anything runs.
inline void needs(bool condition, const char* sentence) {
  if (!condition) throw std::invalid_argument(sentence);
}

}  // namespace throng_bench

// What the programs of other runtimes have in common beside what bench/harness/ gives all of them. Nothing
// here knows CAF or Boost.Fiber.
#pragma once

#include "workload.hpp"

namespace rival {

using bench::cpu_seconds;
using bench::Outcome;
using bench::Parameter;
using bench::Parameters;
using bench::require;
using bench::resident_bytes;
using bench::resident_since;
using bench::Stopwatch;
using Clock = std::chrono::steady_clock;
using Workload = bench::BasicWorkload<>;

}  // namespace rival

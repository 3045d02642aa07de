// A scenario: one workload of throng's, defined so that the same work can be done in other languages and
// figures compared. Each checks its own result, and gives what was timed as a count of operations and
// nanoseconds.
#pragma once

#include <throng/throng.hpp>

#include "workload.hpp"

namespace throng_bench {

using bench::cpu_seconds;
using bench::Outcome;
using bench::Parameter;
using bench::Parameters;
using bench::require;
using bench::resident_bytes;
using bench::resident_since;
using bench::Stopwatch;
using Scenario = bench::BasicWorkload<throng::Runtime&>;

// All scenarios of this program, in the order in which they are listed. Each program defines its own.
std::span<const Scenario> scenarios();

}  // namespace throng_bench

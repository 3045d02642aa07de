// The second half of the Savina benchmarks, each in a file of its own name.
#pragma once

#include <span>

#include "scenario.hpp"

namespace throng_bench {

std::span<const Scenario> savina_part2();

Outcome radix_sort(throng::Runtime& runtime, const Parameters& parameters);
Outcome filter_bank(throng::Runtime& runtime, const Parameters& parameters);
Outcome sieve(throng::Runtime& runtime, const Parameters& parameters);
Outcome cobwebbed_tree(throng::Runtime& runtime, const Parameters& parameters);
Outcome facility_location(throng::Runtime& runtime, const Parameters& parameters);
Outcome trapezoid(throng::Runtime& runtime, const Parameters& parameters);
Outcome pi_precision(throng::Runtime& runtime, const Parameters& parameters);
Outcome matrix_multiply(throng::Runtime& runtime, const Parameters& parameters);
Outcome quicksort(throng::Runtime& runtime, const Parameters& parameters);
Outcome shortest_paths(throng::Runtime& runtime, const Parameters& parameters);
Outcome over_relaxation(throng::Runtime& runtime, const Parameters& parameters);
Outcome astar(throng::Runtime& runtime, const Parameters& parameters);
Outcome n_queens(throng::Runtime& runtime, const Parameters& parameters);
Outcome bitonic_sort(throng::Runtime& runtime, const Parameters& parameters);
Outcome fibonacci(throng::Runtime& runtime, const Parameters& parameters);

}  // namespace throng_bench

// The scenarios of this program by name; each is defined where it is listed (list.cpp).
#pragma once

#include "scenario.hpp"

namespace throng_bench {

Outcome ping_pong(throng::Runtime& runtime, const Parameters& parameters);
Outcome counting(throng::Runtime& runtime, const Parameters& parameters);
Outcome fork_join_throughput(throng::Runtime& runtime, const Parameters& parameters);
Outcome fork_join_create(throng::Runtime& runtime, const Parameters& parameters);
Outcome thread_ring(throng::Runtime& runtime, const Parameters& parameters);
Outcome chameneos(throng::Runtime& runtime, const Parameters& parameters);
Outcome big(throng::Runtime& runtime, const Parameters& parameters);
Outcome concurrent_dictionary(throng::Runtime& runtime, const Parameters& parameters);
Outcome concurrent_sorted_list(throng::Runtime& runtime, const Parameters& parameters);
Outcome bounded_buffer(throng::Runtime& runtime, const Parameters& parameters);
Outcome dining_philosophers(throng::Runtime& runtime, const Parameters& parameters);
Outcome sleeping_barber(throng::Runtime& runtime, const Parameters& parameters);
Outcome cigarette_smokers(throng::Runtime& runtime, const Parameters& parameters);
Outcome logistic_map(throng::Runtime& runtime, const Parameters& parameters);
Outcome bank_transaction(throng::Runtime& runtime, const Parameters& parameters);
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

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

}  // namespace throng_bench

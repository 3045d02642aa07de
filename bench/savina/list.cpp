#include "list.hpp"

namespace throng_bench {
namespace {

constexpr Parameter seeded[] = {{"seed", 1}};
constexpr Parameter dictionary[] = {{"write_percent", 10}, {"entries", 524'287}, {"seed", 1}};
constexpr Parameter sorted_list[] = {{"write_percent", 10}, {"size_percent", 1}, {"seed", 1}};
constexpr Parameter buffer[] = {
    {"consumers", 40}, {"buffer", 50}, {"produce_cost", 25}, {"consume_cost", 25}, {"seed", 1}};
constexpr Parameter barber[] = {{"places", 1'000}, {"production", 1'000}, {"haircut", 1'000}, {"seed", 1}};
constexpr Parameter logistic[] = {{"rate", 3.46}, {"increment", 0.0025}};
constexpr Parameter of_radix_sort[] = {{"bits", 60}, {"seed", 2048}};
constexpr Parameter of_filter_bank[] = {{"columns", 16'384}, {"channels", 8}};
constexpr Parameter of_sieve[] = {{"primes", 1000}};
constexpr Parameter of_cobwebbed_tree[] = {{"children", 10}, {"average", 500}, {"deviation", 100},
                                           {"urgent", 50},   {"unit", 1},      {"seed", 2}};
constexpr Parameter of_facility_location[] = {{"grid", 500}, {"alpha", 2}, {"seed", 123'456}};
constexpr Parameter of_trapezoid[] = {{"left", 1}, {"right", 5}};
constexpr Parameter of_matrix_multiply[] = {{"block", 16'384}};
constexpr Parameter of_quicksort[] = {{"cutoff", 2048}, {"seed", 1024}};
constexpr Parameter of_shortest_paths[] = {{"block", 50}, {"weight", 100}, {"seed", 300}};
constexpr Parameter of_over_relaxation[] = {{"rounds", 100}, {"omega", 1.25}, {"seed", 10'101'010}};
constexpr Parameter of_astar[] = {{"threshold", 1024}, {"busy", 100}, {"seed", 123'456}};
constexpr Parameter of_n_queens[] = {{"threshold", 4}, {"solutions", 1'500'000}};
constexpr Parameter of_bitonic_sort[] = {{"seed", 2048}};

// Messages and processes by themselves, those who share something, those who compute.
constexpr Scenario all[] = {
    {"ping_pong", "N pings from one process to another, each answered; per message, of which there are 2 N",
     40'000, 0, ping_pong},
    {"counting", "N messages from one process to another, which counts them; per message", 1'000'000, 0,
     counting},
    {"fork_join_throughput", "N small tasks as messages to each of the processes; per task", 10'000, 60,
     fork_join_throughput},
    {"fork_join_create", "N processes that do one small task each, sent as a message; per process", 40'000, 0,
     fork_join_create},
    {"thread_ring", "N hops of one token through a ring of processes, then their ends; per hop", 100'000, 100,
     thread_ring},
    {"chameneos", "N meetings in pairs of processes through one that brings them together; per meeting",
     200'000, 100, chameneos},
    {"big", "each of the processes pings N others at random, one at a time, and answers pings; per ping",
     20'000, 120, big, seeded},
    {"concurrent_dictionary",
     "N calls by each of the processes to a server that holds a map, filling it included; per call", 10'000,
     20, concurrent_dictionary, dictionary},
    {"concurrent_sorted_list",
     "N calls by each of the processes to a server that holds a sorted linked list; per call", 8'000, 20,
     concurrent_sorted_list, sorted_list},
    {"bounded_buffer",
     "N items from each of the processes, producers, through a bounded buffer to consumers; per item", 1'000,
     40, bounded_buffer, buffer},
    {"dining_philosophers", "N meals of each of the processes, who ask one for forks; per meal", 10'000, 20,
     dining_philosophers},
    {"sleeping_barber", "N customers, each a process, through a waiting room to a barber; per customer",
     5'000, 0, sleeping_barber, barber},
    {"cigarette_smokers", "N rounds, each of which tells one of the processes to be busy; per round", 1'000,
     200, cigarette_smokers, seeded},
    {"logistic_map", "N terms of as many series as there are processes, each by a call to a server; per term",
     25'000, 10, logistic_map, logistic},
    {"bank_transaction",
     "N transfers between servers, as many as there are processes, one calling the other; per transfer",
     50'000, 1'000, bank_transaction, seeded},
    {"radix_sort", "N numbers through a pipeline of a process a bit, until all have ended; per message",
     100'000, 0, radix_sort, of_radix_sort},
    {"filter_bank", "N samples through delays and filters, until the last sum; per sample", 34'816, 0,
     filter_bank, of_filter_bank},
    {"sieve", "the primes below N by a chain of processes, until the last ends; per candidate", 100'000, 0,
     sieve, of_sieve},
    {"cobwebbed_tree", "a tree of up to N nodes, grown, visited and folded; per node", 200'000, 0,
     cobwebbed_tree, of_cobwebbed_tree},
    {"facility_location", "N customers into a tree of quadrants, until it is folded; per customer", 100'000,
     0, facility_location, of_facility_location},
    {"trapezoid", "an integral by N trapezoids, until all workers have ended; per trapezoid", 10'000'000, 100,
     trapezoid, of_trapezoid},
    {"pi_precision", "N digits of pi, a term a message, until all workers have ended; per term", 5000, 20,
     pi_precision},
    {"matrix_multiply", "a product of N x N matrices, until all workers have ended; per task", 1024, 20,
     matrix_multiply, of_matrix_multiply},
    {"quicksort", "N numbers by a tree of processes, until the root has them; per number", 1'000'000, 0,
     quicksort, of_quicksort},
    {"shortest_paths", "all distances of N nodes, a process a block, until all have ended; per step of one",
     300, 0, shortest_paths, of_shortest_paths},
    {"over_relaxation", "N x N cells in lockstep, until all are through; per round of a cell", 20, 0,
     over_relaxation, of_over_relaxation},
    {"astar", "a way through N x N x N nodes, until all workers have ended; per node reached", 30, 20, astar,
     of_astar},
    {"n_queens", "boards of N queens, until all workers have ended; per task", 12, 20, n_queens, of_n_queens},
    {"bitonic_sort", "N numbers through a network of comparators, until the last; per message", 4096, 0,
     bitonic_sort, of_bitonic_sort},
    {"fibonacci", "the Nth Fibonacci number, a process a call; per process", 25, 0, fibonacci},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace throng_bench

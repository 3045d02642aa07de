#include "list.hpp"

#include <vector>

#include "part2.hpp"

namespace throng_bench {
namespace {

constexpr Parameter seeded[] = {{"seed", 1}};
constexpr Parameter dictionary[] = {{"write_percent", 10}, {"entries", 524'287}, {"seed", 1}};
constexpr Parameter sorted_list[] = {{"write_percent", 10}, {"size_percent", 1}, {"seed", 1}};
constexpr Parameter buffer[] = {
    {"consumers", 40}, {"buffer", 50}, {"produce_cost", 25}, {"consume_cost", 25}, {"seed", 1}};
constexpr Parameter barber[] = {{"places", 1'000}, {"production", 1'000}, {"haircut", 1'000}, {"seed", 1}};
constexpr Parameter logistic[] = {{"rate", 3.46}, {"increment", 0.0025}};

// Messages and processes by themselves, then those who share something.
constexpr Scenario first_part[] = {
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
};

}  // namespace

std::span<const Scenario> scenarios() {
  static const std::vector<Scenario> all = [] {
    const std::span<const Scenario> parts[] = {
        first_part,
        savina_part2(),
    };
    std::vector<Scenario> list;
    for (std::span<const Scenario> part : parts) list.insert(list.end(), part.begin(), part.end());
    return list;
  }();
  return all;
}

}  // namespace throng_bench

#include "workloads.hpp"

namespace throng_bench {
namespace {

constexpr Scenario all[] = {
    {"spawn_exit", "spawn N processes that return at once; until the last has counted itself out", 1'000'000,
     0, spawn_exit},
    {"spawn_live",
     "spawn N servers that rest without a stack; until all rest, then a message to each and an answer",
     1'000'000, 0, spawn_live},
    {"spawn_parked", "the same with servers that wait inside a function and keep their stacks", 1'000'000, 0,
     spawn_parked},
    {"ping_pong", "N messages in all between two processes", 5'000'000, 2, ping_pong},
    {"ring", "N hops of one token through a ring of processes", 5'000'000, 1'000, ring},
    {"fan_in", "N messages in all from the senders to one receiver, which counts them", 8'000'000, 8, fan_in},
    {"gen_call", "N synchronous calls in all to one server, by as many clients as there are processes",
     1'000'000, 1, gen_call},
    {"selective", "N calls by a process in whose queue as many messages wait as there are processes",
     1'000'000, 100'000, selective},
    {"selective_request", "the same by send_request() and receive()", 1'000'000, 100'000, selective_request},
    {"selective_await", "the same by a task and its await()", 200'000, 100'000, selective_await},
    {"selective_agent", "the same by an agent's update()", 500'000, 100'000, selective_agent},
    {"hog_latency",
     "a pair that talks and a ticker of 1 ms for N ms, beside as many endless loops as there are processes",
     10'000, 2, hog_latency},
    {"hog_latency_plain", "the same with loops without checks, which the watchdog must see to", 10'000, 2,
     hog_latency_plain},
    {"selective_start", "the same by the start and the stop of a server", 200'000, 100'000, selective_start},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace throng_bench

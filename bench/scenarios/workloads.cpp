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
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace throng_bench

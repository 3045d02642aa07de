#include "workloads.hpp"

namespace throng_bench {
namespace {

constexpr Parameter fib_parameters[] = {{"n", 38}, {"cutoff", 22}};
constexpr Parameter idle_parameters[] = {{"seconds", 10}};

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
    {"skynet", "a tree of ten children a node grows to N leaves and sums them up; per process of it",
     1'000'000, 0, skynet},
    {"fan_in", "N messages in all from the senders to one receiver, which counts them", 8'000'000, 8, fan_in},
    {"big", "N pings in all: each process pings a random other and answers while it waits for its pong",
     2'000'000, 512, big},
    {"chameneos", "N meetings of two creatures each through one broker, four messages a meeting", 1'000'000,
     100, chameneos},
    {"gen_call", "N synchronous calls in all to one server, by as many clients as there are processes",
     1'000'000, 1, gen_call},
    {"selective", "N calls by a process in whose queue as many messages wait as there are processes",
     1'000'000, 100'000, selective},
    {"selective_request", "the same by send_request() and receive()", 1'000'000, 100'000, selective_request},
    {"selective_await", "the same by a task and its await()", 200'000, 100'000, selective_await},
    {"selective_agent", "the same by an agent's update()", 500'000, 100'000, selective_agent},
    {"selective_start", "the same by the start and the stop of a server", 200'000, 100'000, selective_start},
    {"fib", "the n-th Fibonacci number with a process per call above the cutoff; per process", 0, 0, fib,
     fib_parameters},
    {"timers", "start N timers of 1 to 1,000 ms to one process, which measures how late each is; per start",
     1'000'000, 0, timers},
    {"timer_cancel", "start N timers of 60 s, then cancel each", 1'000'000, 0, timer_cancel},
    {"mailbox", "put N messages into the queue of a process that leaves them there", 1'000'000, 0, mailbox},
    {"hog_latency",
     "a pair that talks and a ticker of 1 ms for N ms, beside as many endless loops as there are processes",
     10'000, 2, hog_latency},
    {"hog_latency_plain", "the same with loops without checks, which the watchdog must see to", 10'000, 2,
     hog_latency_plain},
    {"pauses", "for N ms a thread per worker only reads the clock: how long the machine keeps it off its CPU",
     2'500, 0, pauses},
    {"idle", "N processes wait for nothing: CPU time of so many seconds, per process", 100'000, 0, idle,
     idle_parameters},
    {"link", "link to N processes, then undo it", 100'000, 0, link_unlink},
    {"monitor",
     "N monitors of one process by as many watchers as there are processes; then it dies and all are told",
     1'000'000, 1'000, monitor_death},
    {"names", "register N names, look each up, unregister it", 100'000, 0, names},
    {"supervision",
     "start N children of a dynamic supervisor, kill one in a hundred, await restarts, stop it", 100'000, 0,
     supervision},
};

}  // namespace

std::span<const Scenario> scenarios() { return all; }

}  // namespace throng_bench

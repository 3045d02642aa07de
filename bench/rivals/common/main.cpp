// The list of workloads, the same for every runtime but for what it adapts.
#include <vector>

#include "command_line.hpp"
#include "workloads.hpp"

namespace rival {
namespace {

constexpr Parameter fib_parameters[] = {{"n", 38}, {"cutoff", 22}};
constexpr Parameter idle_parameters[] = {{"seconds", 10}};

constexpr Workload all[] = {
    {"spawn_exit", "spawn N processes that return at once; until the last has counted itself out", 1'000'000,
     0, spawn_exit},
    {"spawn_live",
     "spawn N servers that wait in their loop; until all wait, then a message to each and an answer",
     1'000'000, 0, spawn_live},
    {"spawn_parked", "the same with servers that wait inside a function", 1'000'000, 0, spawn_parked},
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
    {"fib", "the n-th Fibonacci number with a process per call above the cutoff; per process", 0, 0, fib,
     fib_parameters},
    {"timers", "start N timers of 1 to 1,000 ms to one process, which measures how late each is; per start",
     1'000'000, 0, timers},
    {"timer_cancel", "start N timers of 60 s, then cancel each", 1'000'000, 0, timer_cancel},
    {"mailbox", "put N messages into the queue of a process that leaves them there", 1'000'000, 0, mailbox},
    {"hog_latency",
     "a pair that talks and a ticker of 1 ms for N ms, beside as many endless loops as there are processes",
     10'000, 2, hog_latency},
    {"idle", "N processes wait for nothing: CPU time of so many seconds, per process", 100'000, 0, idle,
     idle_parameters},
};

}  // namespace
}  // namespace rival

int main(int argc, char** argv) {
  std::vector<rival::Workload> workloads(std::begin(rival::all), std::end(rival::all));
  std::vector<bench::Entry> list;
  for (rival::Workload& workload : workloads) {
    rival::adapt(workload);
    list.push_back(entry_of(workload));
  }
  bench::CommandLine line("Workloads of throng's benchmarks, done with " + std::string(rival::runtime_name()),
                          std::move(list));
  return line.run(argc, argv, [&workloads](std::size_t place, const rival::Parameters& parameters) {
    const double cpu_before = rival::cpu_seconds();
    const rival::Outcome outcome = workloads[place].run(parameters);
    return json_of_run(entry_of(workloads[place]), parameters, outcome, rival::cpu_seconds() - cpu_before);
  });
}

// parallel: each process looks at the clock again and again and keeps what it saw. What it stresses is the
// clock and memory, in processes that have nothing to say to each other.
#include <algorithm>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Seen {
  std::size_t looks;
  bool in_order;
};

void look(Pid master, std::size_t looks) {
  std::vector<Clock::time_point> times;
  for (std::size_t i = 0; i < looks; ++i) times.push_back(Clock::now());
  send(master, Seen{times.size(), std::ranges::is_sorted(times)});
}

}  // namespace

Outcome parallel(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t looks, std::size_t processes) {
        Stopwatch watch;
        for (std::size_t i = 0; i < processes; ++i) spawn_link(look, self(), looks);
        std::size_t sum = 0;
        for (std::size_t i = 0; i < processes; ++i) {
          const Seen seen = receive<Seen>();
          require(seen.in_order, "a process saw the clock go back");
          sum += seen.looks;
        }
        Outcome outcome = outcome_of(looks * processes, watch);
        require(sum == outcome.operations, "a process has not looked as often as it should");
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench

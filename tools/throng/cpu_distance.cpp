// Nothing of the library's takes part. Virtual CPUs are moved about by their host, and the figure jumps
// between some values within seconds: whatever two workers say to each other jumps along.
#include "cpu_distance.hpp"

#include <sched.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <throng/scheduler/clock.hpp>
#include <vector>

#include "statistics.hpp"

namespace throng::command {
namespace {

constexpr int batches = 15, round_trips = 2'000;
constexpr auto most_time = std::chrono::milliseconds(500);  // where others keep the CPUs busy

class Pinned {
 public:
  explicit Pinned(int cpu) {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    sched_setaffinity(0, sizeof only, &only);
  }
  ~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_{};
};

std::vector<int> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

enum Turn : int { ours, theirs, over };

struct Line {
  // Protocol: each side stores when the value says that it is its turn, and waits for it to change.
  alignas(64) std::atomic<int> turn{ours};
};

void answer(Line& line, int cpu) {
  Pinned pinned(cpu);
  for (;;) {
    int now = line.turn.load(std::memory_order_acquire);  // pairs: the stores in time_batch and cpu_distance
    if (now == over) return;
    if (now == theirs) line.turn.store(ours, std::memory_order_release);  // pairs: the load in time_batch
  }
}

double time_batch(Line& line) {
  auto begin = Clock::now();
  for (int i = 0; i < round_trips; ++i) {
    line.turn.store(theirs, std::memory_order_release);          // pairs: the load in answer
    while (line.turn.load(std::memory_order_acquire) != ours) {  // pairs: the store in answer
    }
  }
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / round_trips;
}

}  // namespace

std::optional<double> cpu_distance() {
  const std::vector<int> cpus = usable_cpus();
  if (cpus.size() < 2) return std::nullopt;
  Line line;
  std::thread partner([&] { answer(line, cpus.back()); });
  std::vector<double> times;
  {
    Pinned pinned(cpus.front());
    time_batch(line);  // until the other thread is there
    const auto deadline = Clock::now() + most_time;
    for (int i = 0; i < batches && (times.empty() || Clock::now() < deadline); ++i)
      times.push_back(time_batch(line));
  }
  line.turn.store(over, std::memory_order_release);  // pairs: the load in answer
  partner.join();
  return median(times);
}

}  // namespace throng::command

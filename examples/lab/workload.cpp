// A workload for `throng lab --load`: one process feeds a line of others, and each item passes through all of
// them. Built as a shared object, without the library: the command has that. See docs/lab.md.
#include <algorithm>
#include <throng/stdlib/lab.hpp>
#include <throng/throng.hpp>
#include <vector>

using namespace throng;

namespace {

struct Item {
  std::int64_t began;
};

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

void station(Pid next, int items) {
  for (int i = 0; i < items; ++i) {
    auto item = receive<Item>();
    charge(300);
    send(next, item);
  }
}

// The latency of each item, from the first station through the last.
std::vector<std::int64_t> line(int stations, int items) {
  Pid next = self();
  for (int i = 0; i < stations; ++i) next = spawn_link(station, next, items);
  std::vector<std::int64_t> latencies;
  for (int i = 0; i < items; ++i) send(next, Item{now_ns()});
  for (int i = 0; i < items; ++i) {
    auto item = receive<Item>();
    latencies.push_back(now_ns() - item.began);
  }
  return latencies;
}

}  // namespace

extern "C" void throng_lab_workload(LabRun& run) {
  int items = std::max(1, static_cast<int>(500 * run.size));
  run.latencies = run.runtime.run(line, 20, items);
  run.operations = run.latencies.size();
}

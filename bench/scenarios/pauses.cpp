// pauses: how long this machine keeps a thread off its CPU that does nothing but read the clock. What another
// figure has as its worst case may be no more than this.
#include <algorithm>
#include <functional>
#include <future>
#include <vector>

#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Gaps = std::vector<Duration>;

constexpr Duration shortest_gap = std::chrono::microseconds(20);  // less is no pause

// On a thread of the system's: no runtime has a part in it.
Gaps watch_clock(Duration span) {
  Gaps gaps;
  for (auto begin = Clock::now(), last = begin; last - begin < span;) {
    auto read = Clock::now();
    if (read - last >= shortest_gap) gaps.push_back(read - last);
    last = read;
  }
  return gaps;
}

}  // namespace

Outcome pauses(Runtime&, const Parameters& parameters) {
  Duration span = std::chrono::milliseconds(parameters.count);
  std::vector<std::future<Gaps>> watchers;
  for (unsigned i = 0; i < parameters.workers; ++i)
    watchers.push_back(std::async(std::launch::async, watch_clock, span));
  Gaps all;
  for (auto& watcher : watchers) {
    Gaps gaps = watcher.get();
    all.insert(all.end(), gaps.begin(), gaps.end());
  }
  std::sort(all.begin(), all.end(), std::greater<>());
  auto at = [&](std::size_t place) {
    return place < all.size() ? static_cast<double>(all[place].count()) / 1e3 : 0.0;
  };
  Outcome outcome;
  outcome.operations = std::max<std::size_t>(all.size(), 1);
  for (Duration gap : all) outcome.nanoseconds += static_cast<double>(gap.count());
  outcome.extra = {
      {"pauses", static_cast<double>(all.size())}, {"pause_10th_us", at(9)}, {"pause_max_us", at(0)}};
  return outcome;
}

}  // namespace throng_bench

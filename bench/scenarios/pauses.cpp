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

using Gaps = std::vector<std::int64_t>;  // ns

constexpr std::int64_t shortest_gap = 20'000;  // ns: less is no pause

// On a thread of the system's: no runtime has a part in it.
Gaps watch_clock(std::int64_t span) {
  Gaps gaps;
  auto now = [] {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  };
  for (std::int64_t begin = now(), last = begin; last - begin < span;) {
    std::int64_t read = now();
    if (read - last >= shortest_gap) gaps.push_back(read - last);
    last = read;
  }
  return gaps;
}

}  // namespace

Outcome pauses(Runtime&, const Parameters& parameters) {
  auto span = static_cast<std::int64_t>(parameters.count) * 1'000'000;
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
    return place < all.size() ? static_cast<double>(all[place]) / 1e3 : 0.0;
  };
  Outcome outcome;
  outcome.operations = std::max<std::size_t>(all.size(), 1);
  for (std::int64_t gap : all) outcome.nanoseconds += static_cast<double>(gap);
  outcome.extra = {
      {"pauses", static_cast<double>(all.size())}, {"pause_10th_us", at(9)}, {"pause_max_us", at(0)}};
  return outcome;
}

}  // namespace throng_bench

// From one run to its figures: what the workload says, what the runtime counted, what was recorded.
#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "lab.hpp"
#include "recorded_order.hpp"
#include "statistics.hpp"

namespace throng::command {
namespace {

// From being woken, or created, to the run; in microseconds.
std::vector<double> wake_delays(const std::vector<Placed>& events) {
  std::unordered_map<std::uint64_t, Duration> woken;
  std::vector<double> delays;
  for (const Placed& placed : events) {
    const RecordedEvent& event = *placed.event;
    if (is_wake(event)) {
      woken.try_emplace(event.subject, event.time);
    } else if (event.kind == EventKind::run) {
      auto since = woken.find(event.subject);
      if (since == woken.end()) continue;
      delays.push_back(static_cast<double>((event.time - since->second).count()) / 1000);
      woken.erase(since);
    }
  }
  return delays;
}

double slice_use(const std::vector<Placed>& events, std::int32_t slice) {
  double used = 0, runs = 0;
  for (const Placed& placed : events) {
    if (placed.event->kind != EventKind::stop) continue;
    used += placed.event->amount;
    ++runs;
  }
  return runs > 0 ? used / runs / slice : none;
}

// Of the processes of one body and one weight: those that together used most.
double fairness(const std::vector<Placed>& events) {
  struct Kind {
    std::uint64_t body = ~std::uint64_t{0};
    std::uint32_t weight = 0;
    auto operator<=>(const Kind&) const = default;
  };
  std::unordered_map<std::uint64_t, Kind> kinds;
  std::map<Kind, std::map<std::uint64_t, double>> used;
  Kind* spawned = nullptr;
  for (const Placed& placed : events) {
    const RecordedEvent& event = *placed.event;
    if (event.kind == EventKind::spawn) {
      spawned = &(kinds[event.subject] = {~std::uint64_t{0}, event.amount});
    } else if (event.kind == EventKind::body && spawned != nullptr) {
      std::exchange(spawned, nullptr)->body = event.subject;
    }
  }
  for (const Placed& placed : events) {
    auto kind = placed.event->kind == EventKind::stop ? kinds.find(placed.event->subject) : kinds.end();
    if (kind != kinds.end()) used[kind->second][placed.event->subject] += placed.event->amount;
  }
  double most = 0, index = none;
  for (const auto& [kind, of] : used) {
    std::vector<double> shares;
    double sum = 0;
    for (const auto& [process, reductions] : of) {
      shares.push_back(reductions);
      sum += reductions;
    }
    if (of.size() < 2 || sum <= most) continue;
    most = sum;
    index = jain_index(shares);
  }
  return index;
}

}  // namespace

bool is_wake(const RecordedEvent& event) noexcept {
  return event.kind == EventKind::enqueue && wake_of(event) <= SchedulingPolicy::Wake::woken;
}

std::vector<Placed> in_order(const Recording& recording) {
  std::vector<Placed> all;
  for (std::size_t i = 0; i < recording.tracks.size(); ++i) {
    for (const RecordedEvent& event : recording.tracks[i].events) all.push_back({i, &event});
  }
  std::ranges::stable_sort(all, {}, [](const Placed& placed) { return placed.event->time; });
  return all;
}

const std::vector<Measure>& all_measures() {
  static const std::vector<Measure> all{
      {"throughput", "1/s", "operations of the workload in a second", Better::more},
      {"wake_p50", "us", "from being woken to the run: the median", Better::less},
      {"wake_p99", "us", "the same: 99 of 100 are faster", Better::less},
      {"wake_p999", "us", "the same: 999 of 1000 are faster", Better::less},
      {"latency_p50", "us", "what the workload calls its latency: the median", Better::less},
      {"latency_p99", "us", "the same: 99 of 100 are faster", Better::less},
      {"latency_p999", "us", "the same: 999 of 1000 are faster", Better::less},
      {"missed", "share", "of the operations: too late", Better::less},
      {"fairness", "index", "Jain's index of the reductions of like processes", Better::more},
      {"slice_use", "share", "of its slice that a run uses, on average", Better::neither},
      {"dispatches", "count", "runs", Better::neither},
      {"steals", "count", "times a worker took work from another", Better::neither},
      {"lost_events", "count", "events that the recording had no room for", Better::neither},
  };
  return all;
}

std::vector<double> measure(const LabRun& run, double seconds, const RuntimeInfo& info,
                            const Recording& recording) {
  std::vector<Placed> events = in_order(recording);
  std::vector<double> delays = wake_delays(events), latencies;
  for (std::int64_t ns : run.latencies) latencies.push_back(static_cast<double>(ns) / 1000);
  auto operations = static_cast<double>(run.operations);
  return {operations / seconds,
          quantile(delays, 0.5),
          quantile(delays, 0.99),
          quantile(delays, 0.999),
          quantile(latencies, 0.5),
          quantile(latencies, 0.99),
          quantile(latencies, 0.999),
          run.missed && operations > 0 ? static_cast<double>(*run.missed) / operations : none,
          fairness(events),
          slice_use(events, recording.slice),
          static_cast<double>(info.dispatches),
          static_cast<double>(info.steals),
          static_cast<double>(recording.count_lost())};
}

}  // namespace throng::command

// Two files of results, and what has become better or worse between them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench_report.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr double same_distance = 1.5;  // what two CPUs may have moved apart before it says more than the code

const BenchSeries* same_series(const BenchResult& result, const BenchSeries& wanted) {
  auto found = std::ranges::find_if(result.series, [&wanted](const BenchSeries& series) {
    return series.line.name == wanted.line.name && series.line.size == wanted.line.size &&
           series.workers == wanted.workers;
  });
  return found == result.series.end() ? nullptr : &*found;
}

// Another count is another workload, whatever its name.
bool is_same_work(const BenchSeries& one, const BenchSeries& other) {
  return command_of({}, one.line, one.workers) == command_of({}, other.line, other.workers);
}

std::string row_of(const std::string& name, const BenchCell& before, const BenchCell& after) {
  if (!before.failure.empty()) return fmt::format("  {:<14}failed before: {}\n", name, before.failure);
  if (!after.failure.empty()) return fmt::format("  {:<14}failed after: {}\n", name, after.failure);
  if (before.values.empty() || after.values.empty()) return {};
  // Not in the same turns: nothing that disturbed one of them disturbed its neighbour.
  const Interval interval = confidence_of_ratio(before.values, after.values, Turns::apart);
  std::string ratio = before.median > 0 ? short_figure(after.median / before.median) : "-";
  if (!std::isnan(interval.low))
    ratio += fmt::format(" ({} to {})", short_figure(interval.low), short_figure(interval.high));
  return fmt::format("  {:<14}{:>9} {:>9}  {:<24}{}\n", name, short_figure(before.median),
                     short_figure(after.median), ratio,
                     text_of(compare(before.values, after.values, false, Turns::apart)));
}

double distance_of(const BenchSeries& series) {
  return (series.distance_before + series.distance_after) / 2;  // NaN if there is none
}

std::string distances(const BenchSeries& before, const BenchSeries& after) {
  const double one = distance_of(before), other = distance_of(after);
  if (std::max(one, other) > same_distance * std::min(one, other))
    return fmt::format("  the CPUs were {:.0f} ns apart and then {:.0f}: that alone makes a difference\n",
                       one, other);
  return {};
}

std::string block_of(const BenchResult& before, const BenchSeries& old_series, const BenchResult& after,
                     const BenchSeries& new_series) {
  std::string text;
  for (const BenchFigure& figure : new_series.line.figures) {
    text += fmt::format("{}, {}: {}\n", new_series.line.label, workers_text(new_series.workers), figure.unit);
    for (std::size_t i = 0; i < after.contenders.size(); ++i) {
      auto same = std::ranges::find(before.contenders, after.contenders[i].name, &Contender::name);
      if (same == before.contenders.end()) continue;
      const auto old_place = static_cast<std::size_t>(same - before.contenders.begin());
      text += row_of(after.contenders[i].name, cell_of(old_series, old_place, figure.name),
                     cell_of(new_series, i, figure.name));
    }
  }
  return text + distances(old_series, new_series);
}

}  // namespace

std::string comparison_of(const BenchResult& before, const std::string& before_path, const BenchResult& after,
                          const std::string& after_path) {
  if (const std::string what = difference(before.machine, after.machine); !what.empty())
    throw std::runtime_error(
        fmt::format("throng: {} and {} are of different machines ({}), so they say nothing about each other; "
                    "measure both on one",
                    before_path, after_path, what));
  std::string text = fmt::format("before  {}  {}, {}\nafter   {}  {}, {}\n{}\n", before.date, before_path,
                                 contenders_text(before), after.date, after_path, contenders_text(after),
                                 after.machine.text());
  if (before.machine.compiler != after.machine.compiler)
    text += fmt::format("before, the compiler was {}\n", before.machine.compiler);
  text += fmt::format("\n  {:<14}{:>9} {:>9}  {}\n", "", "before", "after", "after by before");
  bool has_common = false;
  for (const BenchSeries& series : after.series) {
    const BenchSeries* old_series = same_series(before, series);
    if (old_series == nullptr) continue;
    if (!is_same_work(*old_series, series)) {
      text += fmt::format("{}, {}: not the same amount of work in both\n", series.line.label,
                          workers_text(series.workers));
      continue;
    }
    text += block_of(before, *old_series, after, series);
    has_common = true;
  }
  if (!has_common)
    throw std::runtime_error(
        fmt::format("throng: {} and {} have no workload in common", before_path, after_path));
  return text;
}

}  // namespace throng::command

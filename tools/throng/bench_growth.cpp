// Growth curves: what a unit costs as there are more of them, and where that doubles.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench_report.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t least_telling_size = 10'000;  // below it, what a program needs anyway is most of it
constexpr double too_much = 2;

// From where growth is counted: the first telling size, if there are later ones.
const BenchSeries* base_of(const Curve& curve) {
  auto base = std::ranges::find_if(
      curve.points, [](const BenchSeries* point) { return point->line.size >= least_telling_size; });
  return base == curve.points.end() || *base == curve.points.back() ? nullptr : *base;
}

std::string row_of(const BenchResult& result, const BenchSeries& point, const BenchFigure& figure) {
  std::string line = fmt::format("  {:>10}", grouped(point.line.size));
  for (std::size_t i = 0; i < result.contenders.size(); ++i) {
    const BenchCell cell = cell_of(point, i, figure.name);
    line += fmt::format("{:>12} {:<20}", cell.failure.empty() ? figure_text(cell) : "failed",
                        cell.failure.empty() ? fmt::format("({})", range_text(cell)) : "");
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// Once each, since the table has no room for reasons.
std::string failures_of(const BenchResult& result, const Curve& curve) {
  std::string text;
  for (const BenchSeries* point : curve.points) {
    for (std::size_t i = 0; i < result.contenders.size(); ++i) {
      const BenchCell cell = cell_of(*point, i, "ns_per_operation");
      if (!cell.failure.empty())
        text += fmt::format("  {} failed at {}: {}\n", result.contenders[i].name, grouped(point->line.size),
                            cell.failure);
    }
  }
  return text;
}

std::string curve_text(const BenchResult& result, const Curve& curve) {
  std::string text;
  for (const BenchFigure& figure : curve.points[0]->line.figures) {
    std::string head =
        fmt::format("{}, {}: {}\n  {:>10}", curve.scenario, workers_text(curve.workers), figure.unit, "size");
    for (const Contender& contender : result.contenders)
      head += fmt::format("{:>12} {:<20}", contender.name, "");
    head.erase(head.find_last_not_of(' ') + 1);
    text += head + "\n";
    for (const BenchSeries* point : curve.points) text += row_of(result, *point, figure);
  }
  for (const BenchSeries* point : curve.points) {
    if (const std::string distance = distance_text(*point); !distance.empty())
      text += fmt::format("  at {}: {}\n", grouped(point->line.size), distance);
  }
  return text + failures_of(result, curve);
}

}  // namespace

std::vector<Curve> curves_of(const BenchResult& result) {
  std::vector<Curve> curves;
  for (const BenchSeries& series : result.series) {
    auto curve = std::ranges::find_if(curves, [&series](const Curve& one) {
      return one.scenario == series.line.scenario && one.workers == series.workers;
    });
    if (curve == curves.end())
      curve = curves.insert(curve, Curve{.scenario = series.line.scenario, .workers = series.workers});
    curve->points.push_back(&series);
  }
  for (Curve& curve : curves)
    std::ranges::stable_sort(curve.points, {}, [](const BenchSeries* point) { return point->line.size; });
  return curves;
}

std::vector<Growing> growing_costs(const BenchResult& result) {
  std::vector<Growing> all;
  for (const Curve& curve : curves_of(result)) {
    const BenchSeries* base = base_of(curve);
    if (base == nullptr) continue;
    const BenchSeries& largest = *curve.points.back();
    for (std::size_t i = 0; i < result.contenders.size(); ++i) {
      for (const BenchFigure& figure : base->line.figures) {
        const double from = cell_of(*base, i, figure.name).median;
        const double to = cell_of(largest, i, figure.name).median;
        if (to > too_much * from)  // false if there is no figure
          all.push_back({curve.scenario, curve.workers, result.contenders[i].name, figure, base->line.size,
                         largest.line.size, from, to});
      }
    }
  }
  return all;
}

std::string growth_table_of(const BenchResult& result) {
  std::string text;
  bool is_judged = false;
  for (const Curve& curve : curves_of(result)) {
    text += curve_text(result, curve);
    is_judged = is_judged || base_of(curve) != nullptr;
  }
  if (!is_judged)
    return text + "No size of 10,000 with a larger one beside it: nothing is said about growth.\n";
  const std::vector<Growing> costs = growing_costs(result);
  if (costs.empty()) return text + "No unit cost more than doubles from 10,000 to the largest size.\n";
  text += "Unit costs that more than double\n";
  for (const Growing& cost : costs)
    text += fmt::format("  {}, {}, {}: {} {} at {}, {} at {} ({:.1f} times)\n", cost.scenario,
                        workers_text(cost.workers), cost.contender, short_figure(cost.from), cost.figure.unit,
                        grouped(cost.from_size), short_figure(cost.to), grouped(cost.to_size),
                        cost.to / cost.from);
  return text;
}

}  // namespace throng::command

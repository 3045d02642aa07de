// The results as a table for people.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "bench_report.hpp"
#include "statistics.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string failure_of(const BenchSeries& series, std::size_t contender) {
  auto failed = std::ranges::find_if(series.runs, [contender](const BenchRun& run) {
    return run.contender == contender && !run.failure.empty();
  });
  return failed == series.runs.end() ? "" : failed->failure;
}

std::vector<double> values_of(const BenchSeries& series, std::size_t contender, const std::string& figure) {
  std::vector<double> values;
  for (const BenchRun& run : series.runs) {
    auto found = run.figures.find(figure);
    if (run.contender == contender && found != run.figures.end() && std::isfinite(found->second))
      values.push_back(found->second);
  }
  return values;
}

std::string row_of(const BenchResult& result, const BenchSeries& series, std::size_t contender,
                   const BenchFigure& figure) {
  const BenchCell cell = cell_of(series, contender, figure.name);
  const std::string& name = result.contenders[contender].name;
  if (!cell.failure.empty()) return fmt::format("  {:<14}failed: {}\n", name, cell.failure);
  const std::string memory = bytes_text(cell_of(series, contender, "peak_rss_bytes").median);
  const bool has_memory = !std::isnan(cell_of(series, contender, "peak_rss_bytes").median);
  return trimmed(fmt::format("  {:<14}{:>9}  {:<20}{:>8} {:>10}  {:<24}{}", name, figure_text(cell),
                             range_text(cell), short_figure(cell_of(series, contender, "cpu_seconds").median),
                             has_memory ? memory : "-", ratio_text(cell), cell.verdict));
}

std::string others_of(const BenchResult& result, const BenchSeries& series) {
  std::string text;
  for (const std::string& name : other_figures(series)) {
    std::string line = fmt::format("  also {}:", name);
    for (std::size_t i = 0; i < result.contenders.size(); ++i) {
      const BenchCell cell = cell_of(series, i, name);
      if (!std::isnan(cell.median))
        line += fmt::format(" {} {} ({})", result.contenders[i].name, short_figure(cell.median),
                            range_text(cell));
    }
    text += line + "\n";
  }
  return text;
}

std::string block_of(const BenchResult& result, const BenchSeries& series) {
  std::string text;
  for (const BenchFigure& figure : series.line.figures) {
    text += fmt::format("{}, {}: {}\n", series.line.label, workers_text(series.workers), figure.unit);
    for (std::size_t i = 0; i < result.contenders.size(); ++i) text += row_of(result, series, i, figure);
  }
  text += others_of(result, series);
  if (const std::string distance = distance_text(series); !distance.empty()) text += "  " + distance + "\n";
  return text;
}

// What more workers bring: the first figure with one of them by that with more.
std::string speed_ups_of(const BenchResult& result) {
  std::string text;
  for (const BenchSeries& more : result.series) {
    auto one = std::ranges::find_if(result.series, [&more](const BenchSeries& series) {
      return series.workers == 1 && series.line.name == more.line.name;
    });
    const std::string& figure = more.line.figures[0].name;
    if (more.workers == 1 || one == result.series.end() || figure != "ns_per_operation") continue;
    std::string line = fmt::format("  {:<20}{:<12}", more.line.label, workers_text(more.workers));
    for (std::size_t i = 0; i < result.contenders.size(); ++i) {
      const double ratio = cell_of(*one, i, figure).median / cell_of(more, i, figure).median;
      line +=
          fmt::format("{} {}  ", result.contenders[i].name, std::isfinite(ratio) ? short_figure(ratio) : "-");
    }
    text += trimmed(line);
  }
  return text.empty() ? "" : "How many times as fast as with one worker\n" + text;
}

}  // namespace

BenchCell cell_of(const BenchSeries& series, std::size_t contender, const std::string& figure) {
  BenchCell cell{.median = none, .least = none, .most = none, .ratio = none, .interval = {none, none}};
  cell.failure = failure_of(series, contender);
  if (!cell.failure.empty()) return cell;
  cell.values = values_of(series, contender, figure);
  if (cell.values.empty()) {
    const std::vector<double> starved = values_of(series, contender, "starved");
    if (std::ranges::any_of(starved, [](double value) { return value > 0; })) cell.instead = "starved";
    return cell;
  }
  cell.median = median(cell.values);
  cell.least = std::ranges::min(cell.values);
  cell.most = std::ranges::max(cell.values);
  if (contender == 0 || !failure_of(series, 0).empty()) return cell;
  const std::vector<double> first = values_of(series, 0, figure);
  if (first.empty()) return cell;
  // A report may lack a figure now and then; what is left are no pairs.
  const Turns turns = first.size() == cell.values.size() ? Turns::paired : Turns::apart;
  const double ratio = cell.median / median(first);
  cell.ratio = std::isfinite(ratio) ? ratio : none;
  cell.interval = confidence_of_ratio(first, cell.values, turns);
  cell.verdict = text_of(compare(first, cell.values, false, turns));
  return cell;
}

std::vector<std::string> other_figures(const BenchSeries& series) {
  std::set<std::string> no_figures{"operations",  "processes",      "workers",
                                   "cpu_seconds", "peak_rss_bytes", "count"};
  for (const BenchFigure& figure : series.line.figures) no_figures.insert(figure.name);
  for (const std::string& setting : series.line.settings)
    no_figures.insert(setting.substr(0, setting.find('=')));
  std::set<std::string> names;
  for (const BenchRun& run : series.runs) {
    for (const auto& [name, value] : run.figures) {
      if (!no_figures.contains(name)) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

std::string workers_text(unsigned workers) {
  return fmt::format("{} worker{}", workers, workers == 1 ? "" : "s");
}

std::string figure_text(const BenchCell& cell) {
  return std::isnan(cell.median) ? cell.instead : short_figure(cell.median);
}

std::string range_text(const BenchCell& cell) {
  if (std::isnan(cell.median)) return {};
  return fmt::format("{} to {}", short_figure(cell.least), short_figure(cell.most));
}

std::string ratio_text(const BenchCell& cell) {
  if (std::isnan(cell.ratio)) return {};
  if (std::isnan(cell.interval.low)) return short_figure(cell.ratio);
  return fmt::format("{} ({} to {})", short_figure(cell.ratio), short_figure(cell.interval.low),
                     short_figure(cell.interval.high));
}

std::string distance_text(const BenchSeries& series) {
  if (std::isnan(series.distance_before)) return {};
  return fmt::format("CPUs {:.0f} ns apart before, {:.0f} ns after", series.distance_before,
                     series.distance_after);
}

std::string contenders_text(const BenchResult& result) {
  std::string text;
  for (const Contender& contender : result.contenders) {
    text += (text.empty() ? "" : ", ") + contender.name;
    if (!contender.version.empty())
      text += " " + contender.version;
    else if (!contender.is_rival)
      text += fmt::format(" ({})", contender.program);
  }
  return text;
}

std::string table_of(const BenchResult& result) {
  std::string text =
      fmt::format("{}, throng {}\n{}\n{}; {} run{} of each, by turns\n\n", result.date, result.version,
                  result.machine.text(), contenders_text(result), result.runs, result.runs == 1 ? "" : "s");
  if (result.is_growth) return text + growth_table_of(result);
  const std::string beside =
      result.contenders.size() < 2 ? "" : fmt::format("beside {}", result.contenders[0].name);
  text += trimmed(fmt::format("  {:<14}{:>9}  {:<20}{:>8} {:>10}  {}", "", "median", "least to most", "CPU s",
                              "peak RSS", beside));
  for (const BenchSeries& series : result.series) text += block_of(result, series);
  return text + speed_ups_of(result);
}

}  // namespace throng::command

// The results as a table for a document: a row for each figure, a column for each contender.
#include <fmt/format.h>

#include <cmath>

#include "bench_report.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

// A bar would end the cell.
std::string in_cell(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '|' ? "\\|" : std::string(1, c);
  return result;
}

std::string cell_text(const BenchSeries& series, std::size_t contender, const BenchFigure& figure) {
  const BenchCell cell = cell_of(series, contender, figure.name);
  if (!cell.failure.empty()) return in_cell(cell.failure);
  if (std::isnan(cell.median)) return cell.instead;
  std::string text =
      fmt::format("{} ({}–{})", short_figure(cell.median), short_figure(cell.least), short_figure(cell.most));
  if (std::isnan(cell.ratio)) return text;
  text += fmt::format("; {}×", short_figure(cell.ratio));
  return cell.verdict == "better" || cell.verdict == "worse" ? text : text + " " + cell.verdict;
}

}  // namespace

std::string markdown_of(const BenchResult& result) {
  std::string text = fmt::format(
      "Measured {}: {}; {}. Median of {} runs by turns, with the least and the most; × is the median "
      "divided by that of {}. Of all figures less is better.\n\n",
      result.date, result.machine.text(), contenders_text(result), result.runs, result.contenders[0].name);
  std::string rule = "|---|---|---|";
  text += "| workload | figure | workers |";
  for (const Contender& contender : result.contenders) {
    text += fmt::format(" {} |", contender.name);
    rule += "---|";
  }
  text += " CPUs apart, ns |\n" + rule + "---|\n";
  for (const BenchSeries& series : result.series) {
    const std::string distance =
        std::isnan(series.distance_before)
            ? "–"
            : fmt::format("{:.0f}, {:.0f}", series.distance_before, series.distance_after);
    for (const BenchFigure& figure : series.line.figures) {
      text += fmt::format("| {} | {} | {} |", series.line.label, figure.unit, series.workers);
      for (std::size_t i = 0; i < result.contenders.size(); ++i)
        text += fmt::format(" {} |", cell_text(series, i, figure));
      text += fmt::format(" {} |\n", distance);
    }
  }
  return text;
}

}  // namespace throng::command

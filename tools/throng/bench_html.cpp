// The results as one page that needs nothing else: bars for workloads, lines for growth curves, drawn as SVG.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "bench_report.hpp"
#include "chart.hpp"
#include "html.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

std::string bars_for(const BenchResult& result, const BenchSeries& series, const BenchFigure& figure) {
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < result.contenders.size(); ++i) {
    const BenchCell cell = cell_of(series, i, figure.name);
    bars.push_back({.name = result.contenders[i].name,
                    .values = cell.values,
                    .remark = ratio_text(cell),
                    .verdict = cell.verdict});
    if (!cell.failure.empty())
      bars.back().remark = cell.failure;
    else if (cell.values.empty())
      bars.back().remark = cell.instead;
  }
  const std::string distance = distance_text(series);
  return fmt::format("<h2>{}, {}: {}</h2>{}\n{}", escaped(series.line.label), workers_text(series.workers),
                     escaped(figure.unit), distance.empty() ? "" : "<p>" + distance + "</p>",
                     bar_chart(bars));
}

std::string curves_for(const BenchResult& result, const Curve& curve, const BenchFigure& figure) {
  std::vector<Plot> plots;
  for (std::size_t i = 0; i < result.contenders.size(); ++i) {
    Plot plot{.name = result.contenders[i].name};
    for (const BenchSeries* point : curve.points) {
      const BenchCell cell = cell_of(*point, i, figure.name);
      if (!std::isnan(cell.median))
        plot.points.push_back({static_cast<double>(point->line.size), cell.median, cell.least, cell.most});
    }
    plots.push_back(std::move(plot));
  }
  return fmt::format("<h2>{}, {}: {}</h2>\n{}", escaped(curve.scenario), workers_text(curve.workers),
                     escaped(figure.unit), line_chart(plots));
}

}  // namespace

std::string html_of(const BenchResult& result) {
  std::string html = page_begin(result.is_growth ? "throng bench: growth" : "throng bench");
  html += fmt::format("<p>{}; {}; {}. {} runs of each by turns. Less is better everywhere.</p>\n",
                      escaped(result.date), escaped(result.machine.text()), escaped(contenders_text(result)),
                      result.runs);
  if (result.is_growth) {
    html += "<p>Both axes are logarithmic. A line is of medians, a bar from the least to the most.</p>\n";
    for (const Curve& curve : curves_of(result)) {
      for (const BenchFigure& figure : curve.points[0]->line.figures)
        html += curves_for(result, curve, figure);
    }
  } else {
    html += fmt::format(
        "<p>A bar ends at the median, a dot is a run, the line is their range. Beside it: how many times "
        "that of {}, in 95 of 100 "
        "cases "
        "between what stands in brackets, and whether it is better or worse.</p>\n",
        escaped(result.contenders[0].name));
    for (const BenchSeries& series : result.series) {
      for (const BenchFigure& figure : series.line.figures) html += bars_for(result, series, figure);
    }
  }
  return html + fmt::format("<h2>As a table</h2>\n<pre>{}</pre>\n{}", escaped(table_of(result)), page_end);
}

}  // namespace throng::command

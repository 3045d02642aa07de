// What the lab found, as one page that needs nothing else: a plot of each measure, drawn as SVG, with a dot
// for each run, a bar for the interval and a line for the median.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "html.hpp"
#include "lab.hpp"
#include "lab_text.hpp"
#include "statistics.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr double left = 130, plot_width = 430, row = 26, top = 8;

// From the figures of one measure to places on the paper.
class Scale {
 public:
  Scale(const LabResult& result, std::size_t measure) {
    for (const PolicyResult& policy : result.policies) {
      for (double figure : policy.figures[measure]) {
        if (!std::isnan(figure)) most_ = std::max(most_, figure);
      }
    }
  }
  bool is_empty() const { return most_ <= 0; }
  double most() const { return most_; }
  double x(double figure) const { return left + figure / most_ * plot_width; }

 private:
  double most_ = 0;  // from zero to there, so that lengths can be compared
};

std::string row_of(const LabResult& result, std::size_t policy, std::size_t measure, const Scale& scale) {
  const std::vector<double>& figures = result.policies[policy].figures[measure];
  double y = top + row * (static_cast<double>(policy) + 0.5);
  std::string svg =
      fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", y + 4, escaped(result.policies[policy].policy));
  Interval interval = confidence_of_median(figures);
  if (std::isnan(interval.low)) return svg;
  svg += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"10\" fill=\"#8ab4f8\" "
      "fill-opacity=\"0.5\"/>",
      scale.x(interval.low), y - 5, std::max(1.0, scale.x(interval.high) - scale.x(interval.low)));
  for (double figure : figures)
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"#1a56b0\" fill-opacity=\"0.55\"/>",
                       scale.x(figure), y);
  svg += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"2\" height=\"16\" fill=\"#d97706\"/>",
                     scale.x(median(figures)) - 1, y - 8);
  std::string verdict = verdict_on(result, policy, measure);
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{} {}</text>", left + plot_width + 14,
                     y + 4, verdict == "better" || verdict == "worse" ? verdict : "",
                     short_figure(median(figures)), verdict);
  return svg;
}

std::string plot_of(const LabResult& result, std::size_t measure) {
  const Measure& what = all_measures()[measure];
  Scale scale(result, measure);
  if (scale.is_empty()) return {};
  constexpr const char* betters[] = {"; more is better", "; less is better", ""};
  double bottom = top + row * static_cast<double>(result.policies.size());
  std::string html = fmt::format(
      "<h2>{} ({})</h2><p>{}{}</p>\n<svg width=\"760\" height=\"{:.0f}\" role=\"img\">", what.name, what.unit,
      what.meaning, betters[static_cast<std::size_t>(what.better)], bottom + 20);
  for (std::size_t policy = 0; policy < result.policies.size(); ++policy)
    html += row_of(result, policy, measure, scale);
  html += fmt::format(
      "<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke=\"#999\"/>"
      "<text class=\"axis\" x=\"{0}\" y=\"{3:.1f}\">0</text>"
      "<text class=\"axis\" x=\"{2}\" y=\"{3:.1f}\" text-anchor=\"end\">{4}</text></svg>\n",
      left, bottom, left + plot_width, bottom + 14, short_figure(scale.most()));
  return html;
}

}  // namespace

std::string html_of(const LabResult& result) {
  std::string html = page_begin("throng lab: " + result.workload);
  html += fmt::format(
      "<p>{}. {}; {} workers, {} runs of each policy by turns, seed {}.</p>\n<p>A dot is a run, the bar is "
      "where the median lies in 95 of 100 cases, the line is the median. Better and worse are said beside "
      "the "
      "first policy.</p>\n",
      escaped(result.purpose), escaped(result.machine), result.options.workers, result.options.runs,
      result.options.seed);
  for (std::size_t measure = 0; measure < all_measures().size(); ++measure) html += plot_of(result, measure);
  return html + fmt::format("<h2>As a table</h2>\n<pre>{}</pre>\n{}", escaped(table_of(result)), page_end);
}

}  // namespace throng::command

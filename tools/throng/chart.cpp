#include "chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "html.hpp"
#include "statistics.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr double left = 110, width = 330, row = 26, top = 8, right_text = 14;
constexpr double line_left = 70, line_width = 560, line_height = 220, line_top = 12;
constexpr double most_on_one_scale = 30;  // with more between them, the small ones could not be seen
// Told apart by eyes of all kinds, on light and on dark.
constexpr std::array colours{"#3b82f6", "#d97706", "#0d9488", "#a855f7", "#dc2626", "#65a30d"};

const char* colour(std::size_t number) { return colours[number % colours.size()]; }

// From a figure to a place between two on the paper.
class Axis {
 public:
  Axis(double least, double most, bool is_log, double begin, double length)
      : least_(is_log ? std::pow(10, std::floor(std::log10(least))) : 0),
        most_(is_log ? std::pow(10, std::ceil(std::log10(most))) : most),
        is_log_(is_log),
        begin_(begin),
        length_(length) {
    if (most_ <= least_) most_ = is_log ? least_ * 10 : least_ + 1;
  }
  double place(double value) const {
    if (!is_log_) return begin_ + (value - least_) / (most_ - least_) * length_;
    const double clamped = std::max(value, least_);
    return begin_ + std::log10(clamped / least_) / std::log10(most_ / least_) * length_;
  }
  // Where there are numbers on the axis: its ends, or each power of ten.
  std::vector<double> marks() const {
    if (!is_log_) return {least_, most_};
    std::vector<double> all;
    for (double mark = least_; mark <= most_ * 1.001; mark *= 10) all.push_back(mark);
    return all;
  }
  bool is_log() const { return is_log_; }

 private:
  double least_, most_;
  bool is_log_;
  double begin_, length_;
};

// The least and the most above zero.
struct Range {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  void add(double value) {
    if (!(value > 0)) return;
    least = std::min(least, value);
    most = std::max(most, value);
  }
  bool is_empty() const { return most <= 0; }
};

std::string bar_row(const Bar& bar, std::size_t number, const Axis& axis) {
  const double y = top + row * (static_cast<double>(number) + 0.5);
  std::string svg = fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", y + 4, escaped(bar.name));
  std::string words = bar.remark;
  if (!bar.values.empty()) {
    const double middle = median(bar.values);
    svg += fmt::format(
        "<rect x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"14\" fill=\"{}\" fill-opacity=\"0.45\"/>",
        left, y - 7, std::max(1.0, axis.place(middle) - left), colour(number));
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{2:.1f}\" x2=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\" "
        "stroke-width=\"1.5\"/>",
        axis.place(std::ranges::min(bar.values)), axis.place(std::ranges::max(bar.values)), y,
        colour(number));
    for (double value : bar.values)
      svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>", axis.place(value), y,
                         colour(number));
    words = fmt::format("{}{}{}{}{}", short_figure(middle), words.empty() ? "" : "; × ", words,
                        bar.verdict.empty() ? "" : " ", bar.verdict);
  }
  const bool has_colour = bar.verdict == "better" || bar.verdict == "worse";
  svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>", left + width + right_text,
                     y + 4, has_colour ? bar.verdict : "", escaped(words));
  return svg;
}

std::string legend_of(const std::vector<Plot>& plots) {
  std::string svg;
  for (std::size_t i = 0; i < plots.size(); ++i) {
    const double y = line_top + 16 * static_cast<double>(i) + 8;
    svg += fmt::format(
        "<rect x=\"{0:.0f}\" y=\"{1:.0f}\" width=\"12\" height=\"4\" fill=\"{2}\"/><text x=\"{3:.0f}\" "
        "y=\"{4:.0f}\">{5}</text>",
        line_left + line_width + 14, y - 4, colour(i), line_left + line_width + 32, y + 2,
        escaped(plots[i].name));
  }
  return svg;
}

std::string line_of(const Plot& plot, std::size_t number, const Axis& x, const Axis& y) {
  std::string corners, marks;
  for (const PlotPoint& point : plot.points) {
    if (!(point.y > 0)) continue;
    corners += fmt::format("{:.1f},{:.1f} ", x.place(point.x), y.place(point.y));
    marks += fmt::format(
        "<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"3\" fill=\"{2}\"/><line x1=\"{0:.1f}\" y1=\"{3:.1f}\" "
        "x2=\"{0:.1f}\" y2=\"{4:.1f}\" stroke=\"{2}\" stroke-width=\"1.5\"/>",
        x.place(point.x), y.place(point.y), colour(number), y.place(point.least), y.place(point.most));
  }
  return fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>{}", corners,
                     colour(number), marks);
}

std::string grid_of(const Axis& x, const Axis& y) {
  std::string svg;
  for (double mark : x.marks())
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"#999\" stroke-opacity=\"0.3\"/>"
        "<text class=\"axis\" x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>",
        x.place(mark), line_top, line_top + line_height, line_top + line_height + 14, short_figure(mark));
  for (double mark : y.marks())
    svg += fmt::format(
        "<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke=\"#999\" stroke-opacity=\"0.3\"/>"
        "<text class=\"axis\" x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>",
        line_left, y.place(mark), line_left + line_width, line_left - 6, y.place(mark) + 4,
        short_figure(mark));
  return svg;
}

}  // namespace

std::string bar_chart(const std::vector<Bar>& bars) {
  Range range;
  for (const Bar& bar : bars) {
    for (double value : bar.values) range.add(value);
  }
  if (range.is_empty()) range.add(1);  // nobody has any: rows of words
  const Axis axis(range.least, range.most, range.most > range.least * most_on_one_scale, left, width);
  const double bottom = top + row * static_cast<double>(bars.size());
  std::string svg = fmt::format("<svg width=\"860\" height=\"{:.0f}\" role=\"img\">", bottom + 20);
  for (std::size_t i = 0; i < bars.size(); ++i) svg += bar_row(bars[i], i, axis);
  svg += fmt::format("<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke=\"#999\"/>", left,
                     bottom, left + width);
  for (double mark : axis.marks())
    svg += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                       axis.place(mark), bottom + 14, short_figure(mark));
  if (axis.is_log())
    svg += fmt::format("<text class=\"axis\" x=\"0\" y=\"{:.1f}\">logarithmic</text>", bottom + 14);
  return svg + "</svg>\n";
}

std::string line_chart(const std::vector<Plot>& plots) {
  Range across, up;
  for (const Plot& plot : plots) {
    for (const PlotPoint& point : plot.points) {
      across.add(point.x);
      for (double value : {point.y, point.least, point.most}) up.add(value);
    }
  }
  if (across.is_empty() || up.is_empty()) return "<p>There are no figures.</p>\n";
  const Axis x(across.least, across.most, true, line_left, line_width);
  const Axis y(up.least, up.most, true, line_top + line_height, -line_height);
  std::string svg =
      fmt::format("<svg width=\"860\" height=\"{:.0f}\" role=\"img\">", line_top + line_height + 24);
  svg += grid_of(x, y);
  for (std::size_t i = 0; i < plots.size(); ++i) svg += line_of(plots[i], i, x, y);
  return svg + legend_of(plots) + "</svg>\n";
}

}  // namespace throng::command

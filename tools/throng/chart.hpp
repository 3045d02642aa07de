// Charts as SVG, to stand in a page of html.hpp.
#pragma once

#include <string>
#include <vector>

namespace throng::command {

// Of one contender: a bar up to the median of its values, a dot for each, a line from the least to the most,
// words beside it.
struct Bar {
  std::string name;
  std::vector<double> values{};
  std::string remark{};
  std::string verdict{};  // better and worse have colours
};
// From zero if the values are of one order of magnitude or so, else logarithmic, and it says so.
std::string bar_chart(const std::vector<Bar>& bars);

struct PlotPoint {
  double x, y;
  double least, most;  // of y
};
struct Plot {
  std::string name;
  std::vector<PlotPoint> points{};
};
// Both axes are logarithmic; what is not above zero is left out.
std::string line_chart(const std::vector<Plot>& plots);

}  // namespace throng::command

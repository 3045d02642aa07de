// What the reports of `throng bench` have in common, and the reports.
#pragma once

#include <string>
#include <vector>

#include "bench.hpp"
#include "statistics.hpp"

namespace throng::command {

// One figure of one contender in a series, and what it is beside the first contender's.
struct BenchCell {
  std::string failure{};  // why there are no figures; empty: there are, or the contender has no such figure
  std::string instead{"-"};  // of such a figure; "starved" if the contender says that nobody had a turn
  std::vector<double> values{};
  double median;  // NaN, as what follows: there is none
  double least;
  double most;
  double ratio;           // to the first one's median
  Interval interval;      // of the ratio
  std::string verdict{};  // of the figure, beside the first one's
};
BenchCell cell_of(const BenchSeries& series, std::size_t contender, const std::string& figure);

// Numbers in the reports that are neither parameters nor among the line's figures, nor in every table anyway.
std::vector<std::string> other_figures(const BenchSeries& series);

std::string workers_text(unsigned workers);      // 1 worker, 2 workers
std::string figure_text(const BenchCell& cell);  // 44.1; what stands instead where there is none
std::string range_text(const BenchCell& cell);   // 43.1 to 45.2
std::string ratio_text(const BenchCell& cell);   // 2.52 (2.47 to 2.60); empty where there is none
std::string distance_text(
    const BenchSeries& series);  // CPUs 170 ns apart before, 190 after; empty: not measured
std::string contenders_text(const BenchResult& result);  // throng 0.1.0, go 1.19.8, new (path)

std::string table_of(const BenchResult& result);
std::string markdown_of(const BenchResult& result);
std::string json_of(const BenchResult& result);
std::string html_of(const BenchResult& result);

// -- growth: the series of one scenario in the order of their sizes

struct Curve {
  std::string scenario;
  unsigned workers;
  std::vector<const BenchSeries*> points{};
};
std::vector<Curve> curves_of(const BenchResult& result);

// A unit cost that more than doubles from the first size of at least 10,000 to the largest.
struct Growing {
  std::string scenario;
  unsigned workers;
  std::string contender;
  BenchFigure figure;
  std::uint64_t from_size, to_size;
  double from, to;
};
std::vector<Growing> growing_costs(const BenchResult& result);
std::string growth_table_of(const BenchResult& result);

// -- two files

// Errors: std::runtime_error with what is wrong with the file.
BenchResult read_result(const std::string& path);
// Errors: std::runtime_error if they are of different machines, or have nothing in common.
std::string comparison_of(const BenchResult& before, const std::string& before_path, const BenchResult& after,
                          const std::string& after_path);

}  // namespace throng::command

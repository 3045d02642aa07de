// Figures of repeated runs: medians, how sure they are, and whether two differ. Thread: any.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace throng::command {

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();  // there is no such figure

// The value below which a share of them lies, from 0 to 1, between neighbours by their distance. NaN: there
// are none.
double quantile(std::vector<double> values, double share);
double median(const std::vector<double>& values);

// Jain's index: 1 if all have the same, 1/n if one has all. NaN: nobody has anything.
double jain_index(const std::vector<double>& shares);

struct Interval {
  double low;
  double high;
};
// In which the median lies, in 95 of 100 cases: by drawing from the values as many, again and again.
Interval confidence_of_median(const std::vector<double>& values);

enum class Verdict : std::uint8_t { better, worse, noise, too_few, same };
std::string_view text_of(Verdict verdict) noexcept;
// Whether the figures come from the same turns. Then turns are drawn in pairs, as what disturbs a turn
// disturbs both; else each side is drawn by itself.
enum class Turns : std::uint8_t { paired, apart };

// Of `values` beside the first ones. Better or worse only if the interval of the difference of the medians
// leaves out zero.
Verdict compare(const std::vector<double>& first, const std::vector<double>& values, bool more_is_better,
                Turns turns = Turns::paired);
// In which the median of `values`, divided by that of the first ones, lies in 95 of 100 cases. NaN: too few
// turns, or nothing to divide by.
Interval confidence_of_ratio(const std::vector<double>& first, const std::vector<double>& values,
                             Turns turns = Turns::paired);

inline constexpr std::size_t fewest_turns = 5;  // with fewer no interval means anything

}  // namespace throng::command

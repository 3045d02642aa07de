#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace throng::command {
namespace {

constexpr int resamples = 2000;
constexpr std::uint64_t bootstrap_seed = 1;  // the same figures give the same interval

double middle_of(std::vector<double>& values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

void draw(std::vector<std::size_t>& turns, std::mt19937_64& random) {
  std::uniform_int_distribution<std::size_t> any_turn(0, turns.size() - 1);
  for (std::size_t& turn : turns) turn = any_turn(random);
}

double median_of(const std::vector<double>& values, const std::vector<std::size_t>& turns) {
  std::vector<double> chosen;
  for (std::size_t turn : turns) chosen.push_back(values[turn]);
  return middle_of(chosen);
}

Interval middle_95_of(const std::vector<double>& figures) {
  return {quantile(figures, 0.025), quantile(figures, 0.975)};
}

// Draws turns for both, and asks for a figure of the two medians that come of it.
template <class Figure>
Interval bootstrap(const std::vector<double>& first, const std::vector<double>& values, Turns turns,
                   Figure&& figure) {
  std::mt19937_64 random(bootstrap_seed);
  const bool paired = turns == Turns::paired;
  const std::size_t pairs = std::min(first.size(), values.size());
  std::vector<std::size_t> of_first(paired ? pairs : first.size()), of_values(paired ? pairs : values.size());
  std::vector<double> figures;
  for (int i = 0; i < resamples; ++i) {
    draw(of_first, random);
    if (!paired) draw(of_values, random);
    figures.push_back(figure(median_of(first, of_first), median_of(values, paired ? of_first : of_values)));
  }
  return middle_95_of(figures);
}

bool has_nan(const std::vector<double>& values) {
  return std::ranges::any_of(values, [](double value) { return std::isnan(value); });
}

bool is_enough(const std::vector<double>& first, const std::vector<double>& values) {
  return std::min(first.size(), values.size()) >= fewest_turns && !has_nan(first) && !has_nan(values);
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return none;
  double place = share * static_cast<double>(values.size() - 1);
  auto below = static_cast<std::size_t>(place);
  auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  double low = *at;
  if (below + 1 == values.size()) return low;
  double high = *std::min_element(at + 1, values.end());
  return low + (high - low) * (place - static_cast<double>(below));
}

double median(const std::vector<double>& values) { return quantile(values, 0.5); }

double jain_index(const std::vector<double>& shares) {
  double sum = 0, squares = 0;
  for (double share : shares) {
    sum += share;
    squares += share * share;
  }
  if (squares == 0) return none;
  return sum * sum / (static_cast<double>(shares.size()) * squares);
}

Interval confidence_of_median(const std::vector<double>& values) {
  if (values.empty() || has_nan(values)) return {none, none};
  std::mt19937_64 random(bootstrap_seed);
  std::vector<std::size_t> turns(values.size());
  std::vector<double> medians;
  for (int i = 0; i < resamples; ++i) {
    draw(turns, random);
    medians.push_back(median_of(values, turns));
  }
  return middle_95_of(medians);
}

std::string_view text_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::better:
      return "better";
    case Verdict::worse:
      return "worse";
    case Verdict::noise:
      return "noise";
    case Verdict::too_few:
      return "too few runs";
    case Verdict::same:
      break;
  }
  return "same";
}

Verdict compare(const std::vector<double>& first, const std::vector<double>& values, bool more_is_better,
                Turns turns) {
  if (first == values) return Verdict::same;
  if (!is_enough(first, values)) return Verdict::too_few;
  Interval difference =
      bootstrap(first, values, turns, [](double before, double after) { return after - before; });
  if (difference.low <= 0 && difference.high >= 0) return Verdict::noise;
  return (difference.low > 0) == more_is_better ? Verdict::better : Verdict::worse;
}

Interval confidence_of_ratio(const std::vector<double>& first, const std::vector<double>& values,
                             Turns turns) {
  // A drawn median of zero would make the ratio infinite.
  if (!is_enough(first, values) || std::ranges::min(first) <= 0) return {none, none};
  return bootstrap(first, values, turns, [](double before, double after) { return after / before; });
}

}  // namespace throng::command

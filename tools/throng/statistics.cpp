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

// Draws turns, with the same turn drawn for all of them, and asks for a figure of what came.
template <class Figure>
Interval bootstrap(std::size_t turns, Figure&& figure) {
  std::mt19937_64 random(bootstrap_seed);
  std::uniform_int_distribution<std::size_t> any_turn(0, turns - 1);
  std::vector<std::size_t> drawn(turns);
  std::vector<double> figures;
  for (int i = 0; i < resamples; ++i) {
    for (std::size_t& turn : drawn) turn = any_turn(random);
    figures.push_back(figure(drawn));
  }
  return {quantile(figures, 0.025), quantile(figures, 0.975)};
}

double median_of(const std::vector<double>& values, const std::vector<std::size_t>& turns) {
  std::vector<double> chosen;
  for (std::size_t turn : turns) chosen.push_back(values[turn]);
  return middle_of(chosen);
}

bool has_nan(const std::vector<double>& values) {
  return std::ranges::any_of(values, [](double value) { return std::isnan(value); });
}

}  // namespace

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
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
  if (squares == 0) return std::numeric_limits<double>::quiet_NaN();
  return sum * sum / (static_cast<double>(shares.size()) * squares);
}

Interval confidence_of_median(const std::vector<double>& values) {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  if (values.empty() || has_nan(values)) return {nothing, nothing};
  return bootstrap(values.size(),
                   [&](const std::vector<std::size_t>& turns) { return median_of(values, turns); });
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

Verdict compare(const std::vector<double>& first, const std::vector<double>& values, bool more_is_better) {
  if (first == values) return Verdict::same;
  if (std::min(first.size(), values.size()) < fewest_turns || has_nan(first) || has_nan(values))
    return Verdict::too_few;
  Interval difference =
      bootstrap(std::min(first.size(), values.size()), [&](const std::vector<std::size_t>& turns) {
        return median_of(values, turns) - median_of(first, turns);
      });
  if (difference.low <= 0 && difference.high >= 0) return Verdict::noise;
  return (difference.low > 0) == more_is_better ? Verdict::better : Verdict::worse;
}

}  // namespace throng::command

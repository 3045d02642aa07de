#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace throng::command {
namespace {

struct Unit {
  double size;
  const char* name;
};

// Three significant figures: neither 1234.5 nor 0.00.
std::string in_unit(double value, const Unit& unit) {
  double scaled = value / unit.size;
  int decimals = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", scaled, decimals, unit.name);
}

// The units go from large to small; the smallest takes what is left.
template <std::size_t N>
std::string in_best_unit(double value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (value >= unit.size * 0.9995) return in_unit(value, unit);
  }
  return in_unit(value, units.back());
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, 1, ',');
  return text;
}

std::string in_words(std::uint64_t number) {
  return number == 1'000'000 ? "a million" : number == 1'000 ? "a thousand" : grouped(number);
}

std::string duration_text(double seconds) {
  constexpr std::array units{Unit{1, "s"}, Unit{1e-3, "ms"}, Unit{1e-6, "µs"}, Unit{1e-9, "ns"}};
  return in_best_unit(seconds, units);
}

std::string bytes_text(double bytes) {
  if (bytes < 1000) return fmt::format("{:.0f} bytes", bytes);
  constexpr std::array units{Unit{1e12, "TB"}, Unit{1e9, "GB"}, Unit{1e6, "MB"}, Unit{1e3, "kB"}};
  return in_best_unit(bytes, units);
}

std::string rate_text(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.1f} million", per_second / 1e6);
  return grouped(static_cast<std::uint64_t>(per_second));
}

std::string short_figure(double value) {
  if (std::isnan(value)) return "-";
  if (value == std::trunc(value) && std::abs(value) < 1e6) return fmt::format("{:.0f}", value);
  if (std::abs(value) >= 1e6) return fmt::format("{:.3g} M", value / 1e6);
  return std::abs(value) >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.3g}", value);
}

namespace {

// The next word; a number takes the word behind it along, since that is its unit.
std::string_view next_word(std::string_view text) {
  std::size_t end = std::min(text.find(' '), text.size());
  bool is_number = end > 0 && end < text.size() && text[end - 1] >= '0' && text[end - 1] <= '9';
  return is_number ? text.substr(0, text.find(' ', end + 1)) : text.substr(0, end);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  std::size_t column = indent;
  while (!text.empty()) {
    std::string_view word = next_word(text);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column > indent && column + 1 + word.size() > width) {
      result += '\n';
      result.append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

}  // namespace throng::command

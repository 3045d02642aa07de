// The closing summary: a table of what was measured, sentences that say what it means, and the verdict.
#include <fmt/format.h>

#include <iterator>

#include "demo_report.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

void add_row(std::string& text, std::string_view what, std::string_view count, std::string_view in_all,
             std::string_view each) {
  fmt::format_to(std::back_inserter(text), "  {:<40} {:>12} {:>10} {:>10}\n", what, count, in_all, each);
}

std::string table(const Performance& performance) {
  std::string text;
  add_row(text, "What was measured", "how many", "in all", "each");
  text += "  " + std::string(75, '-') + "\n";
  for (const Played& played : performance.acts) {
    for (const Row& row : played.result.rows)
      add_row(text, row.what, grouped(row.count), row.in_all, row.each);
  }
  return text;
}

std::string meanings(const Performance& performance) {
  std::string text = "  What the figures mean\n";
  for (const Played& played : performance.acts) {
    for (const std::string& meaning : played.result.meanings) text += "  - " + wrapped(meaning, 4) + "\n";
  }
  return text;
}

std::string verdict(const Performance& performance) {
  std::size_t checks = performance.count_checks();
  std::size_t failures = performance.count_failures();
  if (failures == 0) {
    return fmt::format("  All {} checks held; the demo took {}.\n", checks,
                       duration_text(performance.seconds));
  }
  std::string text =
      fmt::format("  {} of {} checks did NOT hold; that is a bug in throng:\n", failures, checks);
  for (const Played& played : performance.acts) {
    for (const Check& check : played.result.checks) {
      if (!check.held) text += fmt::format("  - {}: not so\n", check.what);
    }
  }
  return text;
}

}  // namespace

std::string summary_of(const Performance& performance) {
  return "\n" + table(performance) + "\n" + meanings(performance) + "\n" + verdict(performance);
}

}  // namespace throng::command

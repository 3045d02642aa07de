// The demo: plays the acts in order on one runtime.
#pragma once

#include "act.hpp"

namespace throng::command {

struct Played {
  const Act* act;
  Result result;
};

struct Performance {
  std::size_t workers = 0;
  std::uint64_t processes = 0;
  double seconds = 0;
  std::vector<Played> acts{};

  std::size_t count_checks() const;
  std::size_t count_failures() const;
};

// Shows its progress on `out`. Throws what a Runtime throws when it can't have what it was asked for.
Performance play_demo(const RuntimeOptions& options, const Sizes& sizes, std::FILE* out,
                      Progress::Style style);

// Memory that a demo of these sizes may come to use, beside what the program itself takes.
std::size_t memory_needed(const Sizes& sizes);
// Address space: runtimes reserve a place for every stack there may be, and use few of them.
std::size_t addresses_needed(const Sizes& sizes, std::size_t workers);

}  // namespace throng::command

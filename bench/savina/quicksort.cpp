// quicksort: a process sorts what it is given, or splits it and leaves both parts to two more. What it
// stresses is a tree of processes that hand large values to each other, moved and not copied.
#include <algorithm>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Values = std::vector<std::uint64_t>;

enum class Side : std::uint8_t { smaller, greater };
struct Sorted {
  Side side;
  Values values;
};

struct Parts {
  Values smaller;
  Values equal;
  Values greater;
};

Parts split(const Values& values) {
  const std::uint64_t pivot = values[values.size() / 2];
  Parts parts;
  for (std::uint64_t value : values)
    (value < pivot ? parts.smaller : value > pivot ? parts.greater : parts.equal).push_back(value);
  return parts;
}

void sort_values(Pid parent, Side side, Values values, std::size_t cutoff) {
  if (values.size() < cutoff) {
    std::ranges::sort(values);
  } else {
    Parts parts = split(values);
    spawn_link(sort_values, self(), Side::smaller, std::move(parts.smaller), cutoff);
    spawn_link(sort_values, self(), Side::greater, std::move(parts.greater), cutoff);
    Values greater;
    for (int missing = 2; missing > 0; --missing)
      receive([&](Sorted part) { (part.side == Side::smaller ? values : greater) = std::move(part.values); });
    values.insert(values.end(), parts.equal.begin(), parts.equal.end());
    values.insert(values.end(), greater.begin(), greater.end());
  }
  send(parent, Sorted{side, std::move(values)});
}

}  // namespace

Outcome quicksort(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](const Parameters& given) {
        Values values = seeded_values(given.count, std::uint64_t{1} << 60, given.size("seed"));
        Values expected = values;
        std::ranges::sort(expected);
        Stopwatch watch;
        spawn_link(sort_values, self(), Side::smaller, std::move(values),
                   std::max<std::size_t>(given.size("cutoff"), 1));
        Sorted sorted = receive<Sorted>();
        Outcome outcome = outcome_of(given.count, watch);
        require(sorted.values == expected, "the numbers are not those given, or not in order");
        return outcome;
      },
      parameters);
}

}  // namespace throng_bench

// n_queens: boards with so many queens that none attacks another, until enough are found. What it stresses is
// a master that everything goes through: each worker sends it what is left to do, and every board found.
#include <algorithm>
#include <array>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

constexpr std::size_t largest = 16;
using Columns = std::array<std::uint8_t, largest>;  // of the queens in the first rows

struct Work {
  Columns columns;
  std::size_t rows;
};
struct Found {};
struct Done {};

struct Worker {
  Pid master;
  std::size_t size;
  std::size_t threshold;  // from so many rows on a worker looks on by itself
};

// Whether the last queen is safe from those before it.
bool is_safe(const Columns& columns, std::size_t rows) {
  const int last = columns[rows - 1];
  for (std::size_t i = 0; i + 1 < rows; ++i) {
    const int distance = static_cast<int>(rows - 1 - i), other = columns[i];
    if (other == last || other == last - distance || other == last + distance) return false;
  }
  return true;
}

// Puts a queen into each place of the next row where it is safe, and calls then(work) with each such board.
template <class Then>
void with_one_more(const Worker& worker, Work work, Then then) {
  ++work.rows;
  for (std::size_t column = 0; column < worker.size; ++column) {
    work.columns[work.rows - 1] = static_cast<std::uint8_t>(column);
    if (is_safe(work.columns, work.rows)) then(work);
  }
}

void look_on(const Worker& worker, const Work& work) {
  if (work.rows == worker.size) {
    send(worker.master, Found{});
  } else {
    with_one_more(worker, work, [&](const Work& next) { look_on(worker, next); });
  }
}

void look(Worker& worker, Work work) {
  if (work.rows >= worker.threshold || work.rows == worker.size) {
    look_on(worker, work);
  } else {
    with_one_more(worker, work, [&](const Work& next) { send(worker.master, next); });
  }
  send(worker.master, Done{});
}

// The number of boards, by bits: columns and diagonals that are taken.
std::size_t count_boards(unsigned all, unsigned columns, unsigned left, unsigned right) {
  if (columns == all) return 1;
  std::size_t boards = 0;
  for (unsigned open = all & ~(columns | left | right); open != 0; open &= open - 1) {
    const unsigned place = open & (~open + 1);
    boards += count_boards(all, columns | place, (left | place) << 1, (right | place) >> 1);
  }
  return boards;
}

struct Tally {
  std::size_t found = 0;
  std::size_t sent = 0;
  std::size_t done = 0;
};

Tally direct(Crew& crew, const std::vector<Pid>& workers, std::size_t enough) {
  Tally tally;
  auto give = [&](Work work) { send(workers[tally.sent++ % workers.size()], work); };
  give(Work{{}, 0});
  while (tally.done < tally.sent && tally.found < enough)
    crew.take([&](Work work) { give(work); }, [&](Found) { ++tally.found; }, [&](Done) { ++tally.done; });
  return tally;
}

Outcome find_boards(const Parameters& parameters) {
  const std::size_t size = parameters.count, enough = parameters.size("solutions");
  Stopwatch watch;
  Crew crew;
  std::vector<Pid> workers;
  for (std::size_t i = 0; i < parameters.processes; ++i)
    workers.push_back(crew.spawn([](Worker worker) { return rest(worker, look, end_of<Worker>); },
                                 Worker{self(), size, parameters.size("threshold")}));
  Tally tally = direct(crew, workers, enough);
  stop_all(crew, workers);
  Outcome outcome = outcome_of(tally.sent, watch);
  const std::size_t all = count_boards((1u << size) - 1, 0, 0, 0);
  require(tally.found == std::min(all, enough), "a board is missing or doubled");
  outcome.extra["found"] = static_cast<double>(tally.found);
  return outcome;
}

}  // namespace

Outcome n_queens(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.count <= largest, "n_queens takes a count up to 16");
  return runtime.run(find_boards, parameters);
}

}  // namespace throng_bench

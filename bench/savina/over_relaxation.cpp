// over_relaxation: a grid of cells, of which the black and the white ones by turns take a mean of their
// neighbours. What it stresses is many processes that each talk to four others in lockstep.
#include <cmath>

#include "part2.hpp"
#include "part2_common.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Start {
  std::vector<Pid> neighbours;
};
struct Value {
  double value;
};
struct Result {
  double value;
};

struct Cell {
  Pid waiting;
  double value;
  double omega;
  bool begins;       // its first value goes out before it has any of others
  std::size_t left;  // values that it still has to send
  std::vector<Pid> neighbours{};
  std::size_t received = 0;
  double sum = 0;
};

void send_value(Cell& cell) {
  for (Pid neighbour : cell.neighbours) send(neighbour, Value{cell.value});
  if (--cell.left > 0) return;
  send(cell.waiting, Result{cell.value});
  exit(ExitReason::normal);
}

// A neighbour that has started earlier may have sent its value before this one knows its neighbours.
void go_on(Cell& cell) {
  if (cell.neighbours.empty() || cell.received < cell.neighbours.size()) return;
  cell.value = cell.omega / 4 * std::exchange(cell.sum, 0) + (1 - cell.omega) * cell.value;
  cell.received = 0;
  send_value(cell);
}

void start(Cell& cell, Start start) {
  cell.neighbours = std::move(start.neighbours);
  if (cell.begins) send_value(cell);
  go_on(cell);
}

void take(Cell& cell, Value value) {
  cell.sum += value.value;
  ++cell.received;
  go_on(cell);
}

// Calls f(index) for each neighbour of a cell of a square grid.
template <class F>
void for_neighbours(std::size_t row, std::size_t column, std::size_t side, F f) {
  const std::size_t index = row * side + column;
  if (row > 0) f(index - side);
  if (row + 1 < side) f(index + side);
  if (column > 0) f(index - 1);
  if (column + 1 < side) f(index + 1);
}
bool is_black(std::size_t row, std::size_t column) { return (row + column) % 2 == 0; }

// The same without processes: white cells first, since the black ones' first values are given.
double sum_one_after_another(std::vector<double> grid, std::size_t side, std::size_t rounds, double omega) {
  for (std::size_t half = 0; half < 2 * rounds - 1; ++half) {
    for (std::size_t row = 0; row < side; ++row) {
      for (std::size_t column = 0; column < side; ++column) {
        if (is_black(row, column) != (half % 2 == 1)) continue;
        double sum = 0;
        for_neighbours(row, column, side, [&](std::size_t i) { sum += grid[i]; });
        double& value = grid[row * side + column];
        value += omega * (sum / 4 - value);
      }
    }
  }
  double sum = 0;
  for (double value : grid) sum += value;
  return sum;
}

Outcome relax(const Parameters& parameters) {
  const std::size_t side = parameters.count, rounds = parameters.size("rounds");
  needs(side >= 2 && rounds > 0, "over_relaxation needs a count of 2 or more and a round");
  const double omega = parameters["omega"];
  Random random{parameters.size("seed")};
  std::vector<double> grid(side * side);
  for (double& value : grid) value = random.unit() * 1e-6;

  Stopwatch watch;
  std::vector<Pid> cells;
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t column = 0; column < side; ++column)
      cells.push_back(spawn([](Cell cell) { return rest(std::move(cell), start, take); },
                            Cell{self(), grid[row * side + column], omega, is_black(row, column), rounds}));
  for (std::size_t row = 0; row < side; ++row) {
    for (std::size_t column = 0; column < side; ++column) {
      Start start;
      for_neighbours(row, column, side, [&](std::size_t i) { start.neighbours.push_back(cells[i]); });
      send(cells[row * side + column], std::move(start));
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) sum += receive<Result>().value;
  Outcome outcome = outcome_of(cells.size() * rounds, watch);
  const double expected = sum_one_after_another(grid, side, rounds, omega);
  require(std::abs(sum - expected) <= 1e-9 * expected,
          "the cells' sum is not that of the same steps in order");
  return outcome;
}

}  // namespace

Outcome over_relaxation(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(relax, parameters);
}

}  // namespace throng_bench

// over_relaxation: a grid of cells, of which the black and the white ones by turns take a mean of their
// neighbours. What it stresses is many processes that each talk to four others in lockstep.
#include <cmath>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

// The generator that the published sums were made with: Knuth's linear congruential one of 48 bits.
class Random48 {
 public:
  explicit Random48(std::uint64_t seed) : state_(seed ^ factor) {}

  // From 0 to below 1.
  double unit() {
    const std::uint64_t high = next(26);
    return static_cast<double>((high << 27) + next(27)) * 0x1p-53;
  }

 private:
  static constexpr std::uint64_t factor = 0x5deece66d;

  std::uint64_t next(int bits) {
    constexpr std::uint64_t mask = (std::uint64_t{1} << 48) - 1;
    state_ = (state_ * factor + 11) & mask;
    return state_ >> (48 - bits);
  }
  std::uint64_t state_;
};

struct PublishedSum {
  std::size_t side;
  double value;
};
// For 100 rounds, a factor of 1.25 and the default seed.
constexpr PublishedSum published[] = {
    {20, 3.189420084871275e-6}, {80, 1.846644602759566e-3}, {100, 3.2099996270638005e-3}};

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

void begin(Cell& cell, Start start) {
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

// A cell adds its neighbours' values in the order in which they come, so the last digits differ.
void check(double sum, double expected, std::size_t cells) {
  const double tolerance = 1e-9 * std::abs(expected) + 1e-20 * static_cast<double>(cells);
  require(std::abs(sum - expected) <= tolerance, "the cells' sum is not what it should be");
}

Outcome relax(const Parameters& parameters) {
  const std::size_t side = parameters.count, rounds = parameters.size("rounds");
  const double omega = parameters["omega"];
  Random48 random(parameters.size("seed"));
  std::vector<double> grid(side * side);
  for (double& value : grid) value = random.unit() * 1e-6;

  Stopwatch watch;
  std::vector<Pid> cells;
  for (std::size_t row = 0; row < side; ++row)
    for (std::size_t column = 0; column < side; ++column)
      cells.push_back(spawn([](Cell cell) { return rest(std::move(cell), begin, take); },
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
  check(sum, sum_one_after_another(grid, side, rounds, omega), cells.size());
  if (rounds == 100 && omega == 1.25 && parameters["seed"] == 10'101'010)
    for (const PublishedSum& known : published)
      if (known.side == side) check(sum, known.value, cells.size());
  return outcome;
}

}  // namespace

Outcome over_relaxation(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.count >= 2 && parameters.size("rounds") > 0,
        "over_relaxation needs a count of 2 or more, and a round");
  return runtime.run(relax, parameters);
}

}  // namespace throng_bench

// mbrot: each process computes all of the Mandelbrot set, N x N points of it. What it stresses is arithmetic
// in more processes than workers, which have nothing to say to each other.
#include <algorithm>
#include <complex>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

constexpr std::size_t most_iterations = 255;
constexpr double half_width = 2;  // of the square around 0

std::size_t iterations(double x0, double y0) {
  double x = x0, y = y0;
  std::size_t done = 0;
  for (; done < most_iterations && x * x + y * y <= 4; ++done) {
    const double next = x * x - y * y + x0;
    y = 2 * x * y + y0;
    x = next;
  }
  return done;
}

// Calls at(x, y) for each point of the square and adds up.
template <class At>
std::size_t sum_over(std::size_t side, At at) {
  std::size_t sum = 0;
  const double step = 2 * half_width / static_cast<double>(side);
  for (std::size_t row = side; row > 0; --row)
    for (std::size_t column = side; column > 0; --column)
      sum += at(static_cast<double>(column - 1) * step - half_width,
                static_cast<double>(row - 1) * step - half_width);
  return sum;
}

struct Picture {
  std::size_t iterations;  // of all points
};

void compute(Pid master, std::size_t side) { send(master, Picture{sum_over(side, iterations)}); }

// The definition as it stands in books.
std::size_t iterations_by_definition(double x, double y) {
  const std::complex<double> c(x, y);
  std::complex<double> z = c;
  std::size_t done = 0;
  while (done < most_iterations && std::norm(z) <= 4) {
    z = z * z + c;
    ++done;
  }
  return done;
}

// Both may round differently where the compiler joins a product and a sum, which matters at the edge alone.
bool is_close(std::size_t a, std::size_t b) {
  return std::max(a, b) - std::min(a, b) <= std::max(a, b) / 1000;
}

}  // namespace

Outcome mbrot(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t side, std::size_t processes) {
        Stopwatch watch;
        for (std::size_t i = 0; i < processes; ++i) spawn_link(compute, self(), side);
        std::vector<std::size_t> pictures;
        for (std::size_t i = 0; i < processes; ++i) pictures.push_back(receive<Picture>().iterations);
        Outcome outcome = outcome_of(side * side * processes, watch);
        const std::size_t expected = sum_over(side, iterations_by_definition);
        for (std::size_t picture : pictures)
          require(is_close(picture, expected), "a picture is not that of the set");
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench

// mbrot: each process computes all of the Mandelbrot set, N x N points of it. What it stresses is arithmetic
// in more processes than workers, which have nothing to say to each other.
#include <cmath>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

constexpr int most_iterations = 255;
constexpr double half_width = 2;  // of the square around 0

int iterations(double x0, double y0) {
  double x = x0, y = y0;
  int done = 0;
  for (; done < most_iterations && x * x + y * y <= 4; ++done) {
    const double next = x * x - y * y + x0;
    y = 2 * x * y + y0;
    x = next;
  }
  return done;
}

struct Picture {
  std::size_t iterations = 0;  // of all points
  std::size_t inside = 0;      // points that do not leave
};

Picture compute(std::size_t side) {
  Picture picture;
  const double step = 2 * half_width / static_cast<double>(side);
  for (std::size_t row = side; row > 0; --row) {
    for (std::size_t column = side; column > 0; --column) {
      const int done = iterations(static_cast<double>(column - 1) * step - half_width,
                                  static_cast<double>(row - 1) * step - half_width);
      picture.iterations += static_cast<std::size_t>(done);
      picture.inside += done == most_iterations ? 1 : 0;
    }
  }
  return picture;
}

// The set's area is known; a picture of it is off by some of the points at its edge.
bool has_known_area(const Picture& picture, std::size_t side) {
  constexpr double area = 1.5066, square = 4 * half_width * half_width;
  const auto points = static_cast<double>(side);
  return std::abs(static_cast<double>(picture.inside) * square / (points * points) - area) <
         0.05 + 10 / points;
}

}  // namespace

Outcome mbrot(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t side, std::size_t processes) {
        const Picture expected = compute(side);
        Stopwatch watch;
        for (std::size_t i = 0; i < processes; ++i)
          spawn_link([](Pid master, std::size_t points) { send(master, compute(points)); }, self(), side);
        std::size_t sum = 0;
        for (std::size_t i = 0; i < processes; ++i) sum += receive<Picture>().iterations;
        Outcome outcome = outcome_of(side * side * processes, watch);
        require(sum == processes * expected.iterations, "a process computed another picture");
        require(has_known_area(expected, side), "this is not the Mandelbrot set");
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench

// trapezoid: an integral, cut into as many parts as there are workers. What it stresses is arithmetic in a
// few processes that are started, asked once and ended.
#include <cmath>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Part {
  double left;
  double width;  // of one trapezoid
  std::size_t trapezoids;
};
struct Area {
  double value;
};
struct Worker {
  Pid master;
};

double f(double x) { return std::sin(x * x * x - 1) / (x + 1) * std::sqrt(1 + std::exp(std::sqrt(2 * x))); }

void integrate(Worker& worker, Part part) {
  double area = 0, left = f(part.left);
  for (std::size_t i = 1; i <= part.trapezoids; ++i) {
    const double right = f(part.left + static_cast<double>(i) * part.width);
    area += 0.5 * (left + right) * part.width;
    left = right;
  }
  send(worker.master, Area{area});
}

// Another rule, with an error far below that of the trapezoids.
double by_simpsons_rule(double left, double right) {
  constexpr int pieces = 200'000;
  const double width = (right - left) / pieces;
  double sum = f(left) + f(right);
  for (int i = 1; i < pieces; ++i) sum += (i % 2 == 1 ? 4 : 2) * f(left + i * width);
  return sum * width / 3;
}

Outcome integral(const Parameters& parameters) {
  const double left = parameters["left"], right = parameters["right"];
  const std::size_t count = parameters.count, processes = parameters.processes;
  const double width = (right - left) / static_cast<double>(count);
  Stopwatch watch;
  Crew crew;
  std::vector<Pid> workers;
  for (std::size_t i = 0; i < processes; ++i)
    workers.push_back(
        crew.spawn([](Pid master) { return rest(Worker{master}, integrate, end_of<Worker>); }, self()));
  for (std::size_t i = 0; i < processes; ++i) {
    const std::size_t first = count * i / processes, last = count * (i + 1) / processes;
    send(workers[i], Part{left + static_cast<double>(first) * width, width, last - first});
  }
  double area = 0;
  for (std::size_t i = 0; i < processes; ++i) area += crew.receive<Area>().value;
  stop_all(crew, workers);
  Outcome outcome = outcome_of(count, watch);
  // The rule's own error is the length times the square of the width times |f''| / 12, and |f''| stays below
  // the square of x cubed's slope times the factor in front of the sine.
  const double slope = 3 * right * right + 1;
  const double bound =
      (right - left) * width * width * slope * slope * std::sqrt(1 + std::exp(std::sqrt(2 * right)));
  require(std::abs(area - by_simpsons_rule(left, right)) < bound + 1e-9, "the integral is wrong");
  return outcome;
}

}  // namespace

Outcome trapezoid(Runtime& runtime, const Parameters& parameters) {
  needs(0 <= parameters["left"] && parameters["left"] < parameters["right"],
        "trapezoid needs 0 <= left < right");
  return runtime.run(integral, parameters);
}

}  // namespace throng_bench

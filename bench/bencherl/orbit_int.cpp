// orbit_int: which numbers generators reach from 0, where each of many processes keeps part of what has been
// found. What it stresses is small messages between all of them, and knowing when none is under way.
//
// Whoever has something to do holds credit, the master 1 at first. A number travels with part of its
// sender's; who has nothing more to do returns what it holds, and when the master has 1 again, nothing is
// under way.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

// A sum of different powers of 1/2, by their exponents.
class Credit {
 public:
  static constexpr bool sendable = true;

  bool is_zero() const { return halvings_.empty(); }
  bool is_one() const { return halvings_.size() == 1 && *halvings_.begin() == 0; }

  void add(unsigned halvings) {
    while (halvings_.erase(halvings) > 0) --halvings;  // twice the same is once the next larger
    halvings_.insert(halvings);
  }
  void add(const Credit& other) {
    for (unsigned halvings : other.halvings_) add(halvings);
  }
  // Gives a power away and keeps some. Requires: it is not zero.
  unsigned take() {
    unsigned halvings = *halvings_.begin();
    halvings_.erase(halvings_.begin());
    if (halvings_.empty()) halvings_.insert(++halvings);
    return halvings;
  }

 private:
  std::set<unsigned> halvings_;
};

using Number = std::int64_t;

struct Setup {
  std::vector<std::size_t> generators;
  Number limit;
  bool spawns;  // a process for each image
  Pid master;
  std::vector<Pid> workers;
};
struct Start {
  Shared<Setup> setup;
};
struct Vertex {
  Number value;
  unsigned credit;
};
struct Idle {
  Credit credit;
};
struct Report {};
struct Orbit {
  std::vector<Number> part;
};

Number fib(Number n) { return n < 2 ? 1 : fib(n - 1) + fib(n - 2); }

// How many of the steps, which ascend, are not above x.
Number steps(std::initializer_list<Number> thresholds, Number x) {
  return std::ranges::count_if(thresholds, [x](Number threshold) { return threshold <= x; });
}

// The published generators: a naive Fibonacci number each, of small arguments or mostly small ones.
Number image(std::size_t generator, Number limit, Number x) {
  auto below = [limit](Number value) { return std::abs(value) % limit; };
  switch (generator) {
    case 1:
      return below(fib(x % 16) + x);
    case 2:
      return below(fib(x % 16 + 5) + 2 * x * x + 5 * x - 1);
    case 3:
      return below(fib(x % 16 + 10) - x * x * x + 8 * x);
    case 4:
      return below(fib(8 * steps({0, 49, 98, 100}, x % 100) + 3) - 1);
    default:
      return below(fib(10 * steps({0, 900, 999, 1000}, x % 1000)) + 1);
  }
}

void send_vertex(const Setup& setup, Number value, unsigned credit) {
  const std::uint64_t hash = static_cast<std::uint64_t>(value) * 0x9e3779b97f4a7c15u >> 32;
  send(setup.workers[hash % setup.workers.size()], Vertex{value, credit});
}

void send_image(Shared<Setup> setup, std::size_t generator, Number value, unsigned credit) {
  send_vertex(*setup, image(generator, setup->limit, value), credit);
}

class Worker {
 public:
  void run() {
    const Shared<Setup> setup = receive<Start>().setup;
    auto take = [&](Vertex vertex) {
      credit_.add(vertex.credit);
      if (found_.insert(vertex.value).second) expand(setup, vertex.value);
    };
    bool more = true;
    auto end = [&](Report) { more = false; };
    while (more) {
      receive(take, end, after(0ms, [&] {
                if (!credit_.is_zero()) send(setup->master, Idle{std::exchange(credit_, {})});
                receive(take, end);
              }));
    }
    send(setup->master, Orbit{{found_.begin(), found_.end()}});
  }

 private:
  void expand(const Shared<Setup>& setup, Number value) {
    for (std::size_t generator : setup->generators) {
      if (setup->spawns) {
        spawn(send_image, setup, generator, value, credit_.take());
      } else {
        send_image(setup, generator, value, credit_.take());
      }
    }
  }

  Credit credit_;
  std::unordered_set<Number> found_;
};

std::vector<Number> one_after_another(const Setup& setup) {
  std::unordered_set<Number> found{0};
  std::vector<Number> orbit{0};
  for (std::size_t i = 0; i < orbit.size(); ++i) {
    for (std::size_t generator : setup.generators) {
      const Number next = image(generator, setup.limit, orbit[i]);
      if (found.insert(next).second) orbit.push_back(next);
    }
  }
  std::ranges::sort(orbit);
  return orbit;
}

std::vector<Number> among_workers(const Shared<Setup>& setup) {
  for (Pid worker : setup->workers) send(worker, Start{setup});
  Credit credit;
  credit.add(0);
  send_vertex(*setup, 0, credit.take());
  while (!credit.is_one()) credit.add(receive<Idle>().credit);
  for (Pid worker : setup->workers) send(worker, Report{});
  std::vector<Number> orbit;
  for (std::size_t i = 0; i < setup->workers.size(); ++i) {
    const Orbit part = receive<Orbit>();
    orbit.insert(orbit.end(), part.part.begin(), part.part.end());
  }
  std::ranges::sort(orbit);
  return orbit;
}

Outcome find_orbit(const Parameters& parameters, bool spawns) {
  Setup setup{{}, static_cast<Number>(parameters.count), spawns, self(), {}};
  for (std::size_t digits = parameters.size("generators"); digits > 0; digits /= 10)
    setup.generators.insert(setup.generators.begin(), digits % 10);
  const std::vector<Number> expected = one_after_another(setup);
  Stopwatch watch;
  for (std::size_t i = 0; i < parameters.processes; ++i)
    setup.workers.push_back(spawn_link([] { Worker().run(); }));
  const std::size_t generators = setup.generators.size();
  const std::vector<Number> orbit = among_workers(Shared<Setup>(std::move(setup)));
  Outcome outcome = outcome_of(std::max<std::size_t>(orbit.size() * generators, 1), watch);
  require(orbit == expected, "a number is missing, doubled or out of reach");
  outcome.extra["orbit"] = static_cast<double>(orbit.size());
  return outcome;
}

void check_parameters(const Parameters& parameters) {
  needs(parameters.count <= 1'000'000, "orbit_int takes a count up to 1000000");
  for (std::size_t digits = parameters.size("generators"); digits > 0; digits /= 10)
    needs(1 <= digits % 10 && digits % 10 <= 5,
          "orbit_int has generators 1 to 5: 124 is the first, second and fourth");
}

}  // namespace

Outcome orbit_int(Runtime& runtime, const Parameters& parameters) {
  check_parameters(parameters);
  return runtime.run(find_orbit, parameters, false);
}
Outcome orbit_int_spawning(Runtime& runtime, const Parameters& parameters) {
  check_parameters(parameters);
  return runtime.run(find_orbit, parameters, true);
}

}  // namespace throng_bench

// SIM-1 and SIM-2: a seed decides on everything, and seeds differ.
#include <set>

#include "simulation_programs.hpp"

using namespace simulated_programs;

namespace {

// Runs the program twice with each seed. How many traces there were; -1: the two differed.
template <class F>
int traces(F program, simulation::Options options = {}) {
  std::set<std::uint64_t> hashes;
  for (options.seed = 0; options.seed < 12; ++options.seed) {
    auto one = simulation::run(options, program);
    auto two = simulation::run(options, program);
    CAPTURE(options.seed);
    CAPTURE(one.sentence());
    CHECK(one.finished());
    if (one.trace_hash() != two.trace_hash() || one.value() != two.value() || one.steps() != two.steps() ||
        one.virtual_time() != two.virtual_time())
      return -1;
    hashes.insert(one.trace_hash());
  }
  return static_cast<int>(hashes.size());
}

template <class F>
void check_seeds(F program, int different) {
  for (unsigned workers : {1U, 3U}) {
    for (auto strategy : {simulation::Strategy::random, simulation::Strategy::pct}) {
      CAPTURE(workers);
      CAPTURE(static_cast<int>(strategy));
      CHECK(traces(program, {.workers = workers, .strategy = strategy}) >= different);
    }
  }
}

}  // namespace

TEST_CASE("SIM-1: the same seed gives the same run: links and monitors") {
  check_seeds(links_and_monitors, 2);
}

TEST_CASE("SIM-1: the same seed gives the same run: timers and time-outs") { check_seeds(time_outs, 2); }

TEST_CASE("SIM-1: the same seed gives the same run: names") { check_seeds(names, 2); }

TEST_CASE("SIM-1: the same seed gives the same run: blocking calls") { check_seeds(blocking_calls, 2); }

TEST_CASE("SIM-1: the same seed gives the same run: processes at rest") { check_seeds(resting, 2); }

TEST_CASE("SIM-2: which of two comes first depends on the seed") {
  std::set<int> winners;
  for (std::uint64_t seed = 0; seed < 64; ++seed)
    winners.insert(simulation::run({.seed = seed}, race).value());
  CHECK(winners.size() == 3);
}

TEST_CASE("SIM-2: the ordinary order is one order, whatever the seed") {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    hashes.insert(
        simulation::run({.seed = seed, .strategy = simulation::Strategy::ordinary}, race).trace_hash());
  CHECK(hashes.size() == 1);
}

TEST_CASE("SIM-2: simulated workers steal from each other") {
  std::uint64_t steals = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    steals += simulation::run({.seed = seed, .workers = 3}, [] {
                race();
                return runtime_info().steals;
              }).value();
  }
  CHECK(steals > 0);
}

// What waits in a simulated scheduler: the line keeps the order, and its counts say what a look at all would.
#include "waiting_line.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <throng/scheduler/random.hpp>

using namespace throng::detail;

namespace {

constexpr std::uint32_t workers = 3;

bool has_work(const std::deque<Step>& steps, std::uint32_t worker) {
  return std::ranges::any_of(steps, [&](const Step& step) { return !step.is_job && step.worker == worker; });
}

std::size_t best_class_among(const std::deque<Step>& steps, std::uint32_t worker) {
  std::size_t best = WaitingLine::class_count;
  for (const Step& step : steps)
    if (!step.is_job && step.worker == worker) best = std::min(best, WaitingLine::class_of(step.queue));
  return best;
}

bool all_can_happen(const std::deque<Step>& steps) {
  return std::ranges::all_of(steps, [&](const Step& step) {
    return !step.is_job && WaitingLine::class_of(step.queue) == best_class_among(steps, step.worker);
  });
}

std::optional<std::uint32_t> idle_among(const std::deque<Step>& steps) {
  for (std::uint32_t worker = 0; worker < workers; ++worker)
    if (!has_work(steps, worker)) return worker;
  return {};
}

void compare(const WaitingLine& line, const std::deque<Step>& expected) {
  REQUIRE(line.size() == expected.size());
  CHECK(std::ranges::equal(line.steps(), expected, {}, &Step::actor, &Step::actor));
  CHECK(line.is_even() == all_can_happen(expected));
  CHECK(line.idle_worker() == idle_among(expected));
  for (std::uint32_t worker = 0; worker < workers; ++worker)
    CHECK(line.best_class(worker) == best_class_among(expected, worker));
}

}  // namespace

TEST_CASE("a line knows what is most urgent with whom, whatever came and was taken") {
  WaitingLine line(workers);
  std::deque<Step> expected;
  Random random(7);
  int even = 0, uneven = 0;
  for (std::uint64_t actor = 1; actor < 5000; ++actor) {
    // Short lines, and mostly of one queue: or none would be even.
    bool takes = random.below(8) < expected.size();
    if (takes) {
      auto place = static_cast<std::size_t>(random.below(expected.size()));
      CHECK(line.take(place).actor == expected[place].actor);
      expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(place));
    } else {
      Step step{.actor = actor, .worker = static_cast<std::uint32_t>(random.below(workers))};
      step.queue = static_cast<std::uint8_t>(random.below(4) == 0 ? random.below(queue_count) : fresh);
      step.is_job = random.below(16) == 0;
      bool in_front = random.below(4) == 0;
      if (in_front) {
        line.push_front(step);
        expected.push_front(step);
      } else {
        line.push_back(step);
        expected.push_back(step);
      }
    }
    compare(line, expected);
    ++(line.is_even() ? even : uneven);
  }
  CHECK(even > 500);
  CHECK(uneven > 500);
}

TEST_CASE("behind what the workers have come the thefts of all of it by one that has nothing") {
  std::deque<Step> own{{.actor = 5, .worker = 0}, {.actor = 6, .worker = 2}};
  CHECK(Steps(own).size() == 2);
  Steps steps(own, 1);
  REQUIRE(steps.size() == 4);
  for (std::size_t i = 0; i < own.size(); ++i) {
    CHECK(steps[i].actor == own[i].actor);
    CHECK(steps[i].worker == own[i].worker);
    CHECK_FALSE(steps[i].is_stolen);
    CHECK(steps[i + 2].actor == own[i].actor);
    CHECK(steps[i + 2].worker == 1);
    CHECK(steps[i + 2].is_stolen);
  }
}

#include "breadth.hpp"

#include <algorithm>
#include <utility>

namespace throng::detail {
namespace {

constexpr double worth_it = 1.05;  // what more workers must bring, or they rest
// Looks after which a run is no slice any more, but code that is not counted. Who takes out a long queue may
// miss one.
constexpr std::uint32_t stuck_alone = 2;
constexpr std::uint32_t stuck_beside_others = 4;
constexpr double milliseconds = 1e-6;  // of a nanosecond
constexpr std::size_t many_more = 4;   // times what waited before, and...
constexpr std::size_t a_few = 16;      // ...so many above that: the work is another

double rate_between(const Activity& from, const Activity& to) noexcept {
  double span = static_cast<double>(std::max<std::int64_t>(to.time - from.time, 1)) * milliseconds;
  return static_cast<double>(to.reductions - from.reductions) / span;
}

}  // namespace

void Breadth::set_most(std::uint32_t workers) noexcept {
  most_ = level_ = workers;
  decided_ = 0;
  hold(last_.time, pace_.first_hold);
}

std::uint32_t Breadth::look(const Activity& now) noexcept {
  Activity before = std::exchange(last_, now);
  if (phase_ == Phase::settling) {
    if (now.time >= until_) measure(Phase::after, now);
    return level_;
  }
  if (tells_nothing(before, now)) {
    if (is_narrow()) decided_ = 0;
    level_ = most_;
    hold(now.time, pace_.first_hold);
    return level_;
  }
  if (is_narrow() && phase_ == Phase::holding && now.waiting > many_more * waited_ + a_few) {
    decided_ = 0;
    until_ = now.time;
  }
  ran_ = std::max(ran_, now.running);
  waited_ = std::max(waited_, now.waiting);
  if (now.time < until_) return level_;
  if (phase_ == Phase::holding) {
    measure(Phase::before, now);
  } else if (phase_ == Phase::before) {
    try_other(now);
  } else {
    decide(rate_between(mark_, now), now.time);
  }
  return level_;
}

// Either those who take part have too little to do, and others would not help; or the count does not say how
// much is done, or for whom.
bool Breadth::tells_nothing(const Activity& before, const Activity& now) const noexcept {
  bool stuck = now.stuck_for >= (is_narrow() ? stuck_alone : stuck_beside_others);
  return stuck || (is_narrow() && now.somebody_slept) || rate_between(before, now) < pace_.dense;
}

void Breadth::hold(std::int64_t now, std::int64_t span) noexcept {
  phase_ = Phase::holding;
  hold_ = span;
  until_ = now + span;
}

void Breadth::measure(Phase phase, const Activity& now) noexcept {
  phase_ = phase;
  mark_ = now;
  until_ = now.time + pace_.window;
  ran_ = 0;
}

void Breadth::try_other(const Activity& now) noexcept {
  std::uint32_t fewer = (level_ + 1) / 2;
  bool can_go_down = level_ > 1 && ran_ > fewer;  // else they would not be missed
  bool up = is_narrow() && (goes_up_ || !can_go_down);
  if (!up && !can_go_down) return hold(now.time, pace_.first_hold);
  goes_up_ = !up;
  rate_before_ = rate_between(mark_, now);
  other_ = level_;
  level_ = up ? std::min(level_ * 2, most_) : fewer;
  phase_ = Phase::settling;
  until_ = now.time + pace_.settle;
  waited_ = 0;
}

void Breadth::decide(double rate, std::int64_t now) noexcept {
  bool went_up = level_ > other_;
  double with_more = went_up ? rate : rate_before_;
  double with_less = went_up ? rate_before_ : rate;
  bool more = with_more > worth_it * with_less;
  level_ = more ? std::max(level_, other_) : std::min(level_, other_);
  bool as_before = std::exchange(decided_, level_) == level_;
  std::int64_t longest = is_narrow() ? pace_.longest_narrow : pace_.longest_wide;
  hold(now, as_before ? std::min(2 * hold_, longest) : pace_.first_hold);
}

}  // namespace throng::detail

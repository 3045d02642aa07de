#include "breadth.hpp"

#include <algorithm>
#include <utility>

namespace throng::detail {
namespace {

constexpr double worth_it = 1.05;  // what more workers must bring, or they rest
constexpr double milliseconds = 1e-6;

}  // namespace

void Breadth::set_most(std::uint32_t workers) noexcept {
  most_ = level_ = workers;
  decided_ = 0;
  hold(last_.time, pace_.first_hold);
}

std::uint32_t Breadth::look(const Activity& now) noexcept {
  Activity before = std::exchange(last_, now);
  bool idle = now.asleep > 0 || now.parks != before.parks;
  bool telling = !idle && !now.somebody_stuck && is_dense(before, now);
  if (phase_ == Phase::settling) {
    if (now.time >= until_) measure(Phase::after, now);
    return level_;
  }
  if (!telling) {
    // Either there is not enough to do for those who are awake, or the count does not tell how much.
    if (level_ < most_) decided_ = 0;
    level_ = most_;
    hold(now.time, pace_.first_hold);
    return level_;
  }
  if (now.time < until_) return level_;
  switch (phase_) {
    case Phase::holding:
      measure(Phase::before, now);
      break;
    case Phase::before:
      try_other(now);
      break;
    case Phase::after:
      decide(rate_since_mark(now), now.time);
      break;
    case Phase::settling:
      break;
  }
  return level_;
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
}

void Breadth::try_other(const Activity& now) noexcept {
  rate_before_ = rate_since_mark(now);
  other_ = level_;
  bool up = level_ == 1 || (level_ < most_ && goes_up_);
  goes_up_ = !up;
  level_ = up ? std::min(level_ * 2, most_) : (level_ + 1) / 2;
  phase_ = Phase::settling;
  until_ = now.time + pace_.settle;
}

void Breadth::decide(double rate, std::int64_t now) noexcept {
  bool went_up = level_ > other_;
  double with_more = went_up ? rate : rate_before_;
  double with_less = went_up ? rate_before_ : rate;
  bool more = with_more > worth_it * with_less;
  level_ = more ? std::max(level_, other_) : std::min(level_, other_);
  bool as_before = std::exchange(decided_, level_) == level_;
  hold(now, as_before ? std::min(2 * hold_, pace_.longest_hold) : pace_.first_hold);
}

double Breadth::rate_since_mark(const Activity& now) const noexcept {
  double span = static_cast<double>(std::max<std::int64_t>(now.time - mark_.time, 1)) * milliseconds;
  return static_cast<double>(now.reductions - mark_.reductions) / span;
}

bool Breadth::is_dense(const Activity& from, const Activity& to) const noexcept {
  double span = static_cast<double>(std::max<std::int64_t>(to.time - from.time, 1)) * milliseconds;
  return static_cast<double>(to.reductions - from.reductions) > pace_.dense * level_ * span;
}

}  // namespace throng::detail

#include "chooser.hpp"

#include <algorithm>

namespace throng::detail {

using simulation::Actor;
using simulation::Deviation;

RandomChooser::RandomChooser(std::uint64_t seed, unsigned slice) : random_(seed), slice_(slice) {
  constexpr std::uint64_t most_shift = 8;  // 1 to 128
  if (slice_ == 0) slice_ = std::uint64_t{1} << random_.below(most_shift);
}

std::size_t RandomChooser::pick(const Steps& steps, std::uint64_t) {
  if (steps.size() == 1 || random_.below(slice_) != 0) return 0;
  return static_cast<std::size_t>(random_.below(steps.size()));
}

// Priorities are drawn above 2^32; those that fall are counted down from there.
PctChooser::PctChooser(std::uint64_t seed, unsigned depth, std::uint64_t length)
    : random_(seed), lowest_(std::uint64_t{1} << 32) {
  for (unsigned i = 1; i < depth; ++i) changes_.push_back(random_.below(std::max<std::uint64_t>(length, 1)));
  std::ranges::sort(changes_);
}

std::uint64_t PctChooser::priority_of(const Actor& actor) {
  auto [place, is_new] = priorities_.try_emplace(actor, 0);
  if (is_new) place->second = (std::uint64_t{1} << 32) + (random_.next() >> 16);
  return place->second;
}

void PctChooser::lower(const Actor& actor) { priorities_[actor] = --lowest_; }

std::size_t PctChooser::pick(const Steps& steps, std::uint64_t) {
  auto highest = [&] {
    std::size_t best = 0;
    std::uint64_t best_priority = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      std::uint64_t priority = priority_of(actor_of(steps[i]));
      if (priority <= best_priority) continue;
      best_priority = priority;
      best = i;
    }
    return best;
  };
  std::size_t best = highest();
  while (!changes_.empty() && changes_.front() <= step_) {
    changes_.erase(changes_.begin());
    lower(actor_of(steps[best]));
    best = highest();
  }
  ++step_;
  return best;
}

// Who waits for others by asking again and again would else keep them from ever doing it.
void PctChooser::took(const Step& step, StepEnd how, std::span<const std::uint64_t>) {
  if (how == StepEnd::gave_way) lower(actor_of(step));
  if (how == StepEnd::ended && !step.is_job) priorities_.erase(actor_of(step));
}

ReplayChooser::ReplayChooser(const simulation::Schedule& schedule) {
  for (const Deviation& deviation : schedule.deviations) {
    if (deviation.kind == Deviation::Kind::goes_first)
      deviations_[{deviation.actor, deviation.count}].push_back(deviation);
  }
}

std::size_t ReplayChooser::pick(const Steps& steps, std::uint64_t turn) {
  auto found = deviations_.find({actor_of(steps[0]), turn});
  if (found == deviations_.end()) return 0;
  while (!found->second.empty()) {
    Deviation deviation = found->second.front();
    found->second.pop_front();
    std::size_t elsewhere = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (actor_of(steps[i]) != deviation.other) continue;
      if (steps[i].worker == deviation.worker) return i;
      elsewhere = i;
    }
    if (elsewhere != 0) return elsewhere;
  }
  return 0;
}

std::unique_ptr<Chooser> make_chooser(const simulation::Options& options) {
  if (options.schedule) return std::make_unique<ReplayChooser>(*options.schedule);
  switch (options.strategy) {
    case simulation::Strategy::pct:
      return std::make_unique<PctChooser>(options.seed, options.depth, options.length);
    case simulation::Strategy::ordinary:
      return std::make_unique<OrdinaryChooser>();
    case simulation::Strategy::random:
      break;
  }
  return std::make_unique<RandomChooser>(options.seed, options.slice);
}

}  // namespace throng::detail

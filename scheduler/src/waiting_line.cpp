#include "waiting_line.hpp"

#include <algorithm>

namespace throng::detail {

std::size_t WaitingLine::best_class(std::size_t worker) const noexcept {
  const Counts& counts = workers_[worker];
  auto best = std::ranges::find_if(counts, [](std::size_t count) { return count != 0; });
  return static_cast<std::size_t>(best - counts.begin());
}

std::optional<std::uint32_t> WaitingLine::idle_worker() const noexcept {
  if (workers_used_ == workers_.size()) return {};
  std::uint32_t worker = 0;
  while (best_class(worker) != class_count) ++worker;
  return worker;
}

void WaitingLine::count(const Step& step) {
  if (step.is_job) {
    ++jobs_;
    return;
  }
  if (best_class(step.worker) == class_count) ++workers_used_;
  if (workers_[step.worker][class_of(step.queue)]++ == 0) ++classes_used_;
}

void WaitingLine::push_back(const Step& step) {
  steps_.push_back(step);
  count(step);
}

void WaitingLine::push_front(const Step& step) {
  steps_.push_front(step);
  count(step);
}

Step WaitingLine::take(std::size_t place) {
  auto position = steps_.begin() + static_cast<std::ptrdiff_t>(place);
  Step step = *position;
  steps_.erase(position);
  if (step.is_job) {
    --jobs_;
  } else {
    if (--workers_[step.worker][class_of(step.queue)] == 0) --classes_used_;
    if (best_class(step.worker) == class_count) --workers_used_;
  }
  return step;
}

}  // namespace throng::detail

// All that waits in a simulated scheduler, in the ordinary order, and how many of it wait with which worker
// in which class. So it is known at once whether all of it can happen next, as is nearly always the case:
// ten thousand that wait then cost a step no more than ten.
//
// Thread: the one that takes steps.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <throng/scheduler/director.hpp>
#include <vector>

#include "worker_parts.hpp"

namespace throng::detail {

class WaitingLine {
 public:
  static constexpr std::size_t class_count = fresh + 1;
  // `fresh` and `behind` are of one class: the order within it is the director's.
  static std::size_t class_of(std::size_t queue) noexcept { return std::min(queue, fresh); }

  explicit WaitingLine(std::size_t workers) : workers_(workers) {}

  void push_back(const Step& step);
  void push_front(const Step& step);
  Step take(std::size_t place);

  const std::deque<Step>& steps() const noexcept { return steps_; }
  std::size_t size() const noexcept { return steps_.size(); }
  bool empty() const noexcept { return steps_.empty(); }
  // No worker has anything that is less urgent than something else it has, and nothing is a job.
  bool is_even() const noexcept { return jobs_ == 0 && classes_used_ == workers_used_; }
  // The most urgent class that waits with the worker; class_count if nothing does.
  std::size_t best_class(std::size_t worker) const noexcept;
  // The first worker with which nothing waits.
  std::optional<std::uint32_t> idle_worker() const noexcept;

 private:
  using Counts = std::array<std::size_t, class_count>;

  void count(const Step& step);

  std::deque<Step> steps_;
  std::vector<Counts> workers_;
  std::size_t jobs_ = 0;
  std::size_t classes_used_ = 0;  // pairs of a worker and a class in which something waits
  std::size_t workers_used_ = 0;  // workers with which something waits
};

}  // namespace throng::detail

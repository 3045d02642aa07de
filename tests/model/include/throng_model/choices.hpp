// The stack of choices that makes an execution repeatable: the depth-first search reruns it with the last
// choice that has an alternative left moved on by one. Used by the explorer only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace throng_model {

class Choices {
 public:
  // Depth first from the beginning.
  Choices() = default;
  // Random, one new stack for each execution.
  explicit Choices(std::uint64_t seed) : random_(std::mt19937_64(seed)) {}
  // One given execution; where the schedule ends, the first alternative is taken.
  explicit Choices(const std::vector<int>& schedule) {
    for (int taken : schedule) points_.push_back({taken, 0, 0});
  }

  void begin_execution() {
    depth_ = 0;
    if (random_) points_.clear();
  }

  // Which of `total` alternatives to take now. The search tries the first `allowed` only. Total does not
  // depend on the preemption bound, so that a schedule can be replayed without it. Nothing: the recorded
  // choice doesn't fit.
  std::optional<int> decide(int total, int allowed, bool prefer_first) {
    if (total == 1) return 0;
    if (depth_ < points_.size()) {
      Point& point = points_[depth_++];
      if (point.total == 0) point.total = total;
      if (point.total != total || point.taken < 0 || point.taken >= total) return std::nullopt;
      return point.taken;
    }
    int taken = 0;
    if (random_ && !(prefer_first && (*random_)() % 4 != 0)) {
      taken = static_cast<int>((*random_)() % static_cast<std::uint64_t>(total));
    }
    points_.push_back({taken, allowed, total});
    ++depth_;
    return taken;
  }

  // On to the next execution of the depth-first search; false: there is none.
  bool advance() {
    while (!points_.empty() && points_.back().taken + 1 >= points_.back().allowed) points_.pop_back();
    if (points_.empty()) return false;
    ++points_.back().taken;
    return true;
  }

  void append_taken(std::vector<int>& schedule) const {
    for (std::size_t i = 0; i < depth_; ++i) schedule.push_back(points_[i].taken);
  }

 private:
  struct Point {
    int taken;
    int allowed;
    int total;
  };
  std::vector<Point> points_;
  std::size_t depth_ = 0;
  std::optional<std::mt19937_64> random_;
};

}  // namespace throng_model

// mlfq: multi-level feedback. Everybody begins at the top; who uses up a slice goes a level down, where runs
// are rarer and longer. Now and then all begin at the top again, so that nobody starves.
#pragma once

#include <array>
#include <deque>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class Mlfq final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "mlfq"; }
  void enqueue(Runnable& runnable, Wake wake) override {
    Data& data = runnable.data<Data>();
    if (wake == Wake::preempted && data.level + 1U < levels_.size()) ++data.level;
    levels_[data.level].push_back(&runnable);
  }
  Runnable* dequeue() override {
    if (++dispatches_ % boost_period == 0) lift_all();
    for (auto& level : levels_) {
      if (level.empty()) continue;
      Runnable* first = level.front();
      level.pop_front();
      return first;
    }
    return nullptr;
  }
  std::size_t size() const override {
    std::size_t count = 0;
    for (const auto& level : levels_) count += level.size();
    return count;
  }
  std::int32_t slice(Runnable& runnable) override { return shortest << runnable.data<Data>().level; }

 private:
  static constexpr std::int32_t shortest = 1000;  // reductions
  static constexpr std::uint64_t boost_period = 1000;
  struct Data {
    std::uint32_t level;
  };
  void lift_all() {
    for (std::size_t level = 1; level < levels_.size(); ++level) {
      for (; !levels_[level].empty(); levels_[level].pop_front()) {
        levels_[level].front()->data<Data>().level = 0;
        levels_[0].push_back(levels_[level].front());
      }
    }
  }
  std::array<std::deque<Runnable*>, 4> levels_;
  std::uint64_t dispatches_ = 0;
};

}  // namespace throng::policies

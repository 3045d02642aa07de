// What random_walk and replay have in common: all that waits, in the order in which it came, and a choice
// among it at every step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <throng/scheduler/policy.hpp>
#include <vector>

namespace throng::policies {

// Which of those that waited, counted in the order in which they came, was chosen at each step where there
// was more than one.
using Choices = std::vector<std::uint32_t>;

class ByChoice : public SchedulingPolicy {
 public:
  bool is_central() const override { return true; }
  void enqueue(Runnable& runnable, Wake) override { waiting_.push_back(&runnable); }
  Runnable* dequeue() override {
    if (waiting_.empty()) return nullptr;
    std::size_t chosen = waiting_.size() > 1 ? std::min(choose(waiting_.size()), waiting_.size() - 1) : 0;
    Runnable* next = waiting_[chosen];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(chosen));
    return next;
  }
  std::size_t size() const override { return waiting_.size(); }
  std::int32_t slice(Runnable&) override { return 1; }  // every call is a step

 protected:
  // One of so many, from 0.
  virtual std::size_t choose(std::size_t count) = 0;

 private:
  std::vector<Runnable*> waiting_;
};

}  // namespace throng::policies

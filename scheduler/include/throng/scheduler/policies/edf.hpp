// edf: the earliest deadline first; who has none comes behind all who have. A woken one with an earlier
// deadline ends the run of the one that woke it.
#pragma once

#include <throng/scheduler/policies/keyed_heap.hpp>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class Edf final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "edf"; }
  void enqueue(Runnable& runnable, Wake) override {
    waiting_.push(runnable.deadline().time_since_epoch().count(), runnable);
  }
  Runnable* dequeue() override { return waiting_.pop(); }
  std::size_t size() const override { return waiting_.size(); }
  bool should_preempt(const Runnable& current, const Runnable& woken) override {
    return woken.deadline() < current.deadline();
  }

 private:
  KeyedHeap waiting_;
};

}  // namespace throng::policies

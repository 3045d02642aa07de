// longest_queue: whoever has most waiting for it runs first, so that no queue grows without end. Each enqueue
// that somebody has waited for counts as one more that waits, so nobody starves.
#pragma once

#include <throng/scheduler/policies/keyed_heap.hpp>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class LongestQueue final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "longest_queue"; }
  void enqueue(Runnable& runnable, Wake) override {
    waiting_.push(++enqueued_ - runnable.backlog(), runnable);
  }
  Runnable* dequeue() override { return waiting_.pop(); }
  std::size_t size() const override { return waiting_.size(); }

 private:
  KeyedHeap waiting_;
  std::int64_t enqueued_ = 0;
};

}  // namespace throng::policies

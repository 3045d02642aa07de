// fifo: first come, first served; workers without work take half of another's.
#pragma once

#include <deque>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class Fifo : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "fifo"; }
  void enqueue(Runnable& runnable, Wake) override { waiting_.push_back(&runnable); }
  Runnable* dequeue() override {
    if (waiting_.empty()) return nullptr;
    Runnable* first = waiting_.front();
    waiting_.pop_front();
    return first;
  }
  std::size_t size() const override { return waiting_.size(); }

 private:
  std::deque<Runnable*> waiting_;
};

}  // namespace throng::policies

// eevdf: earliest eligible virtual deadline first. Who has had no more than its share is eligible; among
// those the one runs whose request is due first. A smaller request (the tag, in reductions) is served sooner
// and more often; shares are those of the weights.
#pragma once

#include <algorithm>
#include <throng/scheduler/policies/keyed_heap.hpp>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class Eevdf final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "eevdf"; }
  void enqueue(Runnable& runnable, Wake wake) override {
    Data& data = runnable.data<Data>();
    if (wake != Wake::yielded && wake != Wake::preempted) data.eligible = std::max(data.eligible, now_);
    if (wake == Wake::stolen) data.eligible = now_;
    data.weight = runnable.weight();
    weights_ += data.weight;
    later_.push(data.eligible, runnable);
  }
  Runnable* dequeue() override {
    if (eligible_.size() == 0 && later_.size() > 0) now_ = std::max(now_, later_.least());
    while (later_.size() > 0 && later_.least() <= now_) {
      Runnable& runnable = *later_.pop();
      Data& data = runnable.data<Data>();
      eligible_.push(data.eligible + std::int64_t{slice(runnable)} * 100 / data.weight, runnable);
    }
    Runnable* next = eligible_.pop();
    if (next != nullptr) weights_ -= next->data<Data>().weight;
    return next;
  }
  std::size_t size() const override { return eligible_.size() + later_.size(); }
  std::int32_t slice(Runnable& runnable) override {
    return runnable.tag() == 0 ? 4000
                               : static_cast<std::int32_t>(std::min<std::uint64_t>(runnable.tag(), 4000));
  }
  void stopping(Runnable& runnable, Stop, std::uint32_t used) override {
    Data& data = runnable.data<Data>();
    std::int64_t work = std::int64_t{std::max(used, 1U)} * 100;
    data.eligible += work / data.weight + 1;
    now_ += work / (weights_ + data.weight);
  }

 private:
  struct Data {
    std::int64_t eligible;  // virtual time from which it may run
    std::int64_t weight;    // as it counts in weights_
  };
  KeyedHeap eligible_;  // by virtual deadline
  KeyedHeap later_;     // by the time when they become eligible
  std::int64_t now_ = 0;
  std::int64_t weights_ = 0;  // of all that wait
};

}  // namespace throng::policies

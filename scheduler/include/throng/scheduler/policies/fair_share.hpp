// fair_share: everybody has a virtual clock, which runs the slower the greater its weight; whoever's is
// furthest behind runs next. Who has slept gets no more than a slice of credit for it.
#pragma once

#include <algorithm>
#include <throng/scheduler/policies/keyed_heap.hpp>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class FairShare final : public SchedulingPolicy {
 public:
  std::string_view name() const override { return "fair_share"; }
  void enqueue(Runnable& runnable, Wake wake) override {
    std::int64_t& time = runnable.data<Data>().time;
    // Another worker's clock says nothing here.
    bool is_foreign = wake == Wake::stolen || wake == Wake::created || wake == Wake::exchanged;
    time = is_foreign ? now_ : std::max(time, now_ - credit);
    waiting_.push(time, runnable);
  }
  Runnable* dequeue() override { return waiting_.pop(); }
  std::size_t size() const override { return waiting_.size(); }
  void running(Runnable& runnable) override { now_ = std::max(now_, runnable.data<Data>().time); }
  void stopping(Runnable& runnable, Stop, std::uint32_t used) override {
    runnable.data<Data>().time += std::int64_t{std::max(used, 1U)} * 100 / runnable.weight() + 1;
  }

 private:
  static constexpr std::int64_t credit = 4000;  // a slice, at the usual weight
  struct Data {
    std::int64_t time;
  };
  KeyedHeap waiting_;
  std::int64_t now_ = 0;
};

}  // namespace throng::policies

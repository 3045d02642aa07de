// pct: probabilistic concurrency testing. Everybody gets a random priority, and always the highest that is
// ready runs; at d - 1 random steps the one that would run falls below all others. A bug that needs d choices
// to go wrong among n in k steps is found with a chance of 1 / (n * k^(d-1)) or better by each seed.
#pragma once

#include <random>
#include <set>
#include <throng/scheduler/policies/keyed_heap.hpp>
#include <throng/scheduler/policy.hpp>

namespace throng::policies {

class Pct final : public SchedulingPolicy {
 public:
  // `depth` is d, `steps` is k: how many dispatches the program is expected to take.
  explicit Pct(std::uint64_t seed, int depth = 3, std::uint64_t steps = 10'000) : random_(seed) {
    for (int i = 1; i < depth; ++i) changes_.insert(random_() % steps);
  }
  std::string_view name() const override { return "pct"; }
  bool is_central() const override { return true; }
  void attach(Runnable& runnable) override {
    runnable.data<Data>().rank = -static_cast<std::int64_t>(random_() >> 2);
  }
  void enqueue(Runnable& runnable, Wake wake) override {
    if (wake == Wake::yielded) fall(runnable);  // it waits for the others to do something
    waiting_.push(runnable.data<Data>().rank, runnable);
  }
  Runnable* dequeue() override {
    if (waiting_.size() > 0 && changes_.contains(step_++)) {
      Runnable& highest = *waiting_.pop();
      fall(highest);
      waiting_.push(highest.data<Data>().rank, highest);
    }
    return waiting_.pop();
  }
  std::size_t size() const override { return waiting_.size(); }
  std::int32_t slice(Runnable&) override { return 1; }  // every call is a step

 private:
  struct Data {
    std::int64_t rank;  // the least runs first
  };
  void fall(Runnable& runnable) { runnable.data<Data>().rank = ++lowest_; }
  std::mt19937_64 random_;
  std::set<std::uint64_t> changes_;  // the steps at which somebody falls
  KeyedHeap waiting_;
  std::uint64_t step_ = 0;
  std::int64_t lowest_ = 0;
};

}  // namespace throng::policies

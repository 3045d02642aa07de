// lottery: each run is drawn by lot; a runnable holds as many tickets as its weight says.
#pragma once

#include <algorithm>
#include <random>
#include <throng/scheduler/policy.hpp>
#include <vector>

namespace throng::policies {

class Lottery final : public SchedulingPolicy {
 public:
  explicit Lottery(std::uint64_t seed) : random_(seed) {}
  std::string_view name() const override { return "lottery"; }
  void enqueue(Runnable& runnable, Wake) override {
    most_tickets_ = std::max(waiting_.empty() ? 1 : most_tickets_, runnable.weight());
    waiting_.push_back(&runnable);
  }
  // Draws a runnable, and keeps it with the chance that its tickets give it, else draws again: each ticket is
  // as good as another, without a sum over all. Where nearly all have few tickets it stops at some draw.
  Runnable* dequeue() override {
    if (waiting_.empty()) return nullptr;
    std::size_t drawn = random_() % waiting_.size();
    for (int i = 0; i < 100 && random_() % most_tickets_ >= waiting_[drawn]->weight(); ++i)
      drawn = random_() % waiting_.size();
    std::swap(waiting_[drawn], waiting_.back());
    Runnable* winner = waiting_.back();
    waiting_.pop_back();
    return winner;
  }
  std::size_t size() const override { return waiting_.size(); }

 private:
  std::mt19937_64 random_;
  std::vector<Runnable*> waiting_;
  std::uint32_t most_tickets_ = 1;  // that anybody has had since there were none
};

}  // namespace throng::policies

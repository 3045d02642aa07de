// random_walk: at every step one of those that are ready, each with the same chance. For tests: it can note
// its choices, and replay goes the same way again.
#pragma once

#include <memory>
#include <random>
#include <throng/scheduler/policies/choices.hpp>

namespace throng::policies {

class RandomWalk final : public ByChoice {
 public:
  // `notes`, if there are any, gets the choices; to be read when the runtime has been stopped.
  explicit RandomWalk(std::uint64_t seed, std::shared_ptr<Choices> notes = nullptr)
      : random_(seed), notes_(std::move(notes)) {}
  std::string_view name() const override { return "random_walk"; }

 private:
  std::size_t choose(std::size_t count) override {
    std::size_t chosen = random_() % count;
    if (notes_ != nullptr) notes_->push_back(static_cast<std::uint32_t>(chosen));
    return chosen;
  }
  std::mt19937_64 random_;
  std::shared_ptr<Choices> notes_;
};

}  // namespace throng::policies

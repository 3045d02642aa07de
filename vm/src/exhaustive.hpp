// Every order of a small program, one run after the other: a depth-first search whose path is replayed in
// each run and then goes on with what was not yet tried. Of orders that differ only in the order of steps
// that have nothing in common, one is run: what was tried at a place sleeps in the branches beside it until a
// step is taken that it has to do with. Thread: one.
//
// Invariants:
//  1. path_ is a prefix of the run that is on, or of the last one.
//  2. What sleeps at a node was tried at one above it, and nothing between touches what it touches.
#pragma once

#include <throng/vm/explore.hpp>

#include "chooser.hpp"

namespace throng::detail {

class ExhaustiveChooser final : public Chooser {
 public:
  explicit ExhaustiveChooser(const simulation::Bounds& bounds)
      : preemptions_(bounds.preemptions), reduced_(bounds.reduced && !bounds.preemptions) {}

  void begin_run() override {
    depth_ = 0;
    last_goes_on_ = false;
  }
  std::size_t pick(const Steps& steps, std::uint64_t turn) override;
  void took(const Step& step, StepEnd how, std::span<const std::uint64_t> touched) override;
  // To the next order that was not tried. False: there is none.
  bool next();
  // There were orders that the bound on preemptions kept from being tried.
  bool was_bounded() const noexcept { return bounded_; }

 private:
  struct Place {
    simulation::Actor actor;
    std::uint32_t worker;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Tried {
    Place place;
    std::vector<std::uint64_t> touched;
  };
  struct Node {
    std::vector<Place> steps;
    std::size_t chosen = 0;
    bool first_goes_on = false;  // to choose another is a preemption
    unsigned preemptions = 0;    // on the way to here
    std::vector<Tried> asleep;
    std::vector<Tried> tried;
    std::vector<std::uint64_t> touched;  // by the step that is chosen
  };

  Node new_node(const Steps& steps) const;
  bool choose_from(Node& node, std::size_t first);
  static bool have_in_common(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) noexcept;
  static bool is_among(const std::vector<Tried>& list, const Place& place) noexcept;

  const std::optional<unsigned> preemptions_;
  const bool reduced_;
  std::vector<Node> path_;
  std::size_t depth_ = 0;
  bool bounded_ = false;
  Place last_{};               // who took the step before
  bool last_goes_on_ = false;  // and could have gone on
};

}  // namespace throng::detail

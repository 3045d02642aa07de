// Who decides on the order of a simulated run: one object per run, or one for all runs of a search. The
// simulator asks it, keeps the books, and is told by nobody else. Thread: the one that takes the steps.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <throng/scheduler/director.hpp>
#include <throng/scheduler/random.hpp>
#include <throng/vm/simulation.hpp>
#include <vector>

namespace throng::detail {

// Thrown by a chooser: the run is not worth going on with.
struct CutRun {};

inline simulation::Actor actor_of(const Step& step) noexcept { return {Pid(step.actor), step.is_job}; }

class Chooser {
 public:
  virtual ~Chooser() = default;
  virtual void begin_run() {}
  // An index of `steps`; 0 is the ordinary order. `turn`: how many steps the first of them has taken already.
  virtual std::size_t pick(const Steps& steps, std::uint64_t turn) = 0;
  // The step is over. `touched`: see Simulator::touch().
  virtual void took(const Step& step, StepEnd how, std::span<const std::uint64_t> touched) {
    static_cast<void>(step);
    static_cast<void>(how);
    static_cast<void>(touched);
  }
};

class OrdinaryChooser final : public Chooser {
 public:
  std::size_t pick(const Steps&, std::uint64_t) override { return 0; }
};

// One step in so many is drawn from all that can happen. How many is drawn too, if it was not said: some
// mistakes need many switches, others that a process runs for long.
class RandomChooser final : public Chooser {
 public:
  RandomChooser(std::uint64_t seed, unsigned slice);
  std::size_t pick(const Steps& steps, std::uint64_t turn) override;

 private:
  Random random_;
  std::uint64_t slice_;
};

// Probabilistic concurrency testing: each actor gets a priority by lot when it first shows, and the highest
// that can run does. At depth - 1 steps, drawn from the length of a run, who runs falls below all others. A
// mistake that needs `depth` steps in a certain order is then found by a run with a chance of 1 / (actors *
// length^(depth-1)).
class PctChooser final : public Chooser {
 public:
  PctChooser(std::uint64_t seed, unsigned depth, std::uint64_t length);
  std::size_t pick(const Steps& steps, std::uint64_t turn) override;
  void took(const Step& step, StepEnd how, std::span<const std::uint64_t> touched) override;

 private:
  std::uint64_t priority_of(const simulation::Actor& actor);
  void lower(const simulation::Actor& actor);

  Random random_;
  std::vector<std::uint64_t> changes_;  // at these steps
  std::map<simulation::Actor, std::uint64_t> priorities_;
  std::uint64_t lowest_;  // what the next that falls gets
  std::uint64_t step_ = 0;
};

// What a schedule says, else the ordinary order. An deviation whose `other` cannot run where it stands is
// passed over.
class ReplayChooser final : public Chooser {
 public:
  explicit ReplayChooser(const simulation::Schedule& schedule);
  std::size_t pick(const Steps& steps, std::uint64_t turn) override;

 private:
  std::map<std::pair<simulation::Actor, std::uint64_t>, std::deque<simulation::Deviation>> deviations_;
};

std::unique_ptr<Chooser> make_chooser(const simulation::Options& options);

}  // namespace throng::detail

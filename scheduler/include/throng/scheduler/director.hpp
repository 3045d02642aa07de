// Who decides what happens next in a simulated scheduler, and what there is to decide about. The scheduler
// lists what can happen and does what it is told; the floor above knows why.
//
// Thread: the one that calls Scheduler::take_step(), for everything here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <throng/scheduler/job.hpp>
#include <throng/scheduler/runnable.hpp>

namespace throng::detail {

// One thing that can happen next: a turn of a runnable, or a job that a runnable wants done where it may
// block.
struct Step {
  Runnable* runnable = nullptr;  // whose turn it is; of a job: null
  Job job{};
  std::uint64_t actor = 0;   // Director::actor_of() whose turn it is, or who wants the job done
  std::uint32_t worker = 0;  // where
  std::uint8_t queue = 0;    // of the worker's: in which it waited
  bool is_job = false;
  bool is_stolen = false;  // it waits with another worker
};

// The same, done by a worker that has nothing.
inline Step stolen_by(std::uint32_t thief, Step step) noexcept {
  step.worker = thief;
  step.is_stolen = true;
  return step;
}

// All that can happen next, in the ordinary order; behind what the workers have of their own the thefts of
// it by a worker that has nothing. It is a view, so that whoever takes the first does not pay for the others.
class Steps {
 public:
  // With a thief all of `own` can be stolen too. Requires: `own` outlives this and stays as it is.
  explicit Steps(const std::deque<Step>& own, std::optional<std::uint32_t> thief = {}) noexcept
      : own_(own), thief_(thief) {}

  std::size_t size() const noexcept { return thief_ ? own_.size() * 2 : own_.size(); }
  Step operator[](std::size_t index) const noexcept {
    return index < own_.size() ? own_[index] : stolen_by(*thief_, own_[index - own_.size()]);
  }

 private:
  const std::deque<Step>& own_;
  const std::optional<std::uint32_t> thief_;
};

enum class StepEnd : std::uint8_t {
  goes_on,   // its budget was used up: in the ordinary order it is next again
  gave_way,  // runnable still, but wants others to have their turn
  waits,
  ended,  // or the job is done
};

class Director {
 public:
  virtual ~Director() = default;
  // A number that is the same whenever the same program is run in the same order.
  virtual std::uint64_t actor_of(const Runnable& runnable) const noexcept = 0;
  // The index of the step to take. The first is what is next in the ordinary order: who was interrupted goes
  // on, then first come, first served. Requires: steps is not empty. May throw: nothing has been taken then.
  virtual std::size_t choose(const Steps& steps) = 0;
  // The reductions of the turn that begins.
  virtual std::int32_t budget_of(const Step& step) = 0;
  // Returns the time that it took, in nanoseconds.
  virtual std::int64_t ended(const Step& step, StepEnd how) = 0;
  // Nothing could happen, so it is now as late as the next timer wants it.
  virtual void time_went_to(std::int64_t now) = 0;
};

}  // namespace throng::detail

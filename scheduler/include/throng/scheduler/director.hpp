// Who decides what happens next in a simulated scheduler, and what there is to decide about. The scheduler
// lists what can happen and does what it is told; the floor above knows why.
//
// Thread: the one that calls Scheduler::take_step(), for everything here.
#pragma once

#include <cstdint>
#include <span>
#include <throng/scheduler/runnable.hpp>

namespace throng::detail {

// One thing that can happen next: a turn of a runnable, or a job that a runnable wants done where it may
// block.
struct Step {
  Runnable* runnable = nullptr;  // whose turn it is; of a job: null
  std::uint64_t actor = 0;       // Director::actor_of() whose turn it is, or who wants the job done
  std::uint32_t worker = 0;      // where
  bool is_job = false;
  bool is_stolen = false;  // it waits with another worker
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
  virtual std::size_t choose(std::span<const Step> steps) = 0;
  // The reductions of the turn that begins.
  virtual std::int32_t budget_of(const Step& step) = 0;
  // Returns the time that it took, in nanoseconds.
  virtual std::int64_t ended(const Step& step, StepEnd how) = 0;
  // Nothing could happen, so it is now as late as the next timer wants it.
  virtual void time_went_to(std::int64_t now) = 0;
};

}  // namespace throng::detail

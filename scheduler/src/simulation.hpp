// A scheduler without threads whose workers take turns on the caller's: what waits lies in one list, a
// director says what is next, and time goes on only when it is told to. The queues, wheels and counters of
// the workers are the real ones; what a turn puts on its worker's queues is taken from there when the turn
// has ended, so that nothing on the way of a real worker asks whether it is simulated.
//
// Invariants:
//  1. Between two steps the queues of all workers and the injector are empty.
//  2. waiting_ is in the ordinary order: who was interrupted is first, the others as they came.
//
// Thread: the one that takes steps; jobs are handed in by it too, in a turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/director.hpp>
#include <vector>

#include "waiting_line.hpp"

namespace throng::detail {

class Scheduler;
class Worker;

class Simulation {
 public:
  Simulation(Scheduler& scheduler, ManualTime& time, std::size_t workers)
      : scheduler_(scheduler), time_(time), waiting_(workers) {}

  // False: nothing can happen, now or later.
  bool take_step(Director& director);
  // Requires: in a turn.
  void hand_in(Job job);
  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  void collect(const Director& director);
  void collect_from(Worker& worker, const Director& director);
  void add(Runnable& runnable, std::size_t worker, std::size_t queue, const Director& director);
  void fire_timers();
  bool move_time(Director& director);
  Step choose(Director& director);
  void list_steps(std::optional<std::uint32_t> thief);
  bool is_unfair(const Step& step) noexcept;
  StepEnd perform(const Step& step, Director& director);

  Scheduler& scheduler_;
  ManualTime& time_;
  WaitingLine waiting_;
  std::vector<Job> jobs_;       // handed in by the turn that is on
  bool first_goes_on_ = false;  // the first that waits was interrupted in the step before
  std::uint64_t last_ = 0;      // who took the step before
  std::int32_t in_a_row_ = 0;   // so many of them
  // Where not all that waits can happen next: what can, and where in waiting_ it is.
  std::deque<Step> steps_;
  std::vector<std::size_t> places_;
};

}  // namespace throng::detail

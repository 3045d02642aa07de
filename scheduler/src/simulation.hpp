// A scheduler without threads whose workers take turns on the caller's: what waits lies in one list, a
// director says what is next, and time goes on only when it is told to. The queues, wheels and counters of
// the workers are the real ones; what a turn puts on its worker's queues is taken from there when the turn
// has ended, so that nothing on the way of a real worker asks whether it is simulated.
//
// Invariants:
//  1. Between two steps the queues of all workers and the injector are empty.
//  2. pending_ is in the ordinary order: who was interrupted is first, the others as they came.
//
// Thread: the one that takes steps; jobs are handed in by it too, in a turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <throng/scheduler/clock.hpp>
#include <throng/scheduler/director.hpp>
#include <vector>

#include "blocking_pool.hpp"

namespace throng::detail {

class Scheduler;
class Worker;

class Simulation {
 public:
  Simulation(Scheduler& scheduler, ManualTime& time) noexcept : scheduler_(scheduler), time_(time) {}

  // False: nothing can happen, now or later.
  bool take_step(Director& director);
  // Requires: in a turn.
  void hand_in(Job job);
  std::size_t size() const noexcept { return pending_.size(); }

 private:
  struct Pending {
    Runnable* runnable;  // null: a job
    Job job;
    std::uint64_t actor;
    std::uint32_t worker;
    std::size_t level;
  };

  void collect(const Director& director);
  void collect_from(Worker& worker, const Director& director);
  void fire_timers();
  bool move_time(Director& director);
  void list_steps();
  void list_thefts(const std::vector<std::size_t>& best);
  bool is_unfair(const Step& step) noexcept;
  StepEnd perform(const Step& step, Pending& chosen, Director& director);

  Scheduler& scheduler_;
  ManualTime& time_;
  std::vector<Pending> pending_;
  std::vector<Job> jobs_;             // handed in by the turn that is on
  bool first_goes_on_ = false;        // the first that waits was interrupted in the step before
  std::uint64_t last_ = 0;            // who took the step before
  std::int32_t in_a_row_ = 0;         // so many of them
  std::vector<Step> steps_;           // what can happen next
  std::vector<std::size_t> places_;   // and where in pending_ it is
  std::vector<std::size_t> classes_;  // per worker: the most urgent level that waits with it
};

}  // namespace throng::detail

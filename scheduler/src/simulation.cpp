#include "simulation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {

bool Simulation::take_step(Director& director) {
  Worker* outer = current_worker();
  set_current_worker(&scheduler_.worker(0));
  fire_timers();
  collect(director);
  bool ready = !waiting_.empty() || move_time(director);
  set_current_worker(outer);
  if (!ready) return false;
  Step step = choose(director);
  Worker& worker = scheduler_.worker(step.worker);
  set_current_worker(&worker);
  StepEnd how = perform(step, director);
  set_current_worker(outer);
  for (Job job : jobs_)
    waiting_.push_back({.job = job, .actor = step.actor, .worker = step.worker, .is_job = true});
  jobs_.clear();
  collect(director);
  if (how == StepEnd::goes_on && is_unfair(step)) how = StepEnd::gave_way;
  first_goes_on_ = how == StepEnd::goes_on;
  Step rest = step;
  rest.is_stolen = false;
  if (first_goes_on_) waiting_.push_front(rest);
  if (how == StepEnd::gave_way) {
    // Who goes on keeps the queue in which the turn began.
    rest.queue = static_cast<std::uint8_t>(queue_of(step.runnable->priority(), true));
    waiting_.push_back(rest);
  }
  time_.advance(director.ended(step, how));
  return true;
}

StepEnd Simulation::perform(const Step& step, Director& director) {
  if (step.is_job) {
    step.job.run(step.job.argument);
    return StepEnd::ended;
  }
  Worker& worker = scheduler_.worker(step.worker);
  WorkerCounters& counters = worker.parts_->counters;
  WorkerCounters::add(counters.dispatches);
  if (step.is_stolen) WorkerCounters::add(counters.steals);
  std::int32_t granted = worker.budget = director.budget_of(step);
  Settled settled = RunnableAccess::run(*step.runnable, worker);
  WorkerCounters::add(counters.reductions, static_cast<std::uint64_t>(std::max(granted - worker.budget, 0)));
  if (settled == Settled::waiting) return StepEnd::waits;
  if (settled == Settled::done) return StepEnd::ended;
  return worker.budget > 0 ? StepEnd::gave_way : StepEnd::goes_on;
}

// In the ordinary order too a slice has an end, or a loop of calls would keep all others from their turn.
bool Simulation::is_unfair(const Step& step) noexcept {
  if (std::exchange(last_, step.actor) != step.actor) in_a_row_ = 0;
  return ++in_a_row_ % scheduler_.slice() == 0;
}

void Simulation::hand_in(Job job) { jobs_.push_back(job); }

void Simulation::add(Runnable& runnable, std::size_t worker, std::size_t queue, const Director& director) {
  waiting_.push_back({.runnable = &runnable,
                      .actor = director.actor_of(runnable),
                      .worker = static_cast<std::uint32_t>(worker),
                      .queue = static_cast<std::uint8_t>(queue)});
}

void Simulation::collect(const Director& director) {
  for (std::size_t i = 0; i < scheduler_.worker_count(); ++i) collect_from(scheduler_.worker(i), director);
  // What comes from outside is the first worker's until somebody steals it.
  for (Runnable* runnable = nullptr; scheduler_.parts_->injector.pop_many(&runnable, 1) == 1;)
    add(*runnable, 0, queue_of(runnable->priority(), false), director);
}

void Simulation::collect_from(Worker& worker, const Director& director) {
  WorkerParts& parts = *worker.parts_;
  if (parts.filled == 0) return;
  for (std::size_t queue = 0; queue < queue_count; ++queue) {
    while (Runnable* runnable = parts.queues[queue].pop())
      add(*runnable, worker.id().number, queue, director);
  }
  parts.filled = 0;
}

void Simulation::fire_timers() {
  for (auto& worker : scheduler_.workers_) {
    TimerWheel& timers = worker->parts_->timers;
    std::int64_t now = time_.now();
    while (timers.next_deadline() <= now) timers.advance(now, std::numeric_limits<std::size_t>::max());
  }
}

// To the next timer that makes somebody runnable. False: there is none.
bool Simulation::move_time(Director& director) {
  while (waiting_.empty()) {
    std::int64_t next = scheduler_.next_deadline();
    if (next == TimerWheel::never) return false;
    if (std::int64_t now = time_.now(); next > now) time_.advance(next - now);
    director.time_went_to(time_.now());
    fire_timers();
    collect(director);
  }
  return true;
}

Step Simulation::choose(Director& director) {
  std::optional<std::uint32_t> thief = waiting_.idle_worker();
  if (waiting_.is_even()) {
    Steps steps(waiting_.steps(), thief);
    std::size_t index = director.choose(steps);
    THRONG_ASSERT(index < steps.size(), "the director chose what cannot happen");
    Step step = steps[index];
    waiting_.take(index % waiting_.size());
    return step;
  }
  list_steps(thief);
  std::size_t index = director.choose(Steps(steps_));
  THRONG_ASSERT(index < steps_.size(), "the director chose what cannot happen");
  waiting_.take(places_[index]);
  return steps_[index];
}

// Each worker runs what is most urgent of its own; one that has nothing may take from another. One thief is
// enough: it makes no difference which of those that have nothing it is.
void Simulation::list_steps(std::optional<std::uint32_t> thief) {
  steps_.clear();
  places_.clear();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const Step& step = waiting_.steps()[i];
    bool is_in_its_slice = i == 0 && first_goes_on_;  // nobody more urgent takes the worker from it
    bool is_urgent = step.is_job || WaitingLine::class_of(step.queue) == waiting_.best_class(step.worker);
    if (!is_in_its_slice && !is_urgent) continue;
    steps_.push_back(step);
    places_.push_back(i);
  }
  for (std::size_t i = 0, own = steps_.size(); thief && i < own; ++i) {
    if (steps_[i].is_job) continue;
    steps_.push_back(stolen_by(*thief, steps_[i]));
    places_.push_back(places_[i]);
  }
}

}  // namespace throng::detail

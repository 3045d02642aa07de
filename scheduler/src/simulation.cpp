#include "simulation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "scheduler_parts.hpp"

namespace throng::detail {
namespace {

constexpr std::size_t nothing_waits = std::numeric_limits<std::size_t>::max();

// `fresh` and `behind` are of one class: the order within it is the director's.
std::size_t class_of(std::size_t level) noexcept { return std::min(level, fresh); }

}  // namespace

bool Simulation::take_step(Director& director) {
  Worker* outer = current_worker();
  set_current_worker(&scheduler_.worker(0));
  fire_timers();
  collect(director);
  bool ready = !pending_.empty() || move_time(director);
  set_current_worker(outer);
  if (!ready) return false;
  list_steps();
  std::size_t index = director.choose(steps_);
  THRONG_ASSERT(index < steps_.size(), "the director chose what cannot happen");
  Step step = steps_[index];
  auto place = pending_.begin() + static_cast<std::ptrdiff_t>(places_[index]);
  Pending chosen = *place;
  pending_.erase(place);
  Worker& worker = scheduler_.worker(step.worker);
  set_current_worker(&worker);
  StepEnd how = perform(step, chosen, director);
  set_current_worker(outer);
  chosen.worker = step.worker;
  for (Job job : jobs_) pending_.push_back({nullptr, job, step.actor, step.worker, behind});
  jobs_.clear();
  collect(director);
  if (how == StepEnd::goes_on && is_unfair(step)) how = StepEnd::gave_way;
  first_goes_on_ = how == StepEnd::goes_on;
  if (first_goes_on_) pending_.insert(pending_.begin(), chosen);
  if (how == StepEnd::gave_way) {
    chosen.level = queue_of(chosen.runnable->priority(), true);  // who goes on keeps what the turn began with
    pending_.push_back(chosen);
  }
  time_.advance(director.ended(step, how));
  return true;
}

StepEnd Simulation::perform(const Step& step, Pending& chosen, Director& director) {
  if (step.is_job) {
    chosen.job.run(chosen.job.argument);
    return StepEnd::ended;
  }
  Worker& worker = scheduler_.worker(step.worker);
  WorkerCounters& counters = worker.parts_->counters;
  WorkerCounters::add(counters.dispatches);
  if (step.is_stolen) WorkerCounters::add(counters.steals);
  std::int32_t granted = worker.budget = director.budget_of(step);
  Settled settled = RunnableAccess::run(*chosen.runnable, worker);
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

void Simulation::collect(const Director& director) {
  for (std::size_t i = 0; i < scheduler_.worker_count(); ++i) collect_from(scheduler_.worker(i), director);
  // What comes from outside is the first worker's until somebody steals it.
  for (Runnable* runnable = nullptr; scheduler_.parts_->injector.pop_many(&runnable, 1) == 1;)
    pending_.push_back(
        {runnable, {}, director.actor_of(*runnable), 0, queue_of(runnable->priority(), false)});
}

void Simulation::collect_from(Worker& worker, const Director& director) {
  WorkerParts& parts = *worker.parts_;
  if (parts.filled == 0) return;
  for (std::size_t level = 0; level < queue_count; ++level) {
    while (Runnable* runnable = parts.queues[level].pop())
      pending_.push_back({runnable, {}, director.actor_of(*runnable), worker.id().number, level});
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
  while (pending_.empty()) {
    std::int64_t next = scheduler_.next_deadline();
    if (next == TimerWheel::never) return false;
    if (std::int64_t now = time_.now(); next > now) time_.advance(next - now);
    director.time_went_to(time_.now());
    fire_timers();
    collect(director);
  }
  return true;
}

// Each worker runs what is most urgent of its own; one that has nothing may take from another.
void Simulation::list_steps() {
  steps_.clear();
  places_.clear();
  classes_.assign(scheduler_.worker_count(), nothing_waits);
  for (const Pending& pending : pending_) {
    if (pending.runnable == nullptr) continue;
    std::size_t& best = classes_[pending.worker];
    best = std::min(best, class_of(pending.level));
  }
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const Pending& pending = pending_[i];
    bool is_job = pending.runnable == nullptr;
    bool is_in_its_slice = i == 0 && first_goes_on_;  // nobody more urgent takes the worker from it
    if (!is_job && !is_in_its_slice && class_of(pending.level) != classes_[pending.worker]) continue;
    steps_.push_back({pending.runnable, pending.actor, pending.worker, is_job, false});
    places_.push_back(i);
  }
  list_thefts(classes_);
}

// One thief is enough: it makes no difference which of those that have nothing it is.
void Simulation::list_thefts(const std::vector<std::size_t>& best) {
  auto idle = std::ranges::find(best, nothing_waits);
  if (idle == best.end()) return;
  auto thief = static_cast<std::uint32_t>(idle - best.begin());
  for (std::size_t i = 0, own = steps_.size(); i < own; ++i) {
    if (steps_[i].is_job) continue;
    Step theft = steps_[i];
    theft.worker = thief;
    theft.is_stolen = true;
    steps_.push_back(theft);
    places_.push_back(places_[i]);
  }
}

}  // namespace throng::detail

#include "simulator.hpp"

#include <algorithm>
#include <stdexcept>

#include "machine.hpp"

namespace throng::detail {

using simulation::Actor;
using simulation::Deviation;
using simulation::Ending;

namespace {

constexpr std::int64_t begin_of_time = 1'000'000'000;  // ns; not 0, which stands for "never asked" elsewhere
constexpr std::int64_t step_of_the_end = 100'000;      // ns; what is left must end soon
constexpr std::uint64_t steps_between_slow = 16;       // of all that others take, about
constexpr std::size_t waiters_shown = 20;

std::string name_of(Machine& machine, const Actor& actor) {
  std::string text = actor.process.text();
  if (std::string name = machine.names.name_of(actor.process); !name.empty()) text += " " + name;
  const Process* process = machine.table.find(actor.process);
  if (process != nullptr && process->relations && !process->relations->label.empty())
    text += " (" + process->relations->label + ")";
  if (process != nullptr && process->body != nullptr)
    text += " [" + std::string(process->body->type->name) + "]";
  return actor.is_job ? "blocking() of " + text : text;
}

}  // namespace

Simulator::Simulator(const simulation::Options& options, std::shared_ptr<Chooser> chooser)
    : options_(options),
      chooser_(chooser != nullptr ? std::move(chooser) : make_chooser(options)),
      time_(begin_of_time),
      lots_(~options.seed) {
  if (options.workers == 0 || options.workers > 64)
    throw std::invalid_argument("throng: a simulation has from 1 to 64 workers");
  if (options.step_time < Duration::zero())
    throw std::invalid_argument("throng: simulation::Options::step_time: a time is not negative");
  time_.set_reading_time(options.step_time.count());
  chooser_->begin_run();
}

void Simulator::attach(Machine& machine) {
  if (machine_ != nullptr)
    throw std::logic_error("throng: simulate() is for one Runtime; call it again for the next one");
  machine_ = &machine;
}

// ---- steps

bool Simulator::take_step() {
  // pairs: the store behind the step, of the thread before
  if (is_stepping_.exchange(true, std::memory_order_acquire))
    throw std::logic_error(
        "throng: a simulated runtime is turned by one thread at a time, and not from inside one of its "
        "steps");
  struct Stepping {
    Atomic<bool>& flag;
    ~Stepping() { flag.store(false, std::memory_order_release); }  // pairs: the exchange above
  } stepping{is_stepping_};
  if (is_first_look_) machine_->attach_workers();
  is_first_look_ = false;
  return machine_->scheduler.take_step(*this);
}

Ending Simulator::drive(bool (*over)(void* context), void* context) {
  is_first_look_ = true;
  try {
    while (!over(context)) {
      if (steps_ >= options_.max_steps) return Ending::endless;
      if (!take_step()) return Ending::blocked;
    }
  } catch (const CutRun&) {
    return Ending::cut;
  }
  return Ending::finished;
}

std::uint64_t Simulator::actor_of(const Runnable& runnable) const noexcept {
  return static_cast<const Process&>(runnable).pid().bits();
}

std::size_t Simulator::choose(const Steps& steps) {
  Actor ordinary = detail::actor_of(steps[0]);
  std::size_t chosen = 0;
  if (!winds_down_) {
    std::uint64_t turn = turns_of(ordinary);
    chosen = choose_among_quick(steps, turn);
    if (chosen != 0) {
      record({.actor = ordinary,
              .count = turn,
              .other = detail::actor_of(steps[chosen]),
              .worker = steps[chosen].worker});
    }
    consider_crash(steps[chosen]);
  }
  current_ = detail::actor_of(steps[chosen]);
  touched_.clear();
  touch(current_.is_job ? std::uint64_t{touched_world} : current_.process.bits());
  return chosen;
}

// Those that are slow are left out most of the time, unless there is nobody else. A replay is told whom to
// take.
std::size_t Simulator::choose_among_quick(const Steps& steps, std::uint64_t turn) {
  bool all = options_.schedule || options_.faults.slow == Duration::zero() || steps.size() == 1 ||
             lots_.below(steps_between_slow) == 0;
  if (all) return chooser_->pick(steps, turn);
  quick_.clear();
  quick_places_.clear();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (is_slow(steps[i])) continue;
    quick_.push_back(steps[i]);
    quick_places_.push_back(i);
  }
  if (quick_.empty()) return chooser_->pick(steps, turn);
  return quick_places_[chooser_->pick(Steps(quick_), turns_of(detail::actor_of(quick_[0])))];
}

std::int64_t Simulator::ended(const Step& step, StepEnd how) {
  Actor actor = std::exchange(current_, {});
  if (winds_down_) return step_of_the_end;
  std::int64_t took = is_slow(step) ? options_.faults.slow.count() : options_.step_time.count();
  fold(actor.process.bits() * 2 + (actor.is_job ? 1 : 0));
  fold(step.worker * 16 + static_cast<std::uint64_t>(how) * 2 + (step.is_stolen ? 1 : 0));
  count_turn(actor, how);
  ++steps_;
  if (how == StepEnd::ended && uses_places_again()) touch(touched_pids);
  chooser_->took(step, how, touched_);
  return took;
}

void Simulator::time_went_to(std::int64_t now) {
  if (!winds_down_) fold(static_cast<std::uint64_t>(now));
}

// ---- books

std::uint64_t Simulator::turns_of(const Actor& actor) const noexcept {
  auto found = turns_.find(actor);
  return found == turns_.end() ? 0 : found->second;
}

void Simulator::count_turn(const Actor& actor, StepEnd how) {
  if (turns_[actor]++ == 0) ++actors_;
  if (how != StepEnd::ended || actor.is_job) return;
  turns_.erase(actor);
  sent_.erase(actor.process);
}

void Simulator::fold(std::uint64_t word) noexcept {
  hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15u;
  hash_ ^= hash_ >> 29;
}

bool lets_pass(Simulator& simulator, Pid to, Signal* signal) noexcept {
  return simulator.lets_pass(to, signal);
}

bool uses_places_again(const Simulator& simulator) noexcept { return simulator.uses_places_again(); }

void note_touch(Simulator& simulator, std::uint64_t object) noexcept { simulator.touch(object); }

void Simulator::touch(std::uint64_t object) noexcept {
  if (std::ranges::find(touched_, object) == touched_.end()) touched_.push_back(object);
}

void Simulator::record(Deviation deviation) {
  constexpr std::size_t longest_story = 200;  // a longer one nobody reads; the schedule is kept whole
  if (schedule_.deviations.size() < longest_story) {
    std::string line = name_of(*machine_, deviation.actor);
    std::string count = std::to_string(deviation.count + 1);
    switch (deviation.kind) {
      case Deviation::Kind::goes_first:
        line += ", step " + count + ": " + name_of(*machine_, deviation.other) + " goes first";
        if (deviation.worker != 0) line += ", on worker " + std::to_string(deviation.worker);
        break;
      case Deviation::Kind::crash:
        line += ", step " + count + ": it is killed";
        break;
      case Deviation::Kind::drop:
        line += ": its message " + count + " is lost";
        break;
      case Deviation::Kind::delay:
        line +=
            ": its message or timer " + count + " is late by " + std::to_string(deviation.by.count()) + " ns";
        break;
    }
    story_ += "  " + line + "\n";
  }
  fold(deviation.count * 4 + static_cast<std::uint64_t>(deviation.kind));
  schedule_.deviations.push_back(deviation);
}

simulation::Report Simulator::report() const {
  simulation::Report report;
  report.seed = options_.seed;
  report.trace_hash = hash_;
  report.steps = steps_;
  report.actors = actors_;
  report.virtual_time = Duration(const_cast<ManualTime&>(time_).now() - begin_of_time);
  report.schedule = schedule_;
  report.story = story_;
  return report;
}

std::string Simulator::sentence_for(Ending ending) const {
  std::string text;
  if (ending == Ending::blocked) {
    text = "throng: the program is blocked: nobody can run and no timer is set.";
  } else if (ending == Ending::endless) {
    text = "throng: the program did not end within " + std::to_string(options_.max_steps) +
           " steps; if it only takes longer, raise simulation::Options::max_steps.";
  } else {
    return text;
  }
  std::size_t shown = 0;
  for (Pid pid : machine_->live_pids()) {
    Process* process = machine_->table.find(pid);
    if (++shown > waiters_shown) return text + "\n  and others";
    ProcessStatus status = process->status.load(std::memory_order_relaxed);  // relaxed: nobody runs
    text += "\n  " + name_of(*machine_, {pid}) + " is " + std::string(throng::text_of(status));
    std::size_t messages = process->queue.size();
    if (messages > 0)
      text += ", with " + std::to_string(messages) + " messages it has not taken, the first a " +
              std::string(process->queue.first()->type->name);
  }
  return text;
}

}  // namespace throng::detail

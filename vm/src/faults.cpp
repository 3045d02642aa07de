// What goes wrong on purpose in a simulated run: who is killed, which messages are lost or late. By lot of
// the seed, or as a schedule says; either way it is recorded, and a replay does the same.
#include <algorithm>

#include "machine.hpp"
#include "simulator.hpp"

namespace throng::detail {

using simulation::Actor;
using simulation::Deviation;

namespace {

struct LateSignal {
  Pid to;
  Message signal;
};

void deliver_late(void* machine, void* payload, std::uint64_t) noexcept {
  Message envelope(static_cast<Signal*>(payload));
  auto& late = payload_as<LateSignal>(envelope.get());
  static_cast<Machine*>(machine)->deliver(late.to, late.signal.release_signal());
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

bool Simulator::is_subject(Pid pid) const {
  const std::string& only = options_.faults.only;
  if (only.empty()) return pid != root_;
  const Process* process = machine_->table.find(pid);
  if (process == nullptr) return false;
  if (contains(machine_->names.name_of(pid), only)) return true;
  if (process->relations && contains(process->relations->label, only)) return true;
  return process->body != nullptr && contains(process->body->type->name, only);
}

bool Simulator::is_slow(const Step& step) const {
  return options_.faults.slow > Duration::zero() && !step.is_job && is_subject(Pid(step.actor));
}

// A replay is told what goes wrong.
bool Simulator::has_lots() const noexcept { return !options_.schedule.has_value(); }

bool Simulator::draws(double chance) noexcept {
  constexpr double range = 1ULL << 53;
  return chance > 0 && static_cast<double>(lots_.next() >> 11) < chance * range;
}

const Deviation* Simulator::listed(Deviation::Kind kind, const Actor& actor,
                                   std::uint64_t count) const noexcept {
  if (!options_.schedule) return nullptr;
  for (const Deviation& deviation : options_.schedule->deviations)
    if (deviation.kind == kind && deviation.actor == actor && deviation.count == count) return &deviation;
  return nullptr;
}

void Simulator::consider_crash(const Step& step) {
  if (has_lots() && options_.faults.crash <= 0) return;
  Actor actor = detail::actor_of(step);
  std::uint64_t turn = turns_of(actor);
  bool crashes = has_lots() ? draws(options_.faults.crash) && !actor.is_job && is_subject(actor.process)
                            : listed(Deviation::Kind::crash, actor, turn) != nullptr;
  if (!crashes) return;
  record({.kind = Deviation::Kind::crash, .actor = actor, .count = turn});
  machine_->deliver(actor.process, make_message<Exit>(exit_kind, Pid(), ExitReason::kill).release_signal());
}

bool Simulator::is_lost(std::uint64_t count) {
  bool lost = has_lots() ? draws(options_.faults.drop) && is_subject(current_.process)
                         : listed(Deviation::Kind::drop, current_, count) != nullptr;
  if (lost) record({.kind = Deviation::Kind::drop, .actor = current_, .count = count});
  return lost;
}

Duration Simulator::delay_of(std::uint64_t count) {
  Duration delay{};
  if (!has_lots()) {
    if (const Deviation* deviation = listed(Deviation::Kind::delay, current_, count)) delay = deviation->by;
  } else if (draws(options_.faults.delay) && is_subject(current_.process)) {
    auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(options_.faults.delay_by.count(), 1));
    delay = Duration(static_cast<std::int64_t>(lots_.below(most)) + 1);
  }
  if (delay > Duration::zero())
    record({.kind = Deviation::Kind::delay, .actor = current_, .count = count, .by = delay});
  return delay;
}

bool Simulator::lets_pass(Pid to, Signal* signal) noexcept {
  if (winds_down_) return true;
  touch(to.bits());
  fold(to.bits());
  fold(signal->kind);
  if (!current_.process) return true;  // a timer's, which was delayed or not as it was started
  Duration delay{};
  if (signal->kind == message_kind || signal->kind == aliased_message_kind) {
    std::uint64_t count = sent_[current_.process]++;
    if (is_lost(count)) {
      destroy_signal(signal);
      return false;
    }
    delay = delay_of(count);
  }
  return !holds_back(to, signal, delay);
}

// Two processes' signals stay in order (SIG-1): whatever follows a late one waits for it.
bool Simulator::holds_back(Pid to, Signal* signal, Duration delay) {
  if (delay == Duration::zero() && held_until_.empty()) return false;
  std::int64_t now = time_.now();
  std::int64_t& until = held_until_[{current_.process, to}];
  if (delay > Duration::zero()) until = std::max(until, now + delay.count());
  if (until <= now) return false;
  if (signal->kind != aliased_message_kind) signal->address = to.bits();
  Message envelope = make_message<LateSignal>(message_kind, to, Message(signal));
  machine_->scheduler.start_timer(until, {deliver_late, machine_, envelope.get(), 0});
  envelope.release_signal();
  return true;
}

Duration Simulator::with_lateness(Duration delay) noexcept {
  if (winds_down_ || !current_.process) return delay;
  touch(touched_timers);
  Duration late = delay_of(sent_[current_.process]++);
  return delay > Duration::max() - late ? delay : std::max(delay, Duration::zero()) + late;
}

Duration with_lateness(Simulator& simulator, Duration delay) noexcept {
  return simulator.with_lateness(delay);
}

}  // namespace throng::detail

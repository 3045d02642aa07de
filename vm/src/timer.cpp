#include <throng/vm/timer.hpp>

#include <algorithm>
#include <deque>
#include <mutex>

#include "runtime_call.hpp"
#include "timers.hpp"

namespace throng {
namespace detail {
namespace {

void deliver_expired(void* context, void* payload, std::uint64_t target) noexcept {
  static_cast<Machine*>(context)->deliver(Pid(target), static_cast<Signal*>(payload));
}

// What a timer to a name carries: the name is looked up when the time has passed.
struct NamedTimer {
  std::string name;
  Message message;
};

void deliver_by_name(void* context, void* payload, std::uint64_t) noexcept {
  Message envelope(static_cast<Signal*>(payload));
  auto& timer = payload_as<NamedTimer>(envelope.get());
  Machine& machine = *static_cast<Machine*>(context);
  if (std::optional<Pid> to = machine.names.find(timer.name))
    machine.deliver(*to, timer.message.release_signal());
}

std::int64_t deadline_of(Machine& machine, Duration delay) noexcept {
  if (machine.simulator != nullptr) [[unlikely]]
    delay = with_lateness(*machine.simulator, delay);
  std::int64_t now = machine.scheduler.now();
  std::int64_t wait = std::max<std::int64_t>(delay.count(), 0);
  return wait > std::numeric_limits<std::int64_t>::max() - now ? std::numeric_limits<std::int64_t>::max()
                                                               : now + wait;
}

}  // namespace

TimerKey start_signal_timer(Machine& machine, Duration delay, Pid to, Message signal) {
  Process* target = machine.table.find(to);
  if (target != nullptr) target->has_timers.store(true, std::memory_order_relaxed);  // relaxed: see the field
  Expiry expiry{deliver_expired, &machine, signal.get(), to.bits()};
  TimerKey key = machine.scheduler.start_timer(deadline_of(machine, delay), expiry);
  signal.release_signal();
  return key;
}

bool cancel_signal_timer(Machine& machine, TimerKey key) noexcept {
  std::optional<Cancelled> cancelled = machine.scheduler.cancel_timer(key);
  if (cancelled) drop_timer(cancelled->expiry);
  return cancelled.has_value();
}

TimerId start_message_timer(Duration delay, Pid to, Message message) {
  RuntimeCall runtime_call("send_after()");
  Process& process = runtime_call.process();
  enter_call(process, price::start_timer);
  Unbroken unbroken(process);
  touch(*process.machine, to.bits());
  if (is_rejected(process) || process.machine->table.find(to) == nullptr) return {};
  return TimerId(start_signal_timer(*process.machine, delay, to, std::move(message)));
}

TimerId start_message_timer(Duration delay, std::string_view name, Message message) {
  RuntimeCall runtime_call("send_after()");
  Process& process = runtime_call.process();
  enter_call(process, price::start_timer);
  Unbroken unbroken(process);
  if (is_rejected(process)) return {};
  Machine& machine = *process.machine;
  Message envelope = make_message<NamedTimer>(message_kind, std::string(name), std::move(message));
  TimerKey key = machine.scheduler.start_timer(deadline_of(machine, delay),
                                               {deliver_by_name, &machine, envelope.get(), 0});
  envelope.release_signal();
  return TimerId(key);
}

WaitTimer::~WaitTimer() {
  if (!started_) return;
  Unbroken unbroken(process_);
  TimerKey key = std::exchange(process_.wait_timer, {});
  if (key.generation != 0) cancel_signal_timer(*process_.machine, key);
  process_.wait_for_number(0);  // a time-out that is on its way belongs to nobody any more
  process_.events &= static_cast<std::uint8_t>(~timeout_event);
}

void WaitTimer::start_once(Duration timeout) {
  if (started_ || timeout == forever) return;
  Unbroken unbroken(process_);
  WorkerState& state = state_of(*process_.worker);
  std::uint64_t number = process_.machine->new_reference(state);
  process_.wait_for_number(number);
  started_ = true;
  // Only while all work: a sleeper would look after a timer of ours, but can't see a note.
  const Scheduler& scheduler = process_.machine->scheduler;
  if (timeout < deferred_from || scheduler.may_have_sleepers() || scheduler.is_simulated()) {
    process_.wait_timer = start_signal_timer(*process_.machine, timeout, process_.pid(),
                                             make_message<Reference>(timeout_kind, number));
    return;
  }
  std::lock_guard lock(state.deferred_lock);
  state.deferred.push_back({process_.pid(), number, timeout, state.tick_time});
  state.has_deferred.store(true, std::memory_order_relaxed);  // relaxed: see the field
}

namespace {

void make_timer(Machine& machine, const DeferredTimeout& due) noexcept {
  Process* process = machine.table.find(due.process);
  if (process == nullptr || process->waits_for_number() != due.number) return;
  TimerKey key = start_signal_timer(machine, due.timeout, due.process,
                                    make_message<Reference>(timeout_kind, due.number));
  machine.deliver(due.process,
                  make_message<StartedTimer>(timer_started_kind, due.number, key).release_signal());
}

}  // namespace

void start_deferred(Machine& machine, WorkerState& state, bool all) noexcept {
  constexpr std::int64_t patience = 1'000'000;  // ns
  for (bool first = true;; first = false) {
    DeferredTimeout due;
    {
      std::lock_guard lock(state.deferred_lock);
      if (state.deferred.empty()) return;
      if (first) state.tick_time = machine.scheduler.now();
      due = state.deferred.front();
      if (!all && due.since + patience > state.tick_time) return;
      state.deferred.pop_front();
      state.has_deferred.store(!state.deferred.empty(), std::memory_order_relaxed);  // relaxed: see the field
    }
    make_timer(machine, due);
  }
}

void rescue_deferred(Machine& machine, WorkerState& state) noexcept {
  if (!state.has_deferred.load(std::memory_order_relaxed)) return;  // relaxed: see the field
  std::deque<DeferredTimeout> rescued;
  if (!state.deferred_lock.try_lock_for_other()) return;  // its owner moves after all
  rescued.swap(state.deferred);
  state.has_deferred.store(false, std::memory_order_relaxed);  // relaxed: see the field
  state.deferred_lock.unlock_for_other();
  for (const DeferredTimeout& due : rescued) make_timer(machine, due);
}

void take_started_timer(Process& process, const StartedTimer& started) noexcept {
  if (process.waits_for_number() == started.number) {
    process.wait_timer = started.key;
  } else {
    cancel_signal_timer(*process.machine, started.key);
  }
}

}  // namespace detail

std::optional<Duration> cancel(TimerId timer) {
  detail::RuntimeCall runtime_call("cancel()");
  detail::Process& process = runtime_call.process();
  detail::enter_call(process, detail::price::cancel_timer);
  detail::Unbroken unbroken(process);
  if (detail::is_rejected(process)) return std::nullopt;
  detail::touch(*process.machine, detail::touched_timers);
  auto& scheduler = process.machine->scheduler;
  std::optional<detail::Cancelled> cancelled = scheduler.cancel_timer(timer.key());
  if (!cancelled) return std::nullopt;
  detail::drop_timer(cancelled->expiry);
  return Duration(std::max<std::int64_t>(cancelled->deadline_ns - scheduler.now(), 0));
}

std::optional<Duration> read_timer(TimerId timer) {
  detail::RuntimeCall runtime_call("read_timer()");
  detail::Process& process = runtime_call.process();
  detail::Unbroken unbroken(process);
  detail::touch(*process.machine, detail::touched_timers);
  auto& scheduler = process.machine->scheduler;
  std::optional<std::int64_t> deadline = scheduler.read_timer(timer.key());
  if (!deadline) return std::nullopt;
  return Duration(std::max<std::int64_t>(*deadline - scheduler.now(), 0));
}

}  // namespace throng

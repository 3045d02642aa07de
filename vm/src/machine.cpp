#include "machine.hpp"

#include <throng/scheduler/ticks.hpp>
#include <throng/vm/call.hpp>

#include "possession.hpp"
#include "record.hpp"
#include "simulator.hpp"
#include "timers.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace throng::detail {
namespace {

unsigned usable_cpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return std::max(1U, static_cast<unsigned>(CPU_COUNT(&set)));
  return std::max(1U, std::thread::hardware_concurrency());
}

RuntimeOptions checked(RuntimeOptions options) {
  if (options.simulator != nullptr &&
      (options.workers == RuntimeOptions::default_workers || options.workers == 0))
    options.workers = 1;  // the number of CPUs is not the same everywhere
  if (options.workers == RuntimeOptions::default_workers) options.workers = usable_cpus();
  if (options.workers > 1024) {
    throw std::invalid_argument(
        "throng: " + std::to_string(options.workers) +
        " workers were asked for; more than 1024 are never useful, one per CPU is the default");
  }
  constexpr std::size_t most = (std::size_t{1} << Pid::index_bits) - (1024 + 1024 + 1) * ProcessTable::slack;
  if (options.max_processes == 0 || options.max_processes > most) {
    throw std::invalid_argument("throng: max_processes must be from 1 to " + std::to_string(most));
  }
  if (options.stack_size != 0 &&
      (options.stack_size < 16 * 1024 || options.stack_size > std::size_t{1} << 30)) {
    throw std::invalid_argument("throng: stack_size must be from 16 KiB to 1 GiB, or 0 for the default");
  }
  if (options.simulator != nullptr && options.policy)
    throw std::invalid_argument(
        "throng: what runs next in a simulated runtime is the simulation's affair; leave policy empty");
  if (options.spare_threads > 1024)
    throw std::invalid_argument("throng: more than 1024 spare threads are never useful");
  if (options.slice < 1) throw std::invalid_argument("throng: slice must be at least one reduction");
  if (options.slice > 100'000'000)
    throw std::invalid_argument("throng: slice must be at most 100,000,000 reductions, which are seconds");
  return options;
}

// How long (ns) one that must end may compute on before it is ended for the others. Who makes a call of the
// runtime meanwhile ends by itself, with its destructors. Time in which the system lets others have the CPU
// does not count: where many want it, a thread may get none for longer than this.
constexpr std::int64_t patience_with_the_dying = 10'000'000;

// Workers, spares, and one for the host's threads.
std::size_t stocks_of(const RuntimeOptions& options) {
  return std::size_t{options.workers} + options.spare_threads + 1;
}

SchedulerSetup setup_of(const RuntimeOptions& options, SchedulerHooks hooks) {
  SchedulerSetup setup;
  setup.workers = options.workers;
  setup.blocking_threads = options.blocking_threads;
  setup.spare_threads = options.spare_threads;
  setup.slice = options.slice;
  setup.may_rest = options.workers_may_rest;
  setup.seed = options.seed;
  setup.drop_timer = drop_timer;
  setup.policy = options.policy;
  setup.policy_limit = options.policy_limit.count();
  setup.hooks = hooks;
  if (options.simulator != nullptr) setup.simulated = &options.simulator->time();
  return setup;
}

}  // namespace

Machine::Machine(const RuntimeOptions& wanted)
    : options(checked(wanted)),
      simulator(options.simulator.get()),
      table({options.max_processes, stocks_of(options)}, run_process),
      host_state_(*this),
      scheduler(setup_of(options, {this, worker_started, worker_stopped, worker_ticks, worker_is_stuck,
                                   policy_failed, id_of})) {
  if (simulator != nullptr) simulator->attach(*this);
  std::size_t stack = options.stack_size != 0 ? options.stack_size : default_stack_size;
  // Each worker keeps warm stacks in reserve, which must not be missing elsewhere.
  std::size_t reserve = stocks_of(options) * std::size_t{ProcessTable::slack};
  stack_pools_[0] = std::make_unique<StackPool>(stack, options.max_processes + reserve);
  scheduler.start();
}

Machine::~Machine() { stop(std::chrono::seconds(5)); }

void WorkerState::keep_pages_open() {
  auto keep = [this]<std::size_t... Sixteenths>(std::index_sequence<Sixteenths...>) {
    (keepers.push_back(make_message<std::array<std::uint64_t, 2 * (Sixteenths + 1)>>(message_kind)), ...);
  };
  keep(std::make_index_sequence<14>());  // payloads of 16 to 224 bytes
}

void Machine::worker_started(void* machine, Worker& worker) {
  auto& self = *static_cast<Machine*>(machine);
  auto state = std::make_unique<WorkerState>(self);
  worker.attachment = state.get();
  state->door.lock();  // see runtime_call.hpp
  state->host.attach();
  state->ticks = ticks_word();
  if (!worker.scheduler().is_host_driven()) state->capture.attach();
  state->keep_pages_open();
  std::lock_guard lock(self.states_mutex_);
  self.states_.push_back(std::move(state));
}

void Machine::worker_ticks(void* machine, Worker& worker, bool about_to_sleep) noexcept {
  auto& self = *static_cast<Machine*>(machine);
  if (worker.attachment != nullptr) start_deferred(self, state_of(worker), about_to_sleep);
}

void Machine::worker_is_stuck(void* machine, Worker& worker, const StuckFor& stuck_for,
                              StuckNotes& notes) noexcept {
  auto& self = *static_cast<Machine*>(machine);
  if (worker.attachment == nullptr) return;
  rescue_deferred(self, state_of(worker));
  WorkerState& state = state_of(worker);
  tell_of_long_schedule(self, state, stuck_for.passed, notes.reported);
  if (!std::exchange(notes.watched, true)) state.asked_after = 0;
  if (stuck_for.could_act - state.asked_after < patience_with_the_dying) return;
  state.asked_after = stuck_for.could_act;
  end_for_others(state);
}

void Machine::policy_failed(void*, const std::string& sentence) noexcept {
  std::fprintf(stderr, "%s\n", sentence.c_str());
}

void Machine::worker_stopped(void*, Worker& worker) noexcept {
  if (!worker.scheduler().is_host_driven()) state_of(worker).capture.detach();
}

std::uint32_t Machine::stack_class_for(std::size_t bytes) {
  if (bytes == 0 || bytes <= stack_pools_[0]->slot_size()) return 0;
  if (bytes > std::size_t{1} << 30) throw std::invalid_argument("throng: a stack is at most 1 GiB");
  // Class k holds 2^k times the default, so few pools serve all wishes.
  std::size_t ratio = (bytes + stack_pools_[0]->slot_size() - 1) / stack_pools_[0]->slot_size();
  auto stack_class = static_cast<std::uint32_t>(std::bit_width(ratio - 1));
  if (stack_class >= stack_classes)
    throw std::invalid_argument("throng: this stack size is too large for this runtime");
  std::lock_guard lock(pools_mutex_);
  if (!stack_pools_[stack_class]) {
    std::size_t slot = stack_pools_[0]->slot_size() << stack_class;
    std::size_t room = std::max<std::size_t>(std::size_t{1} << 38, slot) / slot;
    stack_pools_[stack_class] = std::make_unique<StackPool>(slot, std::min(options.max_processes, room));
  }
  return stack_class;
}

Process* Machine::create(WorkerState* state, const SpawnOptions& spawn_options, Body* body) {
  std::unique_lock<std::mutex> host_lock;
  if (state == nullptr) {
    host_lock = std::unique_lock(host_mutex_);
    state = &host_state_;
  }
  std::uint32_t stack_class = stack_class_for(spawn_options.stack_size);
  if (table.high_water() >= table.limit() && process_count() >= table.limit()) return nullptr;
  touch(*this, spawn_options.priority == Priority::normal ? touched_pids : touched_world);
  Process* process = table.take(state->stock);
  if (process == nullptr) return nullptr;
  process->set_up(spawn_options.priority, spawn_options.tag, std::max(spawn_options.weight, 1U),
                  spawn_options.deadline.time_since_epoch().count());
  // relaxed: published by pid_bits below
  process->traps_exits.store(spawn_options.trap_exit, std::memory_order_relaxed);
  process->must_exit = false;
  process->is_suspended = false;
  process->is_exiting = false;
  process->dies_of_another = false;
  process->waits_for = 0;
  process->events = 0;
  process->body = body;
  process->parent_bits.store(0, std::memory_order_relaxed);  // relaxed: published by pid_bits below
  process->slices_overdue = 0;
  process->unbroken = 0;
  process->calls = 1;  // until its body runs
  process->overstays = false;
  process->first_ticks = first_grant(options.slice, false);
  process->takes_signals = false;
  process->is_matching = false;
  process->question = 0;
  process->wait_timer = {};
  process->wait_for_number(0);
  process->backlog.store(0, std::memory_order_relaxed);     // relaxed: published by pid_bits below
  process->reductions.store(0, std::memory_order_relaxed);  // relaxed: a statistic
  process->stack_class = stack_class;
  process->machine = this;
  process->has_timers.store(false, std::memory_order_relaxed);  // relaxed: published by pid_bits below
  process->has_name.store(false, std::memory_order_relaxed);    // relaxed: published by pid_bits below
  process->status.store(ProcessStatus::runnable, std::memory_order_relaxed);  // relaxed: a statistic
  // In this order: who finds the pid finds the inbox open. A stray of before may come in between; its address
  // tells (SPN-5).
  process->inbox.reopen();
  process->pid_bits.store(table.next_pid(*process).bits(),
                          std::memory_order_release);  // pairs: ProcessTable::find
  // relaxed: a counter with one writer at a time
  state->spawned.store(state->spawned.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return process;
}

void Machine::deliver(Pid to, Signal* signal) noexcept {
  if (simulator != nullptr && !simulator->lets_pass(to, signal)) return;
  signal->address = signal->kind == aliased_message_kind ? signal->address : to.bits();
  Process* process = table.find(to);
  if (process == nullptr) {
    answer_for_the_dead(signal);
    return;
  }
  switch (process->inbox.push(signal)) {
    case Delivery::queued:
      break;
    case Delivery::receiver_waiting:
      set_woken(*process);
      scheduler.wake(*process);
      break;
    case Delivery::closed:
      answer_for_the_dead(signal);
      break;
  }
}

void Machine::answer_for_the_dead(Signal* signal, const ExitReason& why) noexcept {
  Pid dead(signal->address);
  switch (signal->kind) {
    case link_kind:
      deliver(payload_as<LinkSignal>(signal).from,
              make_message<Exit>(linked_exit_kind, dead, ExitReason::noproc).release_signal());
      break;
    case unlink_kind: {
      auto& unlink = payload_as<UnlinkSignal>(signal);
      deliver(unlink.from, make_message<UnlinkSignal>(unlink_ack_kind, dead, unlink.id).release_signal());
      break;
    }
    case monitor_kind: {
      auto& request = payload_as<MonitorSignal>(signal);
      deliver(request.watcher,
              make_message<Down>(down_kind, request.monitor, dead, ExitReason::noproc).release_signal());
      break;
    }
    case request_kind:
      payload_as<ReplyTo>(signal).fail(why);
      break;
    case adopt_kind:
      give_up_entrusted(*this, dead, signal);
      break;
    case question_kind: {
      auto& question = payload_as<Inquiry>(signal);
      deliver(question.from,
              make_message<Answer>(answer_kind, question.number, false, nullptr).release_signal());
      break;
    }
    default:
      break;
  }
  destroy_signal(signal);
}

std::size_t Machine::process_count() const noexcept {
  // relaxed: statistics; ended is read first, so the difference is never negative by much
  std::uint64_t spawned = host_state_.spawned.load(std::memory_order_relaxed), ended = 0;
  std::lock_guard lock(states_mutex_);
  for (const auto& state : states_)
    ended += state->ended.load(std::memory_order_relaxed);  // relaxed: statistic
  for (const auto& state : states_)
    spawned += state->spawned.load(std::memory_order_relaxed);  // relaxed: statistic
  return spawned > ended ? static_cast<std::size_t>(spawned - ended) : 0;
}

std::vector<Pid> Machine::live_pids() const {
  std::vector<Pid> pids;
  std::size_t used = table.high_water();
  for (std::size_t i = 0; i < used; ++i) {
    // pairs: the stores of pid_bits at birth and death
    if (std::uint64_t bits = table.block_at(i)->pid_bits.load(std::memory_order_acquire))
      pids.emplace_back(bits);
  }
  return pids;
}

std::optional<Pid> Machine::find_name(std::string_view name) const {
  touch(*this, touched_names);
  return names.find(name);
}

RuntimeInfo Machine::info() const {
  RuntimeInfo info;
  info.name = options.name;
  info.processes = process_count();
  info.process_limit = options.max_processes;
  info.workers = options.workers;
  info.workers_online = scheduler.online();
  info.workers_resting =
      info.workers_online - std::min<std::size_t>(scheduler.taking_part(), info.workers_online);
  info.run_queue = scheduler.waiting();
  info.timers = scheduler.timer_count();
  info.spawned = host_state_.spawned.load(std::memory_order_relaxed);  // relaxed: statistic
  {
    std::lock_guard lock(states_mutex_);
    for (const auto& state : states_)
      info.spawned += state->spawned.load(std::memory_order_relaxed);  // relaxed: same
  }
  auto& workers = const_cast<Scheduler&>(scheduler);
  info.spares = workers.spare_count();
  info.overstayed = overstayed().size();
  for (std::size_t i = 0; i < workers.worker_count() + workers.spare_count(); ++i) {
    WorkerMetrics metrics = workers.any_worker(i).metrics();
    info.dispatches += metrics.dispatches;
    info.steals += metrics.steals;
    info.reductions += metrics.reductions;
    info.per_worker.push_back({metrics.dispatches, metrics.steals, metrics.parks, metrics.reductions});
  }
  info.memory.stacks = stack_pools_[0]->counts().in_use * StackPool::page_size();
  info.memory.processes = info.processes * sizeof(Process) + info.memory.stacks;
  info.allocator = allocator_name();
  info.stack_guards = stack_pools_[0]->guard_message();
  return info;
}

void Machine::attach_workers() noexcept {
  for (std::size_t i = 0; i < scheduler.worker_count(); ++i) {
    WorkerState& state = state_of(scheduler.worker(i));
    state.host.attach();
    state.ticks = ticks_word();
  }
}

Pid Machine::start_root(Body* body, const HostExit& host_exit) {
  Process* process = create(nullptr, {}, body);
  if (process == nullptr) {
    throw LimitReached("throng: all " + std::to_string(options.max_processes) +
                       " processes are in use; raise RuntimeOptions::max_processes");
  }
  process->host_exit = host_exit;
  Pid pid = process->pid();
  note_spawn(*this, nullptr, *process);
  scheduler.wake(*process, Wake::created);
  return pid;
}

bool Machine::poll() {
  if (!scheduler.is_host_driven()) return false;
  if (simulator != nullptr) return simulator->take_step();
  // The host may poll from another thread than last time: the switches need to know whose exceptions and
  // errno to keep.
  if (polling_.exchange(true, std::memory_order_acquire)) return false;  // pairs: the store below
  WorkerState& state = state_of(scheduler.worker(0));
  state.host.attach();
  state.ticks = ticks_word();
  bool active = scheduler.poll(256);
  polling_.store(false, std::memory_order_release);  // pairs: the exchange above, by the next caller
  return active;
}

void Machine::require_running(const char* call) const {
  if (!stopped_.load(std::memory_order_acquire)) return;  // pairs: stop()
  throw std::logic_error(std::string("throng: ") + call +
                         " on a runtime that has been stopped; make a new one");
}

void refuse_outside(const char* call) { throw NotInProcess(call); }

}  // namespace throng::detail

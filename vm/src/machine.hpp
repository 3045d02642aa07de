// The machine behind a Runtime: the places where processes, stacks, names and workers are kept, and what one
// worker keeps for itself.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <throng/base/biased_lock.hpp>
#include <throng/scheduler/scheduler.hpp>
#include <throng/scheduler/ticks.hpp>
#include <throng/vm/call.hpp>
#include <throng/vm/crash.hpp>
#include <throng/vm/recording.hpp>
#include <throng/vm/runtime.hpp>
#include <vector>

#include "fiber.hpp"
#include "locals.hpp"
#include "names.hpp"
#include "prices.hpp"
#include "process_table.hpp"
#include "stack_capture.hpp"
#include "stack_pool.hpp"

namespace throng::detail {

// A stack with the code that runs activations on it: made once, then switched to again and again. Lives at
// the top of its own stack, so that a switch touches one page. `process` is whom it runs, or null in a
// worker's reserve.
struct Carrier {
  Fiber fiber;
  Stack stack;
  Process* process = nullptr;
  Carrier* next = nullptr;
  std::uint32_t stack_class = 0;
};

struct DeferredTimeout {
  Pid process;
  std::uint64_t number;
  Duration timeout;
  std::int64_t since;  // not after it began
};

// Per worker, touched by its own thread only.
struct WorkerState {
  explicit WorkerState(Machine& m) : machine(m) {}
  // Takes one envelope of each small size, on this thread, and keeps it: the allocator's page that serves the
  // size then never empties, and is not put away and fetched back for every message of a process that talks
  // alone.
  void keep_pages_open();
  void set_idle() noexcept {
    current = nullptr;
    running.store(0, std::memory_order_relaxed);  // relaxed: see the field
  }
  Machine& machine;
  FiberHost host;
  Signal* dropped = nullptr;    // by the signals being taken; destroyed behind them, see take_signals
  std::int32_t granted = 0;     // budget of the current run that is not yet on its account
  int* ticks = nullptr;         // the word of this worker's thread, which inserted checks take down
  int granted_ticks = 0;        // what it was set to, in the current run
  std::int64_t granted_at = 0;  // when, if the run has been asked how long its ticks take; else 0
  Process* current = nullptr;   // runs now, on its stack or in a handler of signals
  // Protocol: the pid of that one. Written by the worker, read by the watchdog for its report, relaxed: of
  // the run before it, at worst.
  Atomic<std::uint64_t> running{0};
  Carrier* spare = nullptr;  // warm carriers of the default class, last in first out
  std::uint32_t spares = 0;
  ProcessTable::Stock stock;
  std::vector<Message> keepers;
  std::uint64_t next_reference = 0;
  std::uint64_t end_reference = 0;
  // Time-outs of waits begun here, oldest first, that are not worth a timer yet; see timers.hpp.
  // Guarded by deferred_lock: the watchdog makes timers of them where the worker is stuck.
  std::deque<DeferredTimeout> deferred;
  BiasedLock deferred_lock;
  // Protocol: whether there may be any; written under the lock, read by the watchdog, relaxed:
  // so that it does not take the lock of each that sleeps.
  Atomic<bool> has_deferred{false};
  BiasedLock door;              // held by the worker but while code of the user's runs; see runtime_call.hpp
  std::uint64_t condemned = 0;  // who had to end when the watchdog came last; under the door
  // -- the watchdog's, of the run that is stuck, in ns
  std::int64_t asked_after = 0;  // how long its thread could have acted when somebody last came to end it
  StackCapture capture;
  std::int64_t tick_time = 0;  // of the last look at them
  // Protocol of the counters: written by this worker alone, read as statistics by anybody.
  Atomic<std::uint64_t> spawned{0};
  Atomic<std::uint64_t> ended{0};
  Atomic<std::int64_t> stacks_held{0};
};

class Machine {
 public:
  explicit Machine(const RuntimeOptions& options);
  ~Machine();

  static Settled run_process(Runnable& runnable, Worker& worker) noexcept;

  // What waited will run; for who got Delivery::receiver_waiting, and owns it now.
  static void set_woken(Process& process) noexcept;
  // Thread: any. Consumes the signal whatever happens; answers for the dead (LNK-4, MON-2).
  // A simulator may lose it or have it delivered later.
  void deliver(Pid to, Signal* signal) noexcept;
  // The same on a worker's thread, which the caller knows: saves asking for it.
  void deliver(Pid to, Signal* signal, Worker& here) noexcept {
    if (simulator != nullptr) [[unlikely]] {
      deliver(to, signal);
      return;
    }
    signal->address = to.bits();
    Process* process = table.find(to);
    Delivery delivery = Delivery::closed;
    if (process != nullptr) {
      if (std::int32_t more = process->backlog_charge(); more != 0) [[unlikely]]
        here.surcharge(more);
      delivery = process->inbox.push(signal);
    }
    if (delivery == Delivery::receiver_waiting) {
      set_woken(*process);
      here.enqueue(*process);
    } else if (delivery == Delivery::closed) {
      answer_for_the_dead(signal);
    }
  }
  void answer_for_the_dead(Signal* signal, const ExitReason& why = ExitReason::noproc) noexcept;

  // A process with its body, not yet runnable. Null: the limit is reached (the body stays the caller's).
  // Thread: a worker's, or a host's (state null).
  Process* create(WorkerState* state, const SpawnOptions& options, Body* body);
  // A process for the host, with its body, runnable. Throws LimitReached: the body is the caller's still.
  Pid start_root(Body* body, const HostExit& host_exit);

  // Numbers of one worker's own, so that workers do not meet over a counter for each question.
  std::uint64_t new_reference(WorkerState& state) noexcept {
    if (state.next_reference == state.end_reference) {
      // relaxed: only uniqueness counts
      state.next_reference = references_.fetch_add(references_at_once, std::memory_order_relaxed);
      state.end_reference = state.next_reference + references_at_once;
    }
    return state.next_reference++;
  }
  std::uint64_t new_reference() noexcept {
    return references_.fetch_add(1, std::memory_order_relaxed);  // relaxed: only uniqueness counts
  }
  std::vector<Pid> live_pids() const;
  std::optional<Pid> find_name(std::string_view name) const;  // of a process's own asking
  RuntimeInfo info() const;
  std::size_t process_count() const noexcept;
  ShutdownReport stop(Duration deadline);
  bool poll();  // Requires: workers == 0, or a simulator
  // Makes the calling thread the one on which the workers of a simulated machine take turns.
  void attach_workers() noexcept;
  // With the names of what it speaks of, and what machine it is.
  Recording recording_of(const EventRecording& events) const;
  // Throws for a host that wants something run here after stop().
  void require_running(const char* call) const;
  // Of those that are ended while their code runs on. Thread: any.
  void note_overstayed(Process& process, Pid pid);
  Pid forget_overstayed(const Process& process) noexcept;  // who that was
  std::vector<Pid> overstayed() const;

  StackPool& stack_pool(std::uint32_t stack_class) noexcept { return *stack_pools_[stack_class]; }
  std::uint32_t stack_class_for(std::size_t bytes);

  const RuntimeOptions options;
  Simulator* const simulator;  // null: it is real
  ProcessTable table;
  Names names;
  Locals locals;
  std::mutex crash_mutex;
  std::shared_ptr<CrashSink> crash_sink;  // guarded by crash_mutex
  // Protocol: who is told of turns that last, and from how long on (ns, 0: never). Written by who asks for
  // it, read by the watchdog, relaxed: they are hints to each other, and a pid is looked up.
  Atomic<std::uint64_t> system_monitor{0};
  Atomic<std::int64_t> long_schedule{0};

 private:
  void end_all_for_others() noexcept;
  static void worker_started(void* machine, Worker& worker);
  static void worker_stopped(void* machine, Worker& worker) noexcept;
  static void worker_ticks(void* machine, Worker& worker, bool about_to_sleep) noexcept;
  static void worker_is_stuck(void* machine, Worker& worker, const StuckFor& stuck_for,
                              StuckNotes& notes) noexcept;

  static void policy_failed(void* machine, const std::string& sentence) noexcept;
  static std::uint64_t id_of(const Runnable& runnable) noexcept;

  static constexpr std::uint64_t references_at_once = 1 << 12;
  static constexpr std::size_t stack_classes = 12;
  std::mutex pools_mutex_;
  std::unique_ptr<StackPool>
      stack_pools_[stack_classes];  // written under pools_mutex_, class 0 at construction
  std::mutex host_mutex_;           // host threads that create processes take turns with host_state_
  WorkerState host_state_;
  mutable std::mutex overstayed_mutex_;
  std::vector<std::pair<const Process*, Pid>> overstayed_;  // guarded by overstayed_mutex_
  mutable std::mutex states_mutex_;
  std::vector<std::unique_ptr<WorkerState>> states_;  // guarded by states_mutex_
  // Protocol: only counts up; uniqueness is all that matters.
  Atomic<std::uint64_t> references_{1};
  // Protocol: taken by exchange by the one host thread that polls.
  Atomic<bool> polling_{false};
  // Held by a host that spawns, from its look at stopped_ to the spawn, and by stop() as it sets that.
  std::mutex spawn_mutex_;
  // Protocol: taken by exchange by the first who stops; who starts something looks at it.
  Atomic<bool> stopped_{false};

 public:
  Scheduler scheduler;  // the last member: timers it still holds reach the table as they are dropped
  std::mutex& spawn_mutex() noexcept { return spawn_mutex_; }
};

// The state of the worker the caller runs on. Requires: a worker thread. Never keep it across a switch.
inline WorkerState& state_of(Worker& worker) noexcept {
  return *static_cast<WorkerState*>(worker.attachment);
}
// The process that runs on the calling thread, or null. Never keep the worker across a switch; the process
// may.
THRONG_INLINE Process* current_process() noexcept {
  Worker* worker = current_worker();
  return worker != nullptr && worker->attachment != nullptr ? state_of(*worker).current : nullptr;
}
// The same, or NotInProcess naming `call`.
[[noreturn]] void refuse_outside(const char* call);
THRONG_INLINE Process& require_process(const char* call) {
  Process* process = current_process();
  if (process == nullptr) [[unlikely]]
    refuse_outside(call);
  return *process;
}

// -- process_run.cpp
// Leaves the stack for the worker; returns when the process runs again, maybe on another thread.
void switch_away(Process& process, Request request) noexcept;
// Waits until one of `events` has happened; consumes nothing. Throws the private exception if the process
// must exit.
void wait_for(Process& process, std::uint8_t events);
// Throws for a call that waits or takes messages where none may be: a guard, a destructor of a message.
[[noreturn]] void refuse_waiting(const Process& process);
// The slice is used up: yields, where that is possible.
void end_slice(Process& process) noexcept;
// For calls that may block: throws if the process must exit and may throw now (EXT-5).
void surface_exit(Process& process);
// True while nothing of the user's may take effect any more: its end is settled (EXT-5).
inline bool is_rejected(const Process& process) noexcept { return process.must_exit || process.is_exiting; }
[[noreturn]] void abandon(Process& process) noexcept;

// -- simulator.cpp
// The step that is on has to do with `object`; see Simulator::touch(). Nothing where the machine is real.
void note_touch(Simulator& simulator, std::uint64_t object) noexcept;
inline void touch(const Machine& machine, std::uint64_t object) noexcept {
  if (machine.simulator != nullptr) [[unlikely]]
    note_touch(*machine.simulator, object);
}
bool uses_places_again(const Simulator& simulator) noexcept;
Duration with_lateness(Simulator& simulator, Duration delay) noexcept;
// False: the signal is the simulator's now.
bool lets_pass(Simulator& simulator, Pid to, Signal* signal) noexcept;
// What steps may have in common beside inboxes. No pid is as large: no index is all ones.
enum Touched : std::uint64_t {
  touched_timers = ~std::uint64_t{1},  // the order in which they are started
  touched_names = ~std::uint64_t{2},
  touched_pids = ~std::uint64_t{3},   // who gets which
  touched_world = ~std::uint64_t{0},  // anything: what is shared is not looked into
};

inline void Machine::set_woken(Process& process) noexcept {
  process.status.store(ProcessStatus::runnable, std::memory_order_relaxed);  // relaxed: a statistic
  // Those of lower priority on its worker must wait now.
  if (process.priority() != Priority::normal) [[unlikely]]
    touch(*process.machine, touched_world);
}

// -- suspend.cpp
void note_suspension(Process& process, const Inquiry& wish) noexcept;
void take_resume(Process& process, const ResumeSignal& signal) noexcept;
// It does not run now: those who wait for that are told.
void tell_of_suspension(Process& process) noexcept;
// At the end of a process: those it has suspended go on.
void resume_all(Machine& machine, Pid process, const Relations& relations) noexcept;

// -- inspect.cpp
// Asks another process and waits. An empty message: the caller is in a destructor of its exit and can't wait.
Message ask(Process& process, Pid other, Wish wish);

// -- system_monitor.cpp
// Of a worker that has not switched for so long (ns). Thread: the watchdog's.
void tell_of_long_schedule(Machine& machine, WorkerState& state, std::int64_t since, bool& told) noexcept;

// -- receive.cpp
// For who knows the process already.
MessageQueue::Found receive_at_rest(Process& process, std::span<const Clause> clauses);

// -- call.cpp
void fail_question(Machine& machine, const OpenAt& question, const ExitReason& reason) noexcept;
// Tells those whose questions this process dropped. Requires: it has relations.
void fail_orphans(Process& process, const ExitReason& reason) noexcept;
inline bool has_orphans(const Process& process) noexcept {
  return process.relations && !process.relations->orphans.empty();
}

// A question that is watched has been answered.
void tell_watcher(const Relations::Open& open, std::uint64_t number) noexcept;
// Those who watched lay on a stack that goes.
void forget_watchers(Process& process) noexcept;

// -- signal_handler.cpp
void take_signals(Process& process) noexcept;
// The same, but what is to be thrown away stays for the next time: no code of the user's runs. False: they
// are just being taken.
bool take_signals_undisturbed(Process& process) noexcept;
// Gets rid of a signal while signals are taken: its payload's destructor may call the runtime, and runs when
// all are taken.
inline void drop_signal(Process& process, Signal* signal) noexcept {
  signal->next = std::exchange(state_of(*process.worker).dropped, signal);
}
inline void handle_signals(Process& process) noexcept {
  if (process.inbox.has_signals()) take_signals(process);
}
// Every runtime call: handles what has arrived, charges, yields at the end of the slice.
inline void enter_call(Process& process, std::int32_t reductions) noexcept {
  handle_signals(process);
  if ((process.worker->budget -= reductions) <= 0) [[unlikely]]
    end_slice(process);
}
void must_exit_with(Process& process, ExitReason reason) noexcept;

// Work of the runtime's own that must not be left in the middle: while it holds a lock, or keeps the worker
// in a variable, or changes a table of the process's. The runtime is built without checks, but shares
// functions of the standard library's templates with programs, and the linker keeps one copy, perhaps theirs.
class Unbroken {
 public:
  explicit Unbroken(Process& process) noexcept : process_(process) { ++process_.unbroken; }
  ~Unbroken() { --process_.unbroken; }
  Unbroken(const Unbroken&) = delete;
  Unbroken& operator=(const Unbroken&) = delete;

 private:
  Process& process_;
};

// -- preempt.cpp
// A slice of one reduction is for tests: it ends at every check, and who yields goes on in another worker, if
// there is one that takes it up soon.
inline bool ends_at_once(const Scheduler& scheduler) noexcept { return scheduler.slice() == 1; }
void send_elsewhere(Process& process) noexcept;
inline constexpr std::uint16_t few_ticks = 256;
// The ticks that a process gets at the beginning of a run; see charge_time() for those that follow.
std::uint16_t first_grant(std::int32_t slice, bool is_cheap) noexcept;
// Before a run, and behind it: what was granted and not used is taken back. On the worker's stack.
inline void grant_ticks(WorkerState& state, const Process& process) noexcept {
  state.granted_at = 0;
  state.granted_ticks = process.first_ticks;
  if (process.worker->under_policy) [[unlikely]]  // which may have given less than a slice
    state.granted_ticks = std::min(state.granted_ticks, process.worker->budget * ticks_per_reduction);
  *state.ticks = state.granted_ticks;
}
inline void settle_ticks(WorkerState& state, Worker& worker) noexcept {
  worker.budget -= (state.granted_ticks - *state.ticks) / ticks_per_reduction;
}

// -- overstay.cpp
// If the process that runs there must end, and is in its own code: ends it for everybody else. Thread: any
// but the worker's own.
void end_for_others(WorkerState& state) noexcept;

// -- process_exit.cpp
void give_up_names(Process& process, Pid pid) noexcept;
// From here on nobody finds the process. What was still on its way, in order, to be answered by the caller.
[[nodiscard]] Signal* close(Process& process) noexcept;
// What others are told of an end, once all that they could find is gone. Requires: the process is closed.
void tell_of_end(Process& process, Pid pid) noexcept;
// The exit path, on the process's own stack; SIG-6.
void exit_process(Process& process) noexcept;
void report_crash(Process& process) noexcept;
// Requires: in a catch block.
ExitReason reason_of_current_exception() noexcept;

// -- inspect.cpp
ProcessInfo info_of(Process& process);
// Of any process, without waiting for it; nothing if it does not live.
std::optional<ProcessBrief> brief_of(Machine& machine, Pid process);

// What a kill and exit(reason) throw through user code. Not derived from std::exception; catch (...) only
// delays it.
struct ForcedUnwind {
  ForcedUnwind() noexcept { fiber_may_lose(this); }
};
struct ExitCall {
  explicit ExitCall(ExitReason why) noexcept : reason(std::move(why)) { fiber_may_lose(this); }
  ExitReason reason;
};

}  // namespace throng::detail

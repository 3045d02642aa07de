// The end of a process whose code can't be stopped: without checks and without a call, in a loop or in a
// system call. It is ended for everybody else, now: its name is free, who watches it is told, who waits for
// its answer has the reason. What is its own stays until its code comes back: stack, body, locals, queue. Its
// thread is lent out until then (the watchdog does not mind why a run takes so long), and stop() does not
// wait for it.
//
// Here and not in exit_process(): no destructor of the user's may run, this thread is no process.
#include "possession.hpp"
#include "runtime_call.hpp"
#include "timers.hpp"

namespace throng::detail {
namespace {

bool must_end(Process& process) noexcept {
  if (process.must_exit) return true;
  bool may = process.inbox.any_of(
      [](const Signal& signal) { return signal.kind == exit_kind || signal.kind == linked_exit_kind; });
  if (may) take_signals_undisturbed(process);
  return process.must_exit;
}

void fail_its_questions(Process& process) noexcept {
  const ExitReason& reason = process.exit_reason;
  OpenAt question;
  if (process.body != nullptr && process.body->type->question != nullptr &&
      process.body->type->question(process.body, question))
    fail_question(*process.machine, question, reason);
  process.queue.each([&](Signal& signal) {
    if (signal.kind == request_kind) payload_as<ReplyTo>(&signal).fail(reason);
  });
}

// What is the user's stays with the process: its destructor must not run here.
void close_and_keep(Process& process) noexcept {
  for (Signal *signal = close(process), *next = nullptr; signal != nullptr; signal = next) {
    next = signal->next;
    if (signal->kind == request_kind) payload_as<ReplyTo>(signal).fail(process.exit_reason);
    if (carries_users_value(*signal)) {
      process.queue.append(signal);
    } else {
      process.machine->answer_for_the_dead(signal, process.exit_reason);
    }
  }
}

// The order is that of SIG-6.
void end_now(Process& process) noexcept {
  Machine& machine = *process.machine;
  Pid pid = process.pid();
  process.is_exiting = true;
  process.status.store(ProcessStatus::exiting, std::memory_order_seq_cst);  // pairs: register_name
  give_up_names(process, pid);
  auto kept = std::make_unique<Relations>();
  if (process.relations) {
    give_up_all(machine, *process.relations, pid, process.exit_reason);
    kept->locals = std::exchange(process.relations->locals, {});
    kept->questions = std::exchange(process.relations->questions, {});
  }
  fail_its_questions(process);
  close_and_keep(process);
  process.worker->set_lent(true);
  machine.note_overstayed(process, pid);
  // Not on the worker's track, which is its thread's.
  machine.scheduler.note_from_outside(static_cast<std::uint8_t>(EventKind::exit), pid.bits(), 0,
                                      process.exit_reason.is_error());
  tell_of_end(process, pid);
  process.relations = std::move(kept);
  process.overstays = true;
}

}  // namespace

void end_for_others(WorkerState& state) noexcept {
  // relaxed: a hint, so that the door of a worker that sleeps is left alone
  if (state.running.load(std::memory_order_relaxed) == 0 || !state.door.try_lock_for_other()) return;
  Process* process = state.current;
  bool may_be_ended = process != nullptr && process->on_stack && !process->is_exiting &&
                      process->unbroken == 0 && !process->overstays;
  if (may_be_ended && must_end(*process)) {
    // Not the first time that it is found so: it may be about to make the call in which it ends by itself.
    std::uint64_t pid = process->pid().bits();
    if (std::exchange(state.condemned, pid) == pid) end_now(*process);
  }
  state.door.unlock_for_other();
}

void come_back(Process& process) noexcept {
  Pid pid = process.machine->forget_overstayed(process);
  process.worker->set_lent(false);
  // relaxed: see the field
  if (process.has_timers.load(std::memory_order_relaxed))
    process.machine->scheduler.cancel_timers_for(pid.bits(), drop_timer);
  abandon(process);
}

}  // namespace throng::detail

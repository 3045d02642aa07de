// From runnable to running process and back: the one upward call of the scheduler ends here. On the worker's
// side run_process() borrows a stack, switches to it and acts on what the process asks for when it leaves it;
// on the process's side switch_away() and the calls above it.
#include <algorithm>
#include <exception>
#include <new>
#include <stdexcept>
#include <throng/base/assert.hpp>

#include "runtime_call.hpp"

namespace throng::detail {
namespace {

constexpr std::uint16_t slices_granted = 16;  // to a process that must end, to reach a call that may block
constexpr std::uint16_t slices_to_unwind = 1024;  // to its destructors
constexpr std::uint32_t spares_kept = 64;         // warm carriers a worker keeps; more go back to the pool
constexpr std::size_t carrier_room = (sizeof(Carrier) + cache_line - 1) / cache_line * cache_line;
constexpr std::size_t most_colours =
    32;  // half a page: what a process that waits has on its stack still fits

void activate(Process& process) noexcept;

// The first frame of every carrier's stack: runs whoever is put into `process`, then gives itself back.
void carrier_main(void* argument) noexcept {
  auto& carrier = *static_cast<Carrier*>(argument);
  for (;;) {
    activate(*carrier.process);
    // Asks afresh: the activation may have moved to another thread.
    fiber_suspend(state_of(*current_worker()).host, carrier.fiber);
  }
}

// Bytes left free at the top of a stack, some other number for its neighbours. If all stacks began at the
// same place of a page, their frames would share few sets of the caches: with a thousand processes that take
// turns (32 page colours of 16 ways are 512) each switch would miss a dozen lines of the second level.
std::size_t colour_of(const Stack& stack) noexcept {
  std::size_t colours = std::min(most_colours, stack.size / (16 * cache_line));
  std::size_t slot = reinterpret_cast<std::uintptr_t>(stack.base) / stack.size;
  return slot % colours * cache_line;
}

Carrier* make_carrier(Machine& machine, std::uint32_t stack_class) noexcept {
  Stack stack = machine.stack_pool(stack_class).take();
  if (!stack) return nullptr;
  std::size_t room = carrier_room + colour_of(stack);
  auto* carrier = ::new (static_cast<void*>(stack.top() - room)) Carrier;
  carrier->stack = stack;
  carrier->stack_class = stack_class;
  Stack below = stack;
  below.size -= static_cast<std::uint32_t>(room);
  fiber_create(carrier->fiber, below, carrier_main, carrier);
  return carrier;
}

Carrier* take_carrier(WorkerState& state, std::uint32_t stack_class) noexcept {
  Carrier* carrier = state.spare;
  if (stack_class == 0 && carrier != nullptr) {
    state.spare = carrier->next;
    --state.spares;
    return carrier;
  }
  return make_carrier(state.machine, stack_class);
}

void drop_carrier(Machine& machine, Carrier& carrier) noexcept {
  Stack stack = carrier.stack;
  StackPool& pool = machine.stack_pool(carrier.stack_class);
  fiber_discard(carrier.fiber);
  carrier.~Carrier();  // it lies on the stack that goes
  pool.give_back(stack);
}

void keep_carrier(WorkerState& state, Carrier& carrier) noexcept {
  carrier.process = nullptr;
  if (carrier.stack_class != 0 || state.spares >= spares_kept) {
    drop_carrier(state.machine, carrier);
    return;
  }
  carrier.next = state.spare;
  state.spare = &carrier;
  ++state.spares;
}

Body* run_body(Process& process) {
  InUserCode outside(process);
  return process.body->type->run(process.body);
}

// Runs the process's code: its body, or the next messages of a resting one, and its end. On the carrier's
// stack.
void activate(Process& process) noexcept {
  if (!process.must_exit) {
    try {
      Body* next = run_body(process);
      while (next != nullptr && next != process.body) {
        destroy_body(std::exchange(process.body, next));
        next = run_body(process);  // what it rests with may have something to do first: become()
      }
      if (next != nullptr) {
        process.request = Request::rest;
        return;
      }
      if (!process.must_exit) must_exit_with(process, ExitReason::normal);
    } catch (const ForcedUnwind&) {  // exit_reason is set
    } catch (ExitCall& call) {
      if (!process.must_exit) must_exit_with(process, std::move(call.reason));
    } catch (...) {
      if (!process.must_exit) must_exit_with(process, reason_of_current_exception());
    }
  }
  exit_process(process);
  process.request = Request::finish;
}

void release_block(WorkerState& state, Process& process) noexcept {
  process.next_serial++;
  state.machine.table.give_back(state.stock, process);
}

// The process ended without ever getting a stack: nothing of its body runs, not even on this worker's stack.
void end_without_stack(WorkerState& state, Process& process) noexcept {
  must_exit_with(process, ExitReason::error("throng: no stack for the process: " +
                                            state.machine.stack_pool(process.stack_class).guard_message() +
                                            "; raise RuntimeOptions::max_processes or lower stack_size"));
  exit_process(process);
}

// Adds what a run used to its process.
void settle(WorkerState& state, Process& process) noexcept {
  // relaxed: the owner's own statistic
  std::uint64_t before = process.reductions.load(std::memory_order_relaxed);
  std::uint64_t used = static_cast<std::uint64_t>(std::max(state.granted - process.worker->budget, 0));
  process.reductions.store(before + used, std::memory_order_relaxed);  // relaxed: a statistic
  state.granted = process.worker->budget;
}

void set_running(WorkerState& state, Worker& worker, Process& process) noexcept {
  state.current = &process;
  // relaxed: see the fields
  state.running.store(process.pid_bits.load(std::memory_order_relaxed), std::memory_order_relaxed);
  process.worker = &worker;
  process.status.store(ProcessStatus::running, std::memory_order_relaxed);  // relaxed: a statistic
}

Settled yielded(WorkerState& state, Process& process) noexcept {
  settle(state, process);
  state.set_idle();
  process.status.store(ProcessStatus::runnable, std::memory_order_relaxed);  // relaxed: a statistic
  if (!ends_at_once(state.machine.scheduler)) [[likely]]
    return Settled::yielded;
  if (process.worker->under_policy) process.worker->stopping(process, Stop::yielded);
  send_elsewhere(process);
  return Settled::waiting;
}

Settled finished(WorkerState& state, Process& process) noexcept {
  state.set_idle();
  if (process.carrier != nullptr) keep_carrier(state, *std::exchange(process.carrier, nullptr));
  if (process.worker->under_policy) [[unlikely]]
    process.worker->stopping(process, Stop::ended);
  release_block(state, process);
  return Settled::done;
}

// True: it waits, and may be running elsewhere from here on. False: something has come meanwhile.
inline bool gave_away(Worker& worker, Process& process) noexcept {
  if (worker.under_policy) [[unlikely]]
    worker.stopping(process, Stop::waits);
  if (process.inbox.mark_waiting()) return true;
  if (worker.under_policy) worker.goes_on(process);
  return false;
}

// Switches to the process if what it waits for has happened; otherwise it goes on waiting as it did.
inline void resume_if_woken(WorkerState& state, Process& process) noexcept {
  bool woken = process.must_exit || process.waits_for == 0 || (process.events & process.waits_for) != 0;
  if (!woken) {
    process.request = process.carrier != nullptr ? Request::wait : Request::rest;
    return;
  }
  if (process.carrier == nullptr) {
    process.carrier = take_carrier(state, process.stack_class);
    if (process.carrier == nullptr) {
      end_without_stack(state, process);
      process.request = Request::finish;
      return;
    }
    process.carrier->process = &process;
  }
  process.on_stack = true;
  grant_ticks(state, process);
  fiber_resume(state.host, process.carrier->fiber);
  settle_ticks(state, *process.worker);
  process.on_stack = false;
  process.note_near(process.carrier->fiber.context);
}

// It was stopped anywhere, perhaps in the middle of emptying a list: what its code may have been at work on
// is not touched again, not even to destroy it.
void lose_what_it_held(Process& process) noexcept {
  process.is_matching = process.takes_signals = false;
  process.unbroken = 0;
  auto lose = [](Message& message) {
    if (Signal* signal = message.release_signal()) fiber_may_lose(signal);
  };
  if (process.body != nullptr) fiber_may_lose(std::exchange(process.body, nullptr));
  lose(process.reply);
  if (!process.relations) return;
  for (Message& local : process.relations->locals) lose(local);
  for (auto& [number, open] : process.relations->questions) lose(open.answer);
}

}  // namespace

Settled Machine::run_process(Runnable& runnable, Worker& worker) noexcept {
  auto& process = static_cast<Process&>(runnable);
  WorkerState& state = state_of(worker);
  state.granted = worker.budget;
  for (;;) {
    set_running(state, worker, process);
    handle_signals(process);
    if (process.is_suspended && !process.must_exit) {  // whatever it was about to do, it does later (SCH-11)
      tell_of_suspension(process);
      settle(state, process);
      process.status.store(ProcessStatus::suspended, std::memory_order_relaxed);  // relaxed: a statistic
      state.set_idle();
      if (gave_away(worker, process)) return Settled::waiting;
      continue;
    }
    resume_if_woken(state, process);
    switch (process.request) {
      case Request::yield:
        return yielded(state, process);
      case Request::finish:
        return finished(state, process);
      case Request::abandon:
        // Its end comes on a stack of its own all the same: destructors of messages run there.
        process.queue.forget_marks();  // they lie on the stack that goes
        forget_watchers(process);
        lose_what_it_held(process);
        fiber_abandon(process.carrier->fiber);
        drop_carrier(state.machine, *std::exchange(process.carrier, nullptr));
        process.calls = 1;
        continue;
      case Request::rest:
        if (process.carrier != nullptr) keep_carrier(state, *std::exchange(process.carrier, nullptr));
        process.events = 0;
        // Messages it has not looked at: its slice is used up, they are not.
        process.waits_for = process.queue.has_unscanned() ? 0 : message_event | exit_event;
        if (process.waits_for == 0) return yielded(state, process);
        break;
      case Request::wait:
        break;
    }
    // Taken just before it left its stack: the end, by a call that does not throw it; or the wish to hold it,
    // which must be answered before it waits for anything else.
    if (process.must_exit || process.is_suspended) continue;
    settle(state, process);
    process.status.store(ProcessStatus::waiting, std::memory_order_relaxed);  // relaxed: a statistic
    state.set_idle();
    if (gave_away(worker, process)) return Settled::waiting;
  }
}

void switch_away(Process& process, Request request) noexcept {
  process.request = request;
  fiber_suspend(state_of(*process.worker).host, process.carrier->fiber);
}

void abandon(Process& process) noexcept {
  switch_away(process, Request::abandon);
  assertion_failed(__FILE__, __LINE__, "abandoned", "an abandoned process was resumed");
}

void refuse_waiting(const Process& process) {
  throw std::logic_error(process.is_matching
                             ? "throng: a guard may look at its message, but not wait or receive"
                             : "throng: a destructor of a message that nobody received must not wait");
}

THRONG_NOINLINE void wait_for(Process& process, std::uint8_t events) {
  if (process.is_matching || process.takes_signals || !process.on_stack) [[unlikely]]
    refuse_waiting(process);
  // An exception was caught after all: the reason is that nobody answered. In the catch block it is not known
  // yet: it may be thrown again and end the process.
  if (has_orphans(process) && !process.must_exit && std::uncaught_exceptions() == 0 &&
      !std::current_exception())
    fail_orphans(process, ExitReason::error("throng: the question was dropped without an answer"));
  process.waits_for = events;
  handle_signals(process);
  while ((process.events & events) == 0 && !process.must_exit) {
    process.waits_for = events;  // again: who let others run meanwhile has cleared it
    switch_away(process, Request::wait);
  }
  process.waits_for = 0;
  surface_exit(process);
}

void surface_exit(Process& process) {
  if (!process.must_exit || process.is_exiting || std::uncaught_exceptions() > 0) return;
  // Charged like the work it is: a loop that swallows it and calls again must come to the end of its slices.
  if ((process.worker->budget -= price::refused_exit) <= 0) end_slice(process);
  throw ForcedUnwind{};
}

void no_function() {
  throw std::invalid_argument("throng: the process body is a null function pointer; spawn a function");
}

THRONG_NOINLINE void end_slice(Process& process) noexcept {
  if (!process.on_stack || process.is_exiting || process.unbroken > 0 || process.takes_signals) return;
  // It has to end, and for so many slices made no call in which that could surface: it is ended here, without
  // its destructors, or a loop of sends could never be killed. Destructors that are running have more time.
  if (process.must_exit) {
    std::uint16_t granted = std::uncaught_exceptions() > 0 ? slices_to_unwind : slices_granted;
    if (++process.slices_overdue > granted) abandon(process);
  }
  // Even when nobody waits here: timers and outsiders get their turn between two runs.
  process.waits_for = 0;
  switch_away(process, Request::yield);
}

}  // namespace throng::detail

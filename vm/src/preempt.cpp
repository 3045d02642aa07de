// Where the checks that a compiler inserted end up when a thread's ticks are used up: accounts for them, and
// switches the process away when its slice is over. Anything else that may run instrumented code, be it a
// host thread, the scheduler, or the runtime in the middle of something, gets new ticks and goes on.
//
// Nothing here throws: an inserted call has no landing pad, so a kill surfaces in the next call that may
// block, or ends the process without unwinding when no such call comes (end_slice()).
#include <algorithm>
#include <limits>
#include <throng/scheduler/ticks.hpp>
#include <throng/vm/no_preempt.hpp>

#include "machine.hpp"

namespace throng {
namespace detail {
namespace {

constexpr int plenty = std::numeric_limits<int>::max();
constexpr int chunk = 1024;            // ticks that a loop counts in a register; as in the plugins
constexpr int until_asked_again = 64;  // ticks; of a process that can't be switched away just now

// The process that runs on the calling thread and on this stack, if that may be left here. A frame elsewhere
// is the scheduler's, or of a signal handler with a stack of its own.
Process* interruptible(Worker* worker, const void* frame) noexcept {
  if (worker == nullptr || worker->attachment == nullptr) return nullptr;
  Process* process = state_of(*worker).current;
  if (process == nullptr || !process->on_stack || process->is_exiting) return nullptr;
  const Stack& stack = process->carrier->stack;
  auto offset = static_cast<std::size_t>(static_cast<const std::byte*>(frame) -
                                         reinterpret_cast<const std::byte*>(stack.base));
  return offset < stack.size ? process : nullptr;
}

// A function of its own: what it finds out about the thread must not be kept across the switch.
THRONG_NOINLINE Process* use_up_ticks(const void* frame) noexcept {
  Worker* worker = current_worker();
  Process* process = interruptible(worker, frame);
  if (process == nullptr) {
    *ticks_word() = plenty;
    return nullptr;
  }
  WorkerState& state = state_of(*worker);
  settle_ticks(state, *worker);
  grant_ticks(state, *worker);
  if (worker->budget > 0) return nullptr;
  if (process->unbroken > 0 || process->takes_signals) {
    *state.ticks = state.granted_ticks = until_asked_again;
    return nullptr;
  }
  return process;
}

}  // namespace

// In the middle of a run the word counts what is left of the budget, but never less than a little: the slow
// path must not be entered at every check while the process can't be switched away.
void grant_ticks(WorkerState& state, const Worker& worker) noexcept {
  constexpr std::int32_t most = plenty / ticks_per_reduction / 2;
  state.granted_ticks = std::clamp(worker.budget, 1, most) * ticks_per_reduction;
  *state.ticks = state.granted_ticks;
}

void settle_ticks(WorkerState& state, Worker& worker) noexcept {
  worker.budget -= (state.granted_ticks - *state.ticks) / ticks_per_reduction;
  state.granted_ticks = *state.ticks;
}

}  // namespace detail

NoPreempt::NoPreempt() noexcept : process_(detail::current_process()) {
  if (process_ != nullptr) ++process_->unbroken;
}

NoPreempt::~NoPreempt() {
  if (process_ == nullptr) return;
  if (--process_->unbroken == 0 && process_->on_stack && process_->worker->budget <= 0)
    detail::end_slice(*process_);
}

}  // namespace throng

extern "C" {

void throng_preempt_slow() noexcept {
  if (throng::detail::Process* process = throng::detail::use_up_ticks(__builtin_frame_address(0)))
    throng::detail::end_slice(*process);
}

void throng_preempt_chunk() noexcept {
  int* ticks = throng::detail::ticks_word();
  *ticks -= throng::detail::chunk;
  if (*ticks < 0) throng_preempt_slow();
}
}

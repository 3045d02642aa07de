// Where the checks that a compiler inserted end up when a thread's ticks are used up: accounts for them, and
// switches the process away when its slice is over. Anything else that may run instrumented code, be it a
// host thread, the scheduler, or the runtime in the middle of something, gets new ticks and goes on.
//
// Nothing here throws: an inserted call has no landing pad, so a kill surfaces in the next call that may
// block, or ends the process without unwinding when no such call comes (end_slice()).
#include <algorithm>
#include <limits>
#include <throng/base/spin_lock.hpp>
#include <throng/scheduler/ticks.hpp>
#include <throng/vm/no_preempt.hpp>

#include "machine.hpp"
#include "runtime_call.hpp"

namespace throng {
namespace detail {
namespace {

constexpr int plenty = std::numeric_limits<int>::max();
constexpr int chunk = 1024;            // ticks that a loop counts in a register; as in the plugins
constexpr int until_asked_again = 64;  // ticks; of a process that can't be switched away just now
// A tick may be an addition or a call of something dear that is not instrumented: an allocation, a throw. So
// a reduction is eight ticks or this time, whichever comes first, and a slice has an end in time too.
constexpr std::int64_t ns_per_reduction = 25;
constexpr int many_ticks = 8192;  // for the first grant of a process whose ticks are cheap

// A frame elsewhere is the scheduler's, or of a signal handler or a coroutine with a stack of its own.
bool is_on_its_stack(const Process& process, const void* frame) noexcept {
  const Stack& stack = process.carrier->stack;
  auto offset = static_cast<std::size_t>(static_cast<const std::byte*>(frame) -
                                         reinterpret_cast<const std::byte*>(stack.base));
  return offset < stack.size;
}

int worth_of(std::int64_t reductions) noexcept {
  return static_cast<int>(std::clamp<std::int64_t>(reductions, 0, plenty / ticks_per_reduction / 2)) *
         ticks_per_reduction;
}

// Charges for the ticks that were used up and the time they took, and grants the next: so many that they take
// no longer than the budget lasts. The first time in a run there is no time to compare with, hence few ticks.
// The clock is the scheduler's: where that is a virtual one, ticks alone count.
void charge_time(WorkerState& state, Process& process) noexcept {
  Worker& worker = *process.worker;
  std::int64_t used = state.granted_ticks - *state.ticks;
  worker.budget -= static_cast<std::int32_t>(used / ticks_per_reduction);
  std::int64_t now = worker.scheduler().now();
  std::int64_t next = few_ticks;
  if (state.granted_at != 0) {
    std::int64_t took = std::clamp<std::int64_t>(now - state.granted_at, 1, std::int64_t{1} << 31);
    // No more than the slice: the thread may have been off its CPU, which is nobody's work.
    std::int64_t more = took / ns_per_reduction - used / ticks_per_reduction;
    if (more > 0 && worker.budget > 0)
      worker.budget -= static_cast<std::int32_t>(std::min<std::int64_t>(more, worker.budget));
    next = used * std::max(worker.budget, 1) * ns_per_reduction / took;
    std::int64_t in_a_slice = used * worker.scheduler().slice() * ns_per_reduction / took;
    process.first_ticks = first_grant(worker.scheduler().slice(), in_a_slice >= 4 * many_ticks);
  }
  state.granted_at = now;
  state.granted_ticks = static_cast<int>(
      std::clamp<std::int64_t>(next, few_ticks, std::max(worth_of(worker.budget), +few_ticks)));
  *state.ticks = state.granted_ticks;
}

// The process whose ticks these are, if there is one. A function of its own, as the next: what it finds out
// about the thread must not be kept across a switch.
THRONG_NOINLINE Process* whose_ticks() noexcept {
  Process* process = current_process();
  if (process != nullptr && process->on_stack) return process;
  *ticks_word() = plenty;
  return nullptr;
}

// For a signal handler or a coroutine: it is not to be stopped where it is, nor to come back from there.
THRONG_NOINLINE void grant_elsewhere(Process& process) noexcept {
  WorkerState& state = state_of(*process.worker);
  *state.ticks = state.granted_ticks = many_ticks;
}

// Whether it is to be switched away, and may be now.
THRONG_NOINLINE bool use_up_ticks(Process& process) noexcept {
  Worker& worker = *process.worker;
  WorkerState& state = state_of(worker);
  charge_time(state, process);
  if (process.is_exiting) {
    *state.ticks = state.granted_ticks = many_ticks;  // on its account all the same
    return false;
  }
  if (ends_at_once(worker.scheduler())) worker.budget = std::min(worker.budget, 0);
  if (worker.budget > 0) return false;
  if (process.unbroken > 0 || process.takes_signals) {
    *state.ticks = state.granted_ticks = until_asked_again;
    return false;
  }
  return true;
}

}  // namespace

// Not to be named once it is handed over. A worker that goes to sleep needs longer to wake up than this
// waits, so while there is something to do neither sleeps for long.
void send_elsewhere(Process& process) noexcept {
  Scheduler& scheduler = process.worker->scheduler();
  std::size_t waiting = scheduler.waiting();
  scheduler.hand_over(process);
  for (int i = 0; i < 200 && scheduler.worker_count() > 1 && scheduler.waiting() > waiting; ++i)
    spin_pause(i);
}

std::uint16_t first_grant(std::int32_t slice, bool is_cheap) noexcept {
  if (slice == 1) return 0;  // every check ends the slice
  return static_cast<std::uint16_t>(std::min(worth_of(slice), is_cheap ? many_ticks : int{few_ticks}));
}

}  // namespace detail

NoPreempt::NoPreempt() noexcept : process_(detail::current_process()) {
  if (process_ == nullptr) return;
  detail::InRuntime inside(*process_);
  ++process_->unbroken;
}

NoPreempt::~NoPreempt() {
  if (process_ == nullptr) return;
  detail::InRuntime inside(*process_);
  if (--process_->unbroken == 0 && process_->on_stack && process_->worker->budget <= 0)
    detail::end_slice(*process_);
}

}  // namespace throng

// Named in assembler text by the stubs, which a link with optimization does not see.
#if defined(__clang__)
#define THRONG_CALLED_FROM_STUBS __attribute__((used))
#else
#define THRONG_CALLED_FROM_STUBS __attribute__((used, externally_visible))
#endif

extern "C" {

THRONG_CALLED_FROM_STUBS void throng_preempt_slow() noexcept {
  throng::detail::Process* process = throng::detail::whose_ticks();
  if (process == nullptr) return;
  if (!throng::detail::is_on_its_stack(*process, __builtin_frame_address(0))) {
    throng::detail::grant_elsewhere(*process);
    return;
  }
  throng::detail::InRuntime inside(*process);
  if (throng::detail::use_up_ticks(*process)) throng::detail::end_slice(*process);
}

THRONG_CALLED_FROM_STUBS void throng_preempt_chunk() noexcept {
  int* ticks = throng::detail::ticks_word();
  *ticks -= throng::detail::chunk;
  if (*ticks < 0) throng_preempt_slow();
}
}

// The thread-locals of the project. Nobody else has any: a compiler may keep a thread-local's address across
// a switch, and the code then goes on under another thread with the first one's memory. The barrier stops
// even a link-time optimiser from looking through the accessor and keeping what it read.
#include <limits>
#include <throng/base/config.hpp>
#include <throng/scheduler/ticks.hpp>
#include <throng/scheduler/worker.hpp>

// Threads that run no process count down from here, and begin anew: they are never stopped.
constinit thread_local int throng_ticks = std::numeric_limits<int>::max();

namespace throng::detail {
namespace {

thread_local Worker* current = nullptr;

}  // namespace

THRONG_NOINLINE Worker* current_worker() noexcept {
  asm volatile("" ::: "memory");
  return current;
}

THRONG_NOINLINE int* ticks_word() noexcept {
  asm volatile("" ::: "memory");
  return &throng_ticks;
}

THRONG_NOINLINE void set_current_worker(Worker* worker) noexcept {
  current = worker;
  asm volatile("" ::: "memory");
}

}  // namespace throng::detail

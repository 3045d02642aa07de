// The thread-locals of the project. Nobody else has any: a compiler may keep a thread-local's address across
// a switch, and the code then goes on under another thread with the first one's memory. The barrier stops
// even a link-time optimiser from looking through the accessor and keeping what it read.
#include <throng/base/config.hpp>
#include <throng/scheduler/worker.hpp>

namespace throng::detail {
namespace {

thread_local Worker* current = nullptr;

}  // namespace

THRONG_NOINLINE Worker* current_worker() noexcept {
  asm volatile("" ::: "memory");
  return current;
}

THRONG_NOINLINE void set_current_worker(Worker* worker) noexcept {
  current = worker;
  asm volatile("" ::: "memory");
}

}  // namespace throng::detail

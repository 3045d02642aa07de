// The switch between a thread's own stack and the stack of a process: one FiberHost per worker thread, any
// number of Fibers, each resumed by one host at a time and free to continue on another. Wraps Boost.Context,
// which is named in fiber.cpp only. Who: the vm. Thread: fiber_create/fiber_discard any; fiber_resume the
// host's thread, on its own stack; fiber_suspend/fiber_finish inside the running fiber. Invariants:
//   1. What the C++ runtime and libc keep per thread but mean per stack travels with the fiber: caught and
//   uncaught
//      exceptions, errno. The floating point control words are kept by the switch itself.
//   2. All bookkeeping after a switch back is done on the host's side. Until fiber_resume has returned the
//   fiber is
//      not resumable: whoever makes it runnable for others does so after that, never before fiber_suspend.
//   3. On the fiber's side nothing of the old host is touched after the jump: the fiber may have moved to
//   another
//      thread, and the old host may be gone. The new host arrives with the transfer and is returned.
//   4. A compiler may keep the address of a thread-local variable (errno too) in a register across a
//   suspension. So
//      the host holds the addresses of its thread, taken once by attach(), and no function here that switches
//      is inlined. Code that suspends must read errno and its like in functions of their own that do not.
#pragma once

#include "stack_pool.hpp"

#include <throng/base/config.hpp>

#include <cstddef>
#include <cstdint>

namespace throng::detail {

// The two words the C++ runtime keeps per thread (__cxa_eh_globals of the Itanium ABI). Without carrying them
// along, two processes suspended in catch blocks rethrow each other's exceptions.
struct ExceptionState {
  void* caught = nullptr;  // innermost exception being handled
  unsigned uncaught = 0;   // thrown and not yet caught
};

enum class FiberPhase : std::uint8_t { empty, fresh, suspended, running, finished };

// Where a fresh fiber begins. `entry` must not return and must not let an exception out: it ends with
// fiber_finish.
struct FiberStart {
  void (*entry)(void* argument);
  void* argument;
};

// Lives in the process's control block, outside the stack. Read and written by these functions only.
struct Fiber {
  void* context =
      nullptr;  // stack pointer while not running; what lies above it, up to the stack's top, is in use
  union {
    ExceptionState exceptions = {};  // phase suspended
    FiberStart start;                // phase fresh: nothing can be in flight yet
  };
  int saved_errno = 0;
  FiberPhase phase = FiberPhase::empty;
#if THRONG_ASAN
  void* fake_stack = nullptr;
  const void* stack_bottom = nullptr;
  std::size_t stack_size = 0;
#endif
#if THRONG_TSAN
  void* tsan_fiber = nullptr;
#endif
};
#if !THRONG_ASAN && !THRONG_TSAN
static_assert(sizeof(Fiber) == 4 * sizeof(void*), "a million of them: keep it small");
#endif

// A thread's own side of the switch. Only these functions look inside.
struct FiberHost {
  FiberHost() = default;
  FiberHost(const FiberHost&) = delete;
  FiberHost& operator=(const FiberHost&) = delete;

  // Requires: called on the thread that will resume, on its own stack, before the first fiber_resume. May be
  // repeated, also on another thread, while nothing runs.
  void attach() noexcept;

  // -- constant after attach
  ExceptionState* exceptions = nullptr;  // the thread's own, in the C++ runtime
  int* error_number = nullptr;           // the thread's errno
  // -- owner only: the host's thread, or the fiber it runs
  void* context = nullptr;  // the host's stack pointer while a fiber runs
  Fiber* running = nullptr;
  FiberStart start = {};  // handed to a fresh fiber
#if THRONG_ASAN
  void* fake_stack = nullptr;
  const void* stack_bottom = nullptr;
  std::size_t stack_size = 0;
#endif
#if THRONG_TSAN
  void* tsan_fiber = nullptr;
#endif
};

// Touches one page of the stack. Requires: `fiber` is empty or finished. `stack` stays the caller's.
void fiber_create(Fiber& fiber, Stack stack, void (*entry)(void* argument), void* argument) noexcept;

// Host to fiber. Returns when the fiber suspends or finishes (phase tells), on the same thread.
// Requires: host attached on this thread and running nothing, `fiber` fresh or suspended.
void fiber_resume(FiberHost& host, Fiber& fiber) noexcept;

// Fiber to host. Returns when resumed, possibly on another thread: from then on `host` is stale and the
// result is the host that resumed. Requires: called on the stack of `fiber`, which `host` runs.
FiberHost& fiber_suspend(FiberHost& host, Fiber& fiber) noexcept;

// The last switch. Destructors of what is still on the stack do not run. Once fiber_resume has returned, the
// stack may be reused and the Fiber created anew. May be called with exceptions in flight (a terminate
// handler): their objects are leaked, the host's thread is clean.
[[noreturn]] void fiber_finish(FiberHost& host, Fiber& fiber) noexcept;

// Ends a fresh or suspended fiber that shall never run again, without running its destructors; nothing to do
// for an empty or finished one. Afterwards its stack may be reused.
void fiber_discard(Fiber& fiber) noexcept;

// The fiber is given up with what it holds, on purpose: tells the leak sanitizer, which else would find it
// all. Requires: suspended.
void fiber_abandon(Fiber& fiber) noexcept;

// This object may be lost with an abandoned fiber though no word of its stack points to it: an exception in
// flight whose handler never comes.
void fiber_may_lose(const void* object) noexcept;

// For the next few in a run queue: among a million fibers the resume costs 107-600 ns without and about 130
// with.
inline void fiber_prefetch(const Fiber& fiber) noexcept {
  const char* const place = static_cast<const char*>(fiber.context);
  __builtin_prefetch(place);
  __builtin_prefetch(place + cache_line);
  __builtin_prefetch(place + 2 * cache_line);
}

}  // namespace throng::detail

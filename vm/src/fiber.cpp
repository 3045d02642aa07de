// See fiber.hpp. The only file that knows Boost.Context and the sanitizers' notes about switches.
// Rejected: ucontext. A system call per switch for the signal mask, 20 times the price.
// Rejected: Boost's fiber class. It allocates its record on the stack, unwinds by an exception of its own
// when
//   destroyed, and costs the same.
// Rejected: a hand-written switch. Faster when hot, but it must win cold among a million stacks first.
#include "fiber.hpp"

#include <throng/base/assert.hpp>

#include <boost/context/detail/fcontext.hpp>

#include <cxxabi.h>

#include <cerrno>

#if THRONG_ASAN
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#if THRONG_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace throng::detail {
namespace {

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

#if defined(__ARM_EABI_UNWINDER__)
#error "throng: on this platform the exception globals have a third word, which fiber.hpp does not carry"
#endif

// What a host finds in the transfer of a fiber that ended; one that suspends sends nullptr.
void* finished_mark(Fiber& fiber) noexcept { return &fiber; }

// The runtime's type for these words is not ours: hence volatile. Field by field also on our side, so that no
// wide load follows two narrower stores (they would not be forwarded).
ExceptionState load(const ExceptionState* words) noexcept {
  const volatile ExceptionState& from = *words;
  return {from.caught, from.uncaught};
}
void store(ExceptionState* words, const ExceptionState& state) noexcept {
  volatile ExceptionState& to = *words;
  to.caught = state.caught;
  to.uncaught = state.uncaught;
}

// ---- notes for the sanitizers; nothing in an ordinary build

void note_created([[maybe_unused]] Fiber& fiber, [[maybe_unused]] const Stack& stack) noexcept {
#if THRONG_ASAN
  fiber.fake_stack = nullptr;
  fiber.stack_bottom = stack.base;
  fiber.stack_size = stack.size;
#endif
#if THRONG_TSAN
  fiber.tsan_fiber = __tsan_create_fiber(0);
#endif
}

void note_gone([[maybe_unused]] Fiber& fiber) noexcept {
#if THRONG_TSAN
  __tsan_destroy_fiber(fiber.tsan_fiber);
  fiber.tsan_fiber = nullptr;
#endif
}

// On the host, before the jump.
inline void note_leaving_host([[maybe_unused]] FiberHost& host, [[maybe_unused]] Fiber& fiber) noexcept {
#if THRONG_ASAN
  __sanitizer_start_switch_fiber(&host.fake_stack, fiber.stack_bottom, fiber.stack_size);
#endif
#if THRONG_TSAN
  __tsan_switch_to_fiber(fiber.tsan_fiber, 0);  // 0: the switch orders what came before and after it
#endif
}

// On the host, after the jump back.
inline void note_back_on_host([[maybe_unused]] FiberHost& host) noexcept {
#if THRONG_ASAN
  __sanitizer_finish_switch_fiber(host.fake_stack, nullptr, nullptr);
#endif
}

// On the fiber, before the jump. `fake_stack` nullptr: it does not come back.
inline void note_leaving_fiber([[maybe_unused]] FiberHost& host,
                               [[maybe_unused]] void** fake_stack) noexcept {
#if THRONG_ASAN
  __sanitizer_start_switch_fiber(fake_stack, host.stack_bottom, host.stack_size);
#endif
#if THRONG_TSAN
  __tsan_switch_to_fiber(host.tsan_fiber, 0);
#endif
}

// On the fiber, after the jump: the host it came from tells its stack's bounds this way.
inline void note_on_fiber([[maybe_unused]] FiberHost& host, [[maybe_unused]] void* fake_stack) noexcept {
#if THRONG_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, &host.stack_bottom, &host.stack_size);
#endif
}

// ---- the fiber's outermost frame

// noexcept: an exception that nobody caught ends in std::terminate here and not in undefined behaviour
// further out.
THRONG_NOINLINE void outermost_frame(transfer_t transfer) noexcept {
#if defined(__GCC_HAVE_DWARF2_CFI_ASM) && defined(__x86_64__)
  asm volatile(".cfi_undefined rip");  // this frame has no caller: debuggers and unwinders stop here
#elif defined(__GCC_HAVE_DWARF2_CFI_ASM) && defined(__aarch64__)
  asm volatile(".cfi_undefined x30");
#endif
  auto& host = *static_cast<FiberHost*>(transfer.data);
  host.context = transfer.fctx;
  note_on_fiber(host, nullptr);
  const FiberStart start = host.start;  // copied: the host runs others soon
  start.entry(start.argument);
  THRONG_ASSERT(false, "a fiber's entry function returned");
}

}  // namespace

THRONG_NOINLINE void FiberHost::attach() noexcept {
  THRONG_ASSERT(running == nullptr, "a host was attached while it runs a fiber");
  exceptions = reinterpret_cast<ExceptionState*>(__cxxabiv1::__cxa_get_globals());
  error_number = &errno;
#if THRONG_TSAN
  tsan_fiber = __tsan_get_current_fiber();
#endif
}

THRONG_NOINLINE void fiber_create(Fiber& fiber, Stack stack, void (*entry)(void* argument),
                                  void* argument) noexcept {
  THRONG_DEBUG_ASSERT(fiber.phase == FiberPhase::empty || fiber.phase == FiberPhase::finished,
                      "a fiber was created over a live one");
  fiber.context = make_fcontext(stack.top(), stack.size, &outermost_frame);
  fiber.start = {entry, argument};
  fiber.saved_errno = 0;
  fiber.phase = FiberPhase::fresh;
  note_created(fiber, stack);
}

void fiber_resume(FiberHost& host, Fiber& fiber) noexcept {
  THRONG_DEBUG_ASSERT(static_cast<void*>(host.exceptions) == __cxxabiv1::__cxa_get_globals(),
                      "a host was used on a thread it is not attached to");
  THRONG_DEBUG_ASSERT(host.running == nullptr, "a host runs one fiber at a time");
  THRONG_DEBUG_ASSERT(fiber.phase == FiberPhase::fresh || fiber.phase == FiberPhase::suspended,
                      "a fiber was resumed that is running, finished or was never created");
  const ExceptionState host_exceptions = load(host.exceptions);
  const int host_errno = *host.error_number;
  if (fiber.phase == FiberPhase::fresh) {
    host.start = fiber.start;
    fiber.exceptions = ExceptionState{};
  }
  fiber.phase = FiberPhase::running;
  host.running = &fiber;
  store(host.exceptions, load(&fiber.exceptions));
  *host.error_number = fiber.saved_errno;

  note_leaving_host(host, fiber);
  const transfer_t back = jump_fcontext(fiber.context, &host);
  note_back_on_host(host);

  // Same thread as before, so the host's addresses still hold.
  store(&fiber.exceptions, load(host.exceptions));
  fiber.saved_errno = *host.error_number;
  store(host.exceptions, host_exceptions);
  *host.error_number = host_errno;
  host.running = nullptr;
  if (back.data == nullptr) {
    fiber.context = back.fctx;
    fiber.phase = FiberPhase::suspended;
  } else {
    fiber.context = nullptr;
    fiber.phase = FiberPhase::finished;
    note_gone(fiber);
  }
}

FiberHost& fiber_suspend(FiberHost& host, [[maybe_unused]] Fiber& fiber) noexcept {
  THRONG_DEBUG_ASSERT(host.running == &fiber, "a fiber was suspended that this host does not run");
#if THRONG_ASAN
  void** const fake_stack = &fiber.fake_stack;
#else
  void** const fake_stack = nullptr;
#endif
  note_leaving_fiber(host, fake_stack);
  const transfer_t transfer = jump_fcontext(host.context, nullptr);
  // From here on another thread, perhaps: `host` must not be named again.
  auto& new_host = *static_cast<FiberHost*>(transfer.data);
  new_host.context = transfer.fctx;
#if THRONG_ASAN
  note_on_fiber(new_host, fiber.fake_stack);
#else
  note_on_fiber(new_host, nullptr);
#endif
  return new_host;
}

THRONG_NOINLINE void fiber_finish(FiberHost& host, Fiber& fiber) noexcept {
  THRONG_DEBUG_ASSERT(host.running == &fiber, "a fiber was finished that this host does not run");
  note_leaving_fiber(host, nullptr);
  jump_fcontext(host.context, finished_mark(fiber));
  __builtin_unreachable();  // no one holds the context just left
}

#if THRONG_ASAN
namespace {

// Every word of the stack that may point to memory; reads across red zones, hence not instrumented.
__attribute__((no_sanitize("address"))) void ignore_what_is_held(const Fiber& fiber) noexcept {
  auto word = reinterpret_cast<std::uintptr_t>(fiber.context) & ~std::uintptr_t{sizeof(void*) - 1};
  auto end = reinterpret_cast<std::uintptr_t>(fiber.stack_bottom) + fiber.stack_size;
  for (; word < end; word += sizeof(void*)) {
    const void* held = *reinterpret_cast<const void* const*>(word);
    if (held != nullptr) __lsan_ignore_object(held);
  }
  if (fiber.exceptions.caught != nullptr) __lsan_ignore_object(fiber.exceptions.caught);
}

}  // namespace
#endif

void fiber_abandon([[maybe_unused]] Fiber& fiber) noexcept {
  THRONG_DEBUG_ASSERT(fiber.phase == FiberPhase::suspended, "an abandoned fiber was not suspended");
#if THRONG_ASAN
  ignore_what_is_held(fiber);
#endif
}

void fiber_may_lose([[maybe_unused]] const void* object) noexcept {
#if THRONG_ASAN
  __lsan_ignore_object(object);
#endif
}

void fiber_discard(Fiber& fiber) noexcept {
  THRONG_DEBUG_ASSERT(fiber.phase != FiberPhase::running, "a running fiber was discarded");
  if (fiber.phase != FiberPhase::fresh && fiber.phase != FiberPhase::suspended) return;
  fiber.context = nullptr;
  fiber.phase = FiberPhase::finished;
  note_gone(fiber);
}

}  // namespace throng::detail

// A stack that one can switch to and away from: what a virtual thread runs on. One real thread only.
// Rejected: real threads that hand a baton on; a switch would cost microseconds, and an abandoned one could
// not be dropped without unwinding it through noexcept code.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <memory>

#if defined(__SANITIZE_ADDRESS__)
#define THRONG_MODEL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define THRONG_MODEL_ASAN 1
#endif
#endif
#if defined(THRONG_MODEL_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace throng_model {

class Fiber {
 public:
  Fiber() = default;
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The next switch to this fiber begins `entry`, which must never return. What ran on it before is
  // abandoned: its frames are neither unwound nor destroyed.
  void start(void (*entry)()) {
    if (!stack_) stack_.reset(new std::byte[stack_size]);
#if defined(THRONG_MODEL_ASAN)
    __asan_unpoison_memory_region(stack_.get(), stack_size);
    fake_stack_ = nullptr;
    bottom_ = stack_.get();
    size_ = stack_size;
#endif
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.get();
    context_.uc_stack.ss_size = stack_size;
    context_.uc_link = nullptr;
    makecontext(&context_, entry, 0);
  }

  // Returns when somebody switches back. A fiber that was never started stands for the caller's own stack.
  static void switch_to(Fiber& from, Fiber& to) {
#if defined(THRONG_MODEL_ASAN)
    leaving() = &from;
    __sanitizer_start_switch_fiber(&from.fake_stack_, to.bottom_, to.size_);
#endif
    swapcontext(&from.context_, &to.context_);
    arrived(from);
  }

  // To be called first of all on a started fiber.
  static void arrived([[maybe_unused]] Fiber& here) {
#if defined(THRONG_MODEL_ASAN)
    const void* bottom = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(here.fake_stack_, &bottom, &size);
    leaving()->bottom_ = bottom;
    leaving()->size_ = size;
#endif
  }

 private:
  static constexpr std::size_t stack_size = 256 * 1024;

#if defined(THRONG_MODEL_ASAN)
  static Fiber*& leaving() {
    static Fiber* fiber = nullptr;
    return fiber;
  }
  void* fake_stack_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
#endif
  ucontext_t context_{};
  std::unique_ptr<std::byte[]> stack_;
};

}  // namespace throng_model

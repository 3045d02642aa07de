// The runtime's side of the checks, without a runtime: tiny budgets, and numbers of what happened. Never
// instrumented.
#include "stand_in.hpp"

#include <atomic>

extern "C" {
__attribute__((tls_model("initial-exec"), used)) __thread int throng_ticks = 0;
}

namespace {

std::atomic<long> slow_count{0}, chunk_count{0};
int budget = 7;

// Overwrites what a plain function may overwrite, so that a caller who keeps something there is found out.
void destroy_registers() noexcept {
#if defined(__x86_64__)
  asm volatile(
      "pxor %%xmm0, %%xmm0\n\tpcmpeqd %%xmm1, %%xmm1\n\tpxor %%xmm2, %%xmm2\n\tpcmpeqd %%xmm3, %%xmm3\n\t"
      "pxor %%xmm4, %%xmm4\n\tpcmpeqd %%xmm5, %%xmm5\n\tpxor %%xmm6, %%xmm6\n\tpcmpeqd %%xmm7, %%xmm7\n\t"
      "pxor %%xmm8, %%xmm8\n\tpcmpeqd %%xmm9, %%xmm9\n\tpxor %%xmm10, %%xmm10\n\tpcmpeqd %%xmm11, %%xmm11\n\t"
      "pxor %%xmm12, %%xmm12\n\tpcmpeqd %%xmm13, %%xmm13\n\tpxor %%xmm14, %%xmm14\n\tpcmpeqd %%xmm15, "
      "%%xmm15\n\t"
      "movq $-1, %%rax\n\tmovq %%rax, %%rcx\n\tmovq %%rax, %%rdx\n\tmovq %%rax, %%rsi\n\tmovq %%rax, "
      "%%rdi\n\t"
      "movq %%rax, %%r8\n\tmovq %%rax, %%r9\n\tmovq %%rax, %%r10\n\tmovq %%rax, %%r11\n\tcmpq $0, %%rax" ::
          : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3",
            "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
            "xmm15", "cc");
#endif
}

}  // namespace

extern "C" void throng_preempt_slow() noexcept {
  slow_count.fetch_add(1, std::memory_order_relaxed);  // relaxed: a statistic
  throng_ticks = budget;
  destroy_registers();
}

extern "C" void throng_preempt_chunk() noexcept {
  chunk_count.fetch_add(1, std::memory_order_relaxed);  // relaxed: a statistic
  throng_ticks -= 1024;
  if (throng_ticks < 0) {
    throng_preempt_slow();
  }
  destroy_registers();
}

namespace stand_in {

long slow_paths() { return slow_count.load(std::memory_order_relaxed); }  // relaxed: a statistic
long chunks() { return chunk_count.load(std::memory_order_relaxed); }     // relaxed: a statistic
int ticks() { return throng_ticks; }

void set_budget(int ticks) {
  budget = ticks;
  throng_ticks = ticks;
}

}  // namespace stand_in

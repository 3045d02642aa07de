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
      "movq $-1, %%rax\n\tmovq %%rax, %%rcx\n\tmovq %%rax, %%rdx\n\tmovq %%rax, %%rsi\n\tmovq %%rax, "
      "%%rdi\n\t"
      "movq %%rax, %%r8\n\tmovq %%rax, %%r9\n\tmovq %%rax, %%r10\n\tmovq %%rax, %%r11\n\tcmpq $0, %%rax\n\t"
      ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\tpcmpeqd %%xmm\\n, %%xmm\\n\n\t.endr\n\t"
      "fninit" ::
          : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3",
            "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
            "xmm15", "cc");
  static const bool has_avx = __builtin_cpu_supports("avx");
  static const bool has_avx512 = __builtin_cpu_supports("avx512f");
  if (has_avx) {
    asm volatile(
        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n\tvcmptrueps %ymm\\n, %ymm\\n, %ymm\\n\n\t.endr");
  }
  if (has_avx512) {
    asm volatile(
        ".irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
        "vpternlogd $255, %zmm\\n, %zmm\\n, %zmm\\n\n\t.endr\n\t"
        ".irp n,0,1,2,3,4,5,6,7\n\tkxnorw %k\\n, %k\\n, %k\\n\n\t.endr");
  }
  if (has_avx) {
    asm volatile("vzeroupper");
  }
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

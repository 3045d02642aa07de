// The check of code that a compiler instrumented without our plugin: -fsanitize-coverage=trace-pc calls this
// at every edge or block. A library of its own, linked only to what is instrumented so, for the name belongs
// to whoever links it.
//
// It is never instrumented itself, and calls nothing that is but the slow path, which is part of the runtime.
#if defined(__clang__)
#define THRONG_UNCHECKED __attribute__((no_sanitize("coverage")))
#else
#define THRONG_UNCHECKED __attribute__((no_sanitize_coverage))
#endif

extern "C" {
// lint: allow thread_local: the scheduler's own, by its C name
extern __attribute__((tls_model("initial-exec"))) __thread int throng_ticks;
void throng_preempt_slow() noexcept;
void __sanitizer_cov_trace_pc();
}

extern "C" THRONG_UNCHECKED void __sanitizer_cov_trace_pc() {
  if (--throng_ticks < 0) [[unlikely]] {
    throng_preempt_slow();
  }
}

// Cycles of every kind, each run on a small budget: the slow path must have been entered as often as the
// budget says. A program of its own for run.py, which also reads from the plugin's statistics what each
// function got.
#include <setjmp.h>
#include <throng/vm/no_preempt.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "stand_in.hpp"

// An iteration stays one iteration, whatever the optimizer thinks of it.
#define STEP() asm volatile("" ::: "memory")

namespace {

constexpr long iterations = 50000;
constexpr int budget = 100;
volatile long sink;

}  // namespace

extern "C" {

[[gnu::noinline]] void plain_loop(long n) {
  for (long i = 0; i < n; ++i) {
    STEP();
  }
}

[[gnu::noinline]] void nested_loops(long n) {
  for (long i = 0; i < n / 40; ++i) {
    for (long j = 0; j < 40 + (n & 1); ++j) {
      STEP();
    }
  }
}

[[gnu::noinline]] void callee() { STEP(); }

[[gnu::noinline]] void loop_with_call(long n) {
  for (long i = 0; i < n; ++i) {
    callee();
  }
}

// Its loop is short, but its caller's is not: what the register counted must not be lost.
[[gnu::noinline]] void hundred(long n) {
  for (long i = 0; i < 100 + n; ++i) {
    STEP();
  }
}

[[gnu::noinline]] void many_short_runs(long n) {
  for (long i = 0; i < n / 100; ++i) {
    hundred(i & 1);
  }
}

[[gnu::noinline]] long goto_cycle(long n) {
  long i = 0;
  if ((n & 1) != 0) {
    goto middle;
  }
top:
  STEP();
  ++i;
middle:
  STEP();
  if (++i < 2 * n) {
    goto top;
  }
  return i;
}

[[gnu::noinline]] void computed_cycle(long n) {
  static void* const steps[] = {&&one, &&two, &&end};
  long i = 0;
  goto* steps[0];
one:
  STEP();
  goto* steps[++i < n ? i & 1 : 2];
two:
  STEP();
  goto* steps[++i < n ? i & 1 : 2];
end:
  return;
}

[[gnu::noinline]] void may_throw(long n) {
  if (n >= 0) {
    throw n;
  }
}

[[gnu::noinline]] long exception_cycle(long n) {
  n /= 50;  // each costs what thousands of iterations cost
again:
  try {
    may_throw(n);
  } catch (long) {
    if (--n > 0) {
      goto again;
    }
  }
  return n;
}

jmp_buf arrival;

[[gnu::noinline]] void leap() { longjmp(arrival, 1); }

[[gnu::noinline]] void longjmp_cycle(long n) {
  volatile long left = n;
  setjmp(arrival);
  left = left - 1;
  if (left > 0) {
    leap();
  }
}

[[gnu::noinline]] long recursion(long n) {
  STEP();
  return n <= 0 ? 0 : recursion(n - 1) + 1;
}

[[gnu::noinline]] long recursions(long n) {
  long sum = 0;
  for (long i = 0; i < n / 1000; ++i) {
    sum += recursion(1000);
  }
  return sum;
}

long pong(long n);
[[gnu::noinline]] long ping(long n) { return n <= 0 ? 0 : pong(n - 1); }
[[gnu::noinline]] long pong(long n) {
  STEP();
  return n <= 0 ? 1 : ping(n - 1);
}

[[gnu::noinline]] void empty_for_ever(
    long n) {  // ends by what another thread or a signal handler would write
  sink = n;
  while (sink > 0) {
    sink = sink - 1;
  }
}

[[noreturn, gnu::noinline]] void without_end() {
  for (;;) {
    STEP();
  }
}

// Passes by an even end for ever: a loop of numbers that has no end, though it can be counted.
[[gnu::noinline]] void without_meeting(unsigned end) {
  for (unsigned i = 1; i != end; i += 2) {
    STEP();
  }
}

// ---- what gets no check

[[gnu::noinline]] long leaf(long a, long b) { return a * b + 1; }

// Comes back without a call for a small n, and then without a tick; else with one tick per call it makes.
[[gnu::noinline]] long fan(long n) {
  if (n < 2) {
    return 1;
  }
  long sum = 0;
  for (long i = 1; i < n; ++i) {
    sum += fan(i);
  }
  return sum;
}

[[gnu::noinline]] void short_loop(int* values) {
  for (int i = 0; i < 12; ++i) {
    values[i] = values[i] * 3 / (i + 1);
    STEP();
  }
}

#if defined(__clang__)
#define TAKEN_OUT __attribute__((annotate("throng_nopreempt")))
#else
#define TAKEN_OUT __attribute__((throng_nopreempt))
#endif
THRONG_NO_PREEMPT inline void not_preempted(long n) {
  for (long i = 0; i < n; ++i) {
    STEP();
  }
}

[[gnu::noinline]] void calls_not_preempted(long n) { not_preempted(n); }

#if !defined(WITHOUT_PLUGIN)
TAKEN_OUT inline void taken_out(long n) {
  for (long i = 0; i < n; ++i) {
    STEP();
    callee();
  }
}

[[gnu::noinline]] void calls_taken_out(long n) { taken_out(n); }
#endif

}  // extern "C"

// A walk through a container in a template of the library: a loop, but no check where it is entered.
[[gnu::noinline]] long library_loop(const std::vector<long>& values) {
  long sum = 0;
  for (long value : values) {
    sum += value;
  }
  return sum;
}

namespace throng::detail {
[[gnu::noinline]] long runtime_function(long n) {
  callee();
  return n;
}
}  // namespace throng::detail

namespace {

int failures = 0;

// At least one slow path for each `per` ticks. A quarter is enough: an optimizer may make one iteration of
// four.
template <class F>
void expect(const char* name, long ticks, long per, F run) {
  stand_in::set_budget(budget);
  const long before = stand_in::slow_paths();
  run();
  const long entered = stand_in::slow_paths() - before;
  if (entered < ticks / per / 4) {
    ++failures;
    std::printf("%s: %ld slow paths in about %ld ticks\n", name, entered, ticks);
  }
}

// A loop that never ends, on a thread of its own.
void expect_for_ever(const char* name, void (*run)()) {
  static std::atomic<bool> has_ended{false};
  const long before = stand_in::slow_paths();
  std::thread([run] {
    run();
    has_ended = true;
  }).detach();
  for (int tries = 0; tries < 2000 && stand_in::slow_paths() < before + 10; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (stand_in::slow_paths() < before + 10 || has_ended) {
    ++failures;
    std::printf("%s does not give way, or ends\n", name);
  }
}

#if !defined(WITHOUT_PLUGIN)
// An iteration is one tick at most; an optimizer may make one of eight.
void expect_ticks(long n) {
  stand_in::set_budget(static_cast<int>(2 * iterations));
  plain_loop(n);
  const long took = 2 * iterations - stand_in::ticks();
  if (took > n + 1 || took < n / 8) {
    ++failures;
    std::printf("%ld iterations took %ld ticks\n", n, took);
  }
}
#endif

}  // namespace

int main() {
  constexpr long chunk = 1024 + budget;  // a register counts that far
  expect("plain_loop", iterations, chunk, [] { plain_loop(iterations); });
  expect("nested_loops", iterations, chunk, [] { nested_loops(iterations); });
  expect("loop_with_call", iterations, budget, [] { loop_with_call(iterations); });
  expect("many_short_runs", iterations, 2 * budget, [] { many_short_runs(iterations); });
  expect("goto_cycle", iterations, budget, [] { goto_cycle(iterations); });
  expect("goto_cycle", iterations, budget, [] { goto_cycle(iterations + 1); });
  expect("computed_cycle", iterations, chunk, [] { computed_cycle(iterations); });
  expect("exception_cycle", iterations / 50, budget, [] { exception_cycle(iterations); });
  expect("longjmp_cycle", iterations, budget, [] { longjmp_cycle(iterations); });
  expect("recursion", iterations, chunk, [] { recursions(iterations); });
  expect("ping and pong", iterations, budget, [] { ping(iterations); });
  expect("empty_for_ever", iterations, chunk, [] { empty_for_ever(iterations); });
  stand_in::set_budget(2 * static_cast<int>(iterations));
  calls_not_preempted(iterations);
  if (stand_in::ticks() < 2 * iterations - 100) {
    ++failures;
    std::printf("what must not be preempted took %ld ticks\n", 2 * iterations - stand_in::ticks());
  }
#if !defined(WITHOUT_PLUGIN)
  const std::vector<long> values(static_cast<std::size_t>(iterations), 1);
  expect("library_loop", iterations / 8, chunk, [&] { sink = library_loop(values); });
  stand_in::set_budget(2 * static_cast<int>(iterations));
  const long before = stand_in::slow_paths();
  calls_taken_out(iterations);
  int small[12] = {};
  short_loop(small);
  sink = leaf(2, 3) + throng::detail::runtime_function(1);
  if (stand_in::slow_paths() != before || stand_in::ticks() < 2 * iterations - 2000) {
    ++failures;
    std::printf("what has no check took %ld ticks\n", 2 * iterations - stand_in::ticks());
  }
  stand_in::set_budget(static_cast<int>(iterations));
  sink = fan(1) + fan(0);
  if (stand_in::ticks() != iterations) {
    ++failures;
    std::printf("an early return took a tick\n");
  }
  sink = fan(12);  // makes 2,047 more calls, each within a loop
  if (stand_in::ticks() < iterations - 2200) {
    ++failures;
    std::printf("2,047 calls took %ld ticks\n", iterations - stand_in::ticks());
  }
  for (const long n : {100L, 1000L, 1024L, 1025L, 5000L}) {
    expect_ticks(n);
  }
#endif
  stand_in::set_budget(budget);
  expect_for_ever("a loop without end", without_end);
  expect_for_ever("a loop that misses its end", [] { without_meeting(100); });
  std::printf("%d failures\n", failures);
  std::fflush(stdout);
  std::_Exit(failures == 0 ? 0 : 1);
}

// The processor's cycle counter, where it is a clock: the same on all CPUs, at one pace, and never back. The
// system has to know that anyway, and keeps its own time by the counter only then; so the system is asked.
//
// Rejected: the bit by which a processor says that its counter keeps its pace (CPUID 80000007h). It does not
// tell whether the counters of two CPUs, or of a machine that was moved to another, agree.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace throng::detail {

// Whether cycles() is such a clock. Thread: any. Reads a file of the system's.
bool cycles_are_a_clock() noexcept;

// Requires: cycles_are_a_clock(). Thread: any. May be read before what comes ahead of it in the program has
// been, but not behind a store that follows.
inline std::int64_t cycles() noexcept {
#if defined(__x86_64__)
  return static_cast<std::int64_t>(__rdtsc());
#else
  return 0;
#endif
}

// The same, but not before what has been loaded ahead of it: for who has just learned of something that
// happened elsewhere.
inline std::int64_t cycles_by_now() noexcept {
#if defined(__x86_64__)
  _mm_lfence();
#endif
  return cycles();
}

}  // namespace throng::detail

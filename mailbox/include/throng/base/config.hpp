// What every floor must know of the compiler and the machine. Constants and attributes only; no code.
#pragma once

#include <cstddef>

// Which sanitizer this translation unit is built with. g++ and clang announce it differently.
#if defined(__SANITIZE_ADDRESS__)
#define THRONG_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define THRONG_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define THRONG_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THRONG_TSAN 1
#endif
#endif
#ifndef THRONG_ASAN
#define THRONG_ASAN 0
#endif
#ifndef THRONG_TSAN
#define THRONG_TSAN 0
#endif

#define THRONG_NOINLINE __attribute__((noinline))
#define THRONG_INLINE __attribute__((always_inline)) inline
#define THRONG_COLD __attribute__((cold, noinline))

namespace throng::detail {

// Two hot words that different threads write must be this far apart. A constant and not
// std::hardware_destructive_interference_size, whose value may differ between a host's flags and ours.
inline constexpr std::size_t cache_line = 64;

}  // namespace throng::detail

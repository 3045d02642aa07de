// The seam of randomness: everything in the scheduler that draws lots (whom to steal from, the seeded order
// of a simulated runtime) draws from a `Random` it was given, so that one seed replays one run. Small and
// fast, not for secrets. Thread: owner; two threads take two of them.
//
// Invariants:
//  1. Equal seeds give equal sequences, on every machine and compiler.
//  2. Every seed is good, zero included: the state is a counter and only the output is scrambled (SplitMix).
#pragma once

#include <cstdint>

#include <throng/base/assert.hpp>

namespace throng::detail {

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15u;  // odd, so the counter meets every value once before it repeats
    std::uint64_t bits = state_;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return bits ^ (bits >> 31);
  }

  // Even over 0..n-1. Requires: n > 0. The high word of a product, so that no division is paid but in the
  // rare case where the low word says that this draw might favour a small number. Rejected: next() % n,
  // uneven and slow.
  std::uint64_t below(std::uint64_t n) noexcept {
    THRONG_DEBUG_ASSERT(n > 0, "a number below zero was asked for");
    Wide product = Wide{next()} * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t unfair = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < unfair) product = Wide{next()} * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

 private:
  __extension__ using Wide = unsigned __int128;

  std::uint64_t state_;
};

}  // namespace throng::detail

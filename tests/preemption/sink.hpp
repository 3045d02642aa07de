// Where loops put what they work out, so that no compiler leaves them out. Atomic for the thread sanitizer's
// sake.
#pragma once

#include <atomic>
#include <cstdint>

class Sink {
 public:
  void operator=(std::uint64_t value) {
    value_.store(value, std::memory_order_relaxed);  // relaxed: nothing depends on it
  }
  operator std::uint64_t() const {
    return value_.load(std::memory_order_relaxed);  // relaxed: nothing depends on it
  }

 private:
  std::atomic<std::uint64_t> value_{0};
};
inline Sink sink;

inline void compute(std::uint64_t iterations) {
  for (std::uint64_t i = 0; i < iterations; ++i) sink = i;
}

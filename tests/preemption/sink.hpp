// Where loops put what they work out, so that no compiler leaves them out. Atomic for the thread sanitizer's
// sake.
#pragma once

#include <atomic>
#include <cstdint>

class Sink {
 public:
  // relaxed: see above
  void operator=(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  operator std::uint64_t() const { return value_.load(std::memory_order_relaxed); }  // relaxed: see above

 private:
  std::atomic<std::uint64_t> value_{0};
};

#include "hog.hpp"

#include <cstdint>

namespace throng::command {

void hog(const std::atomic<bool>& stop) {
  static std::atomic<std::uint64_t> sink{0};
  std::uint64_t x = 88172645463325252u;
  while (!stop.load(std::memory_order_relaxed)) {  // relaxed: sooner or later
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    sink.store(x, std::memory_order_relaxed);  // relaxed: only so that the loop is not left out
  }
}

}  // namespace throng::command

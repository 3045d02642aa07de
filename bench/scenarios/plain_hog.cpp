#include "hogs.hpp"

namespace throng_bench {

std::atomic<bool> hogs_may_go_on{false};

void plain_hog() {
  for (std::uint64_t x = 88172645463325252u; hogs_may_go_on;) {
    for (int i = 0; i < 1000; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
    }
    hog_sink = x;
  }
}

}  // namespace throng_bench

// The runtime's side of the checks for measuring: a budget as the runtime's, refilled at once, and the time
// in between. Never instrumented.
#include "slices.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

namespace {

constexpr int budget = 32000;
constexpr std::size_t most = 1 << 20;

using Clock = std::chrono::steady_clock;

std::vector<float> lengths;
Clock::time_point last;

}  // namespace

extern "C" {

// lint: allow thread_local: a stand-in
__attribute__((tls_model("initial-exec"), used)) __thread int throng_ticks = budget;

void throng_preempt_slow() noexcept {
  const Clock::time_point now = Clock::now();
  if (lengths.size() < most) {
    lengths.push_back(std::chrono::duration<float, std::micro>(now - last).count());
  }
  last = now;
  throng_ticks = budget;
}

void throng_preempt_chunk() noexcept {
  throng_ticks -= 1024;
  if (throng_ticks < 0) {
    throng_preempt_slow();
  }
}
}

namespace slices {

void begin() {
  lengths.clear();
  lengths.reserve(most);
  throng_ticks = budget;
  last = Clock::now();
}

void print() {
  std::vector<float> sorted = lengths;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double share) {
    return sorted.empty() ? 0.0
                          : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  };
  std::printf(" %zu %.2f %.2f", sorted.size(), at(0.5), at(0.99));
}

}  // namespace slices

#include <throng/scheduler/policy.hpp>

#include <algorithm>

namespace throng {

SchedulingPolicy::~SchedulingPolicy() = default;

std::size_t SchedulingPolicy::steal(std::span<Runnable*> out) {
  std::size_t wanted = std::min((size() + 1) / 2, out.size());
  std::size_t count = 0;
  for (; count < wanted; ++count) {
    Runnable* runnable = dequeue();
    if (runnable == nullptr) break;
    out[count] = runnable;
  }
  return count;
}

}  // namespace throng

#include "moments.hpp"

#include <algorithm>

namespace throng::detail {
namespace {

constexpr std::size_t most_moments = 2048;

}  // namespace

void Moments::add(const Moment& moment) {
  if (moments_.size() >= most_moments) {
    for (std::size_t i = 0; i < moments_.size() / 2; ++i) moments_[i] = moments_[2 * i];
    moments_.resize(moments_.size() / 2);
  }
  moments_.push_back(moment);
}

std::int64_t Moments::time_of(std::int64_t stamp) const noexcept {
  if (moments_.size() == 1) return moments_.front().time;
  auto next = std::ranges::upper_bound(moments_, stamp, {}, &Moment::stamp);
  next = std::clamp(next, moments_.begin() + 1, moments_.end() - 1);
  const Moment& from = next[-1];
  auto stamps = static_cast<double>(std::max<std::int64_t>(next->stamp - from.stamp, 1));
  double pace = static_cast<double>(next->time - from.time) / stamps;
  return from.time + static_cast<std::int64_t>(static_cast<double>(stamp - from.stamp) * pace);
}

}  // namespace throng::detail

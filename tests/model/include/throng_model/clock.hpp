// Vector clocks: who has seen what of whom. A virtual thread's every modelled operation is an event, numbered
// per thread (its epoch); a clock holds, per thread, the newest event that happens before "now". Used by
// memory.hpp only.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace throng_model {

// Slot 0 is the root, which runs the setup and the checks at the end; virtual threads are 1 to max_threads
// - 1.
inline constexpr std::size_t max_threads = 8;

class VectorClock {
 public:
  void tick(std::size_t thread) noexcept { ++epochs_[thread]; }
  std::uint32_t epoch(std::size_t thread) const noexcept { return epochs_[thread]; }
  bool has_seen(std::size_t thread, std::uint32_t epoch) const noexcept { return epochs_[thread] >= epoch; }

  void join(const VectorClock& other) noexcept {
    for (std::size_t i = 0; i < max_threads; ++i) epochs_[i] = std::max(epochs_[i], other.epochs_[i]);
  }

 private:
  std::array<std::uint32_t, max_threads> epochs_{};
};

}  // namespace throng_model

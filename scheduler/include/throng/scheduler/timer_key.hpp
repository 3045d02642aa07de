// What others hold of a timer: its key, what it does when its time has come, and what cancelling gives back.
#pragma once

#include <cstdint>

namespace throng::detail {

// What happens at a deadline, and on whose account. A target other than 0 lets timers be cancelled by it.
struct Expiry {
  void (*fire)(void* context, void* payload, std::uint64_t target) noexcept;
  void* context;
  void* payload;
  std::uint64_t target;
};

struct TimerKey {
  std::uint32_t wheel;
  std::uint32_t index;
  std::uint64_t generation;  // never 0, so a zeroed key is nobody's
};

struct Cancelled {
  std::int64_t deadline_ns;
  Expiry expiry;  // the payload is the caller's again
};

}  // namespace throng::detail

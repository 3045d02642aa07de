// One step of a counter in a table: how much, and where it turns round.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace throng {

// Adds `by`; if the result is then beyond `limit`, in the direction of the step, it becomes `wrap_to`.
struct CounterStep {
  std::int64_t by = 1;
  std::optional<std::int64_t> limit{};
  std::int64_t wrap_to = 0;

  CounterStep() = default;
  constexpr CounterStep(std::int64_t amount) : by(amount) {}
  constexpr CounterStep(std::int64_t amount, std::int64_t up_to, std::int64_t then)
      : by(amount), limit(up_to), wrap_to(then) {}
};

namespace detail {

template <class Integer>
Integer step_integer(Integer& value, const CounterStep& step) {
  static_assert(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>,
                "throng: update_counter() counts in an integer; use update() for other values");
  if constexpr (std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>) {
    auto sum =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + static_cast<std::uint64_t>(step.by));
    if (step.limit && (step.by >= 0 ? sum > *step.limit : sum < *step.limit)) sum = step.wrap_to;
    value = static_cast<Integer>(sum);
  }
  return value;
}

}  // namespace detail
}  // namespace throng

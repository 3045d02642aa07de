// std::atomic's twin: the same operations, each of which asks the explorer who goes on and what is read.
// Outside an exploration they just run, for one real thread. The seam <throng/base/atomic.hpp> includes this
// file, and with it thread.hpp, whose yield() the spin loops call.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <throng_model/thread.hpp>
#include <type_traits>

namespace throng_model {

inline constexpr Order default_order = std::memory_order_seq_cst;  // pairs: as std::atomic's default

// The order of a failed compare_exchange that names only one: the given one without its release half.
constexpr Order without_release(Order order) noexcept {
  if (order == std::memory_order_acq_rel) return std::memory_order_acquire;  // pairs: as the caller's order
  if (order == std::memory_order_release) return std::memory_order_relaxed;  // relaxed: as std::atomic does
  return order;
}

template <class T>
class Atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Bits));
  template <class U>
  struct Difference {
    using type = std::conditional_t<std::is_pointer_v<U>, std::ptrdiff_t, U>;
  };

 public:
  using value_type = T;
  using difference_type = typename Difference<T>::type;
  static constexpr bool is_always_lock_free = true;

  Atomic() noexcept : Atomic(T()) {}
  Atomic(T value) noexcept : value_(value) {  // NOLINT(google-explicit-constructor): as std::atomic
    if (Explorer* explorer = Explorer::active()) explorer->add_atomic(handle_, to_bits(value), false);
  }
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  bool is_lock_free() const noexcept { return true; }

  T load(Order order = default_order) const noexcept {
    Explorer* explorer = Explorer::active();
    return explorer == nullptr ? value_ : from_bits<T>(explorer->load(id(*explorer), order));
  }
  operator T() const noexcept { return load(); }  // NOLINT(google-explicit-constructor): as std::atomic

  void store(T value, Order order = default_order) noexcept {
    if (Explorer* explorer = Explorer::active()) explorer->store(id(*explorer), order, to_bits(value));
    value_ = value;
  }
  T operator=(T value) noexcept {  // NOLINT(misc-unconventional-assign-operator): as std::atomic
    store(value);
    return value;
  }

  T exchange(T value, Order order = default_order) noexcept {
    return modify(order, [&](T) { return value; });
  }

  bool compare_exchange_strong(T& expected, T desired, Order success, Order failure) noexcept {
    return compare(expected, desired, success, failure, false);
  }
  bool compare_exchange_strong(T& expected, T desired, Order order = default_order) noexcept {
    return compare(expected, desired, order, without_release(order), false);
  }
  bool compare_exchange_weak(T& expected, T desired, Order success, Order failure) noexcept {
    return compare(expected, desired, success, failure, true);
  }
  bool compare_exchange_weak(T& expected, T desired, Order order = default_order) noexcept {
    return compare(expected, desired, order, without_release(order), true);
  }

  T fetch_add(difference_type by, Order order = default_order) noexcept {
    return modify(order, [&](T old) { return plus(old, by); });
  }
  T fetch_sub(difference_type by, Order order = default_order) noexcept {
    return modify(order, [&](T old) { return minus(old, by); });
  }
  T fetch_or(T bits, Order order = default_order) noexcept {
    return modify(order, [&](T old) { return static_cast<T>(old | bits); });
  }
  T fetch_and(T bits, Order order = default_order) noexcept {
    return modify(order, [&](T old) { return static_cast<T>(old & bits); });
  }
  T fetch_xor(T bits, Order order = default_order) noexcept {
    return modify(order, [&](T old) { return static_cast<T>(old ^ bits); });
  }

  T operator++() noexcept { return plus(fetch_add(1), 1); }
  T operator++(int) noexcept { return fetch_add(1); }
  T operator--() noexcept { return minus(fetch_sub(1), 1); }
  T operator--(int) noexcept { return fetch_sub(1); }
  T operator+=(difference_type by) noexcept { return plus(fetch_add(by), by); }
  T operator-=(difference_type by) noexcept { return minus(fetch_sub(by), by); }
  T operator|=(T bits) noexcept { return static_cast<T>(fetch_or(bits) | bits); }
  T operator&=(T bits) noexcept { return static_cast<T>(fetch_and(bits) & bits); }

 private:
  Memory::Id id(Explorer& explorer) const noexcept { return explorer.atomic(handle_, to_bits(value_)); }

  template <class Function>
  T modify(Order order, Function function) noexcept {
    Explorer* explorer = Explorer::active();
    if (explorer == nullptr) {
      T before = value_;
      value_ = function(before);
      return before;
    }
    Memory::Id location = id(*explorer);
    T before = from_bits<T>(explorer->begin_modify(location));
    value_ = function(before);
    explorer->end_modify(location, order, to_bits(value_));
    return before;
  }

  bool compare(T& expected, T desired, Order success, Order failure, bool weak) noexcept {
    Explorer* explorer = Explorer::active();
    if (explorer == nullptr) {
      if (!same(value_, expected)) {
        expected = value_;
        return false;
      }
      value_ = desired;
      return true;
    }
    Memory::Id location = id(*explorer);
    T before = from_bits<T>(explorer->begin_modify(location));
    if (!same(before, expected) || (weak && explorer->fails_spuriously())) {
      explorer->end_failed_compare(location, failure);
      expected = before;
      return false;
    }
    value_ = desired;
    explorer->end_modify(location, success, to_bits(value_));
    return true;
  }

  static bool same(const T& one, const T& other) noexcept {
    if constexpr (std::is_scalar_v<T>) {
      return one == other;
    } else {
      return std::memcmp(&one, &other, sizeof(T)) == 0;
    }
  }
  // Integers wrap, also signed ones, as those of std::atomic do.
  static T plus(T old, difference_type by) noexcept {
    if constexpr (std::is_integral_v<T>) {
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Unsigned>(old) + static_cast<Unsigned>(by));
    } else {
      return old + by;
    }
  }
  static T minus(T old, difference_type by) noexcept {
    if constexpr (std::is_integral_v<T>) {
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Unsigned>(old) - static_cast<Unsigned>(by));
    } else {
      return old - by;
    }
  }

  T value_;  // the newest
  mutable Handle handle_;
};

}  // namespace throng_model

// Expected<T, E>: a value, or the error that stands in its place. C++20 has no std::expected; this is the
// part of it that people use, under the same member names, so that a later switch is a search and replace.
// Who may use it: everybody, users too. Thread: as safe as T and E are; no state is shared.
//
// Invariants:
//   1. Holds a value or an error. The one exception is std::variant's: an assignment whose move or copy
//   throws
//      half way leaves neither, and the object may then only be assigned to or destroyed.
//   2. T may be void; neither T nor E may be a reference.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace throng {

// An error on its way into an Expected: `return Unexpected(error);`.
template <class E>
class Unexpected {
 public:
  constexpr explicit Unexpected(E error) : error_(std::move(error)) {}

  constexpr const E& error() const& noexcept { return error_; }
  constexpr E& error() & noexcept { return error_; }
  constexpr E&& error() && noexcept { return std::move(error_); }

  template <class G>
  friend constexpr bool operator==(const Unexpected& a, const Unexpected<G>& b) {
    return a.error() == b.error();
  }

 private:
  E error_;
};

// Thrown by Expected::value() where there is an error instead; carries the error.
template <class E>
class BadExpectedAccess : public std::exception {
 public:
  explicit BadExpectedAccess(E error) : error_(std::move(error)) {}

  const char* what() const noexcept override {
    return "throng: value() was asked of an Expected that holds an error";
  }
  const E& error() const& noexcept { return error_; }
  E& error() & noexcept { return error_; }

 private:
  E error_;
};

template <class T, class E>
class Expected;

namespace detail {

template <class T>
inline constexpr bool is_expected_or_error = false;
template <class T, class E>
inline constexpr bool is_expected_or_error<Expected<T, E>> = true;
template <class E>
inline constexpr bool is_expected_or_error<Unexpected<E>> = true;
template <>
inline constexpr bool is_expected_or_error<std::in_place_t> = true;

// A plain value, of whatever type, that can stand beside the T of an Expected.
template <class U, class T>
concept ComparesWith = !is_expected_or_error<U> && requires(const T& held, const U& value) {
  static_cast<bool>(held == value);
};

}  // namespace detail

template <class T, class E>
class [[nodiscard]] Expected {
  static_assert(!std::is_reference_v<T> && !std::is_reference_v<E>,
                "throng: an Expected holds no references");
  static_assert(!std::is_void_v<E>, "throng: the error of an Expected is a value");

  // `void` is held as a monostate, so that one class serves for both.
  static constexpr bool has_payload = !std::is_void_v<T>;
  using Stored = std::conditional_t<has_payload, T, std::monostate>;
  using Reference = std::add_lvalue_reference_t<T>;
  using ConstReference = std::add_lvalue_reference_t<std::add_const_t<T>>;
  using RvalueReference = std::add_rvalue_reference_t<T>;

 public:
  using value_type = T;
  using error_type = E;

  constexpr Expected() requires std::is_default_constructible_v<Stored> : held_(std::in_place_index<0>) {}

  template <class U = T>
  requires(has_payload && !detail::is_expected_or_error<std::remove_cvref_t<U>> &&
           std::is_constructible_v<Stored, U>) constexpr explicit(!std::is_convertible_v<U, Stored>)
      Expected(U&& value)
      : held_(std::in_place_index<0>, std::forward<U>(value)) {}

  template <class... Args>
  requires std::is_constructible_v<Stored, Args...>
  constexpr explicit Expected(std::in_place_t, Args&&... args)
      : held_(std::in_place_index<0>, std::forward<Args>(args)...) {}

  template <class G>
  requires std::is_constructible_v<E, const G&>
  constexpr explicit(!std::is_convertible_v<const G&, E>) Expected(const Unexpected<G>& unexpected)
      : held_(std::in_place_index<1>, unexpected.error()) {}

  template <class G>
  requires std::is_constructible_v<E, G>
  constexpr explicit(!std::is_convertible_v<G, E>) Expected(Unexpected<G>&& unexpected)
      : held_(std::in_place_index<1>, std::move(unexpected).error()) {}

  constexpr bool has_value() const noexcept { return held_.index() == 0; }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  // The value, or BadExpectedAccess<E>.
  constexpr Reference value() & {
    if (!has_value()) throw BadExpectedAccess<E>(error());
    return **this;
  }
  constexpr ConstReference value() const& {
    if (!has_value()) throw BadExpectedAccess<E>(error());
    return **this;
  }
  constexpr RvalueReference value() && {
    if (!has_value()) throw BadExpectedAccess<E>(std::move(*this).error());
    return *std::move(*this);
  }

  // Requires: has_value().
  constexpr Reference operator*() & noexcept {
    if constexpr (has_payload) return *std::get_if<0>(&held_);
  }
  constexpr ConstReference operator*() const& noexcept {
    if constexpr (has_payload) return *std::get_if<0>(&held_);
  }
  constexpr RvalueReference operator*() && noexcept {
    if constexpr (has_payload) return std::move(*std::get_if<0>(&held_));
  }
  constexpr auto* operator->() noexcept requires has_payload { return std::get_if<0>(&held_); }
  constexpr auto* operator->() const noexcept requires has_payload { return std::get_if<0>(&held_); }

  // Requires: !has_value().
  constexpr E& error() & noexcept { return *std::get_if<1>(&held_); }
  constexpr const E& error() const& noexcept { return *std::get_if<1>(&held_); }
  constexpr E&& error() && noexcept { return std::move(*std::get_if<1>(&held_)); }

  template <class U>
  requires has_payload constexpr Stored value_or(U&& otherwise) const& {
    return has_value() ? **this : static_cast<Stored>(std::forward<U>(otherwise));
  }
  template <class U>
  requires has_payload constexpr Stored value_or(U&& otherwise) && {
    return has_value() ? *std::move(*this) : static_cast<Stored>(std::forward<U>(otherwise));
  }

 private:
  std::variant<Stored, E> held_;
};

// The comparisons deduce both sides. As friends inside the class they would also be found for a T, which
// converts to Expected, and a comparison of T with something could end up comparing itself.
template <class T, class E, class U, class G>
constexpr bool operator==(const Expected<T, E>& a, const Expected<U, G>& b) {
  static_assert(std::is_void_v<T> == std::is_void_v<U>,
                "throng: these Expected hold values that do not compare");
  if (a.has_value() != b.has_value()) return false;
  if (!a.has_value()) return static_cast<bool>(a.error() == b.error());
  if constexpr (!std::is_void_v<T>) return static_cast<bool>(*a == *b);
  return true;
}
template <class T, class E, detail::ComparesWith<T> U>
constexpr bool operator==(const Expected<T, E>& a, const U& value) {
  return a.has_value() && static_cast<bool>(*a == value);
}
template <class T, class E, class G>
constexpr bool operator==(const Expected<T, E>& a, const Unexpected<G>& unexpected) {
  return !a.has_value() && static_cast<bool>(a.error() == unexpected.error());
}

}  // namespace throng

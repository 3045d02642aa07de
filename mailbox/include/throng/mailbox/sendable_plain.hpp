// The short way into an aggregate, for what most messages are: a few fields, each of which `{}` initialises,
// no base and no unnamed union. What does not look like that is left to Shape<T> (sendable_fields.hpp), which
// asks the same questions one by one and in more ways. Only sendable.hpp uses it; everything happens in the
// compiler, nothing is ever called.
//
// Every message of a program comes by here. So all questions are asked in one function: what a compiler makes
// anew for each type is dear, however small, and a `requires` is not.
#pragma once

#include <cstddef>
#include <throng/mailbox/sendable_fields.hpp>

namespace throng::detail {

// Pretends to be a base of T.
template <class T>
struct AnyBase {
  template <class U>
  requires(!__is_same(U, T) && __is_base_of(U, T)) operator U() const noexcept { __builtin_unreachable(); }
};
struct AnySilentUnion {
  template <class U>
  requires(IsSilentUnion::take<U>) operator U() const noexcept { __builtin_unreachable(); }
};

// clang-format off
#define THRONG_BEHIND(T, Special, ...) requires { T{__VA_ARGS__ __VA_OPT__(,) Special{}}; }
#define THRONG_ENDS_BEHIND(T, ...)                   \
  (!THRONG_BEHIND(T, AnyField<T>, __VA_ARGS__) &&    \
   !THRONG_BEHIND(T, AnyReference, __VA_ARGS__) &&   \
   !THRONG_BEHIND(T, EagerField<T>, __VA_ARGS__))

// The number of T's fields; 0: look with Shape<T>. Requires: a class that is an aggregate and not empty.
template <class T>
consteval std::size_t count_plain_fields() {
  if constexpr (!requires { T{{}}; } || TupleLike<T> || THRONG_BEHIND(T, AnyBase<T>) || THRONG_BEHIND(T, AnySilentUnion))
    return 0;
  else if constexpr (!requires { T{{}, {}}; })
    return THRONG_ENDS_BEHIND(T, {}) ? 1 : 0;
  else if constexpr (THRONG_BEHIND(T, AnySilentUnion, {}))
    return 0;
  else if constexpr (!requires { T{{}, {}, {}}; })
    return THRONG_ENDS_BEHIND(T, {}, {}) ? 2 : 0;
  else if constexpr (THRONG_BEHIND(T, AnySilentUnion, {}, {}))
    return 0;
  else if constexpr (!requires { T{{}, {}, {}, {}}; })
    return THRONG_ENDS_BEHIND(T, {}, {}, {}) ? 3 : 0;
  else if constexpr (THRONG_BEHIND(T, AnySilentUnion, {}, {}, {}))
    return 0;
  else if constexpr (!requires { T{{}, {}, {}, {}, {}}; })
    return THRONG_ENDS_BEHIND(T, {}, {}, {}, {}) ? 4 : 0;
  else
    return 0;
}
#undef THRONG_BEHIND
#undef THRONG_ENDS_BEHIND
// clang-format on

}  // namespace throng::detail

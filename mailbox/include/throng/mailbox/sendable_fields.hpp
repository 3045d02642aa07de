// A reflection for one purpose: the types of an aggregate's fields. Initialisers are counted by trying them,
// fields are then taken by structured bindings, whose types keep references and do not mind bit-fields. Only
// sendable.hpp uses it; everything happens in the compiler, nothing is ever called.
//
// What counting has to know:
//   1. A C array without braces takes one initialiser per element, but is one field: field_span() measures it
//      by giving it braces and seeing how many initialisers still fit behind.
//   2. Bases come first and take one initialiser each, but are no fields.
//   3. Names cannot be bound where both a base and the class itself have state, nor to the members of an
//   unnamed
//      union, nor past a reference that has a default: `bindable` is then false, and a wrong guess here would
//      be an error in the user's face.
// Rejected: Boost.PFR (accepts reference members; hard errors on arrays, bases, bit-fields; slower to
// compile).
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace throng::detail {

template <class... Types>
struct TypeList {};

// T has a `static constexpr bool sendable`, its own or inherited.
template <class T>
concept SpeaksForItself = requires {
  typename std::bool_constant<T::sendable>;
};

// Pretends to be any one field of T. The conversions are const and the objects are not, so that a field whose
// constructor takes anything (std::optional) has a preferred way in, not an ambiguous one. They have bodies,
// though never called, because clang warns of functions without one where T is of an unnamed namespace.
template <class T>
struct AnyField {
  template <class U>
  requires(!std::is_same_v<U, T>) operator U() const noexcept { __builtin_unreachable(); }
};
// Pretends to be a field that is an lvalue reference.
struct AnyReference {
  template <class U>
  operator U&() const noexcept {
    __builtin_unreachable();
  }
};
// Pretends to be one of those fields or bases of T for whose type `Filter::take<U>` is true.
template <class T, class Filter>
struct SomeField {
  template <class U>
  requires(!std::is_same_v<U, T> && Filter::template take<U>) operator U() const noexcept {
    __builtin_unreachable();
  }
};

template <class T, std::size_t>
using FieldAt = AnyField<T>;

// Can T be made from the first few fields? .. from a run, then something special, then a run? .. with the
// special thing being a number of fields in braces?
template <class T, std::size_t... Before>
consteval bool takes(std::index_sequence<Before...>) {
  return requires { T{FieldAt<T, Before>{}...}; };
}
template <class T, class Special, std::size_t... Before, std::size_t... After>
consteval bool takes_special(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires { T{FieldAt<T, Before>{}..., Special{}, FieldAt<T, After>{}...}; };
}
template <class T, std::size_t... Before, std::size_t... Braced, std::size_t... After>
consteval bool takes_braced(std::index_sequence<Before...>, std::index_sequence<Braced...>,
                            std::index_sequence<After...>) {
  return requires { T{FieldAt<T, Before>{}..., {FieldAt<T, Braced>{}...}, FieldAt<T, After>{}...}; };
}

template <class T, std::size_t Count>
inline constexpr bool takes_fields = takes<T>(std::make_index_sequence<Count>{});
template <class T, class Special, std::size_t Before, std::size_t After>
inline constexpr bool takes_at = takes_special<T, Special>(std::make_index_sequence<Before>{},
                                                           std::make_index_sequence<After>{});
template <class T, std::size_t Before, std::size_t Braced, std::size_t After>
inline constexpr bool takes_group = takes_braced<T>(std::make_index_sequence<Before>{},
                                                    std::make_index_sequence<Braced>{},
                                                    std::make_index_sequence<After>{});

// More initialisers than this are not counted (elements of C arrays count; std::array is one), more fields
// than that not bound.
inline constexpr std::size_t most_initialisers = 256;
inline constexpr std::size_t most_fields = 64;

// -- Counting. `lo` is known to fit, `hi` known not to; what fits is a range without holes.
template <class T, std::size_t lo, std::size_t hi>
consteval std::size_t count_between() {
  if constexpr (lo + 1 == hi) {
    return lo;
  } else {
    constexpr std::size_t middle = (lo + hi) / 2;
    if constexpr (takes_fields<T, middle>)
      return count_between<T, middle, hi>();
    else
      return count_between<T, lo, middle>();
  }
}
template <class T, std::size_t lo, std::size_t step>
consteval std::size_t count_upwards() {
  if constexpr (lo + step > most_initialisers)
    return count_between<T, lo, most_initialisers + 2>();
  else if constexpr (takes_fields<T, lo + step>)
    return count_upwards<T, lo + step, step * 2>();
  else
    return count_between<T, lo, lo + step>();
}

inline constexpr std::size_t uncountable = static_cast<std::size_t>(-1);

// Fewer initialisers than there are may not fit either (a field without a default constructor), so the first
// number that fits is looked for, then the last.
template <class T, std::size_t from = 0>
consteval std::size_t count_initialisers() {
  if constexpr (from > most_fields || from > sizeof(T) * 8 + 8)
    return uncountable;
  else if constexpr (takes_fields<T, from>)
    return count_upwards<T, from, 1>();
  else
    return count_initialisers<T, from + 1>();
}

// -- Arrays. How many initialisers fit behind a `{}` at `at`; `lo` fits, `hi` does not.
template <class T, std::size_t at, std::size_t lo, std::size_t hi>
consteval std::size_t tail_between() {
  if constexpr (lo + 1 >= hi) {
    return lo;
  } else {
    constexpr std::size_t middle = (lo + hi) / 2;
    if constexpr (takes_group<T, at, 0, middle>)
      return tail_between<T, at, middle, hi>();
    else
      return tail_between<T, at, lo, middle>();
  }
}
// The same for what `{}` does not make, or what has something behind that must be given: full braces of every
// length. Exactly one length leaves room for exactly the rest if it is an array, none if it is not.
template <class T, std::size_t total, std::size_t at, std::size_t length>
consteval std::size_t span_by_length() {
  if constexpr (at + length > total)
    return 1;
  else if constexpr (takes_group<T, at, length, total - at - length> &&
                     !takes_group<T, at, length, total - at - length + 1>)
    return length;
  else
    return span_by_length<T, total, at, length + 1>();
}
template <class T, std::size_t total, std::size_t at>
consteval std::size_t field_span() {
  constexpr std::size_t rest = total - at - 1;
  if constexpr (rest == 0)
    return 1;
  else if constexpr (takes_group<T, at, 0, rest>)
    return 1;
  else if constexpr (takes_group<T, at, 0, 0>)
    return total - at - tail_between<T, at, 0, rest>();
  else
    return span_by_length<T, total, at, 2>();
}
template <class T, std::size_t total, std::size_t at>
consteval std::size_t count_fields() {
  if constexpr (at >= total)
    return 0;
  else
    return 1 + count_fields<T, total, at + field_span<T, total, at>()>();
}

// -- Bases.
template <class T>
struct IsBase {
  template <class U>
  static constexpr bool take = std::is_base_of_v<U, T>;
};
template <class T>
struct IsBaseWithState {
  template <class U>
  static constexpr bool take = std::is_base_of_v<U, T> && !std::is_empty_v<U>;
};
// A union that does not speak for itself, which an unnamed one cannot.
struct IsSilentUnion {
  template <class U>
  static constexpr bool take = std::is_union_v<U> && !SpeaksForItself<U>;
};

// Is there an initialiser at or after `at`, before `end`, that a SomeField<T, Filter> can be?
template <class T, class Filter, std::size_t total, std::size_t at, std::size_t end>
consteval bool any_field_is() {
  if constexpr (at >= end)
    return false;
  else if constexpr (takes_at<T, SomeField<T, Filter>, at, total - at - 1>)
    return true;
  else
    return any_field_is<T, Filter, total, at + 1, end>();
}
template <class T, std::size_t total, std::size_t at = 0>
consteval std::size_t count_bases() {
  if constexpr (at >= total)
    return 0;
  else if constexpr (takes_at<T, SomeField<T, IsBase<T>>, at, total - at - 1>) {
    return 1 + count_bases<T, total, at + 1>();
  } else
    return 0;
}

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};

// All initialisers were found: what is behind the last is neither a reference nor something odd with a
// default.
template <class T, std::size_t counted>
consteval bool counted_all() {
  if constexpr (counted == uncountable || counted > most_initialisers)
    return false;
  else
    return !takes_at<T, AnyReference, counted, 0> && !takes_group<T, counted, 0, 0>;
}

// What is known of an aggregate before its fields are bound.
template <class T>
struct Shape {
  static constexpr std::size_t counted = count_initialisers<T>();
  static constexpr bool too_many = counted != uncountable && counted > most_initialisers;
  static constexpr bool complete = counted_all<T, counted>();
  static constexpr std::size_t initialisers = complete ? counted : 0;
  static constexpr std::size_t bases = count_bases<T, initialisers>();
  static constexpr std::size_t fields = count_fields<T, initialisers, bases>();
  static constexpr bool base_with_state = any_field_is<T, IsBaseWithState<T>, initialisers, 0, bases>();
  static constexpr bool too_many_fields = too_many || fields > most_fields;
  static constexpr bool bindable = complete && !too_many_fields && !base_with_state && !TupleLike<T> &&
                                   !any_field_is<T, IsSilentUnion, initialisers, bases, initialisers>();
};

// -- Binding. One specialisation per number of fields, written by macros because a structured binding cannot
// bind a pack. Names are bound through `const T&`: a type that stays without const is a mutable field's.
template <std::size_t Count>
struct FieldBinder;
template <>
struct FieldBinder<0> {
  template <class T>
  static TypeList<> types(const T&) {
    return {};
  }
};

// clang-format off
#define THRONG_NAME(x) x
#define THRONG_TYPE(x) decltype(x)
#define THRONG_1(X, p) X(p##0)
#define THRONG_2(X, p) THRONG_1(X, p), X(p##1)
#define THRONG_3(X, p) THRONG_2(X, p), X(p##2)
#define THRONG_4(X, p) THRONG_3(X, p), X(p##3)
#define THRONG_5(X, p) THRONG_4(X, p), X(p##4)
#define THRONG_6(X, p) THRONG_5(X, p), X(p##5)
#define THRONG_7(X, p) THRONG_6(X, p), X(p##6)
#define THRONG_8(X, p) THRONG_7(X, p), X(p##7)
#define THRONG_EIGHTS_0(X)
#define THRONG_EIGHTS_1(X) THRONG_8(X, a),
#define THRONG_EIGHTS_2(X) THRONG_EIGHTS_1(X) THRONG_8(X, b),
#define THRONG_EIGHTS_3(X) THRONG_EIGHTS_2(X) THRONG_8(X, c),
#define THRONG_EIGHTS_4(X) THRONG_EIGHTS_3(X) THRONG_8(X, d),
#define THRONG_EIGHTS_5(X) THRONG_EIGHTS_4(X) THRONG_8(X, e),
#define THRONG_EIGHTS_6(X) THRONG_EIGHTS_5(X) THRONG_8(X, f),
#define THRONG_EIGHTS_7(X) THRONG_EIGHTS_6(X) THRONG_8(X, g),
#define THRONG_BINDER(eights, rest)                                                        \
  template <>                                                                              \
  struct FieldBinder<eights * 8 + rest> {                                                  \
    template <class T>                                                                     \
    static auto types(const T& value) {                                                    \
      [[maybe_unused]] auto& [THRONG_EIGHTS_##eights(THRONG_NAME) THRONG_##rest(THRONG_NAME, z)] = value; \
      return TypeList<THRONG_EIGHTS_##eights(THRONG_TYPE) THRONG_##rest(THRONG_TYPE, z)>{};  \
    }                                                                                      \
  };
#define THRONG_BINDERS(eights)                                                                        \
  THRONG_BINDER(eights, 1) THRONG_BINDER(eights, 2) THRONG_BINDER(eights, 3) THRONG_BINDER(eights, 4) \
  THRONG_BINDER(eights, 5) THRONG_BINDER(eights, 6) THRONG_BINDER(eights, 7) THRONG_BINDER(eights, 8)

THRONG_BINDERS(0) THRONG_BINDERS(1) THRONG_BINDERS(2) THRONG_BINDERS(3)
THRONG_BINDERS(4) THRONG_BINDERS(5) THRONG_BINDERS(6) THRONG_BINDERS(7)

#undef THRONG_NAME
#undef THRONG_TYPE
#undef THRONG_1
#undef THRONG_2
#undef THRONG_3
#undef THRONG_4
#undef THRONG_5
#undef THRONG_6
#undef THRONG_7
#undef THRONG_8
#undef THRONG_EIGHTS_0
#undef THRONG_EIGHTS_1
#undef THRONG_EIGHTS_2
#undef THRONG_EIGHTS_3
#undef THRONG_EIGHTS_4
#undef THRONG_EIGHTS_5
#undef THRONG_EIGHTS_6
#undef THRONG_EIGHTS_7
#undef THRONG_BINDER
#undef THRONG_BINDERS
    // clang-format on

    // The types of T's own fields as a TypeList, const unless mutable. Requires: Shape<T>::bindable.
    template <class T>
    using FieldTypes = decltype(FieldBinder<Shape<T>::fields>::types(std::declval<const T&>()));

}  // namespace throng::detail

// A reflection for one purpose: the types of an aggregate's fields. Initialisers are counted by trying them,
// fields are then taken by structured bindings, whose types keep references and do not mind bit-fields. Only
// sendable.hpp uses it; everything happens in the compiler, nothing is ever called.
//
// What counting has to know: `{}` initialises any one field, an array too, and is cheap to try: the usual
// way. It cannot be had where a field has no default (a reference, a class without a default constructor).
// Such an aggregate is tried with objects that pretend to be anything: the other way, three times as dear.
// There a C array takes one initialiser per element, but is one field: field_span() gives it braces and sees
// how many initialisers still fit behind. Bases come first and take one initialiser each, but are no fields.
// Names cannot be bound where both a base and the class itself have state, nor to the members of an unnamed
// union, nor past a reference that has a default: is_bindable() is then false, for a wrong guess would be an
// error in the user's face. Two such errors are left, for unnamed structs (no C++) and for a field of the
// same type as an empty base; such a class can say that it is sendable. Rejected: Boost.PFR (accepts
// reference members; hard errors on arrays, bases, bit-fields; slower).
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
// Pretends to be a field, ahead of any constructor that takes a const reference to anything.
template <class T>
struct EagerField {
  template <class U>
  requires(!std::is_same_v<U, T>) operator U() noexcept { __builtin_unreachable(); }
};
// Pretends to be one of those fields or bases of T for whose type `Filter::take<U>` is true.
template <class T, class Filter>
struct SomeField {
  template <class U>
  requires(!std::is_same_v<U, T> && Filter::template take<U>) operator U() const noexcept {
    __builtin_unreachable();
  }
};

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

// -- What has to be written out once per number of fields, by macros, because neither the names of a
// structured binding nor empty braces expand from a pack. Can T be made from so many `{}`? .. with one more
// thing behind? And the types of so many fields: bound through `const T&`, so that a type without const is a
// mutable field's.
template <std::size_t Count>
struct Fields;
template <>
struct Fields<0> {
  template <class T>
  static constexpr bool take = requires {
    T{};
  };
  template <class T, class Special>
  static constexpr bool take_then = requires {
    T{Special{}};
  };
  template <class T>
  static TypeList<> types(const T&) {
    return {};
  }
};

// clang-format off
#define THRONG_NAME(x) x
#define THRONG_TYPE(x) decltype(x)
#define THRONG_BRACES(x) {}
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
#define THRONG_ALL(X, eights, rest) THRONG_EIGHTS_##eights(X) THRONG_##rest(X, z)
#define THRONG_FIELDS(eights, rest)                                                                          \
  template <>                                                                                                \
  struct Fields<eights * 8 + rest> {                                                                         \
    template <class T>                                                                                       \
    static constexpr bool take = requires { T{THRONG_ALL(THRONG_BRACES, eights, rest)}; };                   \
    template <class T, class Special>                                                                        \
    static constexpr bool take_then = requires { T{THRONG_ALL(THRONG_BRACES, eights, rest), Special{}}; };   \
    template <class T>                                                                                       \
    static auto types(const T& value) {                                                                      \
      [[maybe_unused]] auto& [THRONG_ALL(THRONG_NAME, eights, rest)] = value;                                \
      return TypeList<THRONG_ALL(THRONG_TYPE, eights, rest)>{};                                              \
    }                                                                                                        \
  };
#define THRONG_FIELDS_OF(eights)                                                                        \
  THRONG_FIELDS(eights, 1) THRONG_FIELDS(eights, 2) THRONG_FIELDS(eights, 3) THRONG_FIELDS(eights, 4) \
  THRONG_FIELDS(eights, 5) THRONG_FIELDS(eights, 6) THRONG_FIELDS(eights, 7) THRONG_FIELDS(eights, 8)

THRONG_FIELDS_OF(0) THRONG_FIELDS_OF(1) THRONG_FIELDS_OF(2) THRONG_FIELDS_OF(3)
THRONG_FIELDS_OF(4) THRONG_FIELDS_OF(5) THRONG_FIELDS_OF(6) THRONG_FIELDS_OF(7)

#undef THRONG_NAME
#undef THRONG_TYPE
#undef THRONG_BRACES
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
#undef THRONG_ALL
#undef THRONG_FIELDS
#undef THRONG_FIELDS_OF
    // clang-format on

    template <class T, std::size_t>
    using FieldAt = AnyField<T>;

// -- The other way. Can T be made from the first few fields? .. from a run, then something special, then a
// run? .. with the special thing being a number of fields in braces?
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

template <class T, class Special, std::size_t Before, std::size_t After>
inline constexpr bool takes_at = takes_special<T, Special>(std::make_index_sequence<Before>{},
                                                           std::make_index_sequence<After>{});
template <class T, std::size_t Before, std::size_t Braced, std::size_t After>
inline constexpr bool takes_group = takes_braced<T>(std::make_index_sequence<Before>{},
                                                    std::make_index_sequence<Braced>{},
                                                    std::make_index_sequence<After>{});

// More initialisers than this are not counted, more fields than that not bound. Elements of C arrays count as
// initialisers, but only the other way.
inline constexpr std::size_t most_initialisers = 256;
inline constexpr std::size_t most_fields = 64;
inline constexpr std::size_t uncountable = static_cast<std::size_t>(-1);

// -- Counting, either way. `lo` is known to fit, `hi` known not to; what fits is a range without holes.
template <class T, bool usual, std::size_t count>
consteval bool fits() {
  if constexpr (!usual)
    return takes<T>(std::make_index_sequence<count>{});
  else if constexpr (count <= most_fields)
    return Fields<count>::template take<T>;
  else
    return false;
}
template <class T, bool usual, std::size_t lo, std::size_t hi>
consteval std::size_t count_between() {
  if constexpr (lo + 1 == hi)
    return lo;
  else if constexpr (fits<T, usual, (lo + hi) / 2>())
    return count_between<T, usual, (lo + hi) / 2, hi>();
  else
    return count_between<T, usual, lo, (lo + hi) / 2>();
}
template <class T, bool usual, std::size_t lo, std::size_t step>
consteval std::size_t count_upwards() {
  if constexpr (lo + step > most_initialisers)
    return count_between<T, usual, lo, most_initialisers + 2>();
  else if constexpr (fits<T, usual, lo + step>())
    return count_upwards<T, usual, lo + step, step * 2>();
  else
    return count_between<T, usual, lo, lo + step>();
}
// Fewer initialisers than there are may not fit either (a field without a default constructor), so the first
// number that fits is looked for, then the last.
template <class T, bool usual, std::size_t from = 0>
consteval std::size_t count_initialisers() {
  if constexpr (from > (usual ? 0 : most_fields) || from > sizeof(T) * 8 + 8)
    return uncountable;
  else if constexpr (fits<T, usual, from>())
    return count_upwards<T, usual, from, 1>();
  else
    return count_initialisers<T, usual, from + 1>();
}

// Can `Special` be the initialiser number `at` of `total`?
template <class T, bool usual, class Special, std::size_t total, std::size_t at>
consteval bool accepts() {
  if constexpr (usual)
    return Fields<at>::template take_then<T, Special>;
  else if constexpr (at < total)
    return takes_at<T, Special, at, total - at - 1>;
  else
    return takes_at<T, Special, at, 0>;
}

// Nothing is hidden behind the last initialiser found, such as a reference or something odd with a default.
template <class T, bool usual, std::size_t counted>
consteval bool counted_all() {
  if constexpr (counted == uncountable || counted > (usual ? most_fields : most_initialisers))
    return false;
  else if constexpr (accepts<T, usual, AnyField<T>, counted, counted>())
    return false;
  else if constexpr (accepts<T, usual, AnyReference, counted, counted>())
    return false;
  else if constexpr (accepts<T, usual, EagerField<T>, counted, counted>())
    return false;
  else if constexpr (usual)
    return true;
  else
    return !takes_group<T, counted, 0, 0>;
}

// The other way only if the usual one did not find all.
template <class T, bool usual, std::size_t braces>
consteval std::size_t count_either() {
  if constexpr (usual)
    return braces;
  else
    return count_initialisers<T, false>();
}
template <class T, bool usual, std::size_t counted>
consteval bool is_complete() {
  if constexpr (usual)
    return true;
  else
    return counted_all<T, false, counted>();
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
// -- Bases and fields.
template <class T, bool usual, std::size_t total, std::size_t at = 0>
consteval std::size_t count_bases() {
  if constexpr (at >= total)
    return 0;
  else if constexpr (!accepts<T, usual, SomeField<T, IsBase<T>>, total, at>())
    return 0;
  else
    return 1 + count_bases<T, usual, total, at + 1>();
}
template <class T, bool usual, std::size_t total, std::size_t at>
consteval std::size_t count_fields() {
  if constexpr (at >= total)
    return 0;
  else if constexpr (usual)
    return total - at;
  else
    return 1 + count_fields<T, usual, total, at + field_span<T, total, at>()>();
}

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};

// What is known of an aggregate before its fields are bound.
template <class T>
struct Shape {
  static constexpr std::size_t braces = count_initialisers<T, true>();
  static constexpr bool usual = counted_all<T, true, braces>();
  static constexpr std::size_t counted = count_either<T, usual, braces>();
  static constexpr bool complete = is_complete<T, usual, counted>();
  static constexpr std::size_t initialisers = complete ? counted : 0;
  static constexpr std::size_t bases = count_bases<T, usual, initialisers>();
  static constexpr std::size_t fields = count_fields<T, usual, initialisers, bases>();
  static constexpr bool too_many_fields = fields > most_fields ||
                                          (counted != uncountable && counted > most_initialisers);

  // Is there a base, or a field, that a SomeField<T, Filter> can be?
  template <class Filter, std::size_t at = 0>
  static consteval bool any_base_is() {
    if constexpr (at >= bases)
      return false;
    else if constexpr (accepts<T, usual, SomeField<T, Filter>, initialisers, at>())
      return true;
    else
      return any_base_is<Filter, at + 1>();
  }
  template <class Filter, std::size_t at = bases>
  static consteval bool any_field_is() {
    if constexpr (at >= initialisers)
      return false;
    else if constexpr (accepts<T, usual, SomeField<T, Filter>, initialisers, at>())
      return true;
    else if constexpr (usual)
      return any_field_is<Filter, at + 1>();
    else
      return any_field_is<Filter, at + field_span<T, initialisers, at>()>();
  }
};

template <class T>
inline constexpr bool has_base_with_state = Shape<T>::template any_base_is<IsBaseWithState<T>>();

// Whether names can be bound to the fields.
template <class T>
consteval bool is_bindable() {
  if constexpr (!Shape<T>::complete || Shape<T>::too_many_fields || TupleLike<T>)
    return false;
  else if constexpr (has_base_with_state<T>)
    return false;
  else
    return !Shape<T>::template any_field_is<IsSilentUnion>();
}

// The types of T's own fields as a TypeList, const unless mutable. Requires: is_bindable<T>().
template <class T>
using FieldTypes = decltype(Fields<Shape<T>::fields>::types(std::declval<const T&>()));

}  // namespace throng::detail

// Sendable<T>: T owns all that it reaches, so a value of it can be handed to somebody else for good. Asked by
// whatever takes a payload or an argument; everything happens in the compiler.
//
// Sendable are: arithmetic types and enums; the owning standard containers with std::allocator, strings,
// optional, variant, pair, tuple, durations, points of time and their like, of Sendable types; unique_ptr
// with the default deleter to what it can destroy; empty types; Expected and Shared of Sendable types;
// aggregates of Sendable fields and bases; and every class that says so itself:
//
//     static constexpr bool sendable = true;
//
// A class with private state must. It had better be final: a class derived from it inherits the word.
//
// Invariants:
//   1. A type that is not understood is not Sendable.
//   2. While T is judged, T inside T counts as Sendable: a tree of nodes is as good as its other fields.
//   3. "Constant" (asked by Shared<T>) is Sendable and, seen as const, without anything that can still be
//      written: no mutable field, no unique_ptr to what is not const.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <throng/base/chrono.hpp>
#include <throng/mailbox/message_type.hpp>
#include <throng/mailbox/sendable_fields.hpp>
#include <throng/mailbox/sendable_plain.hpp>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace throng {

// Judged here by their parts, so that neither header needs this one.
template <class T, class E>
class Expected;
template <class E>
class Unexpected;
template <class T>
class Shared;

namespace detail {

// The question being answered: whether T must be constant too, and the aggregates that are being looked into.
template <bool constant, class... InProgress>
struct Judging {
  static constexpr bool must_be_constant = constant;
  template <class T>
  using Into = Judging<constant, T, InProgress...>;
  template <class T>
  static constexpr bool is_in_progress = (std::is_same_v<T, InProgress> || ...);
};

template <class T, class J>
consteval bool judge();

// The answer. Specialised for the templates of std that own what they hold.
template <class T, class J>
inline constexpr bool owns_all = judge<T, J>();
template <class T, class J>
inline constexpr bool owns_all<const T, J> = owns_all<T, J>;
template <class T, class J>
inline constexpr bool owns_all<T[], J> = owns_all<T, J>;
template <class T, class J>
inline constexpr bool owns_all<const T[], J> = owns_all<T, J>;
template <class T, std::size_t N, class J>
inline constexpr bool owns_all<T[N], J> = owns_all<T, J>;
template <class T, std::size_t N, class J>
inline constexpr bool owns_all<const T[N], J> = owns_all<T, J>;

// -- Containers; only with std::allocator: a std::pmr one would carry its memory resource away.
template <class C, class Traits, class J>
inline constexpr bool owns_all<std::basic_string<C, Traits, std::allocator<C>>, J> = owns_all<C, J>;
template <class T, std::size_t N, class J>
inline constexpr bool owns_all<std::array<T, N>, J> = owns_all<T, J>;
template <class T, class J>
inline constexpr bool owns_all<std::vector<T, std::allocator<T>>, J> = owns_all<T, J>;

// -- Sums, products, time.
template <class T, class J>
inline constexpr bool owns_all<std::optional<T>, J> = owns_all<T, J>;
template <class A, class B, class J>
inline constexpr bool owns_all<std::pair<A, B>, J> = owns_all<A, J>&& owns_all<B, J>;
template <class... Ts, class J>
inline constexpr bool owns_all<std::tuple<Ts...>, J> = (owns_all<Ts, J> && ...);
template <class Rep, class Period, class J>
inline constexpr bool owns_all<std::chrono::duration<Rep, Period>, J> = owns_all<Rep, J>;
template <class Clock, class D, class J>
inline constexpr bool owns_all<std::chrono::time_point<Clock, D>, J> = owns_all<D, J>;

// -- throng's own.
template <class E, class J>
inline constexpr bool owns_all<Unexpected<E>, J> = owns_all<E, J>;
template <class T, class E, class J>
inline constexpr bool owns_all<Expected<T, E>, J> = (std::is_void_v<T> || owns_all<T, J>)&&owns_all<E, J>;
// Whether T is constant is asked where a Shared<T> is made. Asked here as well, a node that holds its
// neighbours in Shareds would be under two questions at once, and a T that is not constant never gets into a
// Shared.
template <class T, class J>
inline constexpr bool owns_all<Shared<T>, J> = owns_all<T, J>;

// A unique_ptr owns what it can destroy: through a base class it might hold anything. It hands out its
// pointee as mutable even where it is const itself.
template <class T, class J>
consteval bool judge_pointee() {
  using Pointee = std::remove_cv_t<std::remove_all_extents_t<T>>;
  if constexpr (J::must_be_constant && !std::is_const_v<T>)
    return false;
  else if constexpr (!requires { sizeof(Pointee); })
    return false;
  else if constexpr (std::is_polymorphic_v<Pointee> && !std::is_final_v<Pointee>)
    return false;
  else
    return owns_all<Pointee, J>;
}
template <class T, class J>
inline constexpr bool owns_all<std::unique_ptr<T, std::default_delete<T>>, J> = judge_pointee<T, J>();

// -- Aggregates.
template <class T, class J>
struct IsBad {
  template <class U>
  static constexpr bool take = !owns_all<U, typename J::template Into<T>>;
};

template <class J, class Field>
inline constexpr bool is_good_field =
    !std::is_reference_v<Field> && (!J::must_be_constant || std::is_const_v<Field>)&&owns_all<Field, J>;

// Good under any question. Their answer is kept for all aggregates, while owns_all has one for each question.
template <class Fields>
inline constexpr bool are_numbers = false;
template <class... Fields>
inline constexpr bool are_numbers<TypeList<const Fields...>> = ((std::is_arithmetic_v<Fields> ||
                                                                 std::is_enum_v<Fields>)&&...);

template <class J, class... Fields>
consteval bool are_good_fields(TypeList<Fields...>*) {
  return (is_good_field<J, Fields> && ...);
}

template <class T, class J>
consteval bool judge_by_shape() {
  using Of = Shape<T>;
  if constexpr (!Of::complete || Of::too_many_fields) {
    return false;
  } else if constexpr (Of::template any_base_is<IsBad<T, J>>()) {
    return false;
  } else if constexpr (is_bindable<T>()) {
    return are_good_fields<typename J::template Into<T>>(static_cast<FieldTypes<T>*>(nullptr));
  } else if constexpr (has_base_with_state<T>) {
    // The fields cannot be bound. What each may be is asked of its initialiser, which does not show a
    // reference to const; a class with a reference cannot be assigned to. Nor does it show `mutable`.
    return (Of::fields == 0 || (!J::must_be_constant && std::is_move_assignable_v<T>)) &&
           !Of::template any_field_is<IsBad<T, J>>();
  } else {
    return false;
  }
}

template <class T, class J>
consteval bool judge_aggregate() {
  constexpr std::size_t plain = count_plain_fields<T>();
  if constexpr (plain == 0) {
    return judge_by_shape<T, J>();
  } else {
    using Types = decltype(Fields<plain>::types(*static_cast<const T*>(nullptr)));
    if constexpr (are_numbers<Types>)
      return true;
    else
      return are_good_fields<typename J::template Into<T>>(static_cast<Types*>(nullptr));
  }
}

// -- Classes of std with private state that own it, in headers too dear to include for them. No program may
// add a class to std, so the name is proof. Asked last, for few types.
constexpr bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (std::string_view one : names) {
    if (name == one) return true;
  }
  return false;
}
// Without arguments and without the inline namespace that the library may have there; empty: not of std.
constexpr std::string_view name_in_std(std::string_view name) {
  if (!name.starts_with("std::")) return {};
  name.remove_prefix(5);
  if (name.starts_with("__")) name.remove_prefix(name.find("::") + 2);
  std::size_t arguments = name.find('<');
  if (arguments != name.npos && !name.ends_with('>'))
    return {};  // a class inside of one, as bitset's reference
  return name.substr(0, arguments);
}
constexpr bool is_value_of_std(std::string_view name) {
  return is_one_of(name, {"bitset", "filesystem::path", "filesystem::__cxx11::path", "chrono::day",
                          "chrono::month", "chrono::year", "chrono::weekday", "chrono::year_month",
                          "chrono::month_day", "chrono::year_month_day"});
}
constexpr bool is_container_of_std(std::string_view name) {
  return is_one_of(name, {"deque", "list", "forward_list", "set", "multiset", "map", "multimap",
                          "unordered_set", "unordered_multiset", "unordered_map", "unordered_multimap"});
}
constexpr bool is_wrapper_of_std(std::string_view name) {
  return is_one_of(name, {"stack", "queue", "priority_queue", "variant", "complex", "chrono::hh_mm_ss"});
}

template <class T>
struct ArgumentsOf {
  using Types = TypeList<>;
};
template <template <class...> class Template, class... Args>
struct ArgumentsOf<Template<Args...>> {
  using Types = TypeList<Args...>;
};

template <class T>
inline constexpr bool is_std_allocator = false;
template <class T>
inline constexpr bool is_std_allocator<std::allocator<T>> = true;

template <class J, class... Args>
consteval bool owns_arguments(TypeList<Args...>*) {
  return (owns_all<Args, J> && ...);
}
template <class... Args>
consteval bool allocates_as_usual(TypeList<Args...>*) {
  return (is_std_allocator<Args> || ...);
}

template <class T, class J>
consteval bool judge_class_of_std() {
  constexpr std::string_view name = name_in_std(type_name<T>());
  constexpr auto* arguments = static_cast<typename ArgumentsOf<T>::Types*>(nullptr);
  if constexpr (is_value_of_std(name))
    return true;
  else if constexpr (is_wrapper_of_std(name))
    return owns_arguments<J>(arguments);
  else if constexpr (is_container_of_std(name))
    return allocates_as_usual(arguments) && owns_arguments<J>(arguments);
  else
    return false;
}

template <class T, class J>
consteval bool judge() {
  if constexpr (std::is_arithmetic_v<T> || __is_enum(T))
    return true;
  else if constexpr (!__is_class(T) && !__is_union(T))
    return false;
  else if constexpr (J::template is_in_progress<T>)
    return true;
  else if constexpr (SpeaksForItself<T>)
    return T::sendable;
  else if constexpr (__is_union(T))
    return false;
  else if constexpr (__is_empty(T))
    return true;
  else if constexpr (__is_aggregate(T))
    return judge_aggregate<T, J>();
  else
    return judge_class_of_std<T, J>();
}

}  // namespace detail

template <class T>
concept Sendable = detail::owns_all<T, detail::Judging<false>>;

namespace detail {

// Sendable, and nothing in a const T can be written.
template <class T>
concept Constant = Sendable<T> && owns_all<T, Judging<true>>;

// -- Who is to blame: the innermost field or template argument that is not Sendable by itself.
template <class T, class J>
struct Blame;

template <class J, class Whole>
struct FirstBad {
  template <class... Parts>
  static Whole of(TypeList<Parts...>*) {
    return {};
  }
  template <class First, class... Rest>
  static auto of(TypeList<First, Rest...>*) {
    if constexpr (std::is_reference_v<First>)
      return std::type_identity<First>{};
    else if constexpr (std::is_object_v<First> && !owns_all<First, J>)
      return typename Blame<std::remove_cv_t<First>, J>::Part{};
    else
      return decltype(of(static_cast<TypeList<Rest...>*>(nullptr))){};
  }
};

template <class T, class J>
struct Blame {
  static auto find() {
    if constexpr (std::is_array_v<T>) {
      return typename Blame<std::remove_cv_t<std::remove_all_extents_t<T>>, J>::Part{};
    } else if constexpr (std::is_aggregate_v<T>) {
      using Inside = typename J::template Into<T>;
      if constexpr (!is_bindable<T>())
        return std::type_identity<T>{};
      else
        return FirstBad<Inside, std::type_identity<T>>::of(static_cast<FieldTypes<T>*>(nullptr));
    } else {
      using Arguments = typename ArgumentsOf<T>::Types;
      return FirstBad<J, std::type_identity<T>>::of(static_cast<Arguments*>(nullptr));
    }
  }
  using Part = decltype(find());
};

template <class T>
consteval bool has_too_many_fields() {
  if constexpr (std::is_class_v<T> && std::is_aggregate_v<T> && !SpeaksForItself<T>) {
    return Shape<T>::too_many_fields;
  } else
    return false;
}

// Never instantiated but to say, in the compiler's notes, which type it was and which part of it is guilty.
template <class Type, class GuiltyPart>
struct NotSendable {
  static constexpr bool too_many = has_too_many_fields<Type>() || has_too_many_fields<GuiltyPart>();
  static constexpr void explain() {
    static_assert(!std::is_same_v<Type, Type>,
                  "throng: this type is not Sendable: it may reach memory of another process");
    static_assert(!too_many,
                  "throng: too many fields to look into (over 64): if it owns all that it reaches, "
                  "it may say so: static constexpr bool sendable = true;");
  }
};

}  // namespace detail

// One sentence of the compiler's if T is not Sendable. Called from bodies; a `requires` would give a list of
// candidates.
template <class T>
consteval void require_sendable() {
  if constexpr (!Sendable<T>) {
    using Guilty = typename detail::Blame<std::remove_cv_t<T>, detail::Judging<false>>::Part::type;
    detail::NotSendable<T, Guilty>::explain();
  }
}

}  // namespace throng

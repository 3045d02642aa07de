// The short way into aggregates agrees with the long one, and leaves to it what is not plain. That this file
// compiles is the test.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <throng/mailbox/sendable.hpp>
#include <throng/mailbox/shared.hpp>
#include <tuple>

namespace {

using throng::Sendable;
using throng::detail::count_plain_fields;
using throng::detail::Shape;

template <class T>
constexpr bool agrees = count_plain_fields<T>() == Shape<T>::fields;

enum class Colour { red };
struct One {
  int a;
};
struct Two {
  Colour a;
  double b[3];
};
struct Three {
  std::string a;
  std::unique_ptr<int> b;
  One c;
};
struct Four {
  int a : 3;
  mutable int b;
  bool c = true;
  One d{};
};
static_assert(count_plain_fields<One>() == 1 && agrees<One> && count_plain_fields<Two>() == 2 && agrees<Two>);
static_assert(count_plain_fields<Three>() == 3 && agrees<Three>);
static_assert(count_plain_fields<Four>() == 4 && agrees<Four>);
static_assert(Sendable<One> && Sendable<Two> && Sendable<Three> && Sendable<Four>);

// What is not plain.
int global = 0;
struct Five {
  int a, b, c, d, e;
};
struct Derived : One {
  int b;
};
struct WithUnion {
  int a;
  union {
    int b;
    float c;
  };
};
struct NoDefault {
  explicit NoDefault(int* address) : a(address) {}
  int* a;
};
struct HiddenReference {
  int a;
  int& b = global;
};
struct HiddenClass {
  int a;
  NoDefault b = NoDefault(&global);
};
struct OnlyReference {
  int& a;
};
struct CallsItselfTuple {
  int a;
};
}  // namespace

template <>
struct std::tuple_size<CallsItselfTuple> : std::integral_constant<std::size_t, 2> {};

namespace {
static_assert(count_plain_fields<Five>() == 0 && Sendable<Five>);
static_assert(count_plain_fields<Derived>() == 0 && Sendable<Derived>);
static_assert(count_plain_fields<WithUnion>() == 0 && !Sendable<WithUnion>);
static_assert(count_plain_fields<HiddenReference>() == 0 && !Sendable<HiddenReference>);
static_assert(count_plain_fields<HiddenClass>() == 0 && !Sendable<HiddenClass>);
static_assert(count_plain_fields<OnlyReference>() == 0 && !Sendable<OnlyReference>);
static_assert(count_plain_fields<CallsItselfTuple>() == 0 && !Sendable<CallsItselfTuple>);

// Plain, and yet to be refused.
struct Pointer {
  int* a;
};
struct PointerInside {
  int a;
  Pointer b;
};
static_assert(count_plain_fields<Pointer>() == 1 && !Sendable<Pointer> && !Sendable<PointerInside>);
static_assert(!throng::detail::Constant<Four> && throng::detail::Constant<One>);

}  // namespace

TEST_CASE("plain aggregates are counted the short way") {
  throng::require_sendable<Three>();
  CHECK(count_plain_fields<Three>() == 3);
}

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <throng/base/expected.hpp>
#include <type_traits>

using throng::BadExpectedAccess;
using throng::Expected;
using throng::Unexpected;

namespace {

enum class Why { late, gone };
using Number = Expected<int, Why>;

Number half(int n) {
  if (n % 2 != 0) return Unexpected(Why::gone);
  return n / 2;
}

static_assert(!std::is_convertible_v<Number, int> && !std::is_convertible_v<Number, bool>);
static_assert(std::is_convertible_v<int, Number> && std::is_convertible_v<Unexpected<Why>, Number>);
static_assert(!std::is_convertible_v<int, Expected<std::unique_ptr<int>, Why>>);
static_assert(!std::is_copy_constructible_v<Expected<std::unique_ptr<int>, Why>>);
static_assert(std::is_nothrow_move_constructible_v<Expected<std::string, Why>>);
static_assert(Number(4).has_value() && !Number(Unexpected(Why::late)).has_value());
static_assert(!std::is_constructible_v<Expected<bool, int>, Expected<int, int>>);

}  // namespace

TEST_CASE("an Expected holds the value or the error") {
  const Number good = half(8);
  const Number bad = half(7);
  CHECK(good.has_value());
  CHECK(static_cast<bool>(good));
  CHECK(*good == 4);
  CHECK(good.value() == 4);
  CHECK_FALSE(bad.has_value());
  CHECK(bad.error() == Why::gone);
  CHECK(bad.value_or(9) == 9);
  CHECK(half(6).value_or(9) == 3);
}

TEST_CASE("value() of an error throws the error with a sentence") {
  const Number bad = half(7);
  CHECK_THROWS_AS((void)bad.value(), BadExpectedAccess<Why>);
  try {
    (void)half(7).value();
    FAIL("no exception");
  } catch (const BadExpectedAccess<Why>& e) {
    CHECK(e.error() == Why::gone);
    CHECK(std::string_view(e.what()) == "throng: value() was asked of an Expected that holds an error");
  }
  CHECK_THROWS_AS((void)half(7).value(), std::exception);
}

TEST_CASE("void is a value too") {
  Expected<void, std::string> done;
  CHECK(done.has_value());
  done.value();
  *done;
  Expected<void, std::string> failed = Unexpected("no room");
  CHECK(failed.error() == "no room");
  CHECK_THROWS_AS(failed.value(), BadExpectedAccess<std::string>);
  CHECK(done != failed);
  failed = done;
  CHECK(done == failed);
}

TEST_CASE("value and error may have one type") {
  Expected<int, int> value = 1;
  Expected<int, int> error = Unexpected(1);
  CHECK(value != error);
  CHECK(value == 1);
  CHECK(error != 1);
  CHECK(error == Unexpected(1));
  std::swap(value, error);
  CHECK(value.error() == 1);
  CHECK(*error == 1);
}

TEST_CASE("what does not copy is moved in and out") {
  Expected<std::unique_ptr<int>, Why> box = std::make_unique<int>(5);
  CHECK(**box == 5);
  auto moved = std::move(box);
  CHECK(*moved.value() == 5);
  const std::unique_ptr<int> out = *std::move(moved);
  CHECK(*out == 5);
  Expected<int, std::unique_ptr<int>> broken = Unexpected(std::make_unique<int>(6));
  const std::unique_ptr<int> error = std::move(broken).error();
  CHECK(*error == 6);
}

TEST_CASE("members are reached through the arrow, and the value is made in place") {
  Expected<std::string, Why> text(std::in_place, 3, 'x');
  CHECK(text->size() == 3);
  text->push_back('y');
  const auto copy = text;
  CHECK(copy->back() == 'y');
  CHECK(copy == std::string("xxxy"));
  Expected<std::string, Why> late = Unexpected(Why::late);
  CHECK(late != copy);
  CHECK(std::move(late).value_or("none") == "none");
  CHECK(Expected<std::string, Why>("literal").value() == "literal");
}

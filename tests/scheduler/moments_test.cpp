// Readings of one clock told in the other.
#include <doctest/doctest.h>

#include "moments.hpp"

using throng::detail::Moments;

TEST_CASE("between two moments readings lie on a line, and beyond them it goes on") {
  Moments moments;
  moments.add({1'000, 10'000});
  CHECK(moments.time_of(10'000) == 1'000);
  CHECK(moments.time_of(99'999) == 1'000);  // nothing says how fast the other clock goes
  moments.add({2'000, 13'000});
  CHECK(moments.time_of(10'000) == 1'000);
  CHECK(moments.time_of(11'500) == 1'500);
  CHECK(moments.time_of(13'000) == 2'000);
  CHECK(moments.time_of(16'000) == 3'000);
  CHECK(moments.time_of(7'000) == 0);
}

TEST_CASE("a clock that stood still bends only the stretch in which it did") {
  Moments moments;
  moments.add({0, 0});
  moments.add({1'000, 3'000});
  moments.add({1'100, 3'000'000});  // the other one went on while the machine slept
  moments.add({2'100, 3'003'000});
  CHECK(moments.time_of(1'500) == 500);
  CHECK(moments.time_of(3'001'500) == 1'600);
  CHECK(moments.time_of(3'003'000) == 2'100);
}

TEST_CASE("two moments at one reading do not divide by nothing") {
  Moments moments;
  moments.add({5, 7});
  moments.add({5, 7});
  CHECK(moments.time_of(7) == 5);
}

TEST_CASE("a recording of days keeps some thousand moments, the first and the last among them") {
  Moments moments;
  for (std::int64_t i = 0; i < 100'000; ++i) moments.add({i * 1'000, i * 3'000});
  CHECK(moments.size() <= 2048);
  CHECK(moments.time_of(0) == 0);
  CHECK(moments.time_of(3'000 * 77'777) == 1'000 * 77'777);
  CHECK(moments.time_of(3'000 * 99'999) == 1'000 * 99'999);
}

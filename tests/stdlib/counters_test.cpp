// counters and atomics: arrays of numbers that processes share; persistent values.
#include <throng/stdlib/atomics.hpp>
#include <throng/stdlib/counters.hpp>

#include <limits>
#include <thread>

#include "semantics/support.hpp"

using namespace semantics;

namespace {

template <class F>
std::string out_of_range(F f) {
  try {
    f();
  } catch (const std::out_of_range& error) {
    return error.what();
  }
  return "";
}

template <class Array>
void add_from_many(Array array, int processes, int times) {
  for (int i = 0; i < processes; ++i) {
    spawn(
        [](Array mine, int count, Pid parent) {
          for (int n = 0; n < count; ++n) {
            mine.add(0, 3);
            mine.sub(1, 1);
            if (n % 64 == 0) yield();
          }
          send(parent, Done{});
        },
        array, times, self());
  }
  for (int i = 0; i < processes; ++i) expect<Done>();
}

constexpr auto largest = std::numeric_limits<std::int64_t>::max();
constexpr auto least = std::numeric_limits<std::int64_t>::min();

}  // namespace

TEST_CASE("atomics: each operation says what it should") {
  Atomics numbers(2);
  CHECK(numbers.size() == 2);
  CHECK(numbers.memory() >= 16);
  CHECK(numbers.get(0) == 0);
  numbers.put(0, 5);
  CHECK(numbers.add_get(0, 2) == 7);
  CHECK(numbers.sub_get(0, 10) == -3);
  CHECK(numbers.exchange(0, 9) == -3);
  CHECK(numbers.compare_exchange(0, 8, 1) == 9);
  CHECK(numbers.get(0) == 9);
  CHECK(numbers.compare_exchange(0, 9, 1) == 9);
  CHECK(numbers.get(0) == 1);
  CHECK(numbers.get(1) == 0);
  Atomics same = numbers;
  same.add(1, 4);
  CHECK(numbers.get(1) == 4);
  CHECK(same == numbers);
  CHECK_FALSE(Atomics(2) == numbers);
}

TEST_CASE("atomics: arithmetic wraps around") {
  Atomics numbers(1);
  numbers.put(0, largest);
  CHECK(numbers.add_get(0, 1) == least);
  CHECK(numbers.sub_get(0, 1) == largest);
  numbers.put(0, 0);
  CHECK(numbers.sub_get(0, least) == least);
}

TEST_CASE(
    "atomics, counters: an index beyond the end, and an array of nothing, are refused with a sentence") {
  CHECK(out_of_range([] { Atomics(3).get(3); }).find("index 3 of an array of 3") != std::string::npos);
  CHECK(out_of_range([] { Counters(3).add(4, 1); }).find("index 4 of an array of 3") != std::string::npos);
  CHECK_THROWS_AS(Atomics(0), std::invalid_argument);
  CHECK_THROWS_AS(Counters(0), std::invalid_argument);
}

TEST_CASE("counters: add, sub, get and put, of one number and of one per core") {
  for (bool many : {false, true}) {
    CAPTURE(many);
    Counters counters(9, {.write_concurrency = many});
    CHECK(counters.size() == 9);
    CHECK(counters.has_write_concurrency() == many);
    counters.add(8, 5);
    counters.sub(8, 7);
    CHECK(counters.get(8) == -2);
    counters.put(8, largest);
    counters.add(8, 1);
    CHECK(counters.get(8) == least);
    CHECK(counters.get(0) == 0);
    CHECK(counters.memory() >= 9 * 8);
    CHECK(counters == Counters(counters));
  }
}

TEST_CASE("atomics, counters: nothing that many processes add is lost") {
  on_one_and_two_workers([](Runtime& runtime) {
    Atomics atomics(2);
    Counters plain(2), spread(2, {.write_concurrency = true});
    runtime.run(add_from_many<Atomics>, atomics, 8, 2000);
    runtime.run(add_from_many<Counters>, plain, 8, 2000);
    runtime.run(add_from_many<Counters>, spread, 8, 2000);
    CHECK(atomics.get(0) == 48'000);
    CHECK(atomics.get(1) == -16'000);
    CHECK(plain.get(0) == 48'000);
    CHECK(plain.get(1) == -16'000);
    CHECK(spread.get(0) == 48'000);
    CHECK(spread.get(1) == -16'000);
  });
}

TEST_CASE("atomics: an exchange of what is expected makes one of many the winner") {
  Runtime runtime(quiet(2));
  Atomics owner(1);
  int winners = runtime.run(
      [](Atomics shared) {
        int won = 0;
        for (int i = 1; i <= 16; ++i) {
          spawn([](Atomics mine, int me,
                   Pid parent) { send(parent, Number{mine.compare_exchange(0, 0, me) == 0 ? 1 : 0}); },
                shared, i, self());
        }
        for (int i = 0; i < 16; ++i) won += expect<Number>().value;
        return won;
      },
      owner);
  CHECK(winners == 1);
  CHECK(owner.get(0) != 0);
}

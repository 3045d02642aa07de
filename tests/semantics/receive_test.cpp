// RCV-1 and RCV-3: which message a receive takes, and where the next one begins.
#include "support.hpp"

using namespace semantics;

namespace {

void send_numbers(int from, int to) {
  for (int i = from; i < to; ++i) send(self(), Number{i});
}

std::vector<int> take_numbers() {
  std::vector<int> values;
  while (auto number = receive<Number>(0ms)) values.push_back(number->value);
  return values;
}

auto is(int value) {
  return [value](const Number& number) { return number.value == value; };
}

int value_of(Number number) { return number.value; }

}  // namespace

TEST_CASE("RCV-1: the oldest message that any clause takes is received, not the one of the first clause") {
  Runtime runtime(quiet(1));
  std::string order = runtime.run([] {
    std::string taken;
    send(self(), Text{"text"});
    send(self(), Number{1});
    for (int i = 0; i < 2; ++i) {
      taken +=
          receive([](Number) { return std::string(" number"); }, [](Text) { return std::string(" text"); },
                  after(0ms, [] { return std::string(" none"); }));
    }
    return taken;
  });
  CHECK(order == " text number");
}

TEST_CASE("RCV-1: of the clauses that would take a message the first written is called") {
  Runtime runtime(quiet(1));
  auto [guarded, plain] = runtime.run([] {
    send_numbers(1, 3);
    auto take = [] {
      return receive(
          when(is(2), [](Number) { return 1; }), [](Number) { return 2; },
          when(is(1), [](Number) { return 3; }), after(0ms, [] { return 4; }));
    };
    int for_one = take();
    return std::pair{take(), for_one};
  });
  CHECK(guarded == 1);
  CHECK(plain == 2);
}

TEST_CASE("RCV-1: what no clause takes stays in the queue, in order") {
  Runtime runtime(quiet(1));
  auto [taken, left] = runtime.run([] {
    send_numbers(0, 10);
    std::vector<int> found;
    for (int wanted : {5, 9, 0}) {
      found.push_back(receive(when(is(wanted), value_of), after(0ms, [] { return -1; })));
    }
    return std::pair{found, take_numbers()};
  });
  CHECK(taken == std::vector<int>{5, 9, 0});
  CHECK(left == std::vector<int>{1, 2, 3, 4, 6, 7, 8});
}

TEST_CASE("RCV-1: a waiting receive looks at each message once, and goes on at the first new one") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [looks, left] = runtime.run([] {
      int looked = 0;
      send_numbers(0, 50);
      spawn(
          [](Pid to) {
            for (int i = 50; i < 100; ++i) {
              send(to, Number{i});
              yield();
            }
            send(to, Number{1000});
          },
          self());
      receive(when(
                  [&looked](const Number& number) {
                    ++looked;
                    return number.value == 1000;
                  },
                  [](Number) {}),
              after(patience, [] {}));
      return std::pair{looked, take_numbers()};
    });
    CHECK(looks == 101);
    CHECK(left == numbers_up_to(100));
  });
}

TEST_CASE("RCV-1: a message that came while the process waited for another kind is received later") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [text, numbers] = runtime.run([] {
      spawn(
          [](Pid to) {
            for (int i = 0; i < 100; ++i) send(to, Number{i});
            send(to, Text{"last"});
          },
          self());
      std::string last = expect<Text>().value;
      return std::pair{last, take_numbers()};
    });
    CHECK(text == "last");
    CHECK(numbers == numbers_up_to(100));
  });
}

TEST_CASE("RCV-1: clauses take their message by value, by reference to const and by rvalue reference") {
  Runtime runtime(quiet(1));
  std::string taken = runtime.run([] {
    std::string result;
    for (int i = 0; i < 3; ++i) send(self(), Text{std::to_string(i)});
    auto none = after(0ms, [&result] { result += "none"; });
    receive([&result](Text text) { result += text.value; }, none);
    receive([&result](const Text& text) { result += text.value; }, none);
    receive([&result](Text&& text) { result += std::move(text).value; }, none);
    return result;
  });
  CHECK(taken == "012");
}

TEST_CASE("RCV-1: a message that only moves is taken out of the queue") {
  Runtime runtime(quiet(1));
  auto [first, second] = runtime.run([] {
    send(self(), std::make_unique<int>(1));
    send(self(), std::make_unique<int>(2));
    int one = *expect<std::unique_ptr<int>>();
    int two = receive([](std::unique_ptr<int> value) { return *value; }, after(0ms, [] { return -1; }));
    return std::pair{one, two};
  });
  CHECK(first == 1);
  CHECK(second == 2);
}

TEST_CASE("RCV-1: any Sendable type is a message, and types that look alike are different") {
  struct Meters {
    int value = 0;
  };
  struct Seconds {
    int value = 0;
  };
  Runtime runtime(quiet(1));
  auto [seconds, meters, integer, text] = runtime.run([] {
    send(self(), Meters{1});
    send(self(), 2);
    send(self(), "three");
    send(self(), Seconds{4});
    int s = expect<Seconds>().value, i = expect<int>();
    std::string t = expect<std::string>();
    return std::tuple{s, expect<Meters>().value, i, t};
  });
  CHECK(seconds == 4);
  CHECK(meters == 1);
  CHECK(integer == 2);
  CHECK(text == "three");
}

TEST_CASE("RCV-1: a clause may receive on its own") {
  Runtime runtime(quiet(1));
  auto [sum, left] = runtime.run([] {
    send_numbers(1, 5);
    int inner_and_outer = receive([](Number outer) {
      int inner = receive(when(is(3), value_of), after(0ms, [] { return -100; }));
      return outer.value * 10 + inner;
    });
    return std::pair{inner_and_outer, take_numbers()};
  });
  CHECK(sum == 13);
  CHECK(left == std::vector<int>{2, 4});
}

TEST_CASE("RCV-3: after a match the next receive begins at the oldest message") {
  Runtime runtime(quiet(1));
  std::vector<int> order = runtime.run([] {
    std::vector<int> taken;
    send_numbers(0, 6);
    for (int wanted : {4, 1, 3, 0}) {
      taken.push_back(receive(when(is(wanted), value_of), after(0ms, [] { return -1; })));
    }
    return taken;
  });
  CHECK(order == std::vector<int>{4, 1, 3, 0});
}

TEST_CASE("RCV-3: after a time-out the next receive begins at the oldest message") {
  Runtime runtime(quiet(1));
  std::vector<int> order = runtime.run([] {
    send_numbers(0, 5);
    receive<Never>(0ms);
    receive<Never>(1ms);
    return take_numbers();
  });
  CHECK(order == numbers_up_to(5));
}

TEST_CASE("RCV-3: an exception out of a clause leaves the rest of the queue as it was") {
  Runtime runtime(quiet(1));
  std::vector<int> left = runtime.run([] {
    send_numbers(0, 5);
    try {
      receive(when(is(3), [](Number) { throw std::runtime_error("in the clause"); }));
    } catch (const std::runtime_error&) {
    }
    return take_numbers();
  });
  CHECK(left == std::vector<int>{0, 1, 2, 4});
}

TEST_CASE("RCV-3: an exception out of a guard leaves every message, and the next receive sees them all") {
  Runtime runtime(quiet(1));
  auto [thrown, left] = runtime.run([] {
    send_numbers(0, 5);
    bool caught = false;
    try {
      receive(when(
          [](const Number& number) {
            if (number.value == 3) throw std::runtime_error("in the guard");
            return false;
          },
          [](Number) {}));
    } catch (const std::runtime_error&) {
      caught = true;
    }
    return std::pair{caught, take_numbers()};
  });
  CHECK(thrown);
  CHECK(left == numbers_up_to(5));
}

TEST_CASE("RCV-3: an exception out of a guard while waiting leaves the next receive whole") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::vector<int> left = runtime.run([] {
      send_numbers(0, 3);
      spawn([](Pid to) { send(to, Number{3}); }, self());
      try {
        receive(when(
                    [](const Number& number) {
                      if (number.value == 3) throw std::runtime_error("in the guard");
                      return false;
                    },
                    [](Number) {}),
                after(patience, [] {}));
      } catch (const std::runtime_error&) {
      }
      return take_numbers();
    });
    CHECK(left == numbers_up_to(4));
  });
}

TEST_CASE("RCV-3: a receive within a clause does not move the place where the next one begins") {
  Runtime runtime(quiet(1));
  std::vector<int> order = runtime.run([] {
    std::vector<int> taken;
    send_numbers(0, 4);
    for (int round = 0; round < 2; ++round) {
      taken.push_back(receive(when(is(3 - round),
                                   [](Number number) {
                                     receive<Never>(0ms);
                                     return number.value;
                                   }),
                              after(0ms, [] { return -1; })));
    }
    for (int value : take_numbers()) taken.push_back(value);
    return taken;
  });
  CHECK(order == std::vector<int>{3, 2, 0, 1});
}

// persistent: values that all processes read and hardly anybody changes.
#include <throng/stdlib/persistent.hpp>

#include "semantics/support.hpp"

using namespace semantics;

namespace {
struct Limits {
  int most = 0;
  std::vector<std::string> hosts{};
};
// Counts its end.
struct Counting {
  static constexpr bool sendable = true;
  std::shared_ptr<std::atomic<int>> ended;
};
}  // namespace

TEST_CASE("persistent: what was put is found by every process, not copied") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [same, host] = runtime.run([] {
      persistent::put("limits", Limits{5, {"a", "b"}});
      spawn([](Pid parent) { send(parent, persistent::get<Limits>("limits")); }, self());
      auto theirs = expect<Shared<Limits>>();
      return std::pair{theirs.same_as(persistent::get<Limits>("limits")), theirs->hosts.back()};
    });
    CHECK(same);
    CHECK(host == "b");
  });
}

TEST_CASE("persistent: a change is seen by who asks again, who has the old value keeps it") {
  Runtime runtime(quiet(1));
  auto [before, after, found, erased, gone] = runtime.run([] {
    persistent::put("n", 1);
    Shared<int> old = persistent::get<int>("n");
    persistent::put("n", 2);
    int now = *persistent::get<int>("n");
    bool again = persistent::put_new("n", 3);
    bool first = persistent::erase<int>("n"), second = persistent::erase<int>("n");
    return std::tuple{*old, now, again, first && !second, !persistent::find<int>("n")};
  });
  CHECK(before == 1);
  CHECK(after == 2);
  CHECK_FALSE(found);
  CHECK(erased);
  CHECK(gone);
}

TEST_CASE("persistent: a key has a value of each type; who asks for what is not there is told") {
  Runtime runtime(quiet(1));
  auto [number, text, sentence, keys, left] = runtime.run([] {
    persistent::put("key", 7);
    persistent::put("key", std::string("seven"));
    std::string told;
    try {
      persistent::get<double>("key");
    } catch (const std::out_of_range& error) {
      told = error.what();
    }
    std::size_t count = persistent::entries().size();
    persistent::erase<int>("key");
    return std::tuple{7, *persistent::get<std::string>("key"), told, count, persistent::size()};
  });
  CHECK(number == 7);
  CHECK(text == "seven");
  CHECK(sentence.find("persistent::get(\"key\"): there is no value of type double") != std::string::npos);
  CHECK(keys == 2);
  CHECK(left == 1);
}

TEST_CASE("persistent: old values go with their last holder, the last ones with the runtime") {
  std::atomic<int> ended{0};
  {
    Runtime runtime(quiet(1));
    runtime.run(trusted([&ended] {
      auto alive = std::shared_ptr<std::atomic<int>>(&ended, [](std::atomic<int>* count) { ++*count; });
      persistent::put("v", Counting{std::move(alive)});
      Shared<Counting> old = persistent::get<Counting>("v");
      persistent::put("v", Counting{{&ended, [](std::atomic<int>* count) { ++*count; }}});
      if (ended != 0) ended = 100;
    }));
    CHECK(ended == 1);
  }
  CHECK(ended == 2);
}

TEST_CASE("persistent: readers and writers at once see whole values") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      persistent::put("pair", std::pair(0, 0));
      for (int i = 0; i < 4; ++i) {
        spawn(
            [](Pid parent) {
              int torn = 0, last = 0;
              while (last < 100) {
                Shared<std::pair<int, int>> seen = persistent::get<std::pair<int, int>>("pair");
                if (seen->first != seen->second || seen->first < last) ++torn;
                last = seen->first;
              }
              send(parent, Number{torn});
            },
            self());
      }
      for (int i = 1; i <= 100; ++i) {
        persistent::put("pair", std::pair(i, i));
        yield();
      }
      int sum = 0;
      for (int i = 0; i < 4; ++i) sum += expect<Number>().value;
      return sum;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("persistent: two runtimes share nothing; hosts have none") {
  Runtime first(quiet(1)), second(quiet(1));
  first.run([] { persistent::put("here", 1); });
  CHECK(first.run([] { return persistent::find<int>("here").has_value(); }));
  CHECK_FALSE(second.run([] { return persistent::find<int>("here").has_value(); }));
  CHECK_THROWS_AS(persistent::put("host", 1), NotInProcess);
  CHECK_THROWS_AS(persistent::find<int>("host"), NotInProcess);
}

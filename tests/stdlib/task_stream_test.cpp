// TSK-3: streams of tasks.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

using task::OnTimeout;

int twice(int n) { return 2 * n; }
int odd_fails(int n) {
  if (n % 2 != 0) throw std::runtime_error("odd: " + std::to_string(n));
  return n;
}
int never(int) {
  receive<Never>();
  return 0;
}

// The tasks of a test that hold on until they are told, by a server that counts them.
struct Arrived {
  Pid from;
};
int hold(int n, Pid judge) {
  send(judge, Arrived{self()});
  receive<Go>();
  return n;
}

void wait_until_alone() {
  Pid me = self();
  yield_until([me] { return processes() == std::vector<Pid>{me}; });
}

}  // namespace

TEST_CASE("TSK-3: a stream gives a value for each item, in order") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [values, empty, all] = runtime.run([] {
      std::vector<int> items = numbers_up_to(50), found;
      for (int value : task::async_stream(items, twice, {.max_concurrency = 3})) found.push_back(value);
      bool none = task::async_stream(std::vector<int>{}, twice).to_vector().empty();
      auto outcomes = task::try_async_stream(items, twice).to_vector();
      int good = 0;
      for (std::size_t i = 0; i < outcomes.size(); ++i) good += outcomes[i] == 2 * items[i] ? 1 : 0;
      wait_until_alone();
      return std::tuple{found, none, good};
    });
    REQUIRE(values.size() == 50);
    for (int i = 0; i < 50; ++i) CHECK(values[static_cast<std::size_t>(i)] == 2 * i);
    CHECK(empty);
    CHECK(all == 50);
  });
}

TEST_CASE("TSK-3: items and values may be things that only move, and arguments come after the item") {
  Runtime runtime(quiet(1));
  auto [sum, joined] = runtime.run([] {
    std::vector<std::unique_ptr<int>> items;
    for (int i = 1; i <= 3; ++i) items.push_back(std::make_unique<int>(i));
    int total = 0;
    for (auto& value : task::async_stream(
             std::move(items), [](std::unique_ptr<int> n) { return std::make_unique<int>(*n * 10); }))
      total += *value;
    std::string text;
    std::vector<std::string> words{"a", "b"};
    for (const std::string& word : task::async_stream(
             words,
             [](std::string item, const std::string&end, int n) { return item + end + std::to_string(n); },
             {}, "-", 1))
      text += word;
    return std::pair{total, text};
  });
  CHECK(sum == 60);
  CHECK(joined == "a-1b-1");
}

TEST_CASE("TSK-3: never more tasks at once than allowed, and items are taken as there is room") {
  Runtime runtime(quiet(2));
  auto [before, most, taken, count] = runtime.run([] {
    static int pulled;
    pulled = 0;
    struct Source {
      struct Iterator {
        int n;
        int operator*() const {
          ++pulled;
          return n;
        }
        Iterator& operator++() {
          ++n;
          return *this;
        }
        bool operator!=(const Iterator& other) const { return n != other.n; }
      };
      Iterator begin() const { return {0}; }
      Iterator end() const { return {10}; }
    };
    Pid judge = self();
    spawn_link(
        [](Pid consumer) {
          std::size_t most_at_once = 0;
          std::vector<Pid> waiting;
          for (int arrived = 0; arrived < 10;) {
            if (std::optional<Arrived> next =
                    receive<Arrived>(waiting.empty() ? Duration(patience) : Duration(5ms))) {
              ++arrived;
              waiting.push_back(next->from);
              most_at_once = std::max(most_at_once, waiting.size());
            } else {
              for (Pid task : waiting) send(task, Go{});
              waiting.clear();
            }
          }
          for (Pid task : waiting) send(task, Go{});
          send(consumer, Number{static_cast<int>(most_at_once)});
        },
        judge);
    Pid counter = info_of(self()).links.at(0);
    Source source;
    auto stream = task::async_stream(source, hold, {.max_concurrency = 3}, counter);
    int pulled_before = pulled;
    auto it = stream.begin();
    int pulled_first = pulled;
    int values = 0;
    for (; it != stream.end(); ++it) ++values;
    return std::tuple{pulled_before, expect<Number>().value, pulled_first, values};
  });
  CHECK(before == 0);
  CHECK(most == 3);
  CHECK(taken < 10);
  CHECK(count == 10);
}

TEST_CASE("TSK-3: unordered, values come as they are ready") {
  Runtime runtime(quiet(1));
  std::vector<int> values = runtime.run([] {
    // The first item waits for the second.
    auto work = [](int n, Pid consumer) {
      if (n == 0) {
        send(consumer, Hello{self()});
        receive<Go>();
      }
      return n;
    };
    std::vector<int> items{0, 1}, found;
    for (int value : task::async_stream(items, work, {.max_concurrency = 2, .ordered = false}, self())) {
      found.push_back(value);
      if (value == 1) send(expect<Hello>().from, Go{});
    }
    return found;
  });
  CHECK(values == std::vector<int>{1, 0});
}

TEST_CASE("TSK-3: a failure ends the caller of async_stream(), at once, and all the other tasks") {
  on_one_and_two_workers([](Runtime& runtime) {
    ExitReason reason = runtime.run([] {
      ExitReason end = reason_of([] {
        std::vector<int> items{0, 1, 2};
        auto work = [](int n) { return n == 1 ? odd_fails(n) : never(n); };
        for (int value : task::async_stream(items, work, {.max_concurrency = 3, .timeout = 1h}))
          static_cast<void>(value);
      });
      wait_until_alone();
      return end;
    });
    CHECK(reason.is_error());
    CHECK(reason.text().find("odd: 1") != std::string::npos);
  });
}

TEST_CASE("TSK-3: try_async_stream() gives failures as values, with the item if that is wanted") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [shape, items, plain] = runtime.run([] {
      std::vector<int> numbers = numbers_up_to(6);
      std::string found;
      std::vector<int> failed;
      for (auto& outcome : task::try_async_stream(numbers, odd_fails, {.zip_input_on_exit = true})) {
        found += outcome ? std::to_string(*outcome) : outcome.error().is_error() ? "x" : "?";
        if (!outcome) failed.push_back(outcome.error().input.value());
      }
      bool without = true;
      for (auto& outcome : task::try_async_stream(numbers, odd_fails))
        without = without && (outcome || !outcome.error().input);
      return std::tuple{found, failed, without};
    });
    CHECK(shape == "0x2x4x");
    CHECK(items == std::vector<int>{1, 3, 5});
    CHECK(plain);
  });
}

TEST_CASE("TSK-3: a task that is late ends the caller, or is killed and is a failure") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [ended, killed, others, own_kill] = runtime.run([] {
      std::vector<int> items{0, 1, 2};
      auto work = [](int n) { return n == 1 ? never(n) : n; };
      ExitReason caught = ExitReason::normal;
      try {
        task::try_async_stream(items, work, {.timeout = 20ms}).run();
      } catch (const TaskFailed& failed) {
        caught = failed.reason();
      }
      auto outcomes =
          task::try_async_stream(items, work, {.timeout = 20ms, .on_timeout = OnTimeout::kill_task})
              .to_vector();
      auto suicide = [](int) { exit(self(), ExitReason::kill); };
      auto killed_by_itself = task::try_async_stream(items, suicide, {.max_concurrency = 1}).to_vector();
      wait_until_alone();
      return std::tuple{caught, outcomes.at(1).error() == ExitReason::timeout,
                        outcomes.at(0) == 0 && outcomes.at(2) == 2,
                        killed_by_itself.at(0).error() == ExitReason::killed};
    });
    CHECK(ended == ExitReason::timeout);
    CHECK(killed);
    CHECK(others);
    CHECK(own_kill);
  });
}

TEST_CASE("TSK-3: leaving the loop kills what still runs, and leaves no message") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [first, stray] = runtime.run([] {
      trap_exit(true);
      std::vector<int> items = numbers_up_to(100);
      int value = -1;
      auto deaf = [](int n) {
        if (n == 0) return 0;
        trap_exit(true);
        for (;;) receive<Never>();
      };
      for (int found : task::async_stream(items, deaf, {.max_concurrency = 4})) {
        value = found;
        break;
      }
      wait_until_alone();
      return std::pair{value, queue_length()};
    });
    CHECK(first == 0);
    CHECK(stray == 0);
  });
}

TEST_CASE("TSK-3: nothing is left in the mailbox of a consumer, and nothing there is looked at") {
  Runtime runtime(quiet(2));
  auto [before, after_stream] = runtime.run([] {
    trap_exit(true);
    for (int i = 0; i < 10; ++i) send(self(), Number{i});
    std::vector<int> items = numbers_up_to(200);
    std::size_t queued = queue_length();
    for (auto& outcome : task::try_async_stream(items, odd_fails, {.max_concurrency = 8}))
      static_cast<void>(outcome);
    wait_until_alone();
    return std::pair{queued, queue_length()};
  });
  CHECK(before == 10);
  CHECK(after_stream == 10);
}

TEST_CASE("TSK-3: a consumer that is killed takes the stream and its tasks along") {
  on_one_and_two_workers([](Runtime& runtime) {
    bool alone = runtime.run([] {
      Pid consumer = spawn(
          [](Pid parent) {
            std::vector<int> items = numbers_up_to(10);
            task::async_stream(items, hold, {.max_concurrency = 4, .timeout = 1h}, parent).run();
          },
          self());
      for (int i = 0; i < 4; ++i) expect<Arrived>();
      exit(consumer, ExitReason::kill);
      wait_until_alone();
      return true;
    });
    CHECK(alone);
  });
}

TEST_CASE("TSK-3: a stream whose own process is killed fails its consumer") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    Pid consumer = spawn(
        [](Pid parent) {
          std::vector<int> items{0};
          try {
            task::async_stream(items, hold, {.timeout = 1h}, parent).run();
          } catch (const TaskFailed& failed) {
            send(parent, Seen{self(), failed.reason()});
          }
        },
        self());
    Pid task = expect<Arrived>().from;
    Pid keeper = info_of(task).links.at(0);
    if (keeper == consumer) return ExitReason::normal;
    exit(keeper, ExitReason::kill);
    return expect<Seen>().reason;
  });
  CHECK(reason == ExitReason::killed);
}

TEST_CASE("TSK-3: misuse of a stream has a sentence") {
  Runtime runtime(quiet(1));
  auto [again, option, no_copy] = runtime.run([] {
    std::vector<int> items{1};
    auto refusal = [](auto misuse) {
      try {
        misuse();
      } catch (const std::logic_error& error) {
        return std::string(error.what());
      }
      return std::string();
    };
    auto stream = task::async_stream(items, twice);
    stream.run();
    return std::tuple{refusal([&] { stream.run(); }),
                      refusal([&] { task::async_stream(items, twice, {.on_timeout = OnTimeout::ignore}); }),
                      refusal([&] {
                        task::try_async_stream(std::vector<std::unique_ptr<int>>(),
                                               [](std::unique_ptr<int>) {}, {.zip_input_on_exit = true});
                      })};
  });
  CHECK(again.find("throng: a stream of tasks can be gone through once") == 0);
  CHECK(option.find("throng: on_timeout") == 0);
  CHECK(no_copy.find("throng: zip_input_on_exit") == 0);
}

TEST_CASE("TSK-4: the tasks of a stream were started by its consumer") {
  Runtime runtime(quiet(1));
  bool mine = runtime.run([] {
    std::vector<int> items{1};
    auto callers = task::async_stream(items, [](int) { return task::callers(); }).to_vector();
    return callers.at(0) == std::vector<Pid>{self()};
  });
  CHECK(mine);
}

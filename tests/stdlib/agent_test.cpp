// AGT-1: state in a process, and functions that go there.
#include <functional>
#include <map>

#include "semantics/support.hpp"

using namespace semantics;

namespace {

using Counts = std::map<std::string, int>;

Counts no_counts() { return {}; }
int zero() { return 0; }

ExitReason failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const CallFailed& failed) {
    return failed.reason();
  }
  return ExitReason::normal;
}

}  // namespace

TEST_CASE("AGT-1: get, update, get_and_update and cast work on one state, in order") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [count, before, after_all, size] = runtime.run([] {
      auto words = agent::start_link(no_counts);
      words.update([](auto& counts, const std::string& word) { ++counts[word]; }, "beam");
      words.cast([](Counts& counts, std::string word, int by) { counts[word] += by; }, std::string("beam"),
                 4);
      int now = words.get([](const auto& counts) { return counts.at("beam"); });
      int old = words.get_and_update(
          [](Counts& counts, int value) { return std::exchange(counts["beam"], value); }, 10);
      return std::tuple{now, old, words.get([](const Counts& counts) { return counts; }),
                        words.get([](const Counts& counts) { return counts.size(); })};
    });
    CHECK(count == 5);
    CHECK(before == 5);
    CHECK(after_all == Counts{{"beam", 10}});
    CHECK(size == 1);
  });
}

TEST_CASE("AGT-1: a function of update() may return the new state instead") {
  Runtime runtime(quiet(1));
  auto [value, text] = runtime.run([] {
    auto number = agent::start_link([](int start) { return start; }, 20);
    number.update([](int n) { return n + 1; });
    number.cast([](int n, int by) { return n * by; }, 2);
    auto word = agent::start_link([] { return std::string("a"); });
    word.update([](std::string old) { return old + "b"; });
    return std::pair{number.get([](int n) { return n; }), word.get([](std::string s) { return s; })};
  });
  CHECK(value == 42);
  CHECK(text == "ab");
}

TEST_CASE("AGT-1: the function runs in the agent, and so does the one that makes the state") {
  Runtime runtime(quiet(1));
  bool inside = runtime.run([] {
    auto made_in = agent::start_link([] { return self(); });
    return made_in.get([](Pid maker) { return maker == self(); }) && made_in.pid() != self() &&
           made_in.get([](Pid maker) { return maker; }) == made_in.pid();
  });
  CHECK(inside);
}

TEST_CASE("AGT-1: state, arguments and values may be things that only move") {
  Runtime runtime(quiet(1));
  int value = runtime.run([] {
    auto box = agent::start_link([](std::unique_ptr<int> start) { return start; }, std::make_unique<int>(1));
    box.update([](std::unique_ptr<int>& state, std::unique_ptr<int> next) { state = std::move(next); },
               std::make_unique<int>(5));
    return *box.get_and_update([](std::unique_ptr<int>& state) { return std::move(state); });
  });
  CHECK(value == 5);
}

TEST_CASE("AGT-1: a failure in a function ends the agent and fails the caller with the reason") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [called, ended, afterwards, uncaught] = runtime.run([] {
      auto counts = agent::start(no_counts);
      Monitor watch = monitor(counts.pid());
      ExitReason reason = failure([&] { counts.get([](const auto& c) { return c.at("none"); }); });
      ExitReason end = expect_down(watch).reason;
      ExitReason after_end = counts.try_get([](const Counts& c) { return c.size(); }).error().reason;
      return std::tuple{reason, end, after_end, reason_of([] {
                          agent::start(zero).update([](int&) { throw std::runtime_error("no luck"); });
                        })};
    });
    CHECK(called.is_error());
    CHECK(called == ended);
    CHECK(afterwards == ExitReason::noproc);
    CHECK(uncaught.text().find("no luck") != std::string::npos);
  });
}

TEST_CASE("AGT-1: a failure in a cast ends the agent, and whoever is linked to it") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    return reason_of([] {
      auto number = agent::start_link(zero);
      number.cast([](int&) { throw std::runtime_error("no luck"); });
      receive<Never>();
    });
  });
  CHECK(reason.text().find("no luck") != std::string::npos);
}

TEST_CASE("AGT-1: calls have a time-out, and a late answer does no harm") {
  Runtime runtime(quiet(1));
  auto [timeout, value, stray, sooner] = runtime.run([] {
    auto slow = agent::start_link(zero);
    auto wait = [](int& n) {
      receive<Go>();
      return ++n;
    };
    ExitReason reason = failure([&] { slow.get_and_update(1ms, wait); });
    bool late = slow.try_update(1ms, [](int& n) { ++n; }).error().reason == ExitReason::timeout;
    send(slow.pid(), Go{});
    int now = *slow.try_get(patience, [](int n) { return n; });
    return std::tuple{reason, now, queue_length(), late};
  });
  CHECK(timeout == ExitReason::timeout);
  CHECK(value == 2);
  CHECK(stray == 0);
  CHECK(sooner);
}

TEST_CASE("AGT-1: a name leads to an agent, and says so where the state is another") {
  Runtime runtime(quiet(1));
  auto [value, taken, wrong, nobody, still] = runtime.run([] {
    static constexpr agent::Name<int> counter{"counter"};
    agent::start_link(
        StartOptions{.name = counter.name()}, [](int n) { return n; }, 1);
    counter.update([](int& n) { ++n; });
    auto again = agent::try_start_link(StartOptions{.name = "counter"}, zero);
    agent::Name<std::string> mistaken{"counter"};
    ExitReason mismatch = mistaken.try_get([](const std::string& s) { return s; }).error().reason;
    mistaken.cast([](std::string& s) { s = "gone"; });
    ExitReason unknown = agent::Name<int>{"nobody"}.try_update([](int&) {}).error().reason;
    return std::tuple{counter.get([](int n) { return n; }),
                      again.error().already_started == counter.whereis(), mismatch.text(), unknown,
                      is_alive(*counter.whereis())};
  });
  CHECK(value == 2);
  CHECK(taken);
  CHECK(wrong.find("is a int, not a std::string") != std::string::npos);
  CHECK(nobody == ExitReason::noproc);
  CHECK(still);
}

TEST_CASE("AGT-1: a start that fails says why, and leaves nobody") {
  Runtime runtime(quiet(1));
  auto [reason, thrown, alone] = runtime.run([] {
    auto fails = []() -> int { throw std::runtime_error("no luck"); };
    auto started = agent::try_start_link(StartOptions{}, fails);
    bool threw = false;
    try {
      agent::start(fails);
    } catch (const StartFailed& failed) {
      threw = failed.reason().is_error();
    }
    return std::tuple{started.error().reason, threw, processes().size()};
  });
  CHECK(reason.text().find("no luck") != std::string::npos);
  CHECK(thrown);
  CHECK(alone == 1);
}

TEST_CASE("AGT-1: stop() ends an agent in order; its starter's end ends it too") {
  Runtime runtime(quiet(1));
  auto [normal, other, with_parent] = runtime.run([] {
    auto first = agent::start(zero), second = agent::start(zero);
    Monitor of_first = monitor(first.pid()), of_second = monitor(second.pid());
    first.stop();
    second.stop(ExitReason::shutdown);
    Pid owner = spawn(
        [](Pid parent) {
          send(parent, Hello{agent::start_link(zero).pid()});
          expect<Go>();
          exit(ExitReason::error("the owner"));
        },
        self());
    Monitor of_child = monitor(expect<Hello>().from);
    send(owner, Go{});
    return std::tuple{expect_down(of_first).reason, expect_down(of_second).reason,
                      expect_down(of_child).reason};
  });
  CHECK(normal.is_normal());
  CHECK(other == ExitReason::shutdown);
  CHECK(with_parent == ExitReason::error("the owner"));
}

TEST_CASE("AGT-1: of many that update at once each one counts") {
  Runtime runtime(quiet(2));
  int total = runtime.run([] {
    auto number = agent::start_link(zero);
    std::vector<Task<void>> tasks;
    for (int i = 0; i < 8; ++i)
      tasks.push_back(task::async(
          [](agent::Ref<int> ref) {
            for (int n = 0; n < 500; ++n) ref.update([](int& count) { ++count; });
          },
          number));
    task::await_many(tasks, patience);
    return number.get([](int n) { return n; });
  });
  CHECK(total == 4000);
}

// MON-4 and MON-5: taking a monitor back, and what can be asked for when it is made.
#include "support.hpp"

using namespace semantics;

namespace {

// Lives until it is told to go, or how to end.
void peer() {
  receive([](Go) {}, [](ExitReason reason) { exit(reason); });
}

bool is_refused(Monitor watch) {
  try {
    demonitor(watch);
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("MON-4: after demonitor no Down comes, and the result says that the monitor was active") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [active, again, downs, listed] = runtime.run([] {
      Pid other = spawn(peer);
      Monitor watch = monitor(other);
      bool first = demonitor(watch), second = demonitor(watch);
      std::size_t watchers = info_of(other).monitored_by.size();
      send(other, Go{});
      wait_for_end(other);
      return std::tuple{first, second, count_queued<Down>(), watchers};
    });
    CHECK(active);
    CHECK_FALSE(again);
    CHECK(downs == 0);
    CHECK(listed == 0);
  });
}

TEST_CASE("MON-4: demonitor leaves a Down that is in the queue, flush removes it") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [active, kept, flush_needed, left] = runtime.run([] {
      Pid other = spawn(peer);
      Monitor first = monitor(other), second = monitor(other);
      send(other, Go{});
      yield_until([] { return queue_length() == 2; });
      bool was_active = demonitor(first);
      std::size_t length = queue_length();
      bool needed = !demonitor(second, true);
      return std::tuple{was_active, length, needed, queue_length()};
    });
    CHECK_FALSE(active);
    CHECK(kept == 2);
    CHECK(flush_needed);
    CHECK(left == 1);
  });
}

TEST_CASE("MON-4: flush removes the Down of that monitor only, wherever it stands, and nothing else") {
  Runtime runtime(quiet(1));
  auto [others, numbers, downs] = runtime.run([] {
    Pid other = spawn(peer);
    send(self(), Number{0});
    std::vector<Monitor> monitors;
    for (int i = 0; i < 9; ++i) monitors.push_back(monitor(other));
    send(other, Go{});
    yield_until([] { return queue_length() == 10; });
    send(self(), Number{1});
    demonitor(monitors[4], true);
    int remaining = 0;
    for (std::size_t i = 0; i < monitors.size(); ++i) {
      if (i != 4 && receive(when([&](const Down& down) { return down.monitor == monitors[i]; },
                                 [](Down) { return true; }),
                            after(0ms, [] { return false; })))
        ++remaining;
    }
    int first = expect<Number>().value, second = expect<Number>().value;
    return std::tuple{remaining, first == 0 && second == 1, count_queued<Down>()};
  });
  CHECK(others == 8);
  CHECK(numbers);
  CHECK(downs == 0);
}

TEST_CASE("MON-4: flush looks at the whole queue, and the next receive begins at its start") {
  Runtime runtime(quiet(1));
  auto [flushed, first, left] = runtime.run([] {
    for (int i = 0; i < 1000; ++i) send(self(), Number{i});
    Monitor watch = monitor(dead_process());
    yield_until([] { return queue_length() == 1001; });
    demonitor(watch, true);
    return std::tuple{queue_length(), expect<Number>().value, count_queued<Down>()};
  });
  CHECK(flushed == 1000);
  CHECK(first == 0);
  CHECK(left == 0);
}

TEST_CASE("MON-4: no Down comes after demonitor with flush, though the other ends just then") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        auto [other, watch] = spawn_monitor([] {});
        for (int i = 0; i < round % 3; ++i) yield();
        demonitor(watch, true);
        wait_for_end(other);
        if (count_queued<Down>() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("MON-4: either the monitor was active and no Down comes, or one Down has come before") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(1000); ++round) {
        auto [other, watch] = spawn_monitor([] {});
        for (int i = 0; i < round % 3; ++i) yield();
        bool active = demonitor(watch);
        int before = count_queued<Down>();
        wait_for_end(other);
        if (before != (active ? 0 : 1) || count_queued<Down>() != 0) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("MON-4: a monitor that another process made can't be ended") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [refused, reason] = runtime.run([] {
      Pid other = spawn(peer);
      Monitor mine = monitor(other);
      spawn(
          [](Pid observer, Monitor of_observer) { send(observer, Number{is_refused(of_observer) ? 1 : 0}); },
          self(), mine);
      bool by_other = expect<Number>().value == 1;
      send(other, ExitReason::custom(1));
      return std::pair{by_other, expect_down(mine).reason};
    });
    CHECK(refused);
    CHECK(reason == ExitReason::custom(1));
  });
}

TEST_CASE("MON-4: even the monitor of a process that has ended is another's") {
  Runtime runtime(quiet(1));
  bool refused = runtime.run([] {
    auto [watcher, watch] = spawn_monitor([](Pid observer) { send(observer, monitor(observer)); }, self());
    auto theirs = expect<Monitor>();
    expect_down(watch);
    return is_refused(theirs);
  });
  CHECK(refused);
}

TEST_CASE("MON-4: a monitor that names nothing is not active") {
  Runtime runtime(quiet(1));
  CHECK_FALSE(runtime.run([] { return demonitor(Monitor()) || demonitor(Monitor(), true); }));
}

TEST_CASE("MON-4: a monitor of oneself, or of the dead, can be ended like any other") {
  Runtime runtime(quiet(1));
  auto [own_again, dead_active, left] = runtime.run([] {
    Monitor own = monitor(self());
    demonitor(own);
    bool twice = demonitor(own);
    Monitor dead = monitor(dead_process());
    expect_down(dead);
    return std::tuple{twice, demonitor(dead, true), queue_length()};
  });
  CHECK_FALSE(own_again);
  CHECK_FALSE(dead_active);
  CHECK(left == 0);
}

TEST_CASE("MON-5: a tag comes back in the Down, for a pid, for a name, and for the dead") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto tags = runtime.run([] {
      std::vector<std::uint64_t> seen;
      Pid other = spawn(peer);
      register_name("other", other);
      Monitor first = monitor(other, {.tag = 1});
      Monitor second = monitor("other", {.tag = 2});
      Monitor third = monitor(other, {.tag = ~std::uint64_t{0}});
      Monitor fourth = monitor(other);
      send(other, Go{});
      for (Monitor watch : {first, second, third, fourth}) seen.push_back(expect_down(watch).tag);
      seen.push_back(expect_down(monitor(other, {.tag = 5})).tag);
      seen.push_back(expect_down(monitor("nobody", {.tag = 6})).tag);
      seen.push_back(expect_down(spawn_monitor([] {}).monitor).tag);
      return seen;
    });
    CHECK(tags == std::vector<std::uint64_t>{1, 2, ~std::uint64_t{0}, 0, 5, 6, 0});
  });
}

TEST_CASE("MON-5: tag and alias may be asked for together, and each monitor has an alias of its own") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [numbers, distinct, tag] = runtime.run([] {
      Pid other = spawn([] {
        auto first = receive<Alias>(), second = receive<Alias>();
        send(first, Number{1});
        send(second, Number{2});
      });
      MonitorOptions options{.alias = AliasKind::demonitor, .tag = 9};
      Monitor first = monitor(other, options), second = monitor(other, options);
      bool different = alias_of(first) != alias_of(second) && alias_of(first).owner() == self();
      unalias(alias_of(first));
      send(other, alias_of(first));
      send(other, alias_of(second));
      std::uint64_t tagged = expect_down(first).tag;
      std::vector<int> received;
      while (auto number = receive<Number>(0ms)) received.push_back(number->value);
      return std::tuple{received, different, tagged};
    });
    CHECK(numbers == std::vector<int>{2});
    CHECK(distinct);
    CHECK(tag == 9);
  });
}

TEST_CASE("MON-5: monitors end with their owner") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::size_t listed = runtime.run([] {
      Pid watched = spawn(peer);
      for (int i = 0; i < 100; ++i) {
        auto [watcher, watch] = spawn_monitor(
            [](Pid other) {
              for (int k = 0; k < 5; ++k) monitor(other);
            },
            watched);
        expect_down(watch);
      }
      yield_until([watched] { return info_of(watched).monitored_by.empty(); });
      return info_of(watched).monitored_by.size();
    });
    CHECK(listed == 0);
  });
}

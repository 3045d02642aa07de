// SCH-1 to SCH-3, SCH-5, SCH-7: whose turn it is. On a host-driven runtime all of it is one thread, and the
// order of turns is a fact that can be written down.
#include <algorithm>
#include <functional>

#include "support.hpp"

using namespace semantics;

namespace {

using Log = std::vector<int>;

RuntimeOptions host_driven(std::int32_t slice = 4000) {
  RuntimeOptions options = quiet(0);
  options.slice = slice;
  return options;
}

// Lengths of the runs of equal entries.
std::vector<int> turns_of(const Log& log, int id) {
  std::vector<int> lengths;
  int previous = -1;
  for (int entry : log) {
    if (entry == id && previous != id) lengths.push_back(0);
    if (entry == id) ++lengths.back();
    previous = entry;
  }
  return lengths;
}

// How many entries stand between one entry of `id` and the next.
std::vector<int> gaps_between(const Log& log, int id) {
  std::vector<int> gaps;
  int since = -1;
  for (int entry : log) {
    if (entry == id) {
      if (since >= 0) gaps.push_back(since);
      since = 0;
    } else if (since >= 0) {
      ++since;
    }
  }
  return gaps;
}

// A process that writes its id into the log at each of its turns.
Pid take_turns(Log& log, int id, int turns, Priority priority = Priority::normal) {
  return spawn(SpawnOptions{.priority = priority}, trusted([&log, id, turns] {
                 for (int i = 0; i < turns; ++i) {
                   log.push_back(id);
                   yield();
                 }
               }));
}

void wait_for_all(const std::vector<Pid>& all) {
  for (Pid process : all) wait_for_end(process);
}

// The log of processes that are all spawned before the first of them runs.
template <class F>
Log log_of(F spawn_them, std::int32_t slice = 4000) {
  Runtime runtime(host_driven(slice));
  Log log;
  runtime.run(trusted([&] { wait_for_all(spawn_them(log)); }));
  return log;
}

Pid charge_in_turns(Log& log, int id, int charges, std::int32_t reductions) {
  return spawn(trusted([&log, id, charges, reductions] {
    for (int i = 0; i < charges; ++i) {
      log.push_back(id);
      charge(reductions);
    }
  }));
}

}  // namespace

TEST_CASE("SCH-1: a slice is as many reductions as the runtime was made with, then others have their turn") {
  Log log = log_of(
      [](Log& entries) {
        return std::vector{charge_in_turns(entries, 1, 200, 10), charge_in_turns(entries, 2, 200, 10)};
      },
      100);
  for (int id : {1, 2}) {
    std::vector<int> turns = turns_of(log, id);
    CHECK(turns.size() >= 18);
    CHECK(turns.size() <= 22);
    for (int length : turns) CHECK(length <= 11);
  }
}

TEST_CASE("SCH-1: by default a slice is four thousand reductions") {
  Log log = log_of([](Log& entries) {
    return std::vector{charge_in_turns(entries, 1, 400, 100), charge_in_turns(entries, 2, 400, 100)};
  });
  for (int length : turns_of(log, 1)) {
    CHECK(length >= 38);
    CHECK(length <= 41);
  }
}

TEST_CASE("SCH-1: who charges more than a slice at once lets others run after each charge") {
  Log log = log_of([](Log& entries) {
    return std::vector{charge_in_turns(entries, 1, 20, 4000), charge_in_turns(entries, 2, 20, 1'000'000),
                       charge_in_turns(entries, 3, 20, 2'147'483'647)};
  });
  CHECK(log.size() == 60);
  for (int id : {1, 2, 3}) {
    for (int length : turns_of(log, id)) CHECK(length == 1);
  }
}

TEST_CASE("SCH-1: runtime calls charge their own cost, so no loop of them keeps the worker") {
  using Call = void (*)();
  static constexpr Call calls[] = {
      [] { send(Pid(), Go{}); },
      [] { spawn([] {}); },
      [] { receive<Never>(0ms); },
      [] { demonitor(monitor(self())); },
      [] { link(self()); },
      [] { exit(Pid(), ExitReason::normal); },
      [] { cancel(send_after(1h, self(), Go{})); },
      [] { whereis("nobody"); },
      [] { is_alive(self()); },
      [] { process_info(self()); },
      [] { processes(); },
      [] { process_brief(self()); },
      [] { trap_exit(false); },
  };
  for (std::size_t call = 0; call < std::size(calls); ++call) {
    CAPTURE(call);
    Log log = log_of(
        [call](Log& entries) {
          std::vector<Pid> all;
          for (int id : {1, 2}) {
            all.push_back(spawn(trusted([&entries, id, call] {
              for (int i = 0; i < 1000; ++i) {
                entries.push_back(id);
                calls[call]();
              }
            })));
          }
          return all;
        },
        200);
    std::vector<int> turns = turns_of(log, 1);
    CHECK(turns.size() >= 5);
    CHECK(*std::max_element(turns.begin(), turns.end()) <= 200);
  }
}

TEST_CASE("SCH-1: looking at many messages is charged to who looks") {
  Runtime runtime(host_driven());
  auto [many, few] = runtime.run([] {
    auto reductions = [] {
      yield();  // they are counted at the end of a turn
      return info_of(self()).reductions;
    };
    auto cost = [reductions] {
      std::uint64_t before = reductions();
      receive<Never>(0ms);
      return reductions() - before;
    };
    std::uint64_t short_queue = cost();
    for (int i = 0; i < 1000; ++i) send(self(), Number{i});
    return std::pair{cost(), short_queue};
  });
  CHECK(many >= few + 1000);
  CHECK(few < 100);
}

TEST_CASE("SCH-1: a process alone goes on after its slice") {
  Log log = log_of([](Log& entries) { return std::vector{charge_in_turns(entries, 1, 1000, 50)}; }, 100);
  CHECK(log.size() == 1000);
}

TEST_CASE("SCH-1: a process at rest with many messages lets others run between them") {
  struct Count {
    int received = 0;
  };
  Log log = log_of([](Log& entries) {
    Pid server = spawn(trusted([&entries] {
      return rest(Count{}, [log = &entries](Count& count, Number) {
        log->push_back(1);
        charge(100);
        if (++count.received == 400) exit(ExitReason::normal);
      });
    }));
    for (int i = 0; i < 400; ++i) send(server, Number{i});
    return std::vector{server, charge_in_turns(entries, 2, 400, 100)};
  });
  for (int id : {1, 2}) {
    std::vector<int> turns = turns_of(log, id);
    CHECK(turns.size() >= 9);
    CHECK(turns.size() <= 11);
  }
}

TEST_CASE("SCH-2: whoever has the higher priority runs first, until none of them is runnable") {
  Log log = log_of([](Log& entries) {
    std::vector<Pid> all;
    for (int round = 0; round < 2; ++round) {
      all.push_back(take_turns(entries, 1, 10, Priority::normal));
      all.push_back(take_turns(entries, 2, 10, Priority::high));
      all.push_back(take_turns(entries, 3, 10, Priority::max));
    }
    return all;
  });
  Log sorted = log;
  std::stable_sort(sorted.begin(), sorted.end(), std::greater<>());
  CHECK(log == sorted);
  CHECK(log.size() == 60);
}

TEST_CASE("SCH-2: low waits for max and high as well") {
  Log log = log_of([](Log& entries) {
    return std::vector{take_turns(entries, 0, 5, Priority::low), take_turns(entries, 2, 30, Priority::high),
                       take_turns(entries, 3, 30, Priority::max)};
  });
  CHECK(std::is_sorted(log.begin(), log.end(), std::greater<>()));
}

TEST_CASE("SCH-2: a process of higher priority that wakes runs before the others' next turns") {
  Log log = log_of([](Log& entries) {
    Pid urgent = spawn(SpawnOptions{.priority = Priority::high}, trusted([&entries] {
                         for (int i = 0; i < 3; ++i) {
                           receive<Go>();
                           entries.push_back(9);
                         }
                       }));
    std::vector<Pid> all{urgent};
    for (int id : {1, 2, 3}) {
      all.push_back(spawn(trusted([&entries, id, urgent] {
        entries.push_back(id);
        send(urgent, Go{});
        yield();
        entries.push_back(id + 10);
      })));
    }
    return all;
  });
  CHECK(log == Log{1, 9, 2, 9, 3, 9, 11, 12, 13});
}

TEST_CASE("SCH-2: within a priority whoever waited longest is next") {
  for (Priority level : {Priority::low, Priority::normal, Priority::high, Priority::max}) {
    CAPTURE(static_cast<int>(level));
    Log log = log_of([level](Log& entries) {
      std::vector<Pid> all;
      for (int id = 0; id < 5; ++id) all.push_back(take_turns(entries, id, 20, level));
      return all;
    });
    Log expected;
    for (int i = 0; i < 100; ++i) expected.push_back(i % 5);
    CHECK(log == expected);
  }
}

TEST_CASE("SCH-2: priority(level) gives the old one and holds from the next turn on") {
  Log log = log_of([](Log& entries) {
    Pid changes = spawn(SpawnOptions{.priority = Priority::high}, trusted([&entries] {
                          entries.push_back(priority(Priority::low) == Priority::high ? 1 : 0);
                          yield();
                          entries.push_back(2);
                        }));
    return std::vector{changes, take_turns(entries, 3, 5)};
  });
  CHECK(log == Log{1, 3, 3, 3, 3, 3, 2});
}

TEST_CASE("SCH-3: a low process has its turn when it has come to the front eight times") {
  for (int normals : {1, 2, 5}) {
    const int normal_count = normals;  // clang 14 captures no structured binding
    CAPTURE(normal_count);
    Log log = log_of([normals](Log& entries) {
      std::vector<Pid> all{take_turns(entries, 0, 10, Priority::low)};
      for (int id = 1; id <= normals; ++id) all.push_back(take_turns(entries, id, 200));
      return all;
    });
    std::vector<int> gaps = gaps_between(log, 0);
    REQUIRE(gaps.size() == 9);
    // Each time it comes to the front all the others have had one turn.
    for (int gap : gaps) {
      CHECK(gap >= 7 * normals);
      CHECK(gap <= 8 * normals);
    }
  }
}

TEST_CASE("SCH-3: a low process that is the last runs at once, every time") {
  Runtime runtime(host_driven());
  Log log;
  runtime.spawn(trusted([&log] {
    priority(Priority::low);
    for (int i = 0; i < 5; ++i) {
      log.push_back(i);
      yield();
    }
  }));
  int polls = 0;
  while (runtime.poll() && polls < 100) ++polls;
  CHECK(log == Log{0, 1, 2, 3, 4});
}

TEST_CASE("SCH-3: low processes among themselves take turns, and each has its share beside normal ones") {
  Log log = log_of([](Log& entries) {
    std::vector<Pid> all;
    for (int id : {1, 2, 3}) all.push_back(take_turns(entries, id, 10, Priority::low));
    all.push_back(take_turns(entries, 9, 400));
    return all;
  });
  for (int id : {1, 2, 3}) {
    std::vector<int> gaps = gaps_between(log, id);
    REQUIRE(gaps.size() == 9);
    for (int gap : gaps) CHECK(gap <= 11);
  }
}

TEST_CASE("SCH-3: a normal process gets seven to eight turns for each of a low one, be they few or many") {
  for (auto [normals, lows] : {std::pair{50, 50}, std::pair{60, 3}, std::pair{3, 60}}) {
    const int normal_count = normals;  // clang 14 captures no structured binding
    CAPTURE(normal_count);
    const int low_count = lows;
    CAPTURE(low_count);
    bool over = false;
    Log turns(static_cast<std::size_t>(normals + lows), 0);
    Runtime runtime(host_driven());
    runtime.run(trusted([&, count = normals + lows, first_low = normals] {
      std::vector<Pid> all;
      for (int id = 0; id < count; ++id) {
        Priority level = id < first_low ? Priority::normal : Priority::low;
        all.push_back(spawn(SpawnOptions{.priority = level}, trusted([&turns, &over, id] {
                              int& mine = turns[static_cast<std::size_t>(id)];
                              while (!over && mine < 400) {
                                ++mine;
                                yield();
                              }
                              over = true;
                            })));
      }
      wait_for_all(all);
    }));
    auto first_low = turns.begin() + normals;
    CHECK(*std::min_element(turns.begin(), first_low) >= 399);
    CHECK(*std::min_element(first_low, turns.end()) >= 400 / 8);
    CHECK(*std::max_element(first_low, turns.end()) <= 400 / 7 + 1);
  }
}

TEST_CASE("SCH-5: a process whose slice is spent goes to the tail of its queue") {
  Log log = log_of([](Log& entries) {
    std::vector<Pid> all;
    for (int id = 0; id < 4; ++id) all.push_back(charge_in_turns(entries, id, 10, 4000));
    return all;
  });
  Log expected;
  for (int i = 0; i < 40; ++i) expected.push_back(i % 4);
  CHECK(log == expected);
}

TEST_CASE("SCH-7: children run in the order in which they were spawned, after their parent's turn") {
  Log log = log_of([](Log& entries) {
    std::vector<Pid> all;
    for (int id = 0; id < 10; ++id) all.push_back(take_turns(entries, id, 1));
    entries.push_back(99);
    return all;
  });
  CHECK(log == Log{99, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("SCH-7: woken processes run in the order in which they were woken, behind those that waited") {
  Log log = log_of([](Log& entries) {
    std::vector<Pid> all;
    for (int id = 0; id < 5; ++id) {
      all.push_back(spawn(trusted([&entries, id] {
        receive<Go>();
        entries.push_back(id);
      })));
    }
    yield();  // they wait now
    all.push_back(take_turns(entries, 7, 1));
    for (std::size_t id : {3U, 1U, 4U, 0U, 2U}) send(all[id], Go{});
    all.push_back(take_turns(entries, 8, 1));
    return all;
  });
  CHECK(log == Log{7, 3, 1, 4, 0, 2, 8});
}

// ETS-1: tables that many processes use at once: steps are atomic, lists go in whole, walks are safe.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

TableOptions everybody() {
  TableOptions options;
  options.access = TableAccess::public_table;
  return options;
}

// Runs the body in so many processes, and waits for them. What they return is added up.
template <class Body, class... Args>
int in_many(int processes, Body body, Args... args) {
  for (int i = 0; i < processes; ++i) {
    spawn([](Body run, int number, Pid parent, Args... with) { send(parent, Number{run(number, with...)}); },
          body, i, self(), args...);
  }
  int sum = 0;
  for (int i = 0; i < processes; ++i) sum += expect<Number>().value;
  return sum;
}

}  // namespace

TEST_CASE("ETS-1: counters and updates by many lose nothing") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [counted, updated, text] = runtime.run([] {
      auto table = Table<int, std::int64_t>::create(everybody());
      auto texts = Table<int, std::string, TableKind::ordered_set>::create(everybody());
      in_many(
          6,
          [](int, Table<int, std::int64_t> numbers, Table<int, std::string, TableKind::ordered_set> strings) {
            for (int i = 0; i < repetitions(1000); ++i) {
              numbers.update_counter(1, 1, 0);
              numbers.update(
                  2, [](std::int64_t& value) { value += 2; }, 0);
              if (i % 10 == 0)
                strings.update(
                    1, [](std::string& value) { value += "x"; }, std::string());
            }
            return 0;
          },
          table, texts);
      return std::tuple{*table.lookup(1), *table.lookup(2), texts.lookup(1)->size()};
    });
    CHECK(counted == 6 * repetitions(1000));
    CHECK(updated == 12 * repetitions(1000));
    CHECK(text == static_cast<std::size_t>(6 * repetitions(1000) / 10));
  });
}

TEST_CASE("ETS-1: of many that insert a new key one succeeds") {
  on_one_and_two_workers([](Runtime& runtime) {
    int winners = runtime.run([] {
      auto table = Table<int, Pid>::create(everybody());
      return in_many(
          8,
          [](int, Table<int, Pid> shared) {
            int won = 0;
            for (int key = 0; key < repetitions(500); ++key) won += shared.insert_new(key, self()) ? 1 : 0;
            return won;
          },
          table);
    });
    CHECK(winners == repetitions(500));
  });
}

TEST_CASE("ETS-1: lists go in whole: who sees the object that went in last sees all") {
  Runtime runtime(quiet(2));
  int wrong = runtime.run([] {
    using Numbers = Table<int, int>;
    Numbers table = Numbers::create(everybody());
    Pid writer = spawn(
        [](Numbers shared) {
          for (int version = 1; version <= 2000; ++version) {
            Numbers::Objects all;
            for (int key = 0; key < 20; ++key) all.emplace_back(key, version);
            shared.insert(std::move(all));
          }
        },
        table);
    Monitor watch = monitor(writer);
    int older = 0;
    while (!receive<Down>(0ms)) {
      int first = table.lookup(0).value_or(0);
      for (int key = 19; key > 0; --key) {
        int seen = table.lookup(key).value_or(0);
        if (seen < first) ++older;
        first = seen;
      }
    }
    static_cast<void>(watch);
    return older;
  });
  CHECK(wrong == 0);
}

TEST_CASE("ETS-1: of lists that are new or refused, either all objects are one's own or none") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      using Owners = Table<int, int>;
      int mixed = 0;
      for (int round = 0; round < repetitions(200); ++round) {
        Owners table = Owners::create(everybody());
        int won = in_many(
            4,
            [](int number, Owners shared) {
              Owners::Objects mine;
              for (int i = 0; i < 8; ++i) mine.emplace_back((i * 7 + number * 3) % 8, number);
              return shared.insert_new(std::move(mine)) ? 1 : 0;
            },
            table);
        int first = *table.lookup(0);
        if (won != 1 || table.count_if([first](int, int owner) { return owner == first; }) != 8) ++mixed;
        table.destroy();
      }
      return mixed;
    });
    CHECK(wrong == 0);
  });
}

namespace {

// Walks while others put in and take out; keys below `kept` stay all the time.
template <TableKind kind>
int walk_while_changing() {
  constexpr int kept = 300;
  using Shared = Table<int, int, kind>;
  Shared table = Shared::create(everybody());
  for (int key = 0; key < kept; ++key) table.insert(key * 10, 0);
  std::vector<Pid> changers;
  for (int i = 0; i < 3; ++i) {
    changers.push_back(spawn(
        [](Shared shared, int number) {
          for (int n = 0, last = 1;; ++n) {
            int key = (n * 7 + number) % (kept * 10);
            if (key % 10 != 0) {
              shared.insert(key, n);
              shared.erase(last);  // so that a bag does not grow faster than it can be walked
              last = key;
            } else if constexpr (kind == TableKind::set || kind == TableKind::ordered_set) {
              shared.update_counter(key, 1);
              shared.update(key, [](int& value) { ++value; });
            }
            if (n % 16 == 0) yield();
          }
        },
        table, i));
  }
  int wrong = 0;
  for (int round = 0; round < repetitions(60); ++round) {
    std::vector<int> visits(kept * 10);
    int before = -1;
    table.for_each([&](int key, int) {
      ++visits[static_cast<std::size_t>(key)];
      if (kind == TableKind::ordered_set && key <= before) ++wrong;
      before = key;
    });
    for (std::size_t key = 0; key < visits.size(); key += 10) {
      if (visits[key] != 1) ++wrong;
    }
  }
  for (Pid changer : changers) {
    exit(changer, ExitReason::kill);
    wait_for_end(changer);
  }
  return wrong;
}

}  // namespace

TEST_CASE("ETS-1: a walk visits what is there all the time exactly once, whatever others do") {
  on_one_and_two_workers([](Runtime& runtime) {
    CHECK(runtime.run(walk_while_changing<TableKind::set>) == 0);
    CHECK(runtime.run(walk_while_changing<TableKind::ordered_set>) == 0);
    CHECK(runtime.run(walk_while_changing<TableKind::duplicate_bag>) == 0);
  });
}

TEST_CASE("ETS-1: select_delete takes an object only as the predicate saw it") {
  Runtime runtime(quiet(2));
  auto [even_taken, left] = runtime.run([] {
    using Numbers = Table<int, int>;
    Numbers table = Numbers::create(everybody());
    for (int key = 0; key < 50; ++key) table.insert(key, 1);
    Pid writer = spawn(
        [](Numbers shared) {
          for (int i = 0; i < repetitions(4000); ++i) shared.update(i % 50, [](int& value) { value += 2; });
        },
        table);
    Monitor watch = monitor(writer);
    std::size_t taken = 0;
    while (!receive<Down>(0ms)) {
      taken += table.select_delete([](int, int value) { return value % 2 == 0; });
      table.select_replace([](int, int value) { return std::optional(value + 2); });
    }
    static_cast<void>(watch);
    return std::pair{taken, table.count_if([](int, int value) { return value % 2 == 1; })};
  });
  CHECK(even_taken == 0);
  CHECK(left == 50);
}

TEST_CASE("ETS-1: who is in the middle of a walk is told when the table goes") {
  Runtime runtime(quiet(1));
  ExitReason reason = runtime.run([] {
    using Numbers = Table<int, int>;
    auto [owner, owner_watch] = spawn_monitor(
        [](Pid parent) {
          Numbers table = Numbers::create({.name = "walked"});
          for (int key = 0; key < 1000; ++key) table.insert(key, key);
          send(parent, table);
          receive<Go>();
        },
        self());
    Numbers table = expect<Numbers>();
    auto [walker, watch] = spawn_monitor(
        [](Numbers shared, Pid parent) {
          bool told = false;
          shared.for_each([&](int, int) {
            if (!std::exchange(told, true)) {
              send(parent, Done{});
              receive<Go>();
            }
          });
        },
        table, self());
    expect<Done>();
    send(owner, Go{});
    expect_down(owner_watch);
    send(walker, Go{});
    return expect_down(watch).reason;
  });
  CHECK(reason.is_error());
  CHECK(reason.text().find("the table \"walked\" is gone") != std::string::npos);
}

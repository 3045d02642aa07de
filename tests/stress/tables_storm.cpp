// ETS-1: many processes that put in, take out, count, change and walk one table of each kind at once, while
// tables are made, given away, inherited and destroyed beside it. Objects that stay are met exactly once by
// every walk; no count is lost; a moved sum stays the same; a table that goes is told of.
#include <doctest/doctest.h>

#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr int kept = 200;  // keys that stay: 0, 10, 20 ...
constexpr int keys = kept * 10;
constexpr int changers = 6;
constexpr int walkers = 3;

std::atomic<std::uint64_t> walks{0};
std::atomic<std::uint64_t> lost_tables{0};

struct Row {
  std::int64_t count = 0;
  std::string text{};
};

template <TableKind kind>
using Rows = Table<int, Row, kind>;

int random_other(Random& random) {
  int key = static_cast<int>(random.below(keys));
  return key % 10 == 0 ? key + 1 : key;
}

// How often it counted up in the objects that stay.
template <TableKind kind>
std::int64_t change(Rows<kind> table, std::uint64_t seed, int steps) {
  Random random(seed);
  std::int64_t counted = 0;
  for (int i = 0; i < steps; ++i) {
    int key = static_cast<int>(random.below(kept)) * 10;
    switch (random.below(8)) {
      case 0:
        table.update_counter(key, &Row::count, 1);
        ++counted;
        break;
      case 1:
        table.update(key, [](Row& row) {
          ++row.count;
          row.text = std::to_string(row.count);
        });
        ++counted;
        break;
      case 2:
        table.insert(random_other(random), {1, "other"});
        break;
      case 3:
        table.insert({{random_other(random), {1, "a"}}, {random_other(random), {2, "b"}}});
        break;
      case 4:
        table.erase(random_other(random));
        break;
      case 5:
        table.take(random_other(random));
        break;
      case 6:
        table.update(
            random_other(random), [](Row& row) { ++row.count; }, Row{});
        break;
      default:
        if (std::optional<Row> row = table.lookup(key); !row)
          violated("an object that stays was not found");
        else if (!row->text.empty() && std::stoll(row->text) > row->count)
          violated("an object was seen half changed");
    }
    if (random.one_in(32)) yield();
    if (random.one_in(512))
      table.select_delete([](int other, const Row& row) { return other % 10 != 0 && row.count > 1; });
  }
  ++progress;
  return counted;
}

template <TableKind kind>
void walk(const Rows<kind>& table) {
  std::vector<int> visits(keys);
  int before = -1;
  table.for_each([&](int key, const Row&) {
    ++visits[static_cast<std::size_t>(key)];
    if (kind == TableKind::ordered_set && key <= before) violated("a walk in order went back");
    before = key;
  });
  for (std::size_t key = 0; key < keys; key += 10) {
    if (visits[key] != 1)
      violated("an object that stays was visited " + std::to_string(visits[key]) + " times");
  }
  ++walks;
  ++progress;
}

struct Changed {
  std::int64_t counted;
};

template <TableKind kind>
void storm_of(std::uint64_t seed, int rounds) {
  Random random(seed);
  for (int round = 0; round < rounds; ++round) {
    auto table = Rows<kind>::create({.access = TableAccess::public_table});
    for (int i = 0; i < kept; ++i) table.insert(i * 10, {});
    for (int i = 0; i < changers; ++i) {
      spawn([](Rows<kind> shared, std::uint64_t own_seed,
               Pid parent) { send(parent, Changed{change<kind>(shared, own_seed, 2000)}); },
            table, random.next(), self());
    }
    std::vector<Monitor> watches;
    for (int i = 0; i < walkers; ++i) {
      watches.push_back(spawn_monitor(
                            [](Rows<kind> shared) {
                              for (int n = 0; n < 10; ++n) walk<kind>(shared);
                            },
                            table)
                            .monitor);
    }
    std::int64_t expected = 0, found = 0;
    for (int i = 0; i < changers; ++i) expected += receive<Changed>().counted;
    for (std::size_t i = 0; i < watches.size(); ++i) {
      if (!receive<Down>().reason.is_normal()) violated("a walk ended with an error");
    }
    table.for_each([&](int key, const Row& row) { found += key % 10 == 0 ? row.count : 0; });
    if (found != expected) violated("counts were lost");
    table.destroy();
  }
}

using Small = Table<int, int>;

// Owns a named table for a while, then ends, gives it away or destroys it.
void short_owner(std::uint64_t seed, std::vector<Pid> heirs) {
  Random random(seed);
  Pid heir = random.one_in(2) ? heirs[random.below(heirs.size())] : Pid();
  Small table;
  try {
    table = Small::create({.name = "slot " + std::to_string(random.below(4)),
                           .access = TableAccess::public_table,
                           .heir = heir});
  } catch (const BadTable&) {
    return;  // somebody has the name
  }
  for (int i = 0; i < 100; ++i) table.insert(i, i);
  if (random.one_in(2)) yield();
  if (random.one_in(4)) table.give_away(heirs[random.below(heirs.size())]);
  if (random.one_in(4)) exit(self(), ExitReason::kill);
}

// Takes what it inherits and destroys it, or dies of it.
void heir(std::uint64_t seed) {
  Random random(seed);
  for (;;) {
    auto transfer = receive<Small::Transfer>();
    if (!transfer.table.exists()) continue;
    if (random.one_in(8)) return;
    if (transfer.table.info()->owner == self()) transfer.table.destroy();
  }
}

void visitor(std::uint64_t seed, int steps) {
  Random random(seed);
  for (int i = 0; i < steps; ++i) {
    try {
      auto table = Small::find("slot " + std::to_string(random.below(4)));
      if (!table) continue;
      int sum = table->fold(0, [](int so_far, int, int value) { return so_far + value; });
      if (sum < 0 || sum > 4950) violated("a table of others had objects of nobody");
      table->update_counter(1000, 0, 0);
    } catch (const BadTable&) {
      ++lost_tables;
    }
    if (random.one_in(4)) yield();
  }
}

void owners(std::uint64_t seed, int rounds) {
  Random random(seed);
  for (int round = 0; round < rounds; ++round) {
    std::vector<Pid> heirs;
    for (int i = 0; i < 3; ++i) heirs.push_back(spawn(heir, random.next()));
    std::size_t ends = 0;
    for (int i = 0; i < 30; ++i, ++ends) spawn_monitor(short_owner, random.next(), heirs);
    for (int i = 0; i < 4; ++i, ++ends) spawn_monitor(visitor, random.next(), 60);
    for (; ends > 0; --ends) receive<Down>();
    for (Pid process : heirs) {
      monitor(process);
      exit(process, ExitReason::kill);
      receive<Down>();
    }
    for (int slot = 0; slot < 4; ++slot) {
      if (Small::find("slot " + std::to_string(slot))) violated("a table outlived its owner and all heirs");
    }
    ++progress;
  }
}

}  // namespace

TEST_CASE("ETS-1: storms in tables of each kind: walks miss nothing and counts are exact") {
  std::uint64_t seed = announced_seed("tables_storm");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  runtime.run(storm_of<TableKind::set>, seed, scaled(300));
  runtime.run(storm_of<TableKind::ordered_set>, seed + 1, scaled(150));
  CHECK(violations.load() == 0);
  CHECK(walks.load() > 0);
  MESSAGE(walks.load() << " walks");
  CHECK(runtime.stop(5s).overstayed.empty());
}

TEST_CASE("ETS-1: tables that change hands: each ends with its last owner") {
  std::uint64_t seed = announced_seed("tables_storm");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  runtime.run(owners, seed, scaled(10'000));
  CHECK(violations.load() == 0);
  MESSAGE(lost_tables.load() << " tables went while they were used");
  CHECK(runtime.stop(5s).overstayed.empty());
}

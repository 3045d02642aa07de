// ETS-1: what tables do for one process after another: kinds, objects, counters, keys in order.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

using Ages = Table<std::string, int>;
using Pairs = std::vector<std::pair<int, int>>;

struct Account {
  std::string owner;
  std::int64_t balance = 0;
  std::uint8_t level = 0;
  bool operator==(const Account&) const = default;
};

Ages ages() {
  auto table = Ages::create();
  table.insert({{"ada", 36}, {"bob", 20}, {"eve", 52}});
  return table;
}

// The sentence of the BadTable that f throws, or nothing.
template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const BadTable& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("ETS-1: a set has one object per key") {
  Runtime runtime(quiet(1));
  auto [first, replaced, unknown, size, member] = runtime.run([] {
    Ages table = ages();
    std::optional<int> before = table.lookup("ada");
    table.insert("ada", 37);
    return std::tuple{before, table.lookup("ada"), table.lookup("joe"), table.size(), table.member("bob")};
  });
  CHECK(first == 36);
  CHECK(replaced == 37);
  CHECK_FALSE(unknown.has_value());
  CHECK(size == 3);
  CHECK(member);
}

TEST_CASE("ETS-1: insert_new refuses a key that is there, of a list all or none goes in") {
  Runtime runtime(quiet(1));
  auto [refused, kept, all, none, size, some] = runtime.run([] {
    Ages table = ages();
    bool one = table.insert_new("ada", 1);
    bool many = table.insert_new({{"joe", 1}, {"jim", 2}});
    bool mixed = table.insert_new({{"new", 1}, {"ada", 2}, {"other", 3}});
    return std::tuple{one, table.lookup("ada"), many, mixed, table.size(), table.member("new")};
  });
  CHECK_FALSE(refused);
  CHECK(kept == 36);
  CHECK(all);
  CHECK_FALSE(none);
  CHECK(size == 5);
  CHECK_FALSE(some);
}

TEST_CASE("ETS-1: erase, take, erase_object, clear") {
  Runtime runtime(quiet(1));
  auto counts = runtime.run([] {
    Ages table = ages();
    std::vector<std::size_t> seen{table.erase("ada"), table.erase("ada")};
    std::optional<int> taken = table.take("bob");
    seen.push_back(taken == 20 && !table.take("bob") ? 1 : 0);
    seen.push_back(table.erase_object("eve", 51));
    seen.push_back(table.erase_object("eve", 52));
    seen.push_back(table.size());
    table.insert("ada", 1);
    table.clear();
    seen.push_back(table.size());
    return seen;
  });
  CHECK(counts == std::vector<std::size_t>{1, 0, 1, 0, 1, 0, 0});
}

TEST_CASE("ETS-1: a bag has several objects per key, in the order of insertion, no two equal") {
  Runtime runtime(quiet(1));
  auto [bag, duplicates, sizes] = runtime.run([] {
    auto distinct = Table<int, int, TableKind::bag>::create();
    auto all = Table<int, int, TableKind::duplicate_bag>::create();
    for (int value : {3, 1, 3, 2, 1}) {
      distinct.insert(7, value);
      all.insert(7, value);
    }
    std::vector<std::size_t> seen{distinct.size(), all.size(), distinct.insert_new(7, 9) ? 1U : 0U};
    auto before = std::pair{distinct.lookup(7), all.lookup(7)};
    seen.push_back(all.erase_object(7, 1));
    seen.push_back(distinct.erase_object(7, 3));
    seen.push_back(all.lookup(7) == std::vector{3, 3, 2} && distinct.lookup(7) == std::vector{1, 2} ? 1 : 0);
    seen.push_back(all.erase(7));
    seen.push_back(distinct.take(7).size());
    seen.push_back(all.size() + distinct.size());
    return std::tuple{before.first, before.second, seen};
  });
  CHECK(bag == std::vector{3, 1, 2});
  CHECK(duplicates == std::vector{3, 1, 3, 2, 1});
  CHECK(sizes == std::vector<std::size_t>{3, 5, 0, 2, 1, 1, 3, 2, 0});
}

TEST_CASE("ETS-1: an ordered_set is in the order of its keys, and goes on from keys that are not there") {
  Runtime runtime(quiet(1));
  auto [keys, steps, folded] = runtime.run([] {
    auto table = Table<int, int, TableKind::ordered_set>::create();
    for (int key : {50, 10, 30, 20, 40}) table.insert(key, -key);
    table.insert(30, -3);
    std::vector<int> order;
    for (auto key = table.first(); key; key = table.next(*key)) order.push_back(*key);
    std::vector<std::optional<int>> seen{table.last(),   table.next(25), table.prev(25),
                                         table.prev(10), table.next(50), table.lookup(30)};
    int sum = table.fold(0, [](int so_far, int key, int) { return so_far * 3 + key; });
    return std::tuple{order, seen, sum};
  });
  CHECK(keys == std::vector{10, 20, 30, 40, 50});
  CHECK(steps == std::vector<std::optional<int>>{50, 30, 20, std::nullopt, std::nullopt, -3});
  CHECK(folded == ((((0 * 3 + 10) * 3 + 20) * 3 + 30) * 3 + 40) * 3 + 50);
}

TEST_CASE("ETS-1: first and next lead through a set; a key that is not there leads nowhere") {
  Runtime runtime(quiet(1));
  auto [count, sentence, last] = runtime.run([] {
    auto table = Table<int, int>::create();
    for (int key = 0; key < 500; ++key) table.insert(key, key);
    std::vector<bool> seen(500);
    int different = 0;
    for (auto key = table.first(); key; key = table.next(*key)) {
      if (!seen[static_cast<std::size_t>(*key)]) ++different;
      seen[static_cast<std::size_t>(*key)] = true;
    }
    return std::tuple{different, refusal([&] { table.next(1000); }), table.last() == table.first()};
  });
  CHECK(count == 500);
  CHECK(sentence.find("traversal") != std::string::npos);
  CHECK(last);
}

TEST_CASE("ETS-1: keys may be tuples, vectors and types with a hash of their own") {
  Runtime runtime(quiet(1));
  bool found = runtime.run([] {
    auto table = Table<std::tuple<std::string, int>, std::string>::create();
    table.insert({"user", 1}, "ada");
    table.insert({"user", 2}, "bob");
    auto lists = Table<std::vector<int>, Pid>::create();
    lists.insert({1, 2, 3}, self());
    auto pids = Table<std::pair<Pid, std::array<char, 2>>, int>::create();
    pids.insert({self(), {'a', 'b'}}, 5);
    return table.lookup({"user", 2}) == "bob" && !table.member({"user", 3}) &&
           lists.lookup({1, 2, 3}) == self() && !lists.member({1, 3, 2}) &&
           pids.lookup({self(), {'a', 'b'}}) == 5;
  });
  CHECK(found);
}

TEST_CASE("ETS-1: update changes an object in one step, and gives what the function gives") {
  Runtime runtime(quiet(1));
  auto [absent, present, result, none, inserted, last] = runtime.run([] {
    auto table = Table<int, Account>::create();
    bool missing = table.update(1, [](Account& account) { ++account.balance; });
    table.insert(1, {"ada", 10, 0});
    bool there = table.update(1, [](Account& account) { account.balance += 5; });
    auto old = table.update(1, [](Account& account) { return std::exchange(account.owner, "bob"); });
    auto nothing = table.update(2, [](Account& account) { return account.balance; });
    std::int64_t fresh = table.update(
        3, [](Account& account) { return account.balance *= 2; }, Account{"eve", 21, 0});
    table.update(
        1, [](Account& account) { account.level = 9; }, Account{});
    return std::tuple{missing, there, old, nothing.has_value(), fresh, *table.lookup(1)};
  });
  CHECK_FALSE(absent);
  CHECK(present);
  CHECK(result == "ada");
  CHECK_FALSE(none);
  CHECK(inserted == 42);
  CHECK(last == Account{"bob", 15, 9});
}

TEST_CASE("ETS-1: a function that throws in update changes nothing") {
  Runtime runtime(quiet(1));
  auto kept = runtime.run([] {
    Ages table = ages();
    try {
      table.update("ada", [](int& age) {
        age = 0;
        throw std::runtime_error("no");
      });
    } catch (const std::runtime_error&) {
    }
    return table.lookup("ada");
  });
  CHECK(kept == 36);
}

TEST_CASE("ETS-1: functions given to a table may use it and the runtime: they run under no lock") {
  Runtime runtime(quiet(1));
  auto [value, sum, received] = runtime.run([] {
    Ages table = ages();
    table.update("ada", [&](int& age) {
      table.insert("bob", 1);
      send(self(), Go{});
      receive<Go>();
      yield();
      table.update_counter("eve", 1);
      age = *table.lookup("eve");
    });
    int total = 0;
    table.for_each([&](const std::string& key, int) {
      total += *table.lookup(key);
      table.insert(key + "'", 0);
      sleep(1us);
    });
    std::size_t gone =
        table.select_delete([&](const std::string& key, int) { return table.member(key + "'"); });
    return std::tuple{table.lookup("ada"), total, gone >= 3};
  });
  CHECK_FALSE(value.has_value());  // erased by the last step, it had been 53
  CHECK(sum == 53 + 1 + 53);
  CHECK(received);
}

TEST_CASE("ETS-1: update_counter adds, wraps at a limit, and may begin with a value") {
  Runtime runtime(quiet(1));
  auto seen = runtime.run([] {
    auto table = Table<std::string, int>::create();
    std::vector<int> values;
    values.push_back(table.update_counter("a", 1).value_or(-1));
    values.push_back(table.update_counter("a", 5, 10));
    values.push_back(table.update_counter("a", -3).value());
    values.push_back(table.update_counter("a", {10, 20, 0}).value());
    values.push_back(table.update_counter("a", {10, 25, 0}).value());
    values.push_back(table.update_counter("a", {-40, -5, 7}).value());
    values.push_back(table.lookup("a").value());
    return values;
  });
  CHECK(seen == std::vector{-1, 15, 12, 0, 10, 7, 7});
}

TEST_CASE("ETS-1: update_counter counts in a member, also while somebody looks at the object") {
  Runtime runtime(quiet(1));
  auto [first, seen, second, level, fresh] = runtime.run([] {
    auto table = Table<int, Account>::create();
    table.insert(1, {"ada", 10, 255});
    auto one = table.update_counter(1, &Account::balance, 5);
    std::int64_t during = 0;
    table.with(1, [&](const Account& account) {
      table.update_counter(1, &Account::balance, 5);
      during = account.balance;
    });
    auto wrapped = table.update_counter(1, &Account::level, 2);
    auto made = table.update_counter(2, &Account::balance, -1, Account{"bob", 0, 0});
    return std::tuple{one, during, table.lookup(1)->balance, wrapped, made};
  });
  CHECK(first == 15);
  CHECK(seen == 15);
  CHECK(second == 20);
  CHECK(level == 1);
  CHECK(fresh == -1);
}

TEST_CASE("ETS-1: select, count_if, select_delete and select_replace look at all objects") {
  Runtime runtime(quiet(1));
  auto [even, below, erased, replaced, left] = runtime.run([] {
    auto table = Table<int, int>::create();
    for (int i = 0; i < 1000; ++i) table.insert(i, i);
    auto evens = table.select([](int, int value) { return value % 2 == 0; });
    std::size_t small = table.count_if([](int key, int) { return key < 10; });
    std::size_t gone = table.select_delete([](int, int value) { return value % 2 == 0; });
    std::size_t changed = table.select_replace(
        [](int key, int value) { return key < 500 ? std::optional(value * 10) : std::nullopt; });
    int sum = table.fold(0, [](int so_far, int, int value) { return so_far + value; });
    return std::tuple{evens.size(), small, gone, changed, sum};
  });
  CHECK(even == 500);
  CHECK(below == 10);
  CHECK(erased == 500);
  CHECK(replaced == 250);
  CHECK(left == 62'500 * 10 + (250'000 - 62'500));
}

TEST_CASE("ETS-1: a traversal in pieces goes through all, whatever is erased between them") {
  Runtime runtime(quiet(1));
  auto [visited, twice] = runtime.run([] {
    auto table = Table<int, int>::create();
    for (int i = 0; i < 2000; ++i) table.insert(i, 0);
    auto traversal = table.traverse();
    std::vector<int> times(4000);
    for (auto some = traversal.next(10); !some.empty(); some = traversal.next(10)) {
      for (auto& [key, value] : some) {
        ++times[static_cast<std::size_t>(key)];
        table.erase(key);
        if (key < 2000) table.insert(2000 + key, 0);
      }
    }
    int all = 0, more = 0;
    for (std::size_t key = 0; key < 4000; ++key) {
      if (key < 2000) all += times[key];
      if (times[key] > 1) ++more;
    }
    return std::pair{all, more};
  });
  CHECK(visited == 2000);
  CHECK(twice == 0);
}

TEST_CASE("ETS-1: a traversal in order goes on behind keys that are erased") {
  Runtime runtime(quiet(1));
  auto [visited, left] = runtime.run([] {
    auto table = Table<int, int, TableKind::ordered_set>::create();
    for (int i = 0; i < 1000; ++i) table.insert(i, 0);
    auto traversal = table.traverse();
    std::vector<int> order;
    for (auto some = traversal.next(); !some.empty(); some = traversal.next()) {
      for (auto& [key, value] : some) {
        order.push_back(key);
        table.erase(key);
      }
    }
    return std::pair{order == numbers_up_to(1000), table.size()};
  });
  CHECK(visited);
  CHECK(left == 0);
}

TEST_CASE("ETS-1: info tells kind, access, owner, heir, size and memory") {
  Runtime runtime(quiet(1));
  auto [info, grown, owner] = runtime.run([] {
    auto table = Table<int, std::string, TableKind::bag>::create(
        {.name = "things", .access = TableAccess::public_table, .heir = self()});
    std::size_t before = table.info()->memory;
    for (int i = 0; i < 100; ++i) table.insert(i / 2, std::to_string(i));
    TableInfo now = *table.info();
    return std::tuple{now, now.memory > before, now.owner == self() && now.heir == self()};
  });
  CHECK(info.name == "things");
  CHECK(info.kind == TableKind::bag);
  CHECK(info.access == TableAccess::public_table);
  CHECK(info.size == 100);
  CHECK(info.key_type == "int");
  CHECK(info.value_type == "std::string");
  CHECK(grown);
  CHECK(owner);
}

TEST_CASE("ETS-1: names find tables of their types, once each, and may change") {
  Runtime runtime(quiet(1));
  auto [found, none, taken, types, renamed] = runtime.run([] {
    Ages table = Ages::create({.name = "ages"});
    bool same = Ages::named("ages") == table && Ages::find("ages") == table;
    bool unknown = !Ages::find("nothing") && !refusal([] { Ages::named("nothing"); }).empty();
    std::string second = refusal([] { Ages::create({.name = "ages"}); });
    std::string other = refusal([] { Table<int, int>::find("ages"); }) +
                        refusal([] { Table<std::string, int, TableKind::bag>::find("ages"); });
    table.rename("years");
    bool moved = Ages::named("years") == table && !Ages::find("ages") && table.info()->name == "years";
    Ages next = Ages::create({.name = "ages"});
    bool refused = !refusal([&] { next.rename("years"); }).empty() && next.info()->name == "ages";
    return std::tuple{same, unknown, second, other, moved && refused};
  });
  CHECK(found);
  CHECK(none);
  CHECK(taken.find("ages") != std::string::npos);
  CHECK(types.find("other types") != std::string::npos);
  CHECK(renamed);
}

TEST_CASE("ETS-1: the null handle says what it is") {
  Runtime runtime(quiet(1));
  auto [is_null, sentence] = runtime.run([] {
    Ages table;
    std::string text;
    try {
      table.insert("a", 1);
    } catch (const std::logic_error& error) {
      text = error.what();
    }
    return std::pair{!table, text};
  });
  CHECK(is_null);
  CHECK(sentence.find("create()") != std::string::npos);
}

TEST_CASE("ETS-1: tables need a process") { CHECK_THROWS_AS(Ages::create(), NotInProcess); }

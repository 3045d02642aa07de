// ETS-1: whose a table is, who may use it, and what becomes of it.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

using Ages = Table<std::string, int>;

template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const BadTable& error) {
    return error.what();
  }
  return "";
}

struct Made {
  Ages table;
};

// A process that makes a table and keeps it until it gets Go.
void owner_of(TableOptions options, Pid parent) {
  Ages table = Ages::create(std::move(options));
  table.insert("ada", 36);
  send(parent, Made{table});
  receive<Go>();
}

Ages table_of_another(TableOptions options) {
  spawn(owner_of, std::move(options), self());
  return expect<Made>().table;
}

}  // namespace

TEST_CASE("ETS-1: a public table is everybody's, a protected one others read, a private one is its owner's") {
  Runtime runtime(quiet(1));
  auto [open, read, written, hidden, counted] = runtime.run([] {
    Ages all = table_of_another({.access = TableAccess::public_table});
    all.insert("bob", 1);
    Ages some = table_of_another({.name = "some"});
    std::string write = refusal([&] { some.insert("bob", 1); });
    Ages none = table_of_another({.access = TableAccess::private_table});
    std::string look = refusal([&] { none.lookup("ada"); });
    std::string count = refusal([&] { none.update_counter("ada", 1); }) + refusal([&] { none.size(); }) +
                        refusal([&] { none.to_vector(); }) + refusal([&] { none.destroy(); });
    return std::tuple{all.lookup("bob") == 1, some.lookup("ada") == 36 && some.size() == 1, write, look,
                      count};
  });
  CHECK(open);
  CHECK(read);
  CHECK(written.find("throng: the table \"some\" is protected: only its owner <") == 0);
  CHECK(hidden.find("is private: only its owner") != std::string::npos);
  CHECK(counted.find("private") != std::string::npos);
}

TEST_CASE("ETS-1: each way of changing a protected table is refused to others") {
  Runtime runtime(quiet(1));
  int refused = runtime.run([] {
    Ages table = table_of_another({});
    auto yes = [](const std::string&, int) { return true; };
    int count = 0;
    auto expect_refusal = [&](auto f) { count += refusal(f).empty() ? 0 : 1; };
    expect_refusal([&] { table.insert("a", 1); });
    expect_refusal([&] { table.insert({{"a", 1}, {"b", 2}}); });
    expect_refusal([&] { table.insert_new("a", 1); });
    expect_refusal([&] { table.erase("ada"); });
    expect_refusal([&] { table.take("ada"); });
    expect_refusal([&] { table.erase_object("ada", 36); });
    expect_refusal([&] { table.update("ada", [](int& age) { ++age; }); });
    expect_refusal([&] {
      table.update(
          "joe", [](int& age) { ++age; }, 1);
    });
    expect_refusal([&] { table.update_counter("ada", 1); });
    expect_refusal([&] { table.select_delete(yes); });
    expect_refusal([&] { table.select_replace([](const std::string&, int) { return std::optional(1); }); });
    expect_refusal([&] { table.clear(); });
    expect_refusal([&] { table.destroy(); });
    expect_refusal([&] { table.rename("x"); });
    expect_refusal([&] { table.set_heir(self()); });
    expect_refusal([&] { table.give_away(self()); });
    return table.size() == 1 && table.lookup("ada") == 36 ? count : -1;
  });
  CHECK(refused == 16);
}

TEST_CASE("ETS-1, SIG-6: a table is gone, and its name free, when its owner's end is seen") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int i = 0; i < repetitions(300); ++i) {
        auto [owner, watch] = spawn_monitor(owner_of, TableOptions{.name = "short"}, self());
        Ages table = expect<Made>().table;
        if (table.lookup("ada") != 36) ++unexpected;
        send(owner, Go{});
        expect_down(watch);
        if (table.exists() || table.info() || Ages::find("short")) ++unexpected;
        std::string told = refusal([&] { table.lookup("ada"); });
        if (told.find("throng: the table \"short\" is gone") != 0) ++unexpected;
        if (refusal([&] { table.insert("a", 1); }).empty()) ++unexpected;
        Ages mine = Ages::create({.name = "short"});
        mine.destroy();
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("ETS-1: a killed owner's table goes too, and its objects are destroyed") {
  Runtime runtime(quiet(1));
  auto [gone, before, after] = runtime.run([] {
    Shared<int> value(7);
    auto [owner, watch] = spawn_monitor(
        [](Shared<int> mine, Pid parent) {
          auto table = Table<int, Shared<int>>::create();
          for (int i = 0; i < 10; ++i) table.insert(i, mine);
          send(parent, table);
          receive<Never>();
        },
        value, self());
    auto table = expect<Table<int, Shared<int>>>();
    std::size_t held = value.use_count();
    exit(owner, ExitReason::kill);
    expect_down(watch);
    return std::tuple{!table.exists(), held, value.use_count()};
  });
  CHECK(gone);
  CHECK(before == 12);
  CHECK(after == 1);
}

TEST_CASE("ETS-1: an heir gets the table and a message, before it can see the owner's end") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int i = 0; i < repetitions(200); ++i) {
        auto [owner, watch] = spawn_monitor(
            owner_of, TableOptions{.name = "legacy", .heir = self(), .heir_data = "from your parent"},
            self());
        Ages table = expect<Made>().table;
        send(owner, Go{});
        expect_down(watch);
        auto transfer = receive<Ages::Transfer>(0ms);
        if (!transfer || transfer->table != table || transfer->from != owner ||
            transfer->data != "from your parent")
          ++unexpected;
        if (table.info()->owner != self()) ++unexpected;
        table.insert("bob", 1);
        if (table.size() != 2) ++unexpected;
        table.destroy();
        if (table.exists() || Ages::find("legacy")) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("ETS-1: a table whose heir has ended, or whose heir is its owner, goes with its owner") {
  Runtime runtime(quiet(1));
  auto [dead, own] = runtime.run([] {
    auto ends = [](TableOptions options, bool to_itself) {
      auto [owner, watch] = spawn_monitor(owner_of, std::move(options), self());
      Ages table = expect<Made>().table;
      static_cast<void>(to_itself);
      send(owner, Go{});
      expect_down(watch);
      return !table.exists();
    };
    bool of_the_dead = ends({.name = "a", .heir = dead_process()}, false) && !Ages::find("a");
    auto [owner, watch] = spawn_monitor(
        [](Pid parent) {
          Ages table = Ages::create();
          table.set_heir(self());
          send(parent, Made{table});
        },
        self());
    Ages table = expect<Made>().table;
    expect_down(watch);
    return std::pair{of_the_dead, !table.exists()};
  });
  CHECK(dead);
  CHECK(own);
}

TEST_CASE("ETS-1: a table goes from heir to heir") {
  Runtime runtime(quiet(1));
  auto [heirs, last] = runtime.run([] {
    // The second inherits from the first and dies as well; its own heir is the test.
    auto [second, second_watch] = spawn_monitor(
        [](Pid parent) {
          auto transfer = expect<Ages::Transfer>();
          transfer.table.set_heir(parent, "third");
          transfer.table.insert("second", 2);
        },
        self());
    auto [first, first_watch] =
        spawn_monitor(owner_of, TableOptions{.heir = second, .heir_data = "second"}, self());
    Ages table = expect<Made>().table;
    send(first, Go{});
    expect_down(first_watch);
    expect_down(second_watch);
    auto transfer = expect<Ages::Transfer>();
    return std::pair{transfer.from == second && transfer.data == "third", transfer.table.lookup("second")};
  });
  CHECK(heirs);
  CHECK(last == 2);
}

TEST_CASE("ETS-1: give_away makes another the owner, at once, and tells it") {
  Runtime runtime(quiet(1));
  auto [given, told, refused, gone] = runtime.run([] {
    Ages table = Ages::create({.name = "gift"});
    auto [other, watch] = spawn_monitor(
        [](Pid parent) {
          auto transfer = expect<Ages::Transfer>();
          transfer.table.insert("mine", 1);
          send(parent, Text{transfer.data});
          receive<Go>();
        },
        self());
    bool yes = table.give_away(other, "take it");
    std::string write = refusal([&] { table.insert("a", 1); });
    std::string again = refusal([&] { table.give_away(self()); });
    std::string text = expect<Text>().value;
    bool there = table.lookup("mine") == 1;
    send(other, Go{});
    expect_down(watch);
    return std::tuple{yes && there, text, !write.empty() && !again.empty(), !table.exists()};
  });
  CHECK(given);
  CHECK(told == "take it");
  CHECK(refused);
  CHECK(gone);
}

TEST_CASE("ETS-1: a table can't be given to the dead: it stays the caller's") {
  Runtime runtime(quiet(1));
  auto [given, kept, oneself] = runtime.run([] {
    Ages table = Ages::create();
    bool yes = table.give_away(dead_process());
    table.insert("a", 1);
    return std::tuple{yes, table.info()->owner == self(), refusal([&] { table.give_away(self()); })};
  });
  CHECK_FALSE(given);
  CHECK(kept);
  CHECK(oneself.find("oneself") != std::string::npos);
}

TEST_CASE(
    "ETS-1: giving away races with the end of who gets it: the table has an owner that lives, or none") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int i = 0; i < repetitions(1000); ++i) {
        Ages table = Ages::create({.name = "hot", .access = TableAccess::public_table});
        auto [other, watch] = spawn_monitor([] {});
        if (i % 2 == 0) yield();
        bool given = table.give_away(other);
        expect_down(watch);
        if (given == table.exists()) ++unexpected;
        if (!given) table.destroy();
        if (Ages::find("hot")) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("ETS-1: who destroys a public table need not own it; its owner lives on") {
  Runtime runtime(quiet(1));
  bool good = runtime.run([] {
    Ages table = table_of_another({.access = TableAccess::public_table});
    table.destroy();
    bool told = !refusal([&] { table.destroy(); }).empty() && !refusal([&] { table.clear(); }).empty();
    return !table.exists() && told;
  });
  CHECK(good);
}

TEST_CASE("ETS-1, EXT-5: a table made in a destructor of an exit is gone with its process") {
  Runtime runtime(quiet(1));
  auto [made, free] = runtime.run([] {
    struct MakesTable {
      ~MakesTable() { Ages::create({.name = "last words"}); }
    };
    auto [process, watch] = spawn_monitor([] {
      MakesTable later;
      receive<Never>();
    });
    while (process_info(process)->status != ProcessStatus::waiting) yield();
    exit(process, ExitReason::kill);
    expect_down(watch);
    return std::pair{true, !Ages::find("last words")};
  });
  CHECK(made);
  CHECK(free);
}

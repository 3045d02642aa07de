// REG-1: registries: entries, who has them, and that they go with their processes.
#include "semantics/support.hpp"

using namespace semantics;

namespace {

using registry::Keys;
using Names = registry::Directory<std::string>;
using Scores = registry::Directory<std::string, int>;

// Registers under a key, says so, stays until it gets Go.
Pid member(const Scores& directory, const std::string& key, int value) {
  Pid process = spawn(
      [](Scores in, std::string mine, int with, Pid parent) {
        bool in_it = in.register_key(mine, with).has_value();
        send(parent, Number{in_it ? 1 : 0});
        expect<Go>();
      },
      directory, key, value, self());
  if (expect<Number>().value != 1) throw std::runtime_error("it could not register");
  return process;
}

void end(Pid process) {
  Monitor watch = monitor(process);
  send(process, Go{});
  expect_down(watch);
}

template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const registry::BadRegistry& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("REG-1: a process is found under its unique key, and nobody else gets it") {
  Runtime runtime(quiet(1));
  auto [found, nobody, holder, twice, kept] = runtime.run([] {
    Names names = registry::start_link<std::string>({.name = "names"});
    if (!names.register_key("me")) throw std::runtime_error("refused");
    auto other = spawn_monitor(
        [](Names in, Pid parent) {
          auto refused = in.register_key("me");
          send(parent, refused ? Pid() : refused.error().process);
        },
        names, self());
    Pid told = expect<Pid>();
    expect_down(other.monitor);
    auto again = names.register_key("me");
    return std::tuple{names.whereis("me") == self(), !names.whereis("you"), told == self(),
                      !again && again.error().process == self(), names.count()};
  });
  CHECK(found);
  CHECK(nobody);
  CHECK(holder);
  CHECK(twice);
  CHECK(kept == 1);
}

TEST_CASE("REG-1, SIG-6: entries are gone when their process's end is seen") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      Scores scores = registry::start_link<std::string, int>({.name = "scores"});
      int unexpected = 0;
      for (int i = 0; i < repetitions(300); ++i) {
        auto [process, watch] = spawn_monitor(
            [](Scores in, Pid parent) {
              for (const char* key : {"a", "b", "c"}) {
                if (!in.register_key(key, 1)) send(parent, Never{});
              }
              send(parent, Done{});
              if (in.count() % 2 == 0) expect<Go>();
            },
            scores, self());
        expect<Done>();
        send(process, Go{});
        if (i % 3 == 0) exit(process, ExitReason::kill);
        expect_down(watch);
        if (scores.count() != 0 || scores.whereis("b") || !scores.keys(process).empty()) ++unexpected;
        if (!scores.register_key("a", i) || scores.unregister_key("a") != 1) ++unexpected;
      }
      return unexpected + (take_queued<Never>() ? 1000 : 0);
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("REG-1: duplicate keys have many entries, of one process or of several, in order") {
  Runtime runtime(quiet(1));
  auto [values, mine, keys, dispatched, unique_only] = runtime.run([] {
    Scores rooms = registry::start_link<std::string, int>({.name = "rooms", .keys = Keys::duplicate});
    Pid other = member(rooms, "blue", 1);
    static_cast<void>(rooms.register_key("blue", 2));
    static_cast<void>(rooms.register_key("blue", 3));
    static_cast<void>(rooms.register_key("red", 4));
    std::vector<int> all;
    for (auto& entry : rooms.lookup("blue")) all.push_back(entry.value * (entry.process == other ? -1 : 1));
    int sent = 0;
    rooms.dispatch("blue", [&](const Scores::Entries& entries) {
      for (auto& entry : entries) send(entry.process, Go{}), ++sent;
    });
    rooms.dispatch("nobody", [&](const Scores::Entries&) { sent = 100; });
    std::string told = refusal([&] { rooms.whereis("blue"); }) +
                       refusal([&] { rooms.update_value("blue", [](int value) { return value; }); });
    return std::tuple{all, rooms.values("blue", self()), rooms.keys(self()), sent, told};
  });
  CHECK(values == std::vector{-1, 2, 3});
  CHECK(mine == std::vector{2, 3});
  CHECK(keys == std::vector<std::string>{"blue", "blue", "red"});
  CHECK(dispatched == 3);
  CHECK(unique_only.find("whereis() needs unique keys") != std::string::npos);
  CHECK(unique_only.find("update_value() needs unique keys") != std::string::npos);
}

TEST_CASE("REG-1: unregister takes the caller's entries, those of others stay") {
  Runtime runtime(quiet(1));
  auto counts = runtime.run([] {
    Scores rooms = registry::start_link<std::string, int>({.keys = Keys::duplicate});
    Pid other = member(rooms, "blue", 1);
    for (int value : {2, 3, 4}) static_cast<void>(rooms.register_key("blue", value));
    std::vector<std::size_t> seen;
    seen.push_back(rooms.unregister_match("blue", [](int value) { return value == 3; }));
    seen.push_back(rooms.lookup("blue").size());
    seen.push_back(rooms.unregister_key("blue"));
    seen.push_back(rooms.unregister_key("blue"));
    seen.push_back(rooms.lookup("blue").size());
    end(other);
    seen.push_back(rooms.lookup("blue").size());
    return seen;
  });
  CHECK(counts == std::vector<std::size_t>{1, 3, 2, 0, 1, 0});
}

TEST_CASE("REG-1: update_value changes what the caller has, and nobody else's") {
  Runtime runtime(quiet(1));
  auto [changed, others, nobodys, now, gone] = runtime.run([] {
    Scores scores = registry::start_link<std::string, int>({.name = "scores"});
    Pid other = member(scores, "theirs", 1);
    static_cast<void>(scores.register_key("mine", 10));
    auto both = scores.update_value("mine", [](int value) { return value + 1; });
    bool theirs = scores.update_value("theirs", [](int value) { return value + 1; }).has_value();
    bool none = scores.update_value("none", [](int value) { return value + 1; }).has_value();
    auto [process, watch] = spawn_monitor(
        [](Scores in) {
          static_cast<void>(in.register_key("short", 1));
          in.update_value("short", [](int) { return 2; });
        },
        scores);
    expect_down(watch);
    static_cast<void>(other);
    return std::tuple{both, theirs, none, scores.lookup("mine").front().value,
                      scores.lookup("short").empty()};
  });
  CHECK(changed == std::pair(11, 10));
  CHECK_FALSE(others);
  CHECK_FALSE(nobodys);
  CHECK(now == 11);
  CHECK(gone);
}

TEST_CASE("REG-1: match, count_match, select and count_select look at keys, processes and values") {
  Runtime runtime(quiet(1));
  auto [matched, counted, selected, processes] = runtime.run([] {
    Scores rooms = registry::start_link<std::string, int>({.keys = Keys::duplicate});
    member(rooms, "blue", 5);
    for (int value : {1, 2, 3}) static_cast<void>(rooms.register_key("blue", value));
    static_cast<void>(rooms.register_key("red", 9));
    auto odd = [](const registry::Entry<int>& entry) { return entry.value % 2 == 1; };
    auto big = rooms.select([](const std::string&, Pid, int value) { return value > 4; });
    std::size_t mine =
        rooms.count_select([](const std::string&, Pid process, int) { return process == self(); });
    return std::tuple{rooms.match("blue", odd).size(), rooms.count_match("blue", odd), big.size(), mine};
  });
  CHECK(matched == 3);
  CHECK(counted == 3);
  CHECK(selected == 2);
  CHECK(processes == 4);
}

TEST_CASE("REG-1: of many that want a unique key one gets it, the others learn who") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      Names names = registry::start_link<std::string>();
      int unexpected = 0;
      for (int round = 0; round < repetitions(100); ++round) {
        for (int i = 0; i < 8; ++i) {
          spawn(
              [](Names in, Pid judge) {
                expect<Go>();
                auto got = in.register_key("wanted");
                send(judge, Hello{got ? self() : got.error().process});
                expect<Done>();
              },
              names, self());
        }
        std::vector<Pid> all;
        for (Pid process : processes()) {
          if (process != self() && process != names.process()) all.push_back(process);
        }
        for (Pid process : all) send(process, Go{});
        Pid winner = expect<Hello>().from;
        for (int i = 1; i < 8; ++i) unexpected += expect<Hello>().from == winner ? 0 : 1;
        if (names.whereis("wanted") != winner) ++unexpected;
        for (Pid process : all) {
          Monitor watch = monitor(process);
          send(process, Done{});
          expect_down(watch);
        }
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("REG-1: listeners are told of entries that come and go, in order") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [first, second, third, orders] = runtime.run([] {
      register_name("listener", self());
      Scores scores =
          registry::start_link<std::string, int>({.name = "scores", .listeners = {"listener", "nobody"}});
      using In = registry::Registered<std::string, int>;
      using Out = registry::Unregistered<std::string>;
      Pid other = member(scores, "a", 7);
      In in = expect<In>();
      end(other);
      Out out = expect<Out>();
      static_cast<void>(scores.register_key("b", 8));
      scores.unregister_key("b");
      bool own = expect<In>().process == self() && expect<Out>().key == "b";
      int wrong = 0;
      for (int i = 0; i < 100; ++i) {
        spawn_monitor([](Scores into) { static_cast<void>(into.register_key("hot", 1)); }, scores);
        receive<Down>();
      }
      for (int i = 0; i < 100; ++i) {
        auto [came, pid] = receive([](In event) { return std::pair(true, event.process); },
                                   [](Out event) { return std::pair(false, event.process); });
        auto [gone, same] = receive([](In event) { return std::pair(true, event.process); },
                                    [](Out event) { return std::pair(false, event.process); });
        if (!came || gone || pid != same) ++wrong;
      }
      return std::tuple{in.registry == "scores" && in.key == "a" && in.process == other && in.value == 7,
                        out.registry == "scores" && out.key == "a" && out.process == other, own, wrong};
    });
    CHECK(first);
    CHECK(second);
    CHECK(third);
    CHECK(orders == 0);
  });
}

TEST_CASE("REG-1: a registry ends with its process; by its name it is there again after a restart, empty") {
  Runtime runtime(quiet(1));
  auto [told, before, empty, again, gone] = runtime.run([] {
    trap_exit(true);
    Names early("names");
    std::string not_yet = refusal([&] { early.lookup("me"); });
    Names names = registry::start_link<std::string>({.name = "names"});
    bool same = early == names && whereis("names") == names.process();
    static_cast<void>(names.register_key("me"));
    Pid process = names.process();
    exit(process, ExitReason::kill);
    expect_exit(process);
    std::string ended = refusal([&] { static_cast<void>(names.register_key("me")); }) +
                        refusal([&] { names.keys(self()); }) + refusal([&] { names.count(); });
    registry::start_link<std::string>({.name = "names", .keys = Keys::duplicate});
    bool fresh = names.count() == 0 && names.keys(self()).empty() && names.keys_kind() == Keys::duplicate;
    bool usable = names.register_key("me") && names.register_key("me") && names.count() == 2;
    return std::tuple{not_yet, same, fresh, usable, ended};
  });
  CHECK(told.find("throng: the registry \"names\" does not run") == 0);
  CHECK(before);
  CHECK(empty);
  CHECK(again);
  CHECK(gone.find("does not run") != std::string::npos);
}

TEST_CASE("REG-1: a second registry of one name does not start; other types are refused") {
  Runtime runtime(quiet(1));
  auto [already, types] = runtime.run([] {
    Names names = registry::start_link<std::string>({.name = "names"});
    auto second = registry::try_start_link<std::string>({.name = "names"});
    return std::pair{!second && second.error().already_started == names.process(),
                     refusal([] { Scores("names"); })};
  });
  CHECK(already);
  CHECK(types.find("is of other types") != std::string::npos);
}

TEST_CASE("REG-1: properties of a registry are found by type, and go with it") {
  Runtime runtime(quiet(1));
  auto [value, other, erased] = runtime.run([] {
    Names names = registry::start_link<std::string>();
    names.put_meta("limit", 5);
    names.put_meta("limit", 6);
    auto found = names.meta<int>("limit");
    bool wrong = names.meta<std::string>("limit").has_value();
    bool once = names.erase_meta("limit") && !names.erase_meta("limit") && !names.meta<int>("limit");
    return std::tuple{found ? **found : 0, wrong, once};
  });
  CHECK(value == 6);
  CHECK_FALSE(other);
  CHECK(erased);
}

TEST_CASE("REG-1: lock lets one process in at a time, in turn, and the end of one lets the next in") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [most, rounds, twice, other_key] = runtime.run([] {
      Names names = registry::start_link<std::string>();
      Atomics inside(2);
      std::vector<Monitor> watches;
      for (int i = 0; i < 12; ++i) {
        watches.push_back(spawn_monitor(
                              [](Names in, Atomics counts, int number) {
                                for (int n = 0; n < 20; ++n) {
                                  in.lock("key", [&] {
                                    if (counts.add_get(0, 1) != 1) counts.add(1, 1000);
                                    yield();
                                    counts.sub(0, 1);
                                    if (number % 4 == 0 && n == 10) exit(self(), ExitReason::kill);
                                    counts.add(1, 1);
                                  });
                                }
                              },
                              names, inside, i)
                              .monitor);
      }
      for (Monitor watch : watches) expect_down(watch);
      bool refused = false;
      int result = names.lock("key", [&] {
        try {
          names.lock("key", [] {});
        } catch (const std::logic_error&) {
          refused = true;
        }
        return names.lock("another", [] { return 5; });
      });
      return std::tuple{inside.get(0), inside.get(1), refused, result};
    });
    CHECK(most == 0);
    CHECK(rounds == 9 * 20 + 3 * 10);
    CHECK(twice);
    CHECK(other_key == 5);
  });
}

TEST_CASE("REG-1, EXT-5: who is ended without its destructors gives up its locks too") {
  Runtime runtime(quiet(2));
  bool next_in = runtime.run([] {
    Names names = registry::start_link<std::string>();
    Pid holder = spawn(
        [](Names in, Pid parent) {
          in.lock("key", [parent] {
            send(parent, Done{});
            for (;;) charge(1000);  // never where its kill could be thrown
          });
        },
        names, self());
    expect<Done>();
    spawn([](Names in, Pid parent) { in.lock("key", [parent] { send(parent, Go{}); }); }, names, self());
    yield();
    exit(holder, ExitReason::kill);
    wait_for_end(holder);
    expect<Go>();
    return names.lock("key", [] { return true; });
  });
  CHECK(next_in);
}

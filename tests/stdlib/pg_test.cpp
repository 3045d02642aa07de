// PG-1: groups of processes: joining, leaving by hand and by ending, watching.
#include <set>

#include "semantics/support.hpp"

using namespace semantics;

namespace {

using Pids = std::vector<Pid>;

void end(Pid process) {
  Monitor watch = throng::monitor(process);
  send(process, Go{});
  expect_down(watch);
}

}  // namespace

TEST_CASE("PG-1: who joins is a member, as often as it joined") {
  Runtime runtime(quiet(1));
  auto [members, twice, left, groups, none] = runtime.run([] {
    pg::start_link();
    Pid a = waiting_process(), b = waiting_process();
    pg::join("rooms", a);
    pg::join("rooms", Pids{b, a});
    pg::join("me");
    bool in = pg::members("rooms") == Pids{a, b, a} && pg::members("me") == Pids{self()};
    bool out = pg::leave("rooms", a) && pg::members("rooms") == Pids{a, b};
    bool all = pg::leave("rooms", Pids{a, b}) && pg::members("rooms").empty();
    auto names = pg::which_groups();
    bool nothing = pg::leave("rooms", a) || pg::leave("unknown") || !pg::members("unknown").empty();
    return std::tuple{in, out, all, names, nothing};
  });
  CHECK(members);
  CHECK(twice);
  CHECK(left);
  CHECK(groups == std::vector<std::string>{"me"});
  CHECK_FALSE(none);
}

TEST_CASE("PG-1, SIG-6: who has ended is in no group when its end is seen") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      pg::start_link();
      int unexpected = 0;
      for (int i = 0; i < repetitions(200); ++i) {
        Pid process = waiting_process();
        pg::join("a", Pids{process, process});
        pg::join("b", process);
        end(process);
        if (!pg::members("a").empty() || !pg::members("b").empty() || !pg::which_groups().empty())
          ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("PG-1: the dead do not join; a scope that does not run has no members and takes none") {
  Runtime runtime(quiet(1));
  auto [dead, events, reason, nothing] = runtime.run([] {
    pg::start_link();
    auto [watch, members] = pg::monitor("group");
    pg::join("group", dead_process());
    bool empty = pg::members("group").empty();
    pg::join("group");
    bool only_me = expect<pg::Joined>().processes == Pids{self()} && !take_queued<pg::Left>();
    ExitReason why;
    try {
      pg::join("group", self(), "elsewhere");
    } catch (const CallFailed& failure) {
      why = failure.reason();
    }
    return std::tuple{empty, only_me, why,
                      pg::members("group", "elsewhere").empty() && pg::which_groups("elsewhere").empty()};
  });
  CHECK(dead);
  CHECK(events);
  CHECK(reason == ExitReason::noproc);
  CHECK(nothing);
}

TEST_CASE("PG-1: scopes are apart, and end with their processes") {
  Runtime runtime(quiet(1));
  auto [apart, second, gone, again] = runtime.run([] {
    trap_exit(true);
    pg::start_link();
    auto scope = pg::start_link("chat");
    pg::join("group", self(), "chat");
    bool other = pg::members("group").empty() && pg::members("group", "chat") == Pids{self()};
    Pid holder;
    try {
      pg::start_link("chat");
    } catch (const StartFailed& failure) {
      holder = failure.error().already_started.value_or(Pid());
    }
    exit(scope.pid(), ExitReason::kill);
    expect_exit(scope.pid());
    bool empty = pg::members("group", "chat").empty() && pg::which_groups("chat").empty();
    pg::start_link("chat");
    pg::join("group", self(), "chat");
    return std::tuple{other, holder == scope.pid(), empty, pg::members("group", "chat").size() == 1};
  });
  CHECK(apart);
  CHECK(second);
  CHECK(gone);
  CHECK(again);
}

TEST_CASE("PG-1: who watches a group gets its members and then every change, until it stops watching") {
  Runtime runtime(quiet(1));
  auto [first, joined, left, ended, other, over] = runtime.run([] {
    pg::start_link();
    Pid a = waiting_process(), b = waiting_process();
    pg::join("group", a);
    auto [watch, members] = pg::monitor("group");
    pg::join("group", Pids{b, b});
    auto came = expect<pg::Joined>();
    pg::leave("group", a);
    auto went = expect<pg::Left>();
    pg::join("other", a);
    end(b);
    auto end_of_b = expect<pg::Left>();
    bool none_of_other = !take_queued<pg::Joined>();
    pg::join("group", a);
    bool active = pg::demonitor(watch), again = pg::demonitor(watch);
    pg::leave("group", a);
    bool silent = !take_queued<pg::Joined>() && !take_queued<pg::Left>();
    return std::tuple{members == Pids{a},
                      came.watch == watch && came.group == "group" && came.processes == Pids{b, b},
                      went.processes == Pids{a},
                      end_of_b.processes == Pids{b, b},
                      none_of_other,
                      active && !again && silent};
  });
  CHECK(first);
  CHECK(joined);
  CHECK(left);
  CHECK(ended);
  CHECK(other);
  CHECK(over);
}

TEST_CASE("PG-1: who watches a scope gets all groups and then every change") {
  Runtime runtime(quiet(1));
  auto [first, joined, left] = runtime.run([] {
    pg::start_link();
    Pid a = waiting_process();
    pg::join("x", a);
    pg::join("y", self());
    auto [watch, groups] = pg::monitor_scope();
    pg::join("z", a);
    auto came = expect<pg::Joined>();
    end(a);
    auto one = expect<pg::Left>(), two = expect<pg::Left>();
    return std::tuple{groups == pg::Groups{{"x", {a}}, {"y", {self()}}},
                      came.watch == watch && came.group == "z", one.group == "x" && two.group == "z"};
  });
  CHECK(first);
  CHECK(joined);
  CHECK(left);
}

TEST_CASE(
    "PG-1: what a watcher got at first and the changes after it fit together, however members come and go") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      pg::start_link();
      for (int i = 0; i < 4; ++i) {
        spawn(
            [](Pid parent) {
              for (int n = 0; n < 100; ++n) {
                auto [process, watch] = spawn_monitor(
                    [](int manner) {
                      pg::join("hot");
                      if (manner == 0) pg::leave("hot");
                      if (manner == 1) pg::join("hot");
                    },
                    n % 3);
                expect_down(watch);
              }
              send(parent, Done{});
            },
            self());
      }
      int unexpected = 0;
      for (int round = 0; round < 20; ++round) {
        auto [watch, members] = pg::monitor("hot");
        std::multiset<Pid> seen(members.begin(), members.end());
        for (int i = 0; i < 20; ++i) {
          receive([&](pg::Joined event) { seen.insert(event.processes.begin(), event.processes.end()); },
                  [&](pg::Left event) {
                    for (Pid process : event.processes) {
                      auto found = seen.find(process);
                      if (found == seen.end()) {
                        ++unexpected;
                      } else {
                        seen.erase(found);
                      }
                    }
                  },
                  after(1ms, [] {}));
        }
        pg::demonitor(watch);
      }
      for (int i = 0; i < 4; ++i) expect<Done>();
      auto [last, members] = pg::monitor("hot");
      std::multiset<Pid> left(members.begin(), members.end());
      while (!left.empty()) {
        for (Pid process : expect<pg::Left>().processes) left.erase(left.find(process));
      }
      return unexpected + static_cast<int>(pg::members("hot").size());
    });
    CHECK(wrong == 0);
  });
}

// ALI-1 to ALI-4: addresses that their owner can take back.
#include "support.hpp"

using namespace semantics;

namespace {

struct Request {
  Alias reply_to;
};
struct Reply {
  int value = 0;
};

// Answers each request twice, then says so directly: what the aliases let through has arrived by then.
void answer_twice() {
  for (;;) {
    auto request = receive<Request>();
    send(request.reply_to, Reply{1});
    send(request.reply_to, Reply{2});
    send(request.reply_to.owner(), Done{});
  }
}

// How many of two answers through the alias arrive.
int answers_through(Pid server, const Alias& alias) {
  send(server, Request{alias});
  expect<Done>();
  return count_queued<Reply>();
}

bool refuses_alias(AliasKind kind) {
  try {
    alias(kind);
  } catch (const std::invalid_argument&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("ALI-1: a message through an alias reaches its creator, whoever sends it") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [own, of_other, passed_on] = runtime.run([] {
      Alias address = alias();
      send(address, Reply{1});
      int mine = count_queued<Reply>();
      Pid server = spawn(answer_twice);
      int others = answers_through(server, address);
      spawn([](Alias to) { spawn([](Alias further) { send(further, Reply{3}); }, to); }, address);
      return std::tuple{mine, others, expect<Reply>().value};
    });
    CHECK(own == 1);
    CHECK(of_other == 2);
    CHECK(passed_on == 3);
  });
}

TEST_CASE("ALI-1: through an inactive alias nothing gets into the queue, and what is there stays") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> dropped{0};
    auto [was_active, again, stayed, passed] = runtime.run(trusted([&dropped] {
      Alias address = alias();
      send(address, Reply{1});
      bool active = unalias(address);
      bool twice = unalias(address);
      int kept = count_queued<Reply>();
      int later = answers_through(spawn(answer_twice), address);
      send(address, Witness(dropped));
      later += count_queued<Witness>();
      return std::tuple{active, twice, kept, later};
    }));
    CHECK(was_active);
    CHECK_FALSE(again);
    CHECK(stayed == 1);
    CHECK(passed == 0);
    CHECK(dropped == 1);
  });
}

TEST_CASE("ALI-1: aliases of one process are independent of each other") {
  Runtime runtime(quiet(1));
  auto [ended, others] = runtime.run([] {
    Pid server = spawn(answer_twice);
    std::vector<Alias> aliases;
    for (int i = 0; i < 100; ++i) aliases.push_back(alias());
    for (std::size_t i = 0; i < aliases.size(); i += 2) unalias(aliases[i]);
    int through_ended = 0, through_others = 0;
    for (std::size_t i = 0; i < aliases.size(); ++i) {
      (i % 2 == 0 ? through_ended : through_others) += answers_through(server, aliases[i]);
    }
    return std::pair{through_ended, through_others};
  });
  CHECK(ended == 0);
  CHECK(others == 100);
}

TEST_CASE("ALI-1: an alias ends with its creator") {
  on_one_and_two_workers([](Runtime& runtime) {
    std::atomic<int> dropped{0};
    runtime.run(trusted([&dropped] {
      auto [owner, watch] = spawn_monitor([](Pid to) { send(to, alias()); }, self());
      auto address = expect<Alias>();
      expect_down(watch);
      send(address, Witness(dropped));
    }));
    CHECK(dropped == 1);
  });
}

TEST_CASE("ALI-2: a plain alias lasts until unalias, one of kind once until its first message") {
  Runtime runtime(quiet(1));
  auto [plain, once, once_active, unused_once] = runtime.run([] {
    Pid server = spawn(answer_twice);
    Alias lasting = alias(AliasKind::explicit_unalias), single = alias(AliasKind::once);
    int through_lasting = answers_through(server, lasting) + answers_through(server, lasting);
    int through_single = answers_through(server, single);
    bool active = unalias(single);
    return std::tuple{through_lasting, through_single, active, unalias(alias(AliasKind::once))};
  });
  CHECK(plain == 4);
  CHECK(once == 1);
  CHECK_FALSE(once_active);
  CHECK(unused_once);
}

TEST_CASE("ALI-2: kinds that belong to a monitor are refused without one, and once is refused with one") {
  Runtime runtime(quiet(1));
  auto [demonitor_kind, reply_kind, once_kind] = runtime.run([] {
    bool once_refused = false;
    try {
      monitor(waiting_process(), {.alias = AliasKind::once});
    } catch (const std::invalid_argument&) {
      once_refused = true;
    }
    return std::tuple{refuses_alias(AliasKind::demonitor), refuses_alias(AliasKind::reply_demonitor),
                      once_refused};
  });
  CHECK(demonitor_kind);
  CHECK(reply_kind);
  CHECK(once_kind);
}

TEST_CASE("ALI-2: an explicit alias made with a monitor outlives demonitor and Down, until unalias") {
  struct Result {
    int after_demonitor = 0, after_down = 0, after_unalias = 9;
    bool active = false;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    Pid server = spawn(answer_twice), watched = waiting_process();
    Monitor first = monitor(watched, {.alias = AliasKind::explicit_unalias});
    Monitor second = monitor(watched, {.alias = AliasKind::explicit_unalias});
    demonitor(first);
    seen.after_demonitor = answers_through(server, alias_of(first));
    send(watched, Go{});
    expect_down(second);
    seen.after_down = answers_through(server, alias_of(second));
    seen.active = unalias(alias_of(first)) && unalias(alias_of(second));
    seen.after_unalias = answers_through(server, alias_of(first)) + answers_through(server, alias_of(second));
    return seen;
  });
  CHECK(result.after_demonitor == 2);
  CHECK(result.after_down == 2);
  CHECK(result.active);
  CHECK(result.after_unalias == 0);
}

TEST_CASE("ALI-2: an alias of kind demonitor takes any number of messages, and ends with its monitor") {
  struct Result {
    int while_active = 0, after_demonitor = 9, after_down = 9, after_noproc = 9;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Result result = runtime.run([] {
      Result seen;
      Pid server = spawn(answer_twice), watched = waiting_process();
      Monitor first = monitor(watched, {.alias = AliasKind::demonitor});
      Monitor second = monitor(watched, {.alias = AliasKind::demonitor});
      seen.while_active = answers_through(server, alias_of(first));
      seen.while_active += answers_through(server, alias_of(second));
      demonitor(first);
      seen.after_demonitor = answers_through(server, alias_of(first));
      send(watched, Go{});
      expect_down(second);
      seen.after_down = answers_through(server, alias_of(second));
      Monitor late = monitor(watched, {.alias = AliasKind::demonitor});
      expect_down(late);
      seen.after_noproc = answers_through(server, alias_of(late));
      return seen;
    });
    CHECK(result.while_active == 4);
    CHECK(result.after_demonitor == 0);
    CHECK(result.after_down == 0);
    CHECK(result.after_noproc == 0);
  });
}

TEST_CASE("ALI-2: the first message through a reply_demonitor alias ends both it and the monitor") {
  struct Result {
    int answers = 0, downs = 9;
    bool alias_active = true, monitor_active = true, listed = true;
  };
  on_one_and_two_workers([](Runtime& runtime) {
    Result result = runtime.run([] {
      Result seen;
      Pid server = spawn(answer_twice);
      Monitor watch = monitor(server, {.alias = AliasKind::reply_demonitor});
      seen.answers = answers_through(server, alias_of(watch));
      seen.listed = !info_of(self()).monitors.empty();
      seen.alias_active = unalias(alias_of(watch));
      Monitor other = monitor(server);
      exit(server, ExitReason::kill);
      expect_down(other);
      yield();
      seen.downs = count_queued<Down>();
      seen.monitor_active = demonitor(watch);
      return seen;
    });
    CHECK(result.answers == 1);
    CHECK(result.downs == 0);
    CHECK_FALSE(result.alias_active);
    CHECK_FALSE(result.monitor_active);
    CHECK_FALSE(result.listed);
  });
}

TEST_CASE("ALI-2: a reply_demonitor alias ends with demonitor and with the Down too") {
  Runtime runtime(quiet(1));
  auto [after_demonitor, after_down] = runtime.run([] {
    Pid server = spawn(answer_twice), watched = waiting_process();
    Monitor first = monitor(watched, {.alias = AliasKind::reply_demonitor});
    Monitor second = monitor(watched, {.alias = AliasKind::reply_demonitor});
    demonitor(first);
    int ended = answers_through(server, alias_of(first));
    send(watched, Go{});
    expect_down(second);
    return std::pair{ended, answers_through(server, alias_of(second))};
  });
  CHECK(after_demonitor == 0);
  CHECK(after_down == 0);
}

TEST_CASE("ALI-2: unalias leaves the monitor that the alias came with") {
  for (AliasKind kind : {AliasKind::explicit_unalias, AliasKind::demonitor, AliasKind::reply_demonitor}) {
    CAPTURE(static_cast<int>(kind));
    Runtime runtime(quiet(1));
    auto [active, passed, reason] = runtime.run(
        [](AliasKind of) {
          Pid server = spawn(answer_twice);
          Monitor watch = monitor(server, {.alias = of});
          bool was_active = unalias(alias_of(watch));
          int through = answers_through(server, alias_of(watch));
          exit(server, ExitReason::shutdown);
          return std::tuple{was_active, through, expect_down(watch).reason};
        },
        kind);
    CHECK(active);
    CHECK(passed == 0);
    CHECK(reason == ExitReason::shutdown);
  }
}

TEST_CASE("ALI-2: a monitor of oneself or of an unknown name may have an alias too") {
  Runtime runtime(quiet(1));
  auto [of_self, after, of_nobody] = runtime.run([] {
    Pid server = spawn(answer_twice);
    Monitor mine = monitor(self(), {.alias = AliasKind::demonitor});
    int through_mine = answers_through(server, alias_of(mine));
    demonitor(mine);
    int through_ended = answers_through(server, alias_of(mine));
    Monitor nobody = monitor("nobody", {.alias = AliasKind::explicit_unalias});
    expect_down(nobody);
    return std::tuple{through_mine, through_ended, answers_through(server, alias_of(nobody))};
  });
  CHECK(of_self == 2);
  CHECK(after == 0);
  CHECK(of_nobody == 2);
}

TEST_CASE("ALI-3: who is not the owner can't end an alias") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [ended, passed] = runtime.run([] {
      Alias address = alias();
      spawn(
          [](Alias other, Pid observer) {
            bool result = false;
            try {
              result = unalias(other);
            } catch (const std::invalid_argument&) {
            }
            send(observer, Number{result ? 1 : 0});
          },
          address, self());
      bool by_other = expect<Number>().value == 1;
      return std::pair{by_other, answers_through(spawn(answer_twice), address)};
    });
    CHECK_FALSE(ended);
    CHECK(passed == 2);
  });
}

// GSV-1: a start waits for init, and one that fails leaves no trace.
#include "checks.hpp"

using namespace behaviours;

namespace {

struct Ask {
  using Reply = int;
};

// Tells its starter that it was constructed, with what it saw of its own name.
class Punctual {
 public:
  using Protocol = Messages<Ask>;
  explicit Punctual(Pid observer) {
    yield();
    send(observer, Text{whereis("punctual") == self() ? "named" : "unnamed"});
  }
  int handle_call(Ask) { return 1; }
};

enum class Way : std::uint8_t { throws, exits, stops, ignores, refuses, hangs, is_killed };

// Fails in its constructor, and tells how it can be found.
class Failing {
 public:
  using Protocol = Messages<Ask>;
  Failing(Way way, Pid observer) {
    send(observer, Hello{self()});
    switch (way) {
      case Way::throws:
        throw std::runtime_error("no disk");
      case Way::exits:
        throng::exit(ExitReason::custom(7));
      case Way::stops:
        gen_server::stop(ExitReason::error("no luck"));
      case Way::ignores:
        gen_server::ignore();
      case Way::refuses:
        gen_server::refuse(ExitReason::error("not today"));
      case Way::hangs:
        receive<Never>();
        break;
      case Way::is_killed:
        spawn([](Pid who) { throng::exit(who, ExitReason::kill); }, self());
        receive<Never>();
        break;
    }
  }
  int handle_call(Ask) { return 2; }
};

ExitReason reason_for(Way way) {
  switch (way) {
    case Way::exits:
      return ExitReason::custom(7);
    case Way::stops:
      return ExitReason::error("no luck");
    case Way::ignores:
      return ExitReason::normal;
    case Way::refuses:
      return ExitReason::error("not today");
    case Way::hangs:
      return ExitReason::timeout;
    case Way::is_killed:
      return ExitReason::killed;
    case Way::throws:
      break;
  }
  return ExitReason::error("std::runtime_error: no disk");
}

constexpr Way all_ways[] = {Way::throws,  Way::exits, Way::stops,    Way::ignores,
                            Way::refuses, Way::hangs, Way::is_killed};

StartOptions options_for(Way way) {
  return {.name = "failing", .timeout = way == Way::hangs ? Duration(20ms) : Duration(patience)};
}

void check_no_trace(Checks& check, const std::string& how) {
  Pid failed = expect<Hello>().from;
  check(!is_alive(failed), how + "the process is gone");
  check(!whereis("failing"), how + "the name is free");
  check(queue_length() == 0, how + "no message is left");
  check(info_of(self()).links.empty() && info_of(self()).monitors.empty(), how + "no relation is left");
}

}  // namespace

TEST_CASE("GSV-1: a start returns when init is through, and the name is had before init begins") {
  on_both([](Checks& check) {
    for (int i = 0; i < 20; ++i) {
      auto server = gen_server::start<Punctual>(StartOptions{.name = "punctual"}, self());
      std::optional<Text> said = receive<Text>(0ms);
      check(said && said->value == "named", "constructed under its name when start returns");
      check(whereis("punctual") == server.pid(), "found by name");
      gen_server::stop(server);
    }
  });
}

TEST_CASE("GSV-1: start attaches nothing, start_link a link, start_monitor a monitor") {
  on_both([](Checks& check) {
    auto plain = gen_server::start<Punctual>(self());
    auto linked = gen_server::start_link<Punctual>(self());
    auto [watched, watch] = gen_server::start_monitor<Punctual>(StartOptions{}, self());
    check(info_of(plain.pid()).links.empty() && info_of(plain.pid()).monitored_by.empty(), "plain");
    check(info_of(linked.pid()).links == std::vector{self()}, "linked to the starter");
    check(info_of(watched.pid()).links.empty(), "a monitor is no link");
    check(info_of(watched.pid()).monitored_by == std::vector{self()}, "monitored by the starter");
    gen_server::stop(watched, ExitReason::shutdown);
    check(expect_down(watch).reason == ExitReason::shutdown, "the monitor tells the end");
  });
}

TEST_CASE("GSV-1: a failing start says why, in every way it can fail") {
  on_both([](Checks& check) {
    for (Way way : all_ways) {
      std::string how = std::to_string(static_cast<int>(way)) + ": ";
      auto started = gen_server::try_start<Failing>(options_for(way), way, self());
      check(!started && started.error().reason == reason_for(way), how + "the reason");
      check(!started && started.error().ignored == (way == Way::ignores), how + "ignored or not");
      check(!started && !started.error().already_started, how + "nobody had the name");
      check_no_trace(check, how);
    }
  });
}

TEST_CASE("GSV-1: a failing start_link sends no exit signal and leaves no message, trapped or not") {
  on_both([](Checks& check) {
    for (bool traps : {false, true}) {
      trap_exit(traps);
      for (Way way : all_ways) {
        // The one who is not the server's to prevent: its link does what a link does.
        if (way == Way::is_killed && !traps) continue;
        std::string how = std::to_string(static_cast<int>(way)) + (traps ? " trapping: " : ": ");
        auto started = gen_server::try_start_link<Failing>(options_for(way), way, self());
        check(!started && started.error().reason == reason_for(way), how + "the reason");
        check_no_trace(check, how);
      }
    }
  });
}

TEST_CASE("GSV-1: a failing start_monitor leaves no Down") {
  on_both([](Checks& check) {
    for (Way way : all_ways) {
      std::string how = std::to_string(static_cast<int>(way)) + ": ";
      try {
        gen_server::start_monitor<Failing>(options_for(way), way, self());
        check(false, how + "it fails");
      } catch (const StartFailed& failed) {
        check(failed.reason() == reason_for(way), how + "the reason");
      }
      check_no_trace(check, how);
    }
  });
}

TEST_CASE("GSV-1: a failed start that nobody catches is the end of the starter, with the reason") {
  on_both([](Checks& check) {
    auto reason =
        reason_of([](Pid observer) { gen_server::start_link<Failing>(Way::refuses, observer); }, self());
    check(reason == ExitReason::error("not today"), "the reason of the start");
  });
}

TEST_CASE("GSV-1: by whichever reason init refuses, the process itself ends normally and quietly") {
  on_both([](Checks& check) {
    for (Way way : {Way::refuses, Way::ignores, Way::stops}) {
      // An observer watches the process from the first moment of init on.
      Pid observer = spawn(
          [](Pid judge) {
            Pid server = expect<Hello>().from;
            send(judge, Seen{server, wait_for_end(server).reason});
          },
          self());
      static_cast<void>(gen_server::try_start<Failing>({}, way, observer));
      ExitReason seen = expect<Seen>().reason;
      bool known = way == Way::stops ? seen == reason_for(way) : seen.is_normal();
      // The observer's monitor may be too late to see more than that it is gone.
      check(known || seen == ExitReason::noproc, "ends as it should, not with " + seen.text());
    }
  });
}

TEST_CASE("GSV-1: an init that is stopped with a reason of its own is logged, a refusing one is not") {
  Runtime runtime(quiet(1));
  check_in(runtime, [](Checks& check) {
    log_to_me();
    for (Way way : {Way::stops, Way::throws, Way::exits}) {
      static_cast<void>(gen_server::try_start<Failing>({}, way, self()));
      check(logged().size() == 1, "the failure is logged");
    }
    for (Way way : {Way::refuses, Way::ignores}) {
      static_cast<void>(gen_server::try_start<Failing>({}, way, self()));
      check(logged().empty(), "a refusal is quiet");
    }
  });
}

TEST_CASE("GSV-1: a second start under a name says who has it, and harms nobody") {
  on_both([](Checks& check) {
    auto first = gen_server::start<Punctual>(StartOptions{.name = "punctual"}, self());
    expect<Text>();
    for (bool traps : {false, true}) {
      trap_exit(traps);
      auto second = gen_server::try_start_link<Punctual>(StartOptions{.name = "punctual"}, self());
      check(!second && second.error().already_started == first.pid(), "who has it");
      check(!second && contains(second.error().reason.text(), "already_started"), "says already_started");
      check(queue_length() == 0, "the second was never constructed, and no message is left");
      check(first.call(Ask{}) == 1, "the first lives");
      check(info_of(self()).links.empty(), "no link");
    }
    bool thrown = false;
    try {
      gen_server::start<Punctual>(StartOptions{.name = "punctual"}, self());
    } catch (const StartFailed& failed) {
      thrown = failed.error().already_started == first.pid();
    }
    check(thrown, "start throws the same");
  });
}

TEST_CASE("GSV-1: of many starts under one name exactly one succeeds") {
  on_both([](Checks& check) {
    for (int round = 0; round < 30; ++round) {
      for (int i = 0; i < 6; ++i) {
        spawn(
            [](Pid judge) {
              auto started = gen_server::try_start<Punctual>(StartOptions{.name = "punctual"}, self());
              send(judge, Hello{started ? started->pid() : Pid()});
            },
            self());
      }
      Pid winner;
      int winners = 0;
      for (int i = 0; i < 6; ++i) {
        Pid started = expect<Hello>().from;
        if (started) winner = started;
        winners += started ? 1 : 0;
      }
      check(winners == 1 && whereis("punctual") == winner, "one winner");
      gen_server::stop(ServerRef<Punctual>(winner));
    }
  });
}

TEST_CASE("GSV-1: a name is free as soon as the failure is seen") {
  on_both([](Checks& check) {
    for (int i = 0; i < 100; ++i) {
      static_cast<void>(gen_server::try_start_link<Failing>({.name = "punctual"}, all_ways[i % 5], self()));
      auto next = gen_server::try_start<Punctual>(StartOptions{.name = "punctual"}, self());
      check(next.has_value(), "the next one gets the name");
      if (next) gen_server::stop(*next);
    }
  });
}

TEST_CASE("GSV-1: a starter that is killed while init runs takes a linked server along") {
  on_both([](Checks& check) {
    Pid starter = spawn([](Pid observer) { gen_server::start_link<Failing>(Way::hangs, observer); }, self());
    Pid server = expect<Hello>().from;
    Monitor end = monitor(server);
    throng::exit(starter, ExitReason::kill);
    check(expect_down(end).reason == ExitReason::killed, "the link was there before init");
  });
}

TEST_CASE("GSV-1: a server without a name registers none") {
  Runtime runtime(quiet(1));
  check_in(runtime, [](Checks& check) {
    auto server = gen_server::start<Punctual>(StartOptions{.name = std::string()}, self());
    check(info_of(server.pid()).registered_name.empty(), "no name");
  });
}

TEST_CASE("GSV-1: starting needs a process") {
  CHECK_THROWS_AS(gen_server::start<Punctual>(Pid()), NotInProcess);
}

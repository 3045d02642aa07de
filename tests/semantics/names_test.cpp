// NAM-1: one name per process, one process per name.
#include "support.hpp"

using namespace semantics;

namespace {

// What register_name() says: nothing, or the sentence of its BadName.
std::string refusal(std::string_view name, Pid process) {
  try {
    register_name(name, process);
  } catch (const BadName& error) {
    return error.what();
  }
  return "";
}

bool refuses_to_unregister(std::string_view name) {
  try {
    unregister_name(name);
  } catch (const BadName&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("NAM-1: a registered name finds its process until it is unregistered") {
  struct Result {
    bool unknown = false, found = false, reached = false, gone = false;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    seen.unknown = !whereis("me");
    register_name("me", self());
    seen.found = whereis("me") == self();
    send("me", Go{});
    seen.reached = take_queued<Go>();
    unregister_name("me");
    seen.gone = !whereis("me");
    return seen;
  });
  CHECK(result.unknown);
  CHECK(result.found);
  CHECK(result.reached);
  CHECK(result.gone);
}

TEST_CASE("NAM-1: a process may register another, by a name known only at run time") {
  Runtime runtime(quiet(1));
  bool found = runtime.run([] {
    Pid other = waiting_process();
    for (int i = 0; i < 100; ++i) {
      std::string name = "worker " + std::to_string(i);
      register_name(name, other);
      if (whereis("worker " + std::to_string(i)) != other) return false;
      unregister_name(name);
    }
    return true;
  });
  CHECK(found);
}

TEST_CASE("NAM-1: a taken name is refused, and its owner keeps it") {
  Runtime runtime(quiet(1));
  auto [text, kept, free] = runtime.run([] {
    Pid other = waiting_process();
    register_name("taken", self());
    std::string sentence = refusal("taken", other);
    // The one that was refused has no name now, and may have another.
    return std::tuple{sentence, whereis("taken") == self(), refusal("free", other).empty()};
  });
  CHECK(text.find("taken") != std::string::npos);
  CHECK(kept);
  CHECK(free);
}

TEST_CASE("NAM-1: a second name for a process is refused, and so is the same one again") {
  Runtime runtime(quiet(1));
  auto [second, again, unchanged] = runtime.run([] {
    register_name("first", self());
    bool refused = !refusal("second", self()).empty();
    bool refused_again = !refusal("first", self()).empty();
    return std::tuple{refused, refused_again, whereis("first") == self() && !whereis("second")};
  });
  CHECK(second);
  CHECK(again);
  CHECK(unchanged);
}

TEST_CASE("NAM-1: a process that does not live gets no name") {
  Runtime runtime(quiet(1));
  auto [dead, null, free] = runtime.run([] {
    bool refused = !refusal("name", dead_process()).empty();
    bool refused_null = !refusal("name", Pid()).empty();
    return std::tuple{refused, refused_null, !whereis("name") && refusal("name", self()).empty()};
  });
  CHECK(dead);
  CHECK(null);
  CHECK(free);
}

TEST_CASE("NAM-1: a name that nobody has can't be unregistered") {
  Runtime runtime(quiet(1));
  auto [never, twice] = runtime.run([] {
    bool refused = refuses_to_unregister("never");
    register_name("once", self());
    unregister_name("once");
    return std::pair{refused, refuses_to_unregister("once")};
  });
  CHECK(never);
  CHECK(twice);
}

TEST_CASE("NAM-1: an uncaught refusal is the end of who asked, and of nobody else") {
  Runtime runtime(quiet(1));
  auto [reason, alive] = runtime.run([] {
    Pid owner = waiting_process();
    register_name("taken", owner);
    ExitReason end = reason_of([] { register_name("taken", self()); });
    return std::pair{end, is_alive(owner) && whereis("taken") == owner};
  });
  CHECK(reason.is_error());
  CHECK(reason.text().find("taken") != std::string::npos);
  CHECK(alive);
}

TEST_CASE("NAM-1: names stand in process_info and are freed at exit") {
  Runtime runtime(quiet(1));
  auto [name, unnamed, freed] = runtime.run([] {
    Pid other = waiting_process();
    std::string none = info_of(other).registered_name;
    register_name("other", other);
    std::string some = info_of(other).registered_name;
    send(other, Go{});
    wait_for_end(other);
    return std::tuple{some, none, refusal("other", self()).empty()};
  });
  CHECK(name == "other");
  CHECK(unnamed.empty());
  CHECK(freed);
}

TEST_CASE("NAM-1: of many that want one name exactly one gets it") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(100); ++round) {
        std::vector<Pid> candidates;
        for (int i = 0; i < 8; ++i) {
          candidates.push_back(spawn(
              [](Pid judge) {
                expect<Go>();
                send(judge, Number{refusal("contended", self()).empty() ? 1 : 0});
                expect<Done>();
              },
              self()));
        }
        for (Pid candidate : candidates) send(candidate, Go{});
        int winners = 0;
        for (std::size_t i = 0; i < candidates.size(); ++i) winners += expect<Number>().value;
        if (winners != 1) ++unexpected;
        for (Pid candidate : candidates) send(candidate, Done{});
        for (Pid candidate : candidates) wait_for_end(candidate);
        if (whereis("contended")) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("NAM-1: a process that ends while others name it keeps no name") {
  Runtime runtime(quiet(2));
  int wrong = runtime.run([] {
    int left = 0;
    for (int round = 0; round < repetitions(1000); ++round) {
      auto [child, watch] = spawn_monitor([] {});
      bool got_it = refusal("short-lived", child).empty();
      expect_down(watch);
      if (whereis("short-lived")) ++left;
      if (got_it && !refusal("short-lived", self()).empty()) ++left;
      if (whereis("short-lived")) unregister_name("short-lived");
    }
    return left;
  });
  CHECK(wrong == 0);
}

TEST_CASE("NAM-1: two runtimes share no names") {
  Runtime first(quiet(1)), second(quiet(1));
  first.run([] {
    Pid other = waiting_process();
    register_name("here", other);
  });
  CHECK(first.run([] { return whereis("here").has_value(); }));
  CHECK_FALSE(second.run([] { return whereis("here").has_value(); }));
}

TEST_CASE("NAM-1: names need a process") {
  CHECK_THROWS_AS(register_name("host", Pid()), NotInProcess);
  CHECK_THROWS_AS(unregister_name("host"), NotInProcess);
  CHECK_THROWS_AS(static_cast<void>(whereis("host")), NotInProcess);
}

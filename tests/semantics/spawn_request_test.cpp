// SPN-4: asking for a process without waiting for it.
#include "support.hpp"

using namespace semantics;

namespace {

RuntimeOptions small(std::size_t processes) {
  RuntimeOptions options = quiet(1);
  options.max_processes = processes;
  return options;
}

// Leaves no place in the process table. The processes live until the runtime stops.
void fill_the_table() {
  try {
    for (;;) waiting_process();
  } catch (const LimitReached&) {
  }
}

// Whether a reply to `request` comes: one to a later request of the same process would come after it.
bool is_answered(SpawnRequest request) {
  SpawnRequest later = spawn_request({}, [] {});
  bool answered = false;
  for (;;) {
    auto reply = expect<SpawnReply>();
    if (reply.request == later) return answered;
    if (reply.request == request) answered = true;
  }
}

void tell_of_exit(Pid observer) {
  auto exit = expect<Exit>();
  send(observer, Seen{exit.from, exit.reason});
}

}  // namespace

TEST_CASE("SPN-4: the answer to a request names the request and the process") {
  on_one_and_two_workers([](Runtime& runtime) {
    struct Result {
      bool same_request = false, same_process = false, normal = false, no_monitor = false;
    };
    Result result = runtime.run([] {
      Result seen;
      SpawnRequest other = spawn_request({}, [] {});
      SpawnRequest request = spawn_request(
          {}, [](Pid to) { send(to, Hello{self()}); }, self());
      auto reply = expect_if<SpawnReply>([request](const SpawnReply& r) { return r.request == request; });
      seen.same_request = reply.request == request && request != other;
      seen.same_process = reply.process == expect<Hello>().from;
      seen.normal = reply.reason.is_normal();
      seen.no_monitor = reply.monitor == Monitor();
      return seen;
    });
    CHECK(result.same_request);
    CHECK(result.same_process);
    CHECK(result.normal);
    CHECK(result.no_monitor);
  });
}

TEST_CASE("SPN-4: a monitor that was asked for gives its Down after the answer") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        SpawnRequest request = spawn_request({.monitor = true}, [] { exit(ExitReason::custom(4)); });
        // Whichever is first in the queue is taken.
        SpawnReply reply = receive([](SpawnReply r) { return r; }, [](Down) { return SpawnReply{}; },
                                   after(patience, [] { return SpawnReply{}; }));
        if (reply.request != request) {
          ++unexpected;
          continue;
        }
        Down down = expect_down(reply.monitor);
        if (down.process != reply.process || down.reason != ExitReason::custom(4)) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SPN-4: the monitor of a request can be ended like any other") {
  Runtime runtime(quiet(1));
  auto [active, downs] = runtime.run([] {
    spawn_request({.monitor = true}, [] { receive<Go>(); });
    auto reply = expect<SpawnReply>();
    bool was_active = demonitor(reply.monitor, true);
    send(reply.process, Go{});
    wait_for_end(reply.process);
    return std::pair{was_active, count_queued<Down>()};
  });
  CHECK(active);
  CHECK(downs == 0);
}

TEST_CASE("SPN-4: a link that was asked for holds both") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [of_child, of_parent] = runtime.run([] {
      trap_exit(true);
      spawn_request({.link = true}, [] { exit(ExitReason::custom(1)); });
      ExitReason child_end = expect_exit(expect<SpawnReply>().process).reason;
      spawn(
          [](Pid observer) {
            spawn_request({.spawn = {.trap_exit = true}, .link = true}, tell_of_exit, observer);
            expect<SpawnReply>();
            exit(ExitReason::custom(2));
          },
          self());
      return std::pair{child_end, expect<Seen>().reason};
    });
    CHECK(of_child == ExitReason::custom(1));
    CHECK(of_parent == ExitReason::custom(2));
  });
}

TEST_CASE("SPN-4: a linked child gets its parent's reason though the parent ends before the answer") {
  on_one_and_two_workers([](Runtime& runtime) {
    int wrong = runtime.run([] {
      int unexpected = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        Pid parent = spawn(
            [](Pid observer) {
              spawn_request({.spawn = {.trap_exit = true}, .link = true}, tell_of_exit, observer);
              exit(ExitReason::custom(std::string("compound")));
            },
            self());
        auto seen = expect<Seen>();
        if (seen.from != parent || seen.reason != ExitReason::custom(std::string("compound"))) ++unexpected;
      }
      return unexpected;
    });
    CHECK(wrong == 0);
  });
}

TEST_CASE("SPN-4: options of the child are kept") {
  Runtime runtime(quiet(1));
  auto [priority, traps] = runtime.run([] {
    spawn_request({.spawn = {.priority = Priority::high, .trap_exit = true}}, [] { receive<Go>(); });
    Pid child = expect<SpawnReply>().process;
    auto info = info_of(child);
    exit(child, ExitReason::kill);
    return std::pair{info.priority, info.trap_exit};
  });
  CHECK(priority == Priority::high);
  CHECK(traps);
}

TEST_CASE("SPN-4: when a success is answered is for the asker to say") {
  Runtime runtime(quiet(1));
  auto answered = runtime.run([] {
    std::vector<bool> result;
    for (ReplyWhen when :
         {ReplyWhen::always, ReplyWhen::success_only, ReplyWhen::error_only, ReplyWhen::never}) {
      result.push_back(is_answered(spawn_request({.reply = when}, [] {})));
    }
    return result;
  });
  CHECK(answered == std::vector<bool>{true, true, false, false});
}

TEST_CASE("SPN-4: a child is made though no answer is wanted") {
  Runtime runtime(quiet(1));
  bool made = runtime.run([] {
    spawn_request(
        {.reply = ReplyWhen::never}, [](Pid to) { send(to, Go{}); }, self());
    expect<Go>();
    return true;
  });
  CHECK(made);
}

TEST_CASE("SPN-4: at the process limit spawn throws, and a request is answered with the reason") {
  struct Result {
    bool threw = false, null_pid = false, error = false, no_monitor = false, works_again = false;
    std::string text;
  };
  Runtime runtime(small(4));
  Result result = runtime.run([] {
    Result seen;
    Pid one = waiting_process();
    fill_the_table();
    try {
      spawn([] {});
    } catch (const LimitReached& error) {
      seen.threw = true;
      seen.text = error.what();
    }
    SpawnRequest request = spawn_request({.link = true, .monitor = true}, [] {});
    auto reply = expect<SpawnReply>();
    seen.null_pid = reply.request == request && reply.process == Pid();
    seen.error = reply.reason.is_error();
    seen.no_monitor = reply.monitor == Monitor();
    send(one, Go{});
    wait_for_end(one);
    spawn_request({}, [] {});
    seen.works_again = static_cast<bool>(expect<SpawnReply>().process);
    return seen;
  });
  CHECK(result.threw);
  CHECK(result.text.find("max_processes") != std::string::npos);
  CHECK(result.null_pid);
  CHECK(result.error);
  CHECK(result.no_monitor);
  CHECK(result.works_again);
}

TEST_CASE("SPN-4: when a failure is answered is for the asker to say") {
  Runtime runtime(small(4));
  auto answered = runtime.run([] {
    fill_the_table();
    std::vector<bool> result;
    for (ReplyWhen when :
         {ReplyWhen::always, ReplyWhen::success_only, ReplyWhen::error_only, ReplyWhen::never}) {
      result.push_back(is_answered(spawn_request({.reply = when}, [] {})));
    }
    return result;
  });
  CHECK(answered == std::vector<bool>{true, false, true, false});
}

TEST_CASE("SPN-4: a request that is abandoned in time is never answered") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [wrong, abandoned] = runtime.run([] {
      int unexpected = 0, in_time = 0;
      for (int round = 0; round < repetitions(300); ++round) {
        SpawnRequest request = spawn_request({}, [] {});
        bool stopped = abandon(request);
        if (stopped) ++in_time;
        if (is_answered(request) == stopped) ++unexpected;
      }
      return std::pair{unexpected, in_time};
    });
    CHECK(wrong == 0);
    CHECK(abandoned > 0);
  });
}

TEST_CASE("SPN-4: an answer that was received, or waits in the queue, can't be abandoned") {
  struct Result {
    bool received = true, queued = true, still_there = false, twice = true, unknown = true;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    SpawnRequest first = spawn_request({}, [] {});
    expect<SpawnReply>();
    seen.received = abandon(first);
    SpawnRequest second = spawn_request({}, [] {});
    yield_until([] { return queue_length() > 0; });
    seen.queued = abandon(second);
    seen.still_there = take_queued<SpawnReply>();
    SpawnRequest third = spawn_request({}, [] {});
    abandon(third);
    seen.twice = abandon(third);
    seen.unknown = abandon(SpawnRequest());
    return seen;
  });
  CHECK_FALSE(result.received);
  CHECK_FALSE(result.queued);
  CHECK(result.still_there);
  CHECK_FALSE(result.twice);
  CHECK_FALSE(result.unknown);
}

TEST_CASE("SPN-4: a linked child of an abandoned request ends as abandoned, and its parent hears nothing") {
  struct Result {
    bool in_time = false, from_parent = false, error = false;
    std::string text;
    int exits = -1;
  };
  Runtime runtime(quiet(1));
  Result result = runtime.run([] {
    Result seen;
    trap_exit(true);
    SpawnRequest request = spawn_request({.spawn = {.trap_exit = true}, .link = true}, tell_of_exit, self());
    seen.in_time = abandon(request);
    auto end = expect<Seen>();
    seen.from_parent = end.from == self();
    seen.error = end.reason.is_error();
    seen.text = end.reason.text();
    is_answered(request);
    seen.exits = count_queued<Exit>();
    return seen;
  });
  CHECK(result.in_time);
  CHECK(result.from_parent);
  CHECK(result.error);
  CHECK(result.text.find("abandoned") != std::string::npos);
  CHECK(result.exits == 0);
}

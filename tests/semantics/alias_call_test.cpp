// ALI-4: a call whose late answer never reaches the caller's queue, written by hand as a library would.
#include "support.hpp"

using namespace semantics;

namespace {

struct Request {
  Alias reply_to;
};
struct Reply {
  int value = 0;
};

enum class Outcome { reply, down, timeout };

struct Called {
  Outcome outcome = Outcome::timeout;
  Monitor monitor;
};

Called wait_for_reply(Monitor watch, Duration timeout) {
  Outcome outcome = receive(
      [](Reply) { return Outcome::reply; },
      when([watch](const Down& down) { return down.monitor == watch; }, [](Down) { return Outcome::down; }),
      after(timeout, [] { return Outcome::timeout; }));
  if (outcome == Outcome::timeout) {
    demonitor(watch, true);
    if (take_queued<Reply>()) outcome = Outcome::reply;
  }
  return {outcome, watch};
}

Called call(Pid server, Duration timeout) {
  Monitor watch = monitor(server, {.alias = AliasKind::reply_demonitor});
  send(server, Request{alias_of(watch)});
  return wait_for_reply(watch, timeout);
}

// Answers when it is told to, and says when it has.
void answer_on_demand(Pid observer) {
  for (;;) {
    auto request = receive<Request>();
    receive<Go>();
    send(request.reply_to, Reply{1});
    send(observer, Done{});
  }
}

}  // namespace

TEST_CASE("ALI-4: an answer in time is the result of the call, and nothing else is left of it") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [replies, left] = runtime.run([] {
      Pid server = spawn([] {
        for (;;) send(receive<Request>().reply_to, Reply{1});
      });
      int answered = 0;
      for (int i = 0; i < repetitions(500); ++i) {
        if (call(server, patience).outcome == Outcome::reply) ++answered;
      }
      exit(server, ExitReason::kill);
      wait_for_end(server);
      return std::pair{answered, queue_length()};
    });
    CHECK(replies == repetitions(500));
    CHECK(left == 0);
  });
}

TEST_CASE("ALI-4: an answer that comes after the time-out never enters the queue") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [timeouts, left] = runtime.run([] {
      int timed_out = 0;
      std::size_t late = 0;
      Pid server = spawn(answer_on_demand, self());
      for (int i = 0; i < 50; ++i) {
        if (call(server, 100us).outcome == Outcome::timeout) ++timed_out;
        send(server, Go{});
        expect<Done>();
        late += queue_length();
      }
      return std::pair{timed_out, late};
    });
    CHECK(timeouts == 50);
    CHECK(left == 0);
  });
}

TEST_CASE("ALI-4: an answer that races with the time-out is received or dropped, never both nor left over") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [answered, left] = runtime.run([] {
      int replies = 0;
      std::size_t late = 0;
      Pid server = spawn(
          [](Pid observer) {
            for (;;) {
              auto request = receive<Request>();
              send(request.reply_to, Reply{1});
              send(observer, Done{});
            }
          },
          self());
      for (int i = 0; i < repetitions(1000); ++i) {
        if (call(server, std::chrono::microseconds(i % 20)).outcome == Outcome::reply) ++replies;
        expect<Done>();
        late += queue_length();
      }
      return std::pair{replies, late};
    });
    CHECK(answered <= repetitions(1000));
    CHECK(left == 0);
  });
}

TEST_CASE("ALI-4: an answer that arrived before the time-out was acted on wins over it") {
  Runtime runtime(quiet(1));
  Outcome outcome = runtime.run([] {
    Pid server = spawn(answer_on_demand, self());
    Monitor watch = monitor(server, {.alias = AliasKind::reply_demonitor});
    send(server, Request{alias_of(watch)});
    bool early = take_queued<Reply>();  // the time-out of the call
    send(server, Go{});
    expect<Done>();  // the answer has come in between
    demonitor(watch, true);
    return !early && take_queued<Reply>() ? Outcome::reply : Outcome::timeout;
  });
  CHECK(outcome == Outcome::reply);
}

TEST_CASE("ALI-4: an answer wins over the end of the server that follows it") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [replies, left] = runtime.run([] {
      int answered = 0;
      std::size_t late = 0;
      for (int i = 0; i < repetitions(300); ++i) {
        auto [server, end] = spawn_monitor([] {
          send(receive<Request>().reply_to, Reply{1});
          exit(ExitReason::shutdown);
        });
        Monitor watch = monitor(server, {.alias = AliasKind::reply_demonitor});
        send(server, Request{alias_of(watch)});
        expect_down(end);  // both have come by now
        if (wait_for_reply(watch, 0ms).outcome == Outcome::reply) ++answered;
        late += queue_length();
      }
      return std::pair{answered, late};
    });
    CHECK(replies == repetitions(300));
    CHECK(left == 0);
  });
}

TEST_CASE("ALI-4: a server that ends without an answer, or has ended before, is a Down") {
  on_one_and_two_workers([](Runtime& runtime) {
    auto [first, second, left] = runtime.run([] {
      Pid server = spawn([] {
        receive<Request>();
        exit(ExitReason::shutdown);
      });
      Outcome ended = call(server, patience).outcome;
      Outcome gone = call(server, patience).outcome;
      return std::tuple{ended, gone, queue_length()};
    });
    CHECK(first == Outcome::down);
    CHECK(second == Outcome::down);
    CHECK(left == 0);
  });
}

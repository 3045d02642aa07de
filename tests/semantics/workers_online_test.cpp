// SCH-8: the number of workers that take part changes while all runs.
#include <atomic>

#include "support.hpp"

using namespace semantics;

namespace {

// Passes a token round and round, and counts.
struct Token {
  int left;
};
struct Next {
  Pid pid;
};

void member(Pid judge) {
  Pid next = receive<Next>().pid;
  for (;;) {
    Token token = receive<Token>();
    if (token.left == 0) {
      send(judge, Go{});
    } else {
      send(next, Token{token.left - 1});
    }
  }
}

void start_ring(Pid judge, int members, int hops) {
  std::vector<Pid> ring;
  for (int i = 0; i < members; ++i) ring.push_back(spawn(member, judge));
  for (int i = 0; i < members; ++i)
    send(ring[static_cast<std::size_t>(i)], Next{ring[static_cast<std::size_t>((i + 1) % members)]});
  send(ring.front(), Token{hops});
}

}  // namespace

TEST_CASE("SCH-8: workers go and come under load, and nothing is lost or runs twice") {
  Runtime runtime(quiet(4));
  std::atomic<bool> over{false};
  Pid judge = runtime.spawn(trusted([&over] {
    Pid me = self();
    for (int i = 0; i < 20; ++i) start_ring(me, 10, 20'000);
    for (int i = 0; i < 50; ++i) send_after(Duration(i * 100'000), me, Go{});
    for (int i = 0; i < 70; ++i) expect<Go>();
    over = !receive<Go>(5ms).has_value();
  }));
  unsigned online = 4;
  for (int change = 0; !over && runtime.info().processes > 0 && change < 100'000; ++change) {
    runtime.set_workers_online(online = online % 4 + 1);
    if (runtime.workers_online() != online) break;
    std::this_thread::yield();
  }
  static_cast<void>(judge);
  CHECK(over);
}

TEST_CASE("SCH-8: who is offline runs nothing, and its timers fire all the same") {
  Runtime runtime(quiet(3));
  // Timers on whichever worker starts them.
  Pid sleeper = runtime.run([] {
    Pid timed = spawn(
        [](Pid) {
          for (int i = 0; i < 40; ++i) expect<Go>();
        },
        self());
    std::vector<Monitor> ends;
    for (int i = 0; i < 40; ++i) {
      ends.push_back(
          spawn_monitor([](Pid to, int number) { send_after(Duration(number * 1'000'000), to, Go{}); }, timed,
                        i)
              .monitor);
    }
    for (Monitor end : ends) expect_down(end);
    return timed;
  });
  runtime.set_workers_online(1);
  CHECK(runtime.run([](Pid timed) { return wait_for_end(timed).process == timed; }, sleeper));
  // Whatever was on the others' queues has been handed over by now: only the first one's count moves.
  auto dispatches = [&] {
    RuntimeInfo info = runtime.info();
    return std::pair(info.per_worker[0].dispatches,
                     info.per_worker[1].dispatches + info.per_worker[2].dispatches);
  };
  auto before = dispatches();
  runtime.run([] {
    for (int i = 0; i < 200; ++i) wait_for_end(spawn([] {}));
  });
  auto after = dispatches();
  CHECK(after.second == before.second);
  CHECK(after.first > before.first);
  CHECK(runtime.info().workers_online == 1);
  runtime.set_workers_online(3);
  CHECK(runtime.run([] { return runtime_info().workers_online; }) == 3);
}

TEST_CASE("SCH-8: a number that can't be is refused with a sentence") {
  Runtime runtime(quiet(2));
  CHECK_THROWS_AS(runtime.set_workers_online(0), std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      runtime.set_workers_online(3),
      "throng: set_workers_online(3): from 1 to 2; for more, ask for them in RuntimeOptions::workers",
      std::invalid_argument);
  Runtime polled(quiet(0));
  CHECK_THROWS_AS(polled.set_workers_online(1), std::invalid_argument);
}

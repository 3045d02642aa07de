// The watchdog under a storm: runs that do not give way come and go on every worker, while others talk, wait
// with time-outs, suspend each other, and workers go offline and come back. Every message arrives, in order,
// every time-out comes, and all of it ends.
//
// THRONG_STRESS_SCALE 1 is 400 stuck runs of up to five milliseconds.
#include <doctest/doctest.h>

#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

struct Ask {
  Pid from;
  std::uint64_t number;
};
struct Answer {
  std::uint64_t number;
};
struct Over {};

void answer() {
  for (;;) {
    Ask ask = receive<Ask>();
    send(ask.from, Answer{ask.number});
  }
}

// Asks until it is told to stop; some of its waits are for nothing.
void asker(std::uint64_t seed, std::vector<Pid> answering) {
  Random random(seed);
  for (std::uint64_t number = 0; !receive<Over>(0ms); ++number) {
    Pid to = answering[random.below(answering.size())];
    bool holds = random.one_in(16) && suspend_process(to);
    send(to, Ask{self(), number});
    if (holds) resume_process(to);
    if (receive<Answer>().number != number) violated("answers in another order");
    if (random.one_in(64) && receive<Answer>(Duration(random.below(2'000'000))))
      violated("an answer too many");
    if (random.one_in(512) && receive<Answer>(120ms)) violated("an answer too many");
    ++progress;
  }
}

// Does not give way: no call of the runtime's, and no checks in here.
void stuck(std::int64_t ns) {
  auto until = Clock::now() + Duration(ns);
  while (Clock::now() < until) {
  }
  ++progress;
}

void run_storm(Runtime& runtime, std::uint64_t seed, int runs) {
  runtime.run(
      [](std::uint64_t own, int count) {
        Random random(own);
        std::vector<Pid> answering;
        for (int i = 0; i < 6; ++i) answering.push_back(spawn_link(answer));
        std::vector<Monitor> ends;
        std::vector<Pid> askers;
        for (int i = 0; i < 8; ++i) {
          auto [pid, end] = spawn_monitor(asker, random.next(), answering);
          askers.push_back(pid);
          ends.push_back(end);
        }
        for (int i = 0; i < count; ++i) {
          spawn(stuck, static_cast<std::int64_t>(random.below(5'000'000)));
          if (random.one_in(4)) sleep(Duration(random.below(3'000'000)));
        }
        for (Pid pid : askers) send(pid, Over{});
        for (Monitor end : ends) {
          receive(when([end](const Down& down) { return down.monitor == end; },
                       [](const Down& down) {
                         if (!down.reason.is_normal()) violated("an asker ended with " + down.reason.text());
                       }));
        }
        for (Pid pid : answering) {
          unlink(pid);
          throng::exit(pid, ExitReason::kill);
        }
      },
      seed, runs);
}

}  // namespace

TEST_CASE("runs that do not give way come and go, and nobody else loses anything") {
  std::uint64_t seed = announced_seed("stuck_storm");
  for (unsigned workers : {1U, 2U, 4U}) {
    CAPTURE(workers);
    violations = 0;
    Runtime runtime({.workers = workers, .spare_threads = workers == 4 ? 2U : 8U, .seed = seed});
    Watchdog watchdog(runtime);
    std::atomic<bool> over{false};
    std::thread changes([&] {
      Random random(seed + workers);
      while (!over) {
        runtime.set_workers_online(1 + static_cast<unsigned>(random.below(workers)));
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(4000)));
      }
    });
    run_storm(runtime, seed + workers, scaled(400));
    over = true;
    changes.join();
    CHECK(violations == 0);
    CHECK(runtime.stop(10s).overstayed.empty());
  }
}

// What a kill does to code that is preempted anywhere: destructors that run are let run, and nothing that a
// process was at work on is touched again once it was abandoned (EXT-5).
#include <sched.h>
#include <throng/stdlib/gen_server.hpp>

#include <atomic>
#include <list>
#include <thread>
#include <vector>

#include "preemption/sink.hpp"
#include "semantics/support.hpp"

using namespace semantics;

namespace {

// Kept by the body, emptied and filled again for ever: whenever the process is stopped, it is half empty.
struct Bag {
  std::list<std::string> texts;
};

void empty_and_fill(Bag& bag) {
  for (int i = 0; i < 2000; ++i)
    bag.texts.emplace_back("a text that is too long to lie in the string itself");
  while (!bag.texts.empty()) bag.texts.pop_front();
  for (int i = 0; i < 2000; ++i)
    bag.texts.emplace_back("a text that is too long to lie in the string itself");
  bag.texts.clear();
}

class Hoarder {
 public:
  struct Work {};
  using Protocol = Messages<Work>;
  void handle_cast(Work) {
    for (;;) empty_and_fill(bag_);
  }

 private:
  Bag bag_;
};

std::atomic<int> finished{0};

struct Slow {
  ~Slow() {
    compute(5'000'000);  // many slices
    ++finished;
  }
};

// It has two of them on its stack.
void kill_one_that_waits() {
  auto [victim, end] = spawn_monitor([] {
    Slow outer, inner;
    receive<Never>();
  });
  while (process_brief(victim)->status != ProcessStatus::waiting) yield();
  throng::exit(victim, ExitReason::kill);
  expect_down(end);
}

struct Held {
  static constexpr bool sendable = true;
  std::unique_ptr<Slow> slow = std::make_unique<Slow>();
};

}  // namespace

TEST_CASE(
    "EXT-5: a process killed while it changes what its body or server holds: nothing is destroyed twice") {
  Runtime runtime(quiet(2));
  bool all = runtime.run([] {
    for (int round = 0; round < 20; ++round) {
      Pid plain = spawn(trusted([bag = Bag()]() mutable {
        for (;;) empty_and_fill(bag);
      }));
      auto server = gen_server::start<Hoarder>();
      server.cast(Hoarder::Work{});
      for (Pid victim : {plain, server.pid()}) {
        Monitor end = monitor(victim);
        sleep(1ms);
        throng::exit(victim, ExitReason::kill);
        if (expect_down(end).reason != ExitReason::killed) return false;
      }
    }
    return true;
  });
  CHECK(all);
}

TEST_CASE("EXT-5: destructors that take many slices run to their end when a kill unwinds the stack") {
  Runtime runtime(quiet(1));
  finished = 0;
  runtime.run([] {
    for (int i = 0; i < 4; ++i) kill_one_that_waits();
  });
  CHECK(finished == 8);
}

TEST_CASE(
    "EXT-6: a dying process whose thread the system does not let run is not taken for one that won't end") {
  // All threads want one CPU: each is kept off it for far longer than a dying process is granted.
  cpu_set_t before, first;
  REQUIRE(sched_getaffinity(0, sizeof(before), &before) == 0);
  CPU_ZERO(&first);
  for (int cpu = 0; CPU_COUNT(&first) == 0; ++cpu)
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &first);
  REQUIRE(sched_setaffinity(0, sizeof(first), &first) == 0);
  std::atomic<bool> over{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 20; ++i)
    others.emplace_back([&over] {
      while (!over) {
      }
    });
  finished = 0;
  {
    Runtime runtime(quiet(1));
    runtime.run(kill_one_that_waits);
  }
  over = true;
  for (std::thread& other : others) other.join();
  sched_setaffinity(0, sizeof(before), &before);
  CHECK(finished == 2);
}

TEST_CASE("what destructors of a body compute after its end leaves the counts as they should be") {
  Runtime runtime(quiet(1));
  finished = 0;
  runtime.run([] { wait_for_end(spawn([](Held) {}, Held{})); });
  CHECK(finished == 1);
  CHECK(runtime.info().reductions < 1'000'000'000);
}

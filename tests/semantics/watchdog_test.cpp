// What the watchdog is for: a process in a loop that nobody instrumented (this folder is not), in a system
// call, or waiting for a lock, keeps only itself from going on. With one worker, which it has for itself.
#include <poll.h>

#include <atomic>
#include <semaphore>

#include <throng/base/config.hpp>
#include <throng/vm/system_monitor.hpp>

#include "support.hpp"

using namespace semantics;

namespace {

// Computes without a call of the runtime's until it is told to stop.
class Hog {
 public:
  Pid start() {
    released_ = false;
    running_ = false;
    Pid pid = spawn(trusted([this] {
      running_ = true;
      while (!released_) sum_.fetch_add(1, std::memory_order_relaxed);  // relaxed: nobody reads it
    }));
    return pid;
  }
  // Others run meanwhile, or this would not return.
  void wait_until_it_runs() {
    while (!running_) yield();
  }
  void release() { released_ = true; }

 private:
  std::atomic<bool> released_{false};
  std::atomic<bool> running_{false};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace

TEST_CASE("the queue of a worker that is stuck is served: messages, spawns, timers") {
  Runtime runtime(quiet(1));
  bool done = runtime.run([] {
    static Hog hog;
    Monitor end = monitor(hog.start());
    hog.wait_until_it_runs();
    Pid echo = spawn([] {
      for (;;) receive([](std::pair<Pid, int> asked) { send(asked.first, asked.second); });
    });
    for (int i = 0; i < 100; ++i) {
      send(echo, std::pair(self(), i));
      if (expect<int>() != i) return false;
    }
    for (int i = 0; i < 20; ++i) sleep(1ms);
    for (int i = 0; i < 20; ++i) wait_for_end(spawn([] {}));
    hog.release();
    return expect_down(end).reason.is_normal();
  });
  CHECK(done);
}

TEST_CASE("a time-out that began before the worker got stuck is not forgotten") {
  Runtime runtime(quiet(1));
  bool done = runtime.run([] {
    static Hog hog;
    Pid waiting = spawn([] { receive<Never>(150ms); });
    while (process_brief(waiting)->status != ProcessStatus::waiting) yield();
    Monitor waited = monitor(waiting);
    Monitor end = monitor(hog.start());
    expect_down(waited);  // while the hog runs
    hog.release();
    expect_down(end);
    return true;
  });
  CHECK(done);
}

TEST_CASE("several stuck at a time: each has a spare, and when they are through, all is as before") {
  Runtime runtime(quiet(2));
  std::size_t spares = runtime.run([] {
    static Hog hogs[4];
    std::vector<Monitor> ends;
    for (Hog& hog : hogs) ends.push_back(monitor(hog.start()));
    for (Hog& hog : hogs) hog.wait_until_it_runs();
    for (int i = 0; i < 10; ++i) sleep(1ms);
    for (Hog& hog : hogs) hog.release();
    for (Monitor end : ends) expect_down(end);
    for (int i = 0; i < 1000; ++i) wait_for_end(spawn([] {}));
    return runtime_info().spares;
  });
  CHECK(spares >= 2);
  CHECK(spares <= 8);
}

TEST_CASE("a process in a system call that blocks keeps its thread, not its worker's queue") {
  Runtime runtime(quiet(1));
  bool done = runtime.run([] {
    static std::atomic<bool> over;
    over = false;
    auto [pid, end] = spawn_monitor([] {
      ::poll(nullptr, 0, 300);
      over = true;
    });
    while (process_brief(pid)->status != ProcessStatus::running && !over) yield();
    int ticks = 0;
    for (; !over; ++ticks) sleep(1ms);
    expect_down(end);
    return ticks > 10;
  });
  CHECK(done);
}

TEST_CASE("a lock whose owner waits for its turn behind who wants it: the spare lets it have its turn") {
  Runtime runtime(quiet(1));
  bool done = runtime.run([] {
    static std::binary_semaphore only_one{1};
    auto holder = spawn_monitor([] {
      only_one.acquire();
      sleep(5ms);  // a mistake of the program's, to wait with it in its hands
      only_one.release();
    });
    yield();
    auto wanting = spawn_monitor([] {
      only_one.acquire();
      only_one.release();
    });
    expect_down(holder.monitor);
    expect_down(wanting.monitor);
    return true;
  });
  CHECK(done);
}

TEST_CASE("without spares nobody helps, and nothing else changes") {
  RuntimeOptions options = quiet(1);
  options.spare_threads = 0;
  Runtime runtime(options);
  auto [spares, alone] = runtime.run([] {
    static std::atomic<int> order;
    order = 0;
    Monitor end = spawn_monitor([] {
                    auto until = Clock::now() + 20ms;
                    while (Clock::now() < until) {
                    }
                    order = 1;
                  }).monitor;
    yield();
    bool after = order == 1;
    expect_down(end);
    return std::pair(runtime_info().spares, after);
  });
  CHECK(spares == 0);
  CHECK(alone);
}

TEST_CASE("INF-3: a turn that lasts is told of once, with the process, its name and where it is") {
  Runtime runtime(quiet(1));
  std::string wrong = runtime.run([]() -> std::string {
    static Hog hog;
    if (system_monitor({.long_schedule = 5ms})) return "somebody was told before";
    Pid pid = hog.start();
    register_name("hog", pid);
    Monitor end = monitor(pid);
    auto told = receive<LongSchedule>(patience);
    if (!told) return "nobody was told";
    hog.release();
    expect_down(end);
    if (told->process != pid || told->registered_name != "hog") return "who it was";
    if (told->so_far < 5ms) return "for how long";
#if !THRONG_TSAN  // which keeps signals back until the next call of the library's
    if (told->stack.empty()) return "where it is";
#endif
    if (receive<LongSchedule>(0ms)) return "told once";
    return "";
  });
  CHECK(wrong == "");
}

TEST_CASE("INF-3: one process is told, the last that asked, and nobody when it has ended") {
  Runtime runtime(quiet(1));
  std::string wrong = runtime.run([]() -> std::string {
    static Hog hog;
    auto [first, end] = spawn_monitor([] {
      system_monitor({.long_schedule = 3ms});
      expect<Go>();
    });
    while (process_brief(first)->status != ProcessStatus::waiting) yield();
    if (system_monitor({.long_schedule = 3ms}) != first) return "who was told before";
    hog.start();
    if (!receive<LongSchedule>(patience)) return "the last one is told";
    hog.release();
    if (info_of(first).message_queue_len != 0) return "the one before is not";
    system_monitor({});
    Pid second = hog.start();
    hog.wait_until_it_runs();
    for (int i = 0; i < 10; ++i) sleep(1ms);
    hog.release();
    wait_for_end(second);
    if (receive<LongSchedule>(0ms)) return "not asked for any more";
    try {
      system_monitor({.long_schedule = -1ms});
      return "a negative time";
    } catch (const std::invalid_argument&) {
    }
    return "";
  });
  CHECK(wrong == "");
}

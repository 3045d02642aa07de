// How a thread spent the time that passed, as the watchdog sees it.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <thread>

#include "thread_cpu.hpp"
#include "thread_time.hpp"

using throng::detail::ThreadTime;
using throng::detail::time_of_this_thread;

namespace {

constexpr std::int64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("SCH-7: who wants to run could act for as long as it had a CPU, however much time has passed") {
  ThreadTime watched;
  std::promise<void> attached;
  std::atomic<bool> go_on{true};
  std::int64_t had = 0;
  std::thread runs([&] {
    watched.attach();
    attached.set_value();
    while (go_on.load()) {
    }
    had = time_of_this_thread();
  });
  attached.get_future().wait();
  watched.begin();
  std::int64_t mine = time_of_this_thread();
  while (time_of_this_thread() < mine + 5'000'000) {
  }
  std::int64_t could_act = watched.add(1000 * second);  // as if it had been kept off the CPU for that long
  go_on = false;
  runs.join();
  CHECK(could_act <= had);
  CHECK(could_act < second);
}

TEST_CASE("SCH-7: who waits for something else than a CPU could act all the time") {
  ThreadTime watched;
  std::promise<void> attached, end;
  std::thread waits([&] {
    watched.attach();
    attached.set_value();
    end.get_future().wait();
  });
  attached.get_future().wait();
  watched.begin();
  // It may still be on its way to where it waits; from then on all that passes counts.
  std::int64_t before = 0, now = watched.add(1000 * second);
  for (before = now; now - before < 1000 * second; now = watched.add(1000 * second)) before = now;
  CHECK(now - before == 1000 * second);
  end.set_value();
  waits.join();
}

TEST_CASE("SCH-7: a new count begins with nothing") {
  ThreadTime watched;
  watched.attach();
  watched.begin();
  std::int64_t mine = time_of_this_thread();
  while (time_of_this_thread() < mine + 1'000'000) {
  }
  CHECK(watched.add(second) >= 1'000'000);
  watched.begin();
  CHECK(watched.add(0) == 0);
}

// Behaviour of the blocking pool. Nothing here waits for a hoped-for time: a test waits for a condition that
// must come.
#include "../../scheduler/src/blocking_pool.hpp"

#include <doctest/doctest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using throng::detail::BlockingPool;
using throng::detail::Job;
using throng::detail::ThreadGate;
using namespace std::chrono_literals;

// Jobs that wait here stay in their threads until it opens.
class Door {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++inside_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait_for_inside(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return inside_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool open_ = false;
};

Job through(Door& door) {
  return Job{[](void* argument) noexcept { static_cast<Door*>(argument)->pass(); }, &door};
}
Job counting(std::atomic<int>& count) {
  return Job{[](void* argument) noexcept { static_cast<std::atomic<int>*>(argument)->fetch_add(1); }, &count};
}

template <class Condition>
void eventually(Condition condition) {
  while (!condition()) std::this_thread::yield();  // the time limit is the test runner's
}

TEST_CASE("a pool without work has no threads") {
  BlockingPool pool;
  CHECK(pool.threads() == 0);
  CHECK(pool.queued() == 0);
}

TEST_CASE("a thread is started for each job that finds none free, up to the maximum; the rest queue") {
  BlockingPool pool(3);
  Door door;
  for (int i = 0; i != 5; ++i) CHECK(pool.submit(through(door)));
  door.wait_for_inside(3);
  CHECK(pool.threads() == 3);
  CHECK(pool.queued() == 2);
  door.open();
  pool.stop();
  CHECK(pool.queued() == 0);
  CHECK(pool.threads() == 0);
}

TEST_CASE("threads are reused: many jobs one after another need few") {
  BlockingPool pool(8);
  std::atomic<int> count{0};
  for (int i = 1; i <= 500; ++i) {
    REQUIRE(pool.submit(counting(count)));
    eventually([&] { return count == i; });
  }
  CHECK(pool.threads() <= 8);
}

TEST_CASE("stop finishes every job it accepted, and refuses later ones") {
  std::atomic<int> count{0};
  int accepted = 0;
  BlockingPool pool(4);
  for (int i = 0; i != 1000; ++i) accepted += pool.submit(counting(count)) ? 1 : 0;
  pool.stop();
  CHECK(count == 1000);
  CHECK(accepted == 1000);
  CHECK_FALSE(pool.submit(counting(count)));
  pool.stop();  // a second stop does nothing
  CHECK(count == 1000);
}

TEST_CASE("a stop against submitting threads: what was accepted has run, what was refused has not") {
  for (int round = 0; round != 30; ++round) {
    std::atomic<int> count{0};
    std::atomic<int> accepted{0};
    BlockingPool pool(3);
    const auto submit = [&] {
      for (int i = 0; i != 200; ++i)
        if (pool.submit(counting(count))) accepted.fetch_add(1);
    };
    std::thread one(submit);
    std::thread two(submit);
    eventually([&] { return accepted.load() > 20; });
    std::thread also([&] { pool.stop(); });
    pool.stop();
    also.join();
    one.join();
    two.join();
    REQUIRE(count.load() == accepted.load());
  }
}

TEST_CASE("idle threads are given back, and a job after that finds a new one") {
  BlockingPool pool(4, 1ms);
  for (int round = 0; round != 5; ++round) {
    std::atomic<int> count{0};
    for (int i = 0; i != 20; ++i) REQUIRE(pool.submit(counting(count)));
    eventually([&] { return count == 20; });
    eventually([&] { return pool.threads() == 0; });
  }
}

TEST_CASE("no job is lost between the last look of a leaving thread and a new job") {
  BlockingPool pool(2, 0ms);  // as short as it goes: threads leave all the time
  std::atomic<int> count{0};
  for (int i = 1; i <= 1000; ++i) {
    REQUIRE(pool.submit(counting(count)));
    if (i % 3 == 0) eventually([&] { return count == i; });
  }
  pool.stop();
  CHECK(count == 1000);
}

struct Allowance {
  std::atomic<int> left;
};
ThreadGate gate_of(Allowance& allowance) {
  return ThreadGate{
      [](void* context) noexcept { return static_cast<Allowance*>(context)->left.fetch_sub(1) > 0; },
      &allowance};
}

TEST_CASE("if the system refuses further threads, those that live do all the jobs") {
  Allowance one{1};
  BlockingPool pool(8, 10s, gate_of(one));
  std::atomic<int> count{0};
  for (int i = 0; i != 50; ++i) CHECK(pool.submit(counting(count)));
  CHECK(pool.threads() == 1);
  pool.stop();
  CHECK(count == 50);
}

struct LastLook {
  Door door;
  std::atomic<int> done{0};
  int asked = 0;
};

TEST_CASE("a thread whose idle time ends while a job is being accepted stays for that job") {
  LastLook look;
  // The second question comes with the pool's lock held and the second job not queued yet. The first thread
  // is let go, finds nothing, and meets the lock on its way out; the yields give it time to get there, right
  // either way.
  const ThreadGate gate{[](void* context) noexcept {
                          auto& self = *static_cast<LastLook*>(context);
                          if (++self.asked == 1) return true;
                          self.door.open();
                          eventually([&] { return self.done == 1; });
                          for (int i = 0; i != 5000; ++i) std::this_thread::yield();
                          return false;
                        },
                        &look};
  BlockingPool pool(2, 0ms, gate);
  REQUIRE(pool.submit(Job{[](void* context) noexcept {
                            auto& self = *static_cast<LastLook*>(context);
                            self.door.pass();
                            self.done.fetch_add(1);
                          },
                          &look}));
  look.door.wait_for_inside(1);
  REQUIRE(pool.submit(counting(look.done)));
  pool.stop();
  CHECK(look.done == 2);
}

TEST_CASE("if no thread lives and none can be started, submit says so and the job does not run") {
  Allowance none{0};
  BlockingPool refused(8, 10s, gate_of(none));
  BlockingPool without(0);
  std::atomic<int> count{0};
  CHECK_FALSE(refused.submit(counting(count)));
  CHECK_FALSE(without.submit(counting(count)));
  CHECK(refused.queued() == 0);
  none.left = 1;
  CHECK(refused.submit(counting(count)));  // a refusal is not for ever
  refused.stop();
  without.stop();
  CHECK(count == 1);
}

TEST_CASE("a job may submit jobs") {
  struct Nest {
    BlockingPool* pool;
    std::atomic<int> count{0};
    std::atomic<int> refused{0};
  };
  BlockingPool pool(2);
  Nest nest{&pool};
  const Job outer{[](void* argument) noexcept {
                    auto& self = *static_cast<Nest*>(argument);
                    for (int i = 0; i != 10; ++i)
                      if (!self.pool->submit(counting(self.count))) self.refused.fetch_add(1);
                  },
                  &nest};
  REQUIRE(pool.submit(outer));
  eventually([&] { return nest.count + nest.refused == 10; });
  pool.stop();
  CHECK(nest.count == 10);
}

TEST_CASE(
    "a pool thread is named, takes no asynchronous signal but does take faults; the submitter keeps its "
    "mask") {
  struct Seen {
    char name[16] = {};
    sigset_t mask;
  } seen;
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  {
    BlockingPool pool(1);
    REQUIRE(pool.submit(Job{[](void* argument) noexcept {
                              auto& out = *static_cast<Seen*>(argument);
                              pthread_getname_np(pthread_self(), out.name, sizeof out.name);
                              pthread_sigmask(SIG_BLOCK, nullptr, &out.mask);
                            },
                            &seen}));
  }
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  CHECK(std::string(seen.name) == "throng-blocking");
  for (const int asynchronous : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGPROF})
    CHECK(sigismember(&seen.mask, asynchronous) == 1);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) CHECK(sigismember(&seen.mask, fault) == 0);
  for (const int any : {SIGINT, SIGTERM, SIGUSR1})
    CHECK(sigismember(&before, any) == sigismember(&after, any));
}

}  // namespace

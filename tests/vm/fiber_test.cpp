// fiber.hpp: switches, what travels with a fiber (exceptions, errno), migration between threads, guards,
// unwinding.
#include "fiber.hpp"
#include "stack_pool.hpp"

#include <throng/base/config.hpp>

#include <doctest/doctest.h>
#include <execinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cfenv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using throng::detail::default_stack_size;
using throng::detail::Fiber;
using throng::detail::FiberHost;
using throng::detail::FiberPhase;
using throng::detail::Stack;
using throng::detail::StackPool;

// errno in functions of their own: a compiler may keep its address across a suspension.
THRONG_NOINLINE int read_errno() { return errno; }
THRONG_NOINLINE void write_errno(int value) { errno = value; }

// A fiber with a body, as the vm will have it: remembers who runs it.
class Task {
 public:
  Task(StackPool& pool, std::function<void(Task&)> body) : pool_(&pool), body_(std::move(body)) {
    stack_ = pool.take();
    REQUIRE(stack_);
    fiber_create(fiber_, stack_, &Task::run, this);
  }
  ~Task() {
    fiber_discard(fiber_);
    pool_->give_back(stack_);
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  void resume(FiberHost& host) {
    host_ = &host;
    fiber_resume(host, fiber_);
  }
  void suspend() {
    FiberHost& now = fiber_suspend(*host_, fiber_);
    if (&now != host_) std::abort();
  }
  [[noreturn]] void finish() { fiber_finish(*host_, fiber_); }
  bool finished() const { return fiber_.phase == FiberPhase::finished; }
  const Stack& stack() const { return stack_; }

 private:
  static void run(void* self) {
    auto& task = *static_cast<Task*>(self);
    task.body_(task);
    task.finish();
  }

  StackPool* pool_;
  std::function<void(Task&)> body_;
  Stack stack_;
  Fiber fiber_;
  FiberHost* host_ = nullptr;
};

struct Bench {
  StackPool pool{default_stack_size, 64};
  FiberHost host;
  Bench() { host.attach(); }
};

void on_another_thread(const std::function<void(FiberHost&)>& body) {
  std::thread([&] {
    FiberHost host;
    host.attach();
    body(host);
  }).join();
}

struct SuspendsWhenDestroyed {
  Task& task;
  std::vector<int>& counts;
  ~SuspendsWhenDestroyed() {
    counts.push_back(std::uncaught_exceptions());
    task.suspend();
    counts.push_back(std::uncaught_exceptions());
  }
};

THRONG_NOINLINE void rethrow() { throw; }

void rethrow_after_suspension(Task& task, const std::string& text, std::string& caught) {
  try {
    try {
      throw std::runtime_error(text);
    } catch (const std::runtime_error&) {
      task.suspend();
      rethrow();
    }
  } catch (const std::exception& error) {
    caught = error.what();
  }
}

THRONG_NOINLINE int frames_here() {
  void* frames[256];
  const volatile int count = ::backtrace(frames, 256);
  return count;
}

// The large array is in a function of its own: here it would be on the stack once per level.
THRONG_NOINLINE int frames_at_depth(int depth) {
  const volatile int count = depth == 0 ? frames_here() : frames_at_depth(depth - 1);
  return count;
}

// Without the flush a child that ends through a sanitizer would print the parent's pending output once more.
pid_t flush_and_fork() {
  std::fflush(nullptr);
  std::cout.flush();
  return ::fork();
}

}  // namespace

TEST_CASE("a fiber runs in slices, in turn with its host, and ends") {
  Bench bench;
  std::vector<int> order;
  Task task(bench.pool, [&](Task& self) {
    for (int i = 0; i < 3; ++i) {
      order.push_back(10 + i);
      self.suspend();
    }
  });
  for (int i = 0; !task.finished(); ++i) {
    order.push_back(i);
    task.resume(bench.host);
  }
  CHECK(order == std::vector<int>{0, 10, 1, 11, 2, 12, 3});
}

TEST_CASE("a fiber's stack is reused at once after it finished, and after it was discarded") {
  Bench bench;
  int runs = 0;
  char* first = nullptr;
  for (int i = 0; i < 100; ++i) {
    Task task(bench.pool, [&](Task& self) {
      ++runs;
      if (i % 2 == 1) self.suspend();
    });
    if (first == nullptr) first = task.stack().base;
    CHECK(task.stack().base == first);
    task.resume(bench.host);
    CHECK(task.finished() == (i % 2 == 0));
  }
  CHECK(runs == 100);
}

TEST_CASE("two fibers suspended in catch blocks rethrow their own exceptions") {
  Bench bench;
  std::string caught_a, caught_b;
  Task a(bench.pool, [&](Task& self) { rethrow_after_suspension(self, "a", caught_a); });
  Task b(bench.pool, [&](Task& self) { rethrow_after_suspension(self, "b", caught_b); });
  a.resume(bench.host);
  b.resume(bench.host);
  SUBCASE("on the same thread") {
    a.resume(bench.host);
    b.resume(bench.host);
  }
  SUBCASE("on another thread") {
    on_another_thread([&](FiberHost& host) {
      a.resume(host);
      b.resume(host);
    });
  }
  SUBCASE("one here and one there, while the host handles an exception of its own") {
    try {
      throw std::logic_error("host");
    } catch (const std::logic_error&) {
      on_another_thread([&](FiberHost& host) { b.resume(host); });
      a.resume(bench.host);
      std::string own;
      try {
        rethrow();
      } catch (const std::logic_error& error) {
        own = error.what();
      }
      CHECK(own == "host");
    }
  }
  CHECK(caught_a == "a");
  CHECK(caught_b == "b");
  CHECK(std::current_exception() == nullptr);
}

TEST_CASE("the number of uncaught exceptions is the fiber's own when it is suspended during unwinding") {
  Bench bench;
  std::vector<int> counts;
  bool caught = false;
  Task unwinding(bench.pool, [&](Task& self) {
    try {
      const SuspendsWhenDestroyed guard{self, counts};
      throw std::runtime_error("unwinding");
    } catch (const std::runtime_error&) {
      caught = true;
    }
    counts.push_back(std::uncaught_exceptions());
  });
  int seen_by_other = -1;
  Task other(bench.pool, [&](Task&) { seen_by_other = std::uncaught_exceptions(); });
  unwinding.resume(bench.host);
  CHECK(std::uncaught_exceptions() == 0);
  other.resume(bench.host);
  CHECK(seen_by_other == 0);
  on_another_thread([&](FiberHost& host) {
    unwinding.resume(host);
    if (std::uncaught_exceptions() != 0) std::abort();
  });
  CHECK(unwinding.finished());
  CHECK(caught);
  CHECK(counts == std::vector<int>{1, 1, 0});
}

TEST_CASE("a fiber that finishes with exceptions in flight leaves its host's thread clean") {
  Bench bench;
  Task task(bench.pool, [](Task& self) {
    static std::exception_ptr kept;  // the object would be a leak, rightly reported
    try {
      throw std::runtime_error("abandoned");
    } catch (...) {
      kept = std::current_exception();
      self.finish();
    }
  });
  task.resume(bench.host);
  CHECK(task.finished());
  CHECK(std::uncaught_exceptions() == 0);
  CHECK(std::current_exception() == nullptr);
}

TEST_CASE("errno travels with the fiber, to another thread too, and the host keeps its own") {
  Bench bench;
  std::vector<int> seen;
  Task task(bench.pool, [&](Task& self) {
    seen.push_back(read_errno());
    write_errno(EDOM);
    self.suspend();
    seen.push_back(read_errno());
    write_errno(ERANGE);
    self.suspend();
    seen.push_back(read_errno());
  });
  write_errno(EBADF);
  task.resume(bench.host);
  CHECK(read_errno() == EBADF);
  on_another_thread([&](FiberHost& host) {
    write_errno(EPERM);
    task.resume(host);
    seen.push_back(read_errno());
  });
  write_errno(EAGAIN);
  task.resume(bench.host);
  CHECK(read_errno() == EAGAIN);
  CHECK(seen == std::vector<int>{0, EDOM, EPERM, ERANGE});
}

TEST_CASE("the rounding mode is each fiber's own") {
  Bench bench;
  int inside = -1;
  Task task(bench.pool, [&](Task& self) {
    std::fesetround(FE_UPWARD);
    self.suspend();
    inside = std::fegetround();
  });
  task.resume(bench.host);
  CHECK(std::fegetround() == FE_TONEAREST);
  task.resume(bench.host);
  CHECK(inside == FE_UPWARD);
  CHECK(std::fegetround() == FE_TONEAREST);
}

TEST_CASE("ten thousand fibers live at once on pooled stacks, and each keeps its locals") {
  constexpr bool sanitized = THRONG_ASAN || THRONG_TSAN;
  constexpr std::size_t count = sanitized ? 1000 : 10'000;
  StackPool pool(default_stack_size, count);
  FiberHost host;
  host.attach();
  std::size_t sum = 0;
  std::vector<std::unique_ptr<Task>> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back(std::make_unique<Task>(pool, [&sum, i](Task& self) {
      volatile std::size_t local = i;
      self.suspend();
      self.suspend();
      sum += local;
    }));
  }
  for (auto& task : tasks) task->resume(host);
  on_another_thread([&](FiberHost& other) {
    for (auto& task : tasks) task->resume(other);
  });
  for (auto& task : tasks) task->resume(host);
  CHECK(sum == count * (count - 1) / 2);
  tasks.clear();
  CHECK(pool.counts().in_use == 0);
}

TEST_CASE("a fiber goes to and fro between two threads many times") {
  Bench bench;
  constexpr int moves = 200;
  int caught = 0;
  Task task(bench.pool, [&](Task& self) {
    for (int i = 0; i < moves; ++i) {
      try {
        throw i;
      } catch (int value) {
        self.suspend();
        caught += value == i ? 1 : 0;
      }
    }
  });
  while (!task.finished()) {
    task.resume(bench.host);
    on_another_thread([&](FiberHost& host) {
      if (!task.finished()) task.resume(host);
    });
  }
  CHECK(caught == moves);
}

TEST_CASE("a backtrace from deep inside a fiber ends at the fiber's outermost frame") {
  void* warm_up[4];  // the first call loads a library
  static_cast<void>(::backtrace(warm_up, 4));
  Bench bench;
  int shallow = 0;
  int deep = 0;
  Task task(bench.pool, [&](Task&) {
    shallow = frames_at_depth(0);
    deep = frames_at_depth(50);
  });
  task.resume(bench.host);
  CHECK(shallow > 2);
  CHECK(shallow < 30);
  CHECK(deep == shallow + 50);
}

TEST_CASE("an exception that leaves a fiber's entry ends in std::terminate, not in the host's frames") {
  const pid_t child = flush_and_fork();
  if (child == 0) {
    std::set_terminate([] { ::_exit(42); });
    Bench bench;
    Task task(bench.pool, [](Task&) { throw std::runtime_error("nobody"); });
    try {
      task.resume(bench.host);
    } catch (...) {
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

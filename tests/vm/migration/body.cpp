// See body.hpp. The checks stand in one function on purpose: what a compiler could keep across a suspension,
// it can keep here.
#include "body.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <throng/scheduler/worker.hpp>
#include <throng/vm/runtime.hpp>

#include "dance.hpp"

namespace {

using namespace throng;

// errno's address belongs to a thread, and a compiler may keep it: a function that suspends reads errno, and
// its like, in functions that do not.
THRONG_NOINLINE int read_errno() { return errno; }
THRONG_NOINLINE void write_errno(int value) { errno = value; }

struct Echo {
  int number;
};

struct Failures {
  int count = 0;
  void expect(bool good, int hop, const char* what) {
    if (good) return;
    ++count;
    std::fprintf(stderr, "after hop %d: %s\n", hop, what);
  }
};

int dance(int hops) {
  Failures failures;
  throng_trap::Dance dance;
  const Pid me = self();
  for (int hop = 1; hop <= hops; ++hop) {
    const int thread_before = throng_trap::thread_here();
    const detail::Worker* worker_before = detail::current_worker();
    const std::string text = "mine, hop " + std::to_string(hop);
    write_errno(1000 + hop);
    try {
      throw std::runtime_error(text);
    } catch (const std::runtime_error& error) {
      dance.hop();
      failures.expect(error.what() == text, hop, "the caught exception is another's");
      failures.expect(std::uncaught_exceptions() == 0, hop, "an exception in flight is another's");
      try {
        std::rethrow_exception(std::current_exception());
      } catch (const std::runtime_error& again) {
        failures.expect(again.what() == text, hop, "the current exception is another's");
      } catch (...) {
        failures.expect(false, hop, "the current exception is of another's type");
      }
    }
    failures.expect(read_errno() == 1000 + hop, hop, "errno is another's");
    failures.expect(throng_trap::thread_here() != thread_before, hop, "the process has not moved");
    failures.expect(detail::current_worker() != worker_before, hop, "the current worker is the old one");
    failures.expect(self() == me, hop, "self() is another");
    send(me, Echo{hop});
    failures.expect(receive<Echo>().number == hop, hop, "a message to oneself is another's");
  }
  return failures.count;
}

}  // namespace

int count_migration_failures(int hops) {
  RuntimeOptions options;
  options.workers = 2;
  Runtime runtime(options);
  return runtime.run(dance, hops);
}

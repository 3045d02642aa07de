// A process that suspends on one worker and goes on under another: what belongs to it has moved along. The
// same code runs in two more builds, see migration/CMakeLists.txt.
#include <doctest/doctest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <throng/vm/runtime.hpp>
#include <vector>

#include "vm/migration/body.cpp"
#include "vm/migration/dance.hpp"

namespace {

using throng_trap::Dance;
using throng_trap::thread_here;

RuntimeOptions two_workers() {
  RuntimeOptions options;
  options.workers = 2;
  return options;
}

struct Seen {
  bool moved = false;
  std::string caught;
};

// `throw;` in a frame that was suspended inside its catch block.
Seen rethrow_after_a_hop() {
  Seen seen;
  Dance dance;
  try {
    try {
      throw std::runtime_error("mine");
    } catch (const std::runtime_error&) {
      int before = thread_here();
      dance.hop();
      seen.moved = thread_here() != before;
      throw;
    }
  } catch (const std::exception& error) {
    seen.caught = error.what();
  }
  return seen;
}

// Three handlers deep, each of which is entered on another worker than the one it rethrows on.
std::string rethrow_through_nested_handlers() {
  Dance dance;
  std::string caught;
  try {
    throw std::runtime_error("outer");
  } catch (const std::runtime_error& outer) {
    dance.hop();
    try {
      throw std::logic_error("middle");
    } catch (const std::logic_error& middle) {
      dance.hop();
      try {
        try {
          throw std::string("inner");
        } catch (const std::string&) {
          dance.hop();
          throw;
        }
      } catch (const std::string& inner) {
        dance.hop();
        caught = inner + ", " + middle.what() + ", " + outer.what();
      }
    }
    dance.hop();
    try {
      throw;
    } catch (const std::runtime_error& again) {
      caught += std::string(", ") + again.what();
    }
  }
  return caught;
}

struct HopsWhenDestroyed {
  Dance& dance;
  std::vector<int>& uncaught;
  ~HopsWhenDestroyed() {
    uncaught.push_back(std::uncaught_exceptions());
    dance.hop();
    uncaught.push_back(std::uncaught_exceptions());
  }
};

// A destructor that waits while an exception of its own is in flight.
std::vector<int> hop_while_unwinding() {
  Dance dance;
  std::vector<int> uncaught;
  try {
    HopsWhenDestroyed hops{dance, uncaught};
    throw std::runtime_error("in flight");
  } catch (const std::runtime_error&) {
    uncaught.push_back(std::uncaught_exceptions());
  }
  return uncaught;
}

}  // namespace

TEST_CASE("a process suspended in a catch block and resumed on another worker rethrows its own exception") {
  Runtime runtime(two_workers());
  Seen seen = runtime.run(rethrow_after_a_hop);
  CHECK(seen.moved);
  CHECK(seen.caught == "mine");
  CHECK(runtime.run(rethrow_through_nested_handlers) == "inner, middle, outer, outer");
}

TEST_CASE("a process that moves while its stack unwinds takes the exception in flight along") {
  Runtime runtime(two_workers());
  CHECK(runtime.run(hop_while_unwinding) == std::vector<int>{1, 1, 0});
}

TEST_CASE("after a move errno, the current process and the exceptions are the process's own") {
  CHECK(count_migration_failures(2'000) == 0);
}

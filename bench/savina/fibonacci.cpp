// fibonacci: a process for each call of the recursive definition. What it stresses is starting and ending
// processes that wait for two messages in between.
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Value {
  std::uint64_t value;
};
struct Sum {
  Pid parent;
  std::uint64_t sum = 0;
  int missing = 2;
};

AtRest add(Sum& sum, Value value) {
  sum.sum += value.value;
  if (--sum.missing > 0) return AtRest::stays;
  send(sum.parent, Value{sum.sum});
  return AtRest::ends;
}

void spawn_call(Pid parent, std::size_t n);

// At rest while its two children run: most of all processes wait at a time, and none needs its stack for it.
auto call(Pid parent, std::size_t n) {
  spawn_call(self(), n - 1);
  spawn_call(self(), n - 2);
  return rest(Sum{parent}, add);
}

void spawn_call(Pid parent, std::size_t n) {
  if (n <= 2) {
    spawn([](Pid waiting) { send(waiting, Value{1}); }, parent);
  } else {
    spawn(call, parent, n);
  }
}

std::uint64_t by_addition(std::size_t n) {
  std::uint64_t previous = 0, current = 1;
  for (; n > 1; --n) current += std::exchange(previous, current);
  return current;
}

}  // namespace

Outcome fibonacci(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.count <= 90, "fibonacci takes a count up to 90");
  return runtime.run(
      [](std::size_t n) {
        const std::uint64_t expected = by_addition(n);
        Stopwatch watch;
        spawn_call(self(), n);
        const std::uint64_t value = receive<Value>().value;
        Outcome outcome = outcome_of(2 * expected - 1, watch);
        require(value == expected, "the sum of the calls is not that Fibonacci number");
        return outcome;
      },
      parameters.count);
}

}  // namespace throng_bench

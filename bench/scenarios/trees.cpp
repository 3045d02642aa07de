// skynet and fib: trees of processes that grow, compute and report to their parents. In skynet the processes
// are the work, in fib they are where the work is split.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Sum {
  std::uint64_t value;
};

// -- skynet: a node of more than one leaf shares them out among ten children, or fewer if there are fewer.

constexpr std::size_t branches = 10;

struct Share {
  std::size_t first;
  std::size_t size;
};

std::size_t children_of(std::size_t leaves) { return std::min(leaves, branches); }

Share share_of(Share whole, std::size_t child) {
  const std::size_t children = children_of(whole.size);
  const std::size_t begin = whole.size * child / children, end = whole.size * (child + 1) / children;
  return {whole.first + begin, end - begin};
}

std::size_t nodes(Share share) {
  if (share.size == 1) return 1;
  std::size_t count = 1;
  for (std::size_t child = 0; child < children_of(share.size); ++child)
    count += nodes(share_of(share, child));
  return count;
}

void grow(Pid parent, Share share) {
  if (share.size == 1) return send(parent, Sum{share.first});
  const std::size_t children = children_of(share.size);
  for (std::size_t child = 0; child < children; ++child) spawn(grow, self(), share_of(share, child));
  std::uint64_t sum = 0;
  for (std::size_t child = 0; child < children; ++child) sum += receive<Sum>().value;
  send(parent, Sum{sum});
}

// -- fib

std::uint64_t fib_here(std::size_t n) { return n < 2 ? n : fib_here(n - 1) + fib_here(n - 2); }

// A call above the cutoff is a process; what is not is computed by its caller, once its siblings are on
// their way.
void fib_above(Pid parent, std::size_t n, std::size_t cutoff) {
  const std::array<std::size_t, 2> calls{n - 1, n - 2};
  std::size_t spawned = 0;
  std::uint64_t sum = 0;
  for (std::size_t call : calls)
    if (call > cutoff) spawn(fib_above, self(), call, cutoff), ++spawned;
  for (std::size_t call : calls)
    if (call <= cutoff) sum += fib_here(call);
  for (; spawned > 0; --spawned) sum += receive<Sum>().value;
  send(parent, Sum{sum});
}

std::size_t calls_above(std::size_t n, std::size_t cutoff) {
  return n <= cutoff ? 0 : 1 + calls_above(n - 1, cutoff) + calls_above(n - 2, cutoff);
}

// By another way than the one that is measured.
std::uint64_t fib_by_adding(std::size_t n) {
  std::uint64_t one = 0, next = 1;
  for (; n > 0; --n) next += std::exchange(one, next);
  return one;
}

}  // namespace

Outcome skynet(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t leaves) {
        Outcome outcome;
        outcome.operations = nodes({0, leaves});
        Stopwatch watch;
        spawn(grow, self(), Share{0, leaves});
        const std::uint64_t sum = receive<Sum>().value;
        outcome.nanoseconds = watch.nanoseconds();
        require(sum == std::uint64_t{leaves} * (leaves - 1) / 2, "the sum of the leaves is another one");
        return outcome;
      },
      parameters.count);
}

Outcome fib(Runtime& runtime, const Parameters& parameters) {
  const std::size_t n = parameters.size("n"), cutoff = parameters.size("cutoff");
  if (cutoff < 1 || n <= cutoff || n > 90) throw std::invalid_argument("fib needs 1 <= cutoff < n <= 90");
  return runtime.run(
      [](std::size_t number, std::size_t limit) {
        Outcome outcome;
        outcome.operations = calls_above(number, limit);
        Stopwatch watch;
        spawn(fib_above, self(), number, limit);
        const std::uint64_t result = receive<Sum>().value;
        outcome.nanoseconds = watch.nanoseconds();
        require(result == fib_by_adding(number), "this is not the Fibonacci number");
        return outcome;
      },
      n, cutoff);
}

}  // namespace throng_bench

// sieve: a chain of processes, each of which holds some primes and passes on what none of them divides. What
// it stresses is a pipeline that grows while it runs, with the most work at its beginning.
#include <algorithm>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Candidate {
  std::uint64_t value;
};
// After the last candidate; adds up what the filters hold.
struct End {
  std::size_t primes;
  std::uint64_t sum;
};

struct Filter {
  std::size_t capacity;
  Pid waiting;  // gets the end of the last filter
  std::vector<std::uint64_t> primes;
  Pid next{};
};

void take(Filter& filter, Candidate candidate);
void finish(Filter& filter, End end);

Pid spawn_filter(std::size_t capacity, Pid waiting, std::uint64_t first_prime) {
  return spawn([](Filter made) { return rest(std::move(made), take, finish); },
               Filter{capacity, waiting, {first_prime}});
}

void take(Filter& filter, Candidate candidate) {
  for (std::uint64_t prime : filter.primes)
    if (candidate.value % prime == 0) return;
  if (filter.next) {
    send(filter.next, candidate);
  } else if (filter.primes.size() < filter.capacity) {
    filter.primes.push_back(candidate.value);
  } else {
    filter.next = spawn_filter(filter.capacity, filter.waiting, candidate.value);
  }
}

void finish(Filter& filter, End end) {
  end.primes += filter.primes.size();
  for (std::uint64_t prime : filter.primes) end.sum += prime;
  send(filter.next ? filter.next : filter.waiting, end);
  exit(ExitReason::normal);
}

void produce(Pid first, std::uint64_t limit) {
  for (std::uint64_t odd = 3; odd < limit; odd += 2) send(first, Candidate{odd});
  send(first, End{0, 0});
}

// The primes below the limit, by crossing out.
End by_crossing_out(std::uint64_t limit) {
  std::vector<bool> crossed(limit, false);
  End end{0, 0};
  for (std::uint64_t i = 2; i < limit; ++i) {
    if (crossed[i]) continue;
    ++end.primes;
    end.sum += i;
    for (std::uint64_t multiple = i * i; multiple < limit; multiple += i) crossed[multiple] = true;
  }
  return end;
}

}  // namespace

Outcome sieve(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.count >= 3 && parameters.size("primes") > 0,
        "sieve needs a count of 3 or more, and room for primes");
  return runtime.run(
      [](std::uint64_t limit, std::size_t capacity) {
        Stopwatch watch;
        spawn(produce, spawn_filter(capacity, self(), 2), limit);
        const End end = receive<End>();
        Outcome outcome = outcome_of((limit - 2) / 2 + 1, watch);
        const End expected = by_crossing_out(limit);
        require(end.primes == expected.primes && end.sum == expected.sum, "a prime is missing or is none");
        outcome.extra["found"] = static_cast<double>(end.primes);
        return outcome;
      },
      parameters.count, parameters.size("primes"));
}

}  // namespace throng_bench

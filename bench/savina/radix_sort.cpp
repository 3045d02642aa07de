// radix_sort: a pipeline with a process for each bit of the numbers. What it stresses is a stream of small
// messages through many mailboxes at once.
#include <algorithm>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Value {
  std::uint64_t value;
};

// One bit: a number without it is passed on at once, one with it when all numbers have been here.
struct Digit {
  Pid next;
  std::uint64_t bit;
  std::size_t left;
  std::vector<std::uint64_t> with_bit{};
};

void sort_by_bit(Digit& digit, Value value) {
  if ((value.value & digit.bit) == 0) {
    send(digit.next, value);
  } else {
    digit.with_bit.push_back(value.value);
  }
  if (--digit.left > 0) return;
  for (std::uint64_t kept : digit.with_bit) send(digit.next, Value{kept});
  exit(ExitReason::normal);
}

void send_values(Pid to, const std::vector<std::uint64_t>& values) {
  for (std::uint64_t value : values) send(to, Value{value});
}

Outcome sort_by_all_bits(const Parameters& parameters) {
  const std::size_t count = parameters.count, bits = parameters.size("bits");
  auto values = seeded_values(count, std::uint64_t{1} << bits, parameters.size("seed"));
  auto expected = values;
  std::ranges::sort(expected);

  Stopwatch watch;
  Crew crew;
  Pid next = self();
  for (std::uint64_t bit = std::uint64_t{1} << (bits - 1); bit > 0; bit >>= 1)
    next =
        crew.spawn([](Digit digit) { return rest(std::move(digit), sort_by_bit); }, Digit{next, bit, count});
  spawn(send_values, next, std::move(values));
  std::vector<std::uint64_t> sorted;
  sorted.reserve(count);
  for (std::size_t i = 0; i < count; ++i) sorted.push_back(crew.receive<Value>().value);
  crew.await_ends();
  Outcome outcome = outcome_of(count * (bits + 1), watch);
  require(sorted == expected, "the numbers are not those sent, or not in order");
  return outcome;
}

}  // namespace

Outcome radix_sort(Runtime& runtime, const Parameters& parameters) {
  needs(1 <= parameters.size("bits") && parameters.size("bits") <= 63, "radix_sort takes 1 to 63 bits");
  return runtime.run(sort_by_all_bits, parameters);
}

}  // namespace throng_bench

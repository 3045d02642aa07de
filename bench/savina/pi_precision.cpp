// pi_precision: the digits of pi by the formula of Bailey, Borwein and Plouffe, a term a message. What it
// stresses is a master that keeps workers busy, and values of some kilobytes that travel.
#include <algorithm>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

// A number that is not negative, in fixed point: 32 bits before the point, then 32 bits each.
struct Fixed {
  std::vector<std::uint32_t> words;
};

constexpr std::uint64_t base = std::uint64_t{1} << 32;

// numerator / (denominator * 2^shift).
Fixed ratio(std::uint64_t numerator, std::uint64_t denominator, std::size_t shift, std::size_t words) {
  Fixed quotient{std::vector<std::uint32_t>(words)};
  const std::size_t first = shift / 32;
  if (first >= words) return quotient;
  // What the shift pushes out of the first word is the beginning of the second one.
  std::uint64_t rest = numerator >> (shift % 32), pushed = (numerator << 32 >> (shift % 32)) % base;
  for (std::size_t i = first; i < words; ++i) {
    quotient.words[i] = static_cast<std::uint32_t>(rest / denominator);
    rest = rest % denominator * base + std::exchange(pushed, 0);
  }
  return quotient;
}

void add(Fixed& sum, const Fixed& other) {
  std::uint64_t carry = 0;
  for (std::size_t i = sum.words.size(); i-- > 0; carry /= base) {
    carry += std::uint64_t{sum.words[i]} + other.words[i];
    sum.words[i] = static_cast<std::uint32_t>(carry);
  }
}

// Requires: `other` is not larger.
void subtract(Fixed& difference, const Fixed& other) {
  std::uint64_t borrow = 0;
  for (std::size_t i = difference.words.size(); i-- > 0;) {
    const std::uint64_t taken = other.words[i] + borrow;
    borrow = difference.words[i] < taken ? 1 : 0;
    difference.words[i] = static_cast<std::uint32_t>(difference.words[i] + borrow * base - taken);
  }
}

void divide(Fixed& quotient, std::uint64_t divisor) {
  std::uint64_t rest = 0;
  for (std::uint32_t& word : quotient.words) {
    rest = rest * base + word;
    word = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
}

bool is_zero(const Fixed& number) {
  for (std::uint32_t word : number.words)
    if (word != 0) return false;
  return true;
}

// (4/(8k+1) - 2/(8k+4) - 1/(8k+5) - 1/(8k+6)) / 16^k
Fixed term(std::size_t k, std::size_t words) {
  Fixed sum = ratio(4, 8 * k + 1, 4 * k, words);
  subtract(sum, ratio(2, 8 * k + 4, 4 * k, words));
  subtract(sum, ratio(1, 8 * k + 5, 4 * k, words));
  subtract(sum, ratio(1, 8 * k + 6, 4 * k, words));
  return sum;
}

// arctan(1/x), by its series.
Fixed arctan_of_inverse(std::uint64_t x, std::uint64_t times, std::size_t words) {
  Fixed power = ratio(times, x, 0, words), sum = power;
  for (std::uint64_t n = 3; !is_zero(power); n += 2) {
    divide(power, x * x);
    Fixed part = power;
    divide(part, n);
    n % 4 == 3 ? subtract(sum, part) : add(sum, part);
  }
  return sum;
}

// By Machin's formula: another series, and no part of the first one.
Fixed pi_by_arctangents(std::size_t words) {
  Fixed sum = arctan_of_inverse(5, 16, words);
  subtract(sum, arctan_of_inverse(239, 4, words));
  return sum;
}

struct Work {
  std::size_t term;
};
struct Term {
  Fixed value;
  Pid worker;
};
struct Worker {
  Pid master;
  std::size_t words;
};

void compute(Worker& worker, Work work) { send(worker.master, Term{term(work.term, worker.words), self()}); }

constexpr std::size_t spare_words = 2;  // what rounding may spoil

// Whether two numbers differ in what rounding can have spoilt alone.
bool agree(Fixed a, Fixed b) {
  if (a.words < b.words) std::swap(a, b);
  subtract(a, b);
  a.words.resize(a.words.size() - spare_words);
  return is_zero(a);
}

Outcome compute_pi(const Parameters& parameters) {
  constexpr double bits_per_digit = 3.3219280948873626;
  const auto bits = static_cast<std::size_t>(static_cast<double>(parameters.count) * bits_per_digit) + 1;
  const std::size_t words = 1 + bits / 32 + 1 + spare_words;
  Stopwatch watch;
  Crew crew;
  std::vector<Pid> workers;
  for (std::size_t i = 0; i < parameters.processes; ++i)
    workers.push_back(crew.spawn([](Worker worker) { return rest(worker, compute, end_of<Worker>); },
                                 Worker{self(), words}));
  std::size_t asked = 0, received = 0;
  constexpr std::size_t in_advance = 10;  // terms for each worker
  while (asked < std::min(parameters.count, in_advance * workers.size())) {
    send(workers[asked % workers.size()], Work{asked});
    ++asked;
  }
  Fixed pi{std::vector<std::uint32_t>(words)};
  for (bool enough = false; received < asked; ++received) {
    Term term = crew.receive<Term>();
    add(pi, term.value);
    enough = enough || is_zero(term.value);
    if (!enough) send(term.worker, Work{asked++});
  }
  stop_all(crew, workers);
  Outcome outcome = outcome_of(received, watch);
  require(pi.words[0] == 3 && pi.words[1] == 0x243f6a88, "this is not pi");
  require(agree(pi, pi_by_arctangents(words)), "the digits differ from those of another formula");
  return outcome;
}

}  // namespace

Outcome pi_precision(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(compute_pi, parameters);
}

}  // namespace throng_bench

// See torture.hpp: loops whose number of iterations is known before they run, around the numbers at which
// checks count anew. Each loop says how often it ran and what it saw last.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "torture.hpp"

namespace torture {
namespace {

struct Seen {
  std::uint64_t times = 0, last = 0;
};

// An iteration that no optimizer foresees.
void see(Seen& seen, std::uint64_t value) {
  ++seen.times;
  asm volatile("" : "+r"(seen.times), "+r"(value));
  seen.last = value;
}

[[gnu::noinline]] Seen up(long n) {
  Seen seen;
  for (long i = 0; i < n; ++i) see(seen, static_cast<std::uint64_t>(i));
  return seen;
}

[[gnu::noinline]] Seen down(int n) {
  Seen seen;
  for (int i = n; i > 0; --i) see(seen, static_cast<std::uint64_t>(i));
  return seen;
}

[[gnu::noinline]] Seen by_three(unsigned n) {
  Seen seen;
  for (unsigned i = 5; i < 5 + 3 * n; i += 3) see(seen, i);
  return seen;
}

[[gnu::noinline]] Seen through_zero(unsigned n) {
  Seen seen;
  for (unsigned i = 0U - n / 2; i != n - n / 2; ++i) see(seen, i);
  return seen;
}

// Passes by its end some times before it meets it.
[[gnu::noinline]] Seen around(std::uint32_t first, std::uint32_t last) {
  Seen seen;
  for (std::uint32_t i = first; i != last; i += 0x00600000u) see(seen, i);
  return seen;
}

[[gnu::noinline]] Seen bytes(std::uint8_t first, std::uint8_t last) {
  Seen seen;
  for (std::uint8_t i = first; i != last; ++i) see(seen, i);
  return seen;
}

[[gnu::noinline]] Seen over_pointers(const std::uint64_t* begin, const std::uint64_t* end) {
  Seen seen;
  for (; begin != end; ++begin) see(seen, *begin);
  return seen;
}

[[gnu::noinline]] Seen backwards(const std::uint64_t* begin, const std::uint64_t* end) {
  Seen seen;
  while (end != begin) see(seen, *--end);
  return seen;
}

[[gnu::noinline]] Seen left_in_the_middle(long n) {
  Seen seen;
  for (long i = 0;; ++i) {
    see(seen, static_cast<std::uint64_t>(i));
    if (i == n) return seen;
    ++seen.times;
  }
}

[[gnu::noinline]] Seen left_by_two(const std::uint64_t* values, long n, std::uint64_t wanted) {
  Seen seen;
  for (long i = 0; i < n && values[i] != wanted; ++i) see(seen, values[i]);
  return seen;
}

[[gnu::noinline]] Seen fixed() {
  Seen seen;
  for (int i = 0; i < 700; ++i) see(seen, static_cast<std::uint64_t>(i));
  for (int i = 0; i < 5000; ++i) see(seen, static_cast<std::uint64_t>(i));
  return seen;
}

[[gnu::noinline]] Seen triangle(long n) {
  Seen seen;
  for (long i = 0; i < n / 16; ++i)
    for (long j = i; j < n / 16; ++j)
      for (long k = j; k >= i; k -= 2) see(seen, static_cast<std::uint64_t>(k));
  return seen;
}

// A counted loop around a cycle with two entries.
[[gnu::noinline]] Seen around_a_knot(long n) {
  Seen seen;
  for (long i = 0; i < n; ++i) {
    auto bits = static_cast<std::uint64_t>(i) * 0x9e3779b9u >> 3;
    if ((bits & 1) != 0) goto odd;
  even:
    see(seen, bits ^ 7);
    bits >>= 1;
    if ((bits & 4) == 0) goto out;
  odd:
    see(seen, bits * 31);
    bits >>= 1;
    if ((bits & 2) != 0) goto even;
  out:
    asm volatile("" ::: "memory");
  }
  return seen;
}

// The test itself lies in such a cycle, and is passed several times in an iteration.
[[gnu::noinline]] Seen test_in_a_knot(long n) {
  Seen seen;
  long i = 0;
  std::uint64_t bits = 0;
next:
  bits = static_cast<std::uint64_t>(i) * 0x9e3779b9u >> 5;
  if ((bits & 1) != 0) goto test;
inside:
  see(seen, bits);
  bits >>= 1;
test:
  see(seen, bits * 31);
  if (i == n) return seen;
  bits >>= 1;
  if ((bits & 2) != 0) goto inside;
  ++i;
  goto next;
}

[[gnu::noinline]] std::uint64_t sum(const std::uint32_t* values, std::size_t n) {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < n; ++i) result += values[i] * 3ull;
  return result;
}

std::string counted_loops(long n) {
  std::vector<std::uint64_t> values;
  std::vector<std::uint32_t> small;
  for (long i = 0; i < n; ++i) {
    values.push_back(static_cast<std::uint64_t>(i) * 7);
    small.push_back(static_cast<std::uint32_t>(i) * 2654435761u);
  }
  const std::uint64_t* begin = values.data();
  const std::uint64_t* end = begin + n;
  const auto times = static_cast<unsigned>(n);
  const Seen all[] = {up(n),
                      down(static_cast<int>(n)),
                      by_three(times),
                      through_zero(times),
                      around(1, 1 + times * 0x00600000u),
                      bytes(3, static_cast<std::uint8_t>(3 + times)),
                      over_pointers(begin, end),
                      backwards(begin, end),
                      left_in_the_middle(n),
                      left_by_two(begin, n, static_cast<std::uint64_t>(n) * 4 + 1),
                      left_by_two(begin, n, static_cast<std::uint64_t>(n / 2) * 7),
                      fixed(),
                      triangle(n),
                      around_a_knot(n),
                      test_in_a_knot(n)};
  std::uint64_t hash = sum(small.data(), small.size());
  std::uint64_t count = 0;
  for (const Seen& seen : all) {
    count += seen.times;
    hash = (hash ^ seen.last) * 1099511628211u + seen.times;
  }
  char text[80];
  std::snprintf(text, sizeof text, "counted to %ld: %llu %llx\n", n, static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace

std::string counted() {
  std::string result;
  for (long n : {0, 1, 2, 15, 16, 17, 1023, 1024, 1025, 2047, 2048, 2049}) {
    result += counted_loops(n);
  }
  return result;
}

}  // namespace torture

// ran: each process makes random numbers, sorts them and takes the one in the middle. What it stresses is
// memory and comparisons, in processes that have nothing to say to each other.
#include <algorithm>
#include <array>
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

constexpr unsigned largest = 200;

// The generator of Wichmann and Hill (1982), three small ones together.
class WichmannHill {
 public:
  WichmannHill(std::size_t a, std::size_t b, std::size_t c)
      : a_(a % 30268 + 1), b_(b % 30306 + 1), c_(c % 30322 + 1) {}

  // From 1 to `last`.
  unsigned up_to(unsigned last) {
    a_ = a_ * 171 % 30269;
    b_ = b_ * 172 % 30307;
    c_ = c_ * 170 % 30323;
    const double sum =
        static_cast<double>(a_) / 30269 + static_cast<double>(b_) / 30307 + static_cast<double>(c_) / 30323;
    return static_cast<unsigned>((sum - static_cast<double>(static_cast<unsigned>(sum))) * last) + 1;
  }

 private:
  std::size_t a_, b_, c_;
};

WichmannHill generator_for(std::size_t numbers) { return {numbers, largest, std::size_t{2} * largest}; }

unsigned median_by_sorting(std::size_t count) {
  WichmannHill generator = generator_for(count);
  std::vector<unsigned> numbers(count);
  for (unsigned& number : numbers) number = generator.up_to(largest);
  std::ranges::sort(numbers);
  return numbers[count / 2];
}

// By counting how often each number comes.
unsigned median_by_counting(std::size_t count) {
  WichmannHill generator = generator_for(count);
  std::array<std::size_t, largest + 1> times{};
  for (std::size_t i = 0; i < count; ++i) ++times[generator.up_to(largest)];
  unsigned number = 0;
  for (std::size_t seen = 0; seen <= count / 2; seen += times[number]) ++number;
  return number;
}

struct Go {};
struct Median {
  unsigned value;
};

void find_median(Pid master, std::size_t numbers) {
  receive<Go>();
  send(master, Median{median_by_sorting(numbers)});
}

}  // namespace

Outcome ran(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.size("numbers") > 0, "ran needs numbers");
  return runtime.run(
      [](std::size_t processes, std::size_t numbers) {
        Stopwatch watch;
        std::vector<Pid> pids;
        for (std::size_t i = 0; i < processes; ++i) pids.push_back(spawn_link(find_median, self(), numbers));
        for (Pid pid : pids) send(pid, Go{});
        std::vector<unsigned> medians;
        for (std::size_t i = 0; i < processes; ++i) medians.push_back(receive<Median>().value);
        Outcome outcome = outcome_of(processes * numbers, watch);
        const unsigned expected = median_by_counting(numbers);
        for (unsigned median : medians) require(median == expected, "a process found another median");
        return outcome;
      },
      parameters.count, parameters.size("numbers"));
}

}  // namespace throng_bench

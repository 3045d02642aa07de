// The work that is the same whoever does it: what is computed, drawn, changed and measured inside of
// processes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "rival.hpp"

namespace rival {

// -- skynet: a node of more than one leaf shares them out among ten children, or fewer if there are fewer.

struct Share {
  std::size_t first;
  std::size_t size;

  std::size_t children() const { return std::min<std::size_t>(size, 10); }
  Share child(std::size_t number) const {
    const std::size_t begin = size * number / children(), end = size * (number + 1) / children();
    return {first + begin, end - begin};
  }
};

// How many processes a tree has.
std::size_t nodes(Share share);

// -- fib

struct FibCall {
  std::uint64_t n;
  std::uint64_t cutoff;

  bool is_process() const { return n > cutoff; }
  std::array<FibCall, 2> calls() const { return {{{n - 1, cutoff}, {n - 2, cutoff}}}; }
};

// What a call that is no process does.
std::uint64_t fib_here(std::uint64_t n);

// How many processes a call makes, itself included.
std::size_t processes_of(FibCall call);

// The call that the parameters say. Throws std::invalid_argument if it would make no process.
FibCall fib_call(const Parameters& parameters);

// Ends the program unless it is the result, which is found by another way than the one that is measured.
void check_fib(FibCall call, std::uint64_t result);

// -- big

// Whom a member of a crowd pings next: any but itself. Each draws from a generator of its own.
class Partners {
 public:
  Partners(std::size_t self, std::size_t crowd)
      : self_(self), crowd_(crowd), random_(static_cast<std::uint32_t>(self + 1)) {}

  std::size_t next() {
    random_ = (random_ * 1103515245u + 12345u) & 0x7fffffffu;
    return (self_ + 1 + (random_ >> 8) % (crowd_ - 1)) % crowd_;
  }

 private:
  std::size_t self_;
  std::size_t crowd_;
  std::uint32_t random_;
};

// -- chameneos

// Two creatures that meet both become the third colour, or stay what they are if they are alike. As numbers 0
// to 2 that is minus their sum, modulo 3, so that meetings never change the sum of all colours, modulo 3.
constexpr std::uint32_t after_meeting(std::uint32_t one, std::uint32_t other) {
  return (6 - one - other) % 3;
}

static_assert(after_meeting(0, 1) == 2 && after_meeting(1, 2) == 0 && after_meeting(2, 0) == 1);
static_assert(after_meeting(1, 0) == 2 && after_meeting(2, 1) == 0 && after_meeting(0, 2) == 1);
static_assert(after_meeting(0, 0) == 0 && after_meeting(1, 1) == 1 && after_meeting(2, 2) == 2);

// What one creature has to say in the end.
struct Creature {
  std::size_t meetings = 0;
  std::uint32_t colour = 0;
};

// Creature number i starts with this colour.
constexpr std::uint32_t first_colour(std::size_t number) { return static_cast<std::uint32_t>(number % 3); }

// Ends the program unless so many meetings may have led to this.
void check_creatures(const std::vector<Creature>& creatures, std::size_t meetings);

// -- timers and hog_latency

using Samples = std::vector<std::int64_t>;  // ns

// The quantile 0..1 of what is sorted and not empty.
double quantile(const Samples& sorted, double which);

// 1 to 1,000 ms, each as often as any other, in no order.
constexpr std::chrono::milliseconds timer_span(std::size_t number) {
  return std::chrono::milliseconds(1 + number * 7919 % 1000);
}

// late_p50_ms and so on. Sorts.
void add_lateness(Outcome& outcome, Samples& late);

// What a pair that talks and a ticker see beside loops without end. The loops check a flag every thousand
// rounds, so that a runtime which cannot stop them ends nevertheless: a thread of this class clears the flag
// two seconds after the time is over.
class HogLatency {
 public:
  explicit HogLatency(std::chrono::nanoseconds span);
  HogLatency(const HogLatency&) = delete;
  HogLatency& operator=(const HogLatency&) = delete;
  ~HogLatency();

  void loop() const;  // what a hog does
  void stop();
  // Whether to take a further sample, for one that began then.
  bool goes_on(Clock::time_point begin, Clock::time_point now) const;
  Outcome outcome();

  Samples trips;  // of the pair alone
  Samples late;   // of the ticker alone

 private:
  void stop_in_time(std::chrono::nanoseconds limit);

  const std::chrono::nanoseconds span_;
  // Protocol: cleared by whoever ends the run, read by all loops; it carries nothing else.
  std::atomic<bool> go_on_{true};
  std::mutex mutex_;
  std::condition_variable ended_;
  std::thread watchdog_;  // last: it uses the others
};

}  // namespace rival

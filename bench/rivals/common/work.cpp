#include "work.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace rival {
namespace {

using std::chrono::milliseconds;

volatile std::uint64_t sink;  // what loops compute must go somewhere

void add_quantiles(Outcome& outcome, Samples& samples, const std::string& name) {
  if (samples.empty()) return;
  std::sort(samples.begin(), samples.end());
  outcome.extra[name + "_p50_us"] = quantile(samples, 0.5) / 1e3;
  outcome.extra[name + "_p99_us"] = quantile(samples, 0.99) / 1e3;
  outcome.extra[name + "_p999_us"] = quantile(samples, 0.999) / 1e3;
  outcome.extra[name + "_max_us"] = quantile(samples, 1) / 1e3;
}

}  // namespace

std::size_t nodes(Share share) {
  if (share.size == 1) return 1;
  std::size_t count = 1;
  for (std::size_t i = 0; i < share.children(); ++i) count += nodes(share.child(i));
  return count;
}

std::uint64_t fib_here(std::uint64_t n) { return n < 2 ? n : fib_here(n - 1) + fib_here(n - 2); }

std::size_t processes_of(FibCall call) {
  if (!call.is_process()) return 0;
  auto [one, other] = call.calls();
  return 1 + processes_of(one) + processes_of(other);
}

FibCall fib_call(const Parameters& parameters) {
  const FibCall call{parameters.size("n"), parameters.size("cutoff")};
  if (call.cutoff < 1 || !call.is_process() || call.n > 90)
    throw std::invalid_argument("fib needs 1 <= cutoff < n <= 90");
  return call;
}

void check_fib(FibCall call, std::uint64_t result) {
  std::uint64_t one = 0, next = 1;
  for (std::uint64_t i = 0; i < call.n; ++i) next += std::exchange(one, next);
  require(result == one, "this is not the Fibonacci number");
}

void check_creatures(const std::vector<Creature>& creatures, std::size_t meetings) {
  std::size_t met = 0, colours = 0, first_colours = 0;
  for (std::size_t i = 0; i < creatures.size(); ++i) {
    require(creatures[i].colour < 3, "a creature has a colour that there is not");
    met += creatures[i].meetings;
    colours += creatures[i].colour;
    first_colours += first_colour(i);
  }
  require(met == 2 * meetings, "a meeting is missing or doubled");
  require(colours % 3 == first_colours % 3, "a creature has the wrong colour");
}

double quantile(const Samples& sorted, double which) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(which * last)]);
}

void add_lateness(Outcome& outcome, Samples& late) {
  std::sort(late.begin(), late.end());
  require(late.front() >= 0, "a timer came too early");
  outcome.extra["late_p50_ms"] = quantile(late, 0.5) / 1e6;
  outcome.extra["late_p99_ms"] = quantile(late, 0.99) / 1e6;
  outcome.extra["late_max_ms"] = quantile(late, 1) / 1e6;
}

HogLatency::HogLatency(std::chrono::nanoseconds span)
    : span_(span), watchdog_([this, span] { stop_in_time(span + milliseconds(2000)); }) {
  trips.reserve(1 << 22);
}

HogLatency::~HogLatency() {
  stop();
  watchdog_.join();
}

void HogLatency::loop() const {
  // relaxed: the flag alone counts
  for (std::uint64_t x = 88172645463325252u; go_on_.load(std::memory_order_relaxed);) {
    for (int i = 0; i < 1000; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
    }
    sink = x;
  }
}

void HogLatency::stop() {
  std::lock_guard lock(mutex_);
  go_on_.store(false, std::memory_order_relaxed);  // relaxed: the flag alone counts
  ended_.notify_all();
}

bool HogLatency::goes_on(Clock::time_point begin, Clock::time_point now) const {
  // relaxed: the flag alone counts
  return now - begin < span_ && trips.size() < trips.capacity() && go_on_.load(std::memory_order_relaxed);
}

void HogLatency::stop_in_time(std::chrono::nanoseconds limit) {
  std::unique_lock lock(mutex_);
  // relaxed: the flag alone counts
  ended_.wait_for(lock, limit, [this] { return !go_on_.load(std::memory_order_relaxed); });
  go_on_.store(false, std::memory_order_relaxed);  // relaxed: the flag alone counts
}

Outcome HogLatency::outcome() {
  Outcome outcome;
  outcome.operations = trips.size();
  for (std::int64_t trip : trips) outcome.nanoseconds += static_cast<double>(trip);
  add_quantiles(outcome, trips, "trip");
  add_quantiles(outcome, late, "late");
  outcome.extra.erase("late_p999_us");  // a run has too few ticks for it
  outcome.extra["ticks"] = static_cast<double>(late.size());
  if (trips.size() <= 10 || late.size() <= 10) outcome.extra["starved"] = 1;
  return outcome;
}

}  // namespace rival

// hog_latency: what tight loops do to those who talk and to those who wait for the clock. This file is built
// with throng_preemptible(); hog_latency_plain has its loops in plain_hog.cpp, which is not, so that the
// watchdog alone helps.
#include "hogs.hpp"

#include <algorithm>
#include <vector>

#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

volatile std::uint64_t hog_sink;

namespace {

using Samples = std::vector<std::int64_t>;  // ns

struct Ping {
  Pid from;
};
struct Pong {};

void answer_pings() {
  for (;;) send(receive<Ping>().from, Pong{});
}

Samples round_trips(Duration span) {
  Samples samples;
  samples.reserve(1 << 22);
  Pid partner = spawn_link(answer_pings);
  auto begin = Clock::now(), last = begin;
  while (last - begin < span && samples.size() < samples.capacity()) {
    send(partner, Ping{self()});
    receive<Pong>();
    auto now = Clock::now();
    samples.push_back((now - last).count());
    last = now;
  }
  unlink(partner);
  throng::exit(partner, ExitReason::kill);
  return samples;
}

// By how much each tick of a millisecond comes too late, measured from the one before it.
Samples lateness(Duration span) {
  Samples samples;
  auto begin = Clock::now(), last = begin;
  while (last - begin < span) {
    sleep(1ms);
    auto now = Clock::now();
    samples.push_back((now - last - 1ms).count());
    last = now;
  }
  return samples;
}

double at(Samples& sorted, double quantile) {
  auto last = static_cast<double>(sorted.size() - 1);
  return static_cast<double>(sorted[static_cast<std::size_t>(quantile * last)]);
}

struct Measured {
  Samples trips;
  Samples late;
};

Measured measure_beside(void (*hog)(), std::size_t hogs, Duration span) {
  std::vector<Pid> loops;
  for (std::size_t i = 0; i < hogs; ++i) loops.push_back(spawn(trusted([hog] { hog(); })));
  sleep(20ms);  // until all of them run
  Task<Samples> trips = task::async([](Duration time) { return round_trips(time); }, span);
  Task<Samples> late = task::async([](Duration time) { return lateness(time); }, span);
  Measured measured{trips.await(detail::forever), late.await(detail::forever)};
  for (Pid loop : loops) throng::exit(loop, ExitReason::kill);
  return measured;
}

Outcome latency_beside(Runtime& runtime, const Parameters& parameters, void (*hog)()) {
  Measured measured = runtime.run(trusted([=] {
    return measure_beside(hog, parameters.processes, std::chrono::milliseconds(parameters.count));
  }));
  hogs_may_go_on = false;
  require(measured.trips.size() > 10 && measured.late.size() > 10, "the pair and the ticker are starved");
  Outcome outcome;
  outcome.operations = measured.trips.size();
  for (std::int64_t trip : measured.trips) outcome.nanoseconds += static_cast<double>(trip);
  std::sort(measured.trips.begin(), measured.trips.end());
  std::sort(measured.late.begin(), measured.late.end());
  outcome.extra = {
      {"trip_p50_us", at(measured.trips, 0.5) / 1e3},       {"trip_p99_us", at(measured.trips, 0.99) / 1e3},
      {"trip_p999_us", at(measured.trips, 0.999) / 1e3},    {"trip_max_us", at(measured.trips, 1) / 1e3},
      {"ticks", static_cast<double>(measured.late.size())}, {"late_p50_us", at(measured.late, 0.5) / 1e3},
      {"late_p99_us", at(measured.late, 0.99) / 1e3},       {"late_max_us", at(measured.late, 1) / 1e3}};
  return outcome;
}

void preemptible_hog() {
  for (std::uint64_t x = 88172645463325252u;;) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    hog_sink = x;
  }
}

}  // namespace

Outcome hog_latency(Runtime& runtime, const Parameters& parameters) {
  return latency_beside(runtime, parameters, preemptible_hog);
}

Outcome hog_latency_plain(Runtime& runtime, const Parameters& parameters) {
  hogs_may_go_on = true;
  return latency_beside(runtime, parameters, plain_hog);
}

}  // namespace throng_bench

// Two endless loops for each worker, and beside them a pair that talks and one that waits for the clock: how
// long both take without the loops, and with them.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "act.hpp"
#include "hog.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t spans = 2;
constexpr auto span = std::chrono::milliseconds(400);

struct Ping {
  Pid from;
};
struct Pong {};

using Samples = std::vector<double>;  // seconds

double at(const Samples& sorted, double quantile) {
  return sorted.empty() ? 0
                        : sorted[static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1))];
}

void answer_pings() {
  for (;;) send(receive<Ping>().from, Pong{});
}

Samples round_trips() {
  Samples samples;
  Pid partner = spawn_link(answer_pings);
  auto begin = Clock::now(), last = begin;
  while (last - begin < span) {
    send(partner, Ping{self()});
    receive<Pong>();
    auto now = Clock::now();
    samples.push_back(std::chrono::duration<double>(now - last).count());
    last = now;
  }
  unlink(partner);
  throng::exit(partner, ExitReason::kill);
  std::sort(samples.begin(), samples.end());
  return samples;
}

Samples lateness() {
  constexpr auto tick = std::chrono::milliseconds(1);
  Samples samples;
  auto begin = Clock::now(), last = begin;
  while (last - begin < span) {
    sleep(tick);
    auto now = Clock::now();
    samples.push_back(std::chrono::duration<double>(now - last - tick).count());
    last = now;
  }
  std::sort(samples.begin(), samples.end());
  return samples;
}

struct Measured {
  Samples trips;
  Samples late;
};

Measured measure() {
  Task<Samples> trips = task::async(round_trips);
  Task<Samples> late = task::async(lateness);
  return {trips.await(detail::forever), late.await(detail::forever)};
}

struct Both {
  Measured alone;
  Measured beside;
  std::uint64_t hogs = 0;
  std::uint64_t ended = 0;
};

Both compare(std::uint64_t hogs, std::atomic<bool>& stop, Progress& progress) {
  Both both;
  both.hogs = hogs;
  both.alone = measure();
  progress.set(1);
  std::vector<Monitor> ends;
  std::vector<Pid> pids;
  for (std::uint64_t i = 0; i < hogs; ++i) {
    auto [pid, end] = spawn_monitor(trusted([&stop] { hog(stop); }));
    pids.push_back(pid);
    ends.push_back(end);
  }
  both.beside = measure();
  progress.set(2);
  for (Pid pid : pids) throng::exit(pid, ExitReason::kill);
  sleep(std::chrono::milliseconds(20));
  stop = true;  // for loops without checks, which hear of no kill
  for (Monitor end : ends) {
    Down down = receive(
        when([end](const Down& found) { return found.monitor == end; }, [](Down found) { return found; }));
    if (down.reason == ExitReason::killed || down.reason.is_normal()) ++both.ended;
  }
  return both;
}

std::string doing(const Sizes&) { return "two endless loops per worker, and how the others fare"; }
std::uint64_t steps(const Sizes&) { return spans; }

Result play(Stage& stage) {
  std::atomic<bool> stop{false};
  std::uint64_t hogs = 2 * std::max<std::uint64_t>(stage.runtime.info().workers, 1);
  Both both = stage.runtime.run(trusted([&] { return compare(hogs, stop, stage.progress); }));
  const Samples& trips = both.beside.trips;
  Result result{.count = trips.size()};
  for (double trip : trips) result.seconds += trip;
  result.add_times("round trips beside endless loops");
  result.figures = {{"hogs", static_cast<double>(hogs)},
                    {"trip_p50_seconds", at(trips, 0.5)},
                    {"trip_p999_seconds", at(trips, 0.999)},
                    {"trip_p50_seconds_alone", at(both.alone.trips, 0.5)},
                    {"late_p99_seconds", at(both.beside.late, 0.99)},
                    {"late_p99_seconds_alone", at(both.alone.late, 0.99)}};
  result.meanings.push_back(
      fmt::format("Round trips beside endless loops: {} processes computed without a single call. A message "
                  "there and back took {} "
                  "(median; without the loops {}) and {} (99.9 %); a tick of a millisecond came {} late (99 "
                  "%; without {}).",
                  grouped(hogs), duration_text(at(trips, 0.5)), duration_text(at(both.alone.trips, 0.5)),
                  duration_text(at(trips, 0.999)), duration_text(at(both.beside.late, 0.99)),
                  duration_text(at(both.alone.late, 0.99))));
  result.checks = {{"messages and the clock went on beside endless loops",
                    trips.size() > 100 && both.beside.late.size() > 10},
                   {"every endless loop was ended", both.ended == hogs}};
  return result;
}

}  // namespace

const Act hogs_act{"hogs", doing, steps, play};

}  // namespace throng::command

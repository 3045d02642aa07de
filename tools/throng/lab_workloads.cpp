// The workloads of the lab that come along. Each does so much work and ends; the runtime is its own. Their
// sizes are such that a run is some tenths of a second.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <throng/throng.hpp>

#include "lab.hpp"

namespace throng::command {
namespace {

std::uint64_t sized(double usual, const LabRun& run) {
  return static_cast<std::uint64_t>(std::max(1.0, std::round(usual * run.size)));
}

void wait_for_ends(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) receive<Down>();
}

struct Ping {
  Pid from;
  std::int64_t sent;
};
struct Pong {
  std::int64_t sent;
};
struct Latencies {
  std::vector<std::int64_t> ns;
};

void take_latencies(LabRun& run, std::uint64_t of) {
  for (std::uint64_t i = 0; i < of; ++i) {
    auto heard = receive<Latencies>();
    run.latencies.insert(run.latencies.end(), heard.ns.begin(), heard.ns.end());
  }
  run.operations += run.latencies.size();
}

// -- pairs that talk, beside processes that compute

void answer(std::uint64_t rounds) {
  for (std::uint64_t i = 0; i < rounds; ++i) {
    auto ping = receive<Ping>();
    send(ping.from, Pong{ping.sent});
  }
}

void ask(Pid observer, std::uint64_t rounds) {
  Pid partner = spawn_link(answer, rounds);
  Latencies latencies;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    send(partner, Ping{self(), now_ns()});
    std::int64_t sent = receive<Pong>().sent;
    latencies.ns.push_back(now_ns() - sent);
  }
  send(observer, std::move(latencies));
}

void pairs(LabRun& run) {
  std::atomic<bool> stop{false};
  run.runtime.run(trusted([&run, &stop] {
    constexpr std::uint64_t count = 8;
    std::uint64_t hogs = 2 * run.workers;
    for (std::uint64_t i = 0; i < hogs; ++i) {
      spawn_monitor(trusted([&stop] {
        while (!stop.load(std::memory_order_relaxed)) work(500);  // relaxed: sooner or later
      }));
    }
    for (std::uint64_t i = 0; i < count; ++i) spawn(ask, self(), sized(1000, run));
    take_latencies(run, count);
    stop.store(true, std::memory_order_relaxed);  // relaxed: as above
    wait_for_ends(hogs);
  }));
}

// -- trees of processes, each waiting for its children

struct Sum {
  std::uint64_t leaves;
};

void node(Pid parent, unsigned depth) {
  std::uint64_t leaves = 1;
  if (depth == 0) {
    work(400);
  } else {
    for (int i = 0; i < 2; ++i) spawn_link(node, self(), depth - 1);
    leaves = receive<Sum>().leaves;
    leaves += receive<Sum>().leaves;
  }
  send(parent, Sum{leaves});
}

void tree(LabRun& run) {
  run.runtime.run(trusted([&run] {
    for (std::uint64_t i = 0; i < sized(40, run); ++i) {
      std::int64_t begin = now_ns();
      spawn_link(node, self(), 8U);
      run.operations += receive<Sum>().leaves;
      run.latencies.push_back(now_ns() - begin);
    }
  }));
}

// -- requests that come when they come, most of them short and some very long

struct Request {
  std::int64_t due;
  std::int64_t deadline;
  std::uint64_t reductions;
};
struct Served {
  std::int64_t late;  // since it was due
  bool missed;
};

void serve(Pid observer, Request request) {
  work(request.reductions);
  std::int64_t end = now_ns();
  send(observer, Served{end - request.due, end > request.deadline});
}

// Sends each request on its way when it is due, and never later because the others are not through.
void arrivals(Pid observer, const std::vector<Request>& requests, std::int64_t begin) {
  for (Request request : requests) {
    request.due += begin;
    if (request.deadline != std::numeric_limits<std::int64_t>::max()) request.deadline += begin;
    if (request.due > now_ns()) sleep(Duration(request.due - now_ns()));
    SpawnOptions options;
    options.deadline = Clock::time_point(Duration(request.deadline));
    spawn(options, serve, observer, request);
  }
}

void play(LabRun& run, const std::vector<Request>& requests) {
  run.runtime.run(trusted([&run, &requests] {
    SpawnOptions source;
    source.priority = Priority::max;
    spawn_link(source, trusted([&requests, observer = self()] { arrivals(observer, requests, now_ns()); }));
    for (std::size_t i = 0; i < requests.size(); ++i) {
      auto served = receive<Served>();
      run.latencies.push_back(served.late);
      if (run.missed) *run.missed += served.missed;
      ++run.operations;
    }
  }));
}

constexpr double ns_per_reduction = 25;
constexpr double load = 0.6;  // of all workers, if each has a CPU of its own

void open_arrival(LabRun& run) {
  constexpr double shape = 1.3, least = 1000, most = 400'000;  // reductions; a bounded Pareto distribution
  double tail = std::pow(least / most, shape);
  double mean = std::pow(least, shape) / (1 - tail) * shape / (shape - 1) *
                (std::pow(least, 1 - shape) - std::pow(most, 1 - shape));
  std::mt19937_64 random(run.seed);
  std::uniform_real_distribution<double> share(0, 1);
  std::exponential_distribution<double> gap(load * run.workers / (mean * ns_per_reduction));
  std::vector<Request> requests;
  double due = 0;
  for (std::uint64_t i = 0; i < sized(2000, run); ++i) {
    due += gap(random);
    double reductions = least / std::pow(1 - share(random) * (1 - tail), 1 / shape);
    requests.push_back({static_cast<std::int64_t>(due), std::numeric_limits<std::int64_t>::max(),
                        static_cast<std::uint64_t>(reductions)});
  }
  play(run, requests);
}

// -- bursts of tasks, each with a deadline that fits its length

void deadlines(LabRun& run) {
  std::mt19937_64 random(run.seed);
  std::uniform_int_distribution<std::uint64_t> length(500, 8000);
  std::uniform_real_distribution<double> slack(2, 20);
  constexpr std::uint64_t burst = 12;
  double burst_ns = burst * 4250 * ns_per_reduction / (load * run.workers);
  std::vector<Request> tasks;
  for (std::uint64_t i = 0; i < sized(2000, run); ++i) {
    auto due = static_cast<std::int64_t>(static_cast<double>(i / burst) * burst_ns);
    std::uint64_t reductions = length(random);
    double time = static_cast<double>(reductions) * ns_per_reduction * slack(random);
    tasks.push_back({due, due + static_cast<std::int64_t>(time), reductions});
  }
  run.missed = 0;
  play(run, tasks);
}

// -- servers of which few get most of the calls

void answer_with_work() {
  for (;;) {
    auto ping = receive<Ping>();
    work(200);
    send(ping.from, Pong{ping.sent});
  }
}

void call_some(Pid observer, std::vector<Pid> servers, std::uint64_t calls, std::uint64_t seed) {
  std::vector<double> weights;
  for (std::size_t i = 0; i < servers.size(); ++i) weights.push_back(1.0 / static_cast<double>(i + 1));
  std::discrete_distribution<std::size_t> any(weights.begin(), weights.end());
  std::mt19937_64 random(seed);
  Latencies latencies;
  for (std::uint64_t i = 0; i < calls; ++i) {
    send(servers[any(random)], Ping{self(), now_ns()});
    std::int64_t sent = receive<Pong>().sent;
    latencies.ns.push_back(now_ns() - sent);
  }
  send(observer, std::move(latencies));
}

void unequal_servers(LabRun& run) {
  run.runtime.run(trusted([&run] {
    constexpr std::uint64_t clients = 32;
    std::vector<Pid> servers;
    for (int i = 0; i < 8; ++i) servers.push_back(spawn_link(answer_with_work));
    for (std::uint64_t i = 0; i < clients; ++i)
      spawn(call_some, self(), servers, sized(500, run), run.seed * clients + i);
    take_latencies(run, clients);
    for (Pid server : servers) unlink(server), exit(server, ExitReason::kill);
  }));
}

}  // namespace

const std::vector<Workload>& built_in_workloads() {
  static const std::vector<Workload> all{
      {"pairs", "eight pairs that talk, beside processes that compute", pairs},
      {"tree", "trees of processes that wait for their children", tree},
      {"open", "requests that come when they come, most short and some very long", open_arrival},
      {"servers", "eight servers, of which few get most of the calls", unequal_servers},
      {"deadlines", "bursts of tasks with deadlines of their own", deadlines},
  };
  return all;
}

void work(std::uint64_t reductions) {
  constexpr std::uint64_t at_once = 100, turns_per_reduction = 8;
  std::uint64_t x = 88172645463325252U;
  while (reductions > 0) {
    std::uint64_t now = std::min(reductions, at_once);
    for (std::uint64_t i = 0; i < now * turns_per_reduction; ++i) {
      x ^= x << 13;
      x ^= x >> 7;
      x ^= x << 17;
      asm volatile("" : "+r"(x));  // so that it is not left out
    }
    reductions -= now;
    charge(static_cast<std::int32_t>(now));
  }
}

}  // namespace throng::command

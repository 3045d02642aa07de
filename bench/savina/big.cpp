// big: everybody pings somebody at random and answers whoever pings, many to many.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Everybody = Shared<std::vector<Pid>>;

struct Begin {
  Everybody everybody;
};
struct Ping {
  Pid from;
};
struct Pong {
  Pid from;
};
struct Finished {};
struct End {};
struct Report {
  std::size_t pings_answered;
  std::size_t pongs;
};

struct Member {
  Pid whom_to_tell;
  std::size_t left;
  Random random;
  std::optional<Everybody> everybody = {};
  Pid pinged = {};
  Report report = {0, 0};
};

void ping_somebody(Member& member) {
  const std::vector<Pid>& everybody = **member.everybody;
  --member.left;
  member.pinged = everybody[member.random.below(everybody.size())];
  send(member.pinged, Ping{self()});
}

void begin(Member& member, Begin begin) {
  member.everybody.emplace(std::move(begin.everybody));
  ping_somebody(member);
}

void answer(Member& member, Ping ping) {
  ++member.report.pings_answered;
  send(ping.from, Pong{self()});
}

void take_pong(Member& member, Pong pong) {
  require(pong.from == member.pinged, "somebody answered who was not asked");
  ++member.report.pongs;
  if (member.left > 0) {
    ping_somebody(member);
  } else {
    send(member.whom_to_tell, Finished{});
  }
}

void end(Member& member, End) {
  send(member.whom_to_tell, member.report);
  exit(ExitReason::normal);
}

auto member(Pid whom_to_tell, std::size_t pings, std::uint64_t seed) {
  return rest(Member{whom_to_tell, pings, Random{seed}}, begin, answer, take_pong, end);
}

}  // namespace

Outcome big(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t pings, std::size_t processes, std::uint64_t seed) {
        Stopwatch watch;
        Crew crew;
        std::vector<Pid> pids;
        for (std::size_t i = 0; i < processes; ++i)
          pids.push_back(crew.spawn(member, self(), pings, seed + i));
        const Everybody everybody(pids);
        for (Pid pid : pids) send(pid, Begin{everybody});
        for (std::size_t i = 0; i < processes; ++i) crew.receive<Finished>();
        for (Pid pid : pids) send(pid, End{});
        Report total{0, 0};
        for (std::size_t i = 0; i < processes; ++i) {
          const Report report = crew.receive<Report>();
          total.pings_answered += report.pings_answered;
          total.pongs += report.pongs;
        }
        crew.await_ends();
        const double time = watch.nanoseconds();
        require(total.pings_answered == pings * processes, "a ping is missing or doubled");
        require(total.pongs == pings * processes, "a pong is missing or doubled");
        return Outcome{pings * processes, time, {}};
      },
      parameters.count, parameters.processes, parameters.size("seed"));
}

}  // namespace throng_bench

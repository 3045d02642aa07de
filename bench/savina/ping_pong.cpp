// ping_pong: two processes at rest, one message under way.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Ping {
  Pid from;
};
struct Pong {};
struct Stop {};
struct Answered {
  std::size_t pings;
};

struct Pinger {
  Pid partner;
  std::size_t left;
};

void ping_again(Pinger& pinger, Pong) {
  if (pinger.left == 0) {
    send(pinger.partner, Stop{});
    exit(ExitReason::normal);
  }
  --pinger.left;
  send(pinger.partner, Ping{self()});
}

auto pinger(Pid partner, std::size_t pings) {
  send(partner, Ping{self()});
  return rest(Pinger{partner, pings - 1}, ping_again);
}

struct Ponger {
  Pid whom_to_tell;
  std::size_t answered = 0;
};

void answer(Ponger& ponger, Ping ping) {
  ++ponger.answered;
  send(ping.from, Pong{});
}

void close(Ponger& ponger, Stop) {
  send(ponger.whom_to_tell, Answered{ponger.answered});
  exit(ExitReason::normal);
}

auto ponger(Pid whom_to_tell) { return rest(Ponger{whom_to_tell}, answer, close); }

}  // namespace

Outcome ping_pong(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t pings) {
        Stopwatch watch;
        Crew crew;
        crew.spawn(pinger, crew.spawn(ponger, self()), pings);
        const std::size_t answered = crew.receive<Answered>().pings;
        crew.await_ends();
        const double time = watch.nanoseconds();
        require(answered == pings, "a ping is missing or doubled");
        return Outcome{2 * pings, time, {}};
      },
      parameters.count);
}

}  // namespace throng_bench

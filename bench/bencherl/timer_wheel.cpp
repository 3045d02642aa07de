// timer_wheel: each process pings all others, one after the other, and answers pings while it waits for each
// answer; with a time-out that never comes, or without. What it stresses is starting and cancelling a timer
// with each wait.
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Peers = std::vector<Pid>;

struct Start {
  Shared<Peers> all;
  std::size_t own;  // the receiver's number
};
struct Ping {
  Pid from;
  std::size_t number;  // of the sender
};
struct Pong {
  Pid from;
};
struct Done {
  std::size_t number;
  std::size_t sum;  // of the numbers of those who were answered
};

constexpr Duration never = std::chrono::hours(24 * 12);

template <bool with_timeout>
class Pinger {
 public:
  void run(Pid master) {
    const Start start = receive<Start>();
    unanswered_ = start.all->size() - 1;
    for (std::size_t i = 0; i < start.all->size(); ++i) {
      if (i == start.own) continue;
      send((*start.all)[i], Ping{self(), start.own});
      await_pong((*start.all)[i]);
    }
    while (unanswered_ > 0) await_pong(Pid());
    send(master, Done{start.own, sum_});
  }

 private:
  // Who has answered all pings does not wait, as published.
  void await_pong(Pid peer) {
    auto answer = [&](Ping ping) {
      --unanswered_;
      sum_ += ping.number;
      send(ping.from, Pong{self()});
    };
    bool waits = true;
    auto pong =
        when([peer](const Pong& candidate) { return candidate.from == peer; }, [&](Pong) { waits = false; });
    while (waits && unanswered_ > 0) {
      if constexpr (with_timeout) {
        receive(answer, pong, after(never, [] { throng::exit(ExitReason::timeout); }));
      } else {
        receive(answer, pong);
      }
    }
  }

  std::size_t unanswered_ = 0;
  std::size_t sum_ = 0;
};

template <bool with_timeout>
Outcome ping_all(std::size_t count) {
  Stopwatch watch;
  Peers peers;
  for (std::size_t i = 0; i < count; ++i)
    peers.push_back(spawn_link([](Pid master) { Pinger<with_timeout>().run(master); }, self()));
  const Shared<Peers> all(peers);
  for (std::size_t i = 0; i < count; ++i) send(peers[i], Start{all, i});
  std::vector<Done> done;
  for (std::size_t i = 0; i < count; ++i) done.push_back(receive<Done>());
  Outcome outcome = outcome_of(count * (count - 1), watch);
  for (const Done& one : done)
    require(one.sum == count * (count - 1) / 2 - one.number, "a process was not pinged once by each other");
  return outcome;
}

}  // namespace

Outcome timer_wheel(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.count >= 2, "timer_wheel needs a count of 2 or more");
  return runtime.run([](std::size_t count) { return ping_all<true>(count); }, parameters.count);
}
Outcome timer_no_wheel(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.count >= 2, "timer_no_wheel needs a count of 2 or more");
  return runtime.run([](std::size_t count) { return ping_all<false>(count); }, parameters.count);
}

}  // namespace throng_bench

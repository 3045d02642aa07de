// big: each process pings all, itself too, answers pings in between, and waits for the answers in the order
// from the last one back. What it stresses is many to many, and selective receive over queues of answers.
#include <vector>

#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Peers {
  Shared<std::vector<Pid>> all;
};
struct Ping {
  Pid from;
};
struct Pong {
  Pid from;
};
struct HasAll {};
struct HowMany {};
struct Answered {
  std::size_t pings;
};

class Pinger {
 public:
  void run(Pid master) {
    const Peers peers = receive<Peers>();
    for (Pid peer : *peers.all) {
      receive([&](Ping ping) { answer(ping); }, after(0ms, [] {}));
      send(peer, Ping{self()});
    }
    for (auto peer = peers.all->rbegin(); peer != peers.all->rend(); ++peer) await_pong(*peer);
    send(master, HasAll{});
    for (bool more = true; more;) receive([&](Ping ping) { answer(ping); }, [&](HowMany) { more = false; });
    send(master, Answered{answered_});
  }

 private:
  void await_pong(Pid peer) {
    auto from_peer = [peer](const Pong& pong) { return pong.from == peer; };
    for (bool waits = true; waits;)
      receive([&](Ping ping) { answer(ping); }, when(from_peer, [&](Pong) { waits = false; }));
  }
  void answer(Ping ping) {
    ++answered_;
    send(ping.from, Pong{self()});
  }

  std::size_t answered_ = 0;
};

}  // namespace

Outcome big(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        Stopwatch watch;
        std::vector<Pid> pids;
        for (std::size_t i = 0; i < count; ++i)
          pids.push_back(spawn_link([](Pid master) { Pinger().run(master); }, self()));
        const Shared<std::vector<Pid>> all(pids);
        for (Pid pid : pids) send(pid, Peers{all});
        for (std::size_t i = 0; i < count; ++i) receive<HasAll>();
        Outcome outcome = outcome_of(2 * count * count, watch);
        for (Pid pid : pids) send(pid, HowMany{});
        for (std::size_t i = 0; i < count; ++i)
          require(receive<Answered>().pings == count, "a ping is missing or doubled");
        return outcome;
      },
      parameters.count);
}

}  // namespace throng_bench

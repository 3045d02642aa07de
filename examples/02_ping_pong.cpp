// 2. Two processes that talk in a loop. A receive with several clauses takes the oldest message that one of
// them fits; what belongs to a process are its local variables, so nothing needs a lock.
#include <cassert>
#include <cstdio>
#include <throng/throng.hpp>

using namespace throng;

struct Ping {
  Pid from;
  int round;
};
struct Pong {
  int round;
};
struct Enough {};
struct Served {
  int count;
};

void server(Pid owner) {
  int served = 0;
  bool open = true;
  while (open) {
    receive(
        [&](Ping ping) {
          ++served;
          send(ping.from, Pong{ping.round});
        },
        [&](Enough) { open = false; });
  }
  send(owner, Served{served});
}

int main() {
  return run([] {
    constexpr int rounds = 1'000;
    Pid to = spawn(server, self());  // arguments travel by value
    for (int round = 0; round < rounds; ++round) {
      send(to, Ping{self(), round});
      int answered = receive([](Pong pong) { return pong.round; });  // a receive has its clause's value
      assert(answered == round);
      static_cast<void>(answered);
    }
    send(to, Enough{});
    int served = receive<Served>().count;
    assert(served == rounds);
    std::printf("%d rounds\n", served);
  });
}

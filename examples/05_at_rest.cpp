// 5. Many processes that mostly wait. A body that returns rest(state, clauses...) gives its stack back and
// lives on as its state alone; each message that a clause takes runs that clause on whatever stack is warm.
#include <cassert>
#include <cstdio>
#include <throng/throng.hpp>
#include <vector>

using namespace throng;

struct Account {
  int balance = 0;
};
struct Deposit {
  int amount;
};
struct Ask {
  Pid from;
};
struct Balance {
  int amount;
};
struct Close {};

auto account(int opening) {
  return rest(
      Account{opening}, [](Account& self, Deposit deposit) { self.balance += deposit.amount; },
      [](Account& self, Ask ask) { send(ask.from, Balance{self.balance}); },
      [](Account&, Close) { return AtRest::ends; });  // the end of a process at rest
}

int main() {
  return run([] {
    constexpr int accounts = 10'000;
    std::vector<Pid> pids;
    for (int i = 0; i < accounts; ++i) pids.push_back(spawn(account, i));

    long total = 0;
    for (Pid pid : pids) {
      send(pid, Deposit{1});
      send(pid, Ask{self()});
    }
    for (int i = 0; i < accounts; ++i) total += receive<Balance>().amount;
    assert(total == 1L * accounts * (accounts - 1) / 2 + accounts);

    // At rest it holds no stack. It may not be there yet, so let it go on until it is.
    while (process_info(pids[0])->stack_size != 0) yield();

    Monitor watch = monitor(pids[0]);
    send(pids[0], Close{});
    Down down = receive<Down>();
    assert(down.monitor == watch && down.reason.is_normal());
    for (Pid pid : pids) send(pid, Close{});  // sending to the one that is gone does no harm
    std::printf("%d accounts, %ld in all\n", accounts, total);
  });
}

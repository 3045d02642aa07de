// bank_transaction: a teller asks for transfers between accounts. The account that pays asks the other one to
// take the money and waits for the answer, so it blocks in the middle of a message. The main process is the
// teller.
#include <algorithm>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Cents = std::int64_t;
constexpr Cents most_at_once = 100'000;

struct Transferred {};
struct Closed {
  std::size_t index;
  Cents balance;
};

class Account {
 public:
  struct Debit {
    using Reply = std::monostate;
    Cents amount;
  };
  struct Transfer {
    Cents amount;
    ServerRef<Account> to;
    Pid teller;
  };
  struct Close {
    Pid teller;
  };
  using Protocol = Messages<Debit, Transfer, Close>;

  Account(std::size_t index, Cents balance) : index_(index), balance_(balance) {}
  std::monostate handle_call(Debit debit) {
    balance_ += debit.amount;
    return {};
  }
  void handle_cast(Transfer transfer) {
    balance_ -= transfer.amount;
    transfer.to.call(Debit{transfer.amount}, detail::forever);
    send(transfer.teller, Transferred{});
  }
  void handle_cast(Close close) {
    send(close.teller, Closed{index_, balance_});
    gen_server::stop();
  }

 private:
  std::size_t index_;
  Cents balance_;
};

struct Order {
  std::size_t from;
  std::size_t to;
  Cents amount;
};

// Money goes to accounts of higher numbers only, so no circle of accounts can wait for each other.
Order next_order(Random& random, std::size_t accounts) {
  const std::size_t from = random.below(accounts / 10 * 8);
  const std::size_t to = from + std::max<std::size_t>(random.below(accounts - from), 1);
  return {from, to, static_cast<Cents>(random.below(most_at_once))};
}

void check(const std::vector<Cents>& balances, Cents opening, std::size_t orders, std::uint64_t seed) {
  std::vector<Cents> wanted(balances.size(), opening);
  Random random{seed};
  for (std::size_t i = 0; i < orders; ++i) {
    const Order order = next_order(random, balances.size());
    wanted[order.from] -= order.amount;
    wanted[order.to] += order.amount;
  }
  require(balances == wanted, "money is lost or went to a wrong account");
}

}  // namespace

Outcome bank_transaction(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.processes >= 10, "bank_transaction: --processes 10 accounts or more");
  return runtime.run(
      [](std::size_t orders, std::size_t accounts, std::uint64_t seed) {
        const Cents opening = most_at_once * static_cast<Cents>(orders);  // never overdrawn
        Stopwatch watch;
        Crew crew;
        std::vector<ServerRef<Account>> bank;
        for (std::size_t i = 0; i < accounts; ++i) bank.push_back(crew.start<Account>(i, opening));
        Random random{seed};
        for (std::size_t i = 0; i < orders; ++i) {
          const Order order = next_order(random, accounts);
          bank[order.from].cast(Account::Transfer{order.amount, bank[order.to], self()});
        }
        for (std::size_t i = 0; i < orders; ++i) crew.receive<Transferred>();
        for (const auto& account : bank) account.cast(Account::Close{self()});
        std::vector<Cents> balances(accounts, -1);
        for (std::size_t i = 0; i < accounts; ++i) {
          const Closed closed = crew.receive<Closed>();
          balances[closed.index] = closed.balance;
        }
        crew.await_ends();
        const double time = watch.nanoseconds();
        check(balances, opening, orders, seed);
        return Outcome{orders, time, {}};
      },
      parameters.count, parameters.processes, parameters.size("seed"));
}

}  // namespace throng_bench

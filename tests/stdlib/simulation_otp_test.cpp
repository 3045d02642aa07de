// SIM-1 for behaviours: servers, supervisors with back-off, tasks, tables under simulation.
#include <chrono>
#include <set>

#include "checks.hpp"

using namespace behaviours;

namespace {

struct Deposit {
  int amount;
};
struct Balance {
  using Reply = int;
};
struct Break {};

class Account {
 public:
  using Protocol = Messages<Deposit, Balance, Break>;
  void handle_cast(Deposit deposit) { balance_ = balance_ * 10 + deposit.amount; }
  void handle_cast(Break) { throw std::runtime_error("it broke"); }
  int handle_call(Balance) { return balance_; }

 private:
  int balance_ = 0;
};

// In which order three clients' casts come to a server.
int server() {
  auto account = gen_server::start_link<Account>();
  for (int i = 1; i <= 3; ++i) {
    spawn(
        [](ServerRef<Account> to, Pid root, int mine) {
          to.cast(Deposit{mine});
          to.call(Balance{});
          send(root, Done{});
        },
        account, self(), i);
  }
  for (int i = 0; i < 3; ++i) receive<Done>();
  return account.call(Balance{});
}

// A child is broken and started again, after pauses that only virtual time can afford.
int supervised() {
  auto began = Clock::now();
  supervisor::start_link(
      {.intensity = {.restarts = 10, .within = 1h},
       .backoff = {.first = 60s, .most = 3600s},
       .children = {supervisor::child<Account>("account").with(StartOptions{.name = "account"})}});
  ServerName<Account> account("account");
  int lives = 0;
  for (int i = 1; i <= 4; ++i) {
    account.cast(Break{});
    while (whereis("account")) yield();
    while (!whereis("account")) sleep(1s);
    account.cast(Deposit{i});
    lives = lives * 10 + account.call(Balance{});
  }
  return Clock::now() - began > 5min ? lives : -1;
}

// Which of three tasks is through first.
int tasks() {
  std::vector<Task<int>> running;
  Pid root = self();
  for (int i = 1; i <= 3; ++i) {
    running.push_back(task::async(
        [](Pid to, int mine) {
          send(to, Number{mine});
          return mine;
        },
        root, i));
  }
  int sum = 0;
  for (Task<int>& one : running) sum += one.await();
  return sum == 6 ? receive<Number>().value : -1;
}

int crashes_and_logs() {
  logger::add_handler("test", std::make_unique<ToProcess>(self()));
  auto account = gen_server::start<Account>();
  Monitor watch = monitor(account.pid());
  account.cast(Break{});
  bool reported = expect<Logged>().event.time < std::chrono::sys_days(std::chrono::year(2001) / 1 / 1);
  expect_down(watch);
  return reported ? 1 : 0;
}

template <class F>
std::size_t traces(F program) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    auto one = simulation::run({.seed = seed, .workers = 2}, program);
    auto two = simulation::run({.seed = seed, .workers = 2}, program);
    CHECK(one.sentence() == "");
    CHECK(one.value() == two.value());
    CHECK(one.trace_hash() == two.trace_hash());
    CHECK(one.virtual_time() == two.virtual_time());
    hashes.insert(one.trace_hash());
  }
  return hashes.size();
}

}  // namespace

TEST_CASE("SIM-1: the same seed gives the same run: servers") {
  CHECK(traces(server) > 2);
  std::set<int> orders;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    orders.insert(simulation::run({.seed = seed}, server).value());
  CHECK(orders.size() == 6);
}

TEST_CASE("SIM-1: the same seed gives the same run: restarts with back-off") {
  CHECK(traces(supervised) > 2);
  CHECK(simulation::run({}, supervised).value() == 1234);
}

TEST_CASE("SIM-1: the same seed gives the same run: tasks") { CHECK(traces(tasks) > 2); }

TEST_CASE("SIM-1: the same seed gives the same run: crash reports, whose dates are virtual") {
  CHECK(traces(crashes_and_logs) > 0);
  CHECK(simulation::run({}, crashes_and_logs).value() == 1);
}

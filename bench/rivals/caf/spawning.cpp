// spawn_exit, spawn_live and spawn_parked: what an actor costs that ends at once, and one that stays.
#include <atomic>

#include "system.hpp"

namespace rival {
namespace {

struct Countdown {
  std::atomic<std::size_t> left;
  caf::actor waiter;
};

// Has no behaviour, so it ends once it is initialized.
class Counting : public caf::event_based_actor {
 public:
  Counting(caf::actor_config& config, Countdown* countdown)
      : event_based_actor(config), countdown_(countdown) {}

  caf::behavior make_behavior() override {
    // pairs: the other counters' fetch_sub; the last one speaks for all
    if (countdown_->left.fetch_sub(1, std::memory_order_acq_rel) == 1) send(countdown_->waiter, Done::value);
    return {};
  }

 private:
  Countdown* countdown_;
};

class SpawnExit : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    countdown_.left = parameters.count;
    countdown_.waiter = me();
    Stopwatch watch;
    for (std::size_t i = 0; i < parameters.count; ++i) spawn<Counting>(&countdown_);
    return {[this, watch](Done) {
      outcome.operations = parameters.count;
      outcome.nanoseconds = watch.nanoseconds();
      require(countdown_.left == 0, "a process is missing or doubled");
      countdown_.waiter = nullptr;
      quit();
    }};
  }

 private:
  Countdown countdown_;
};

class Server : public caf::event_based_actor {
 public:
  Server(caf::actor_config& config, std::uint64_t value, caf::actor parent)
      : event_based_actor(config), value_(value), parent_(std::move(parent)) {}

  caf::behavior make_behavior() override {
    send(parent_, Ready::value);
    return answering();
  }

 protected:
  caf::behavior answering() {
    return {[this](Ask) { return value_; }};
  }

 private:
  std::uint64_t value_;
  caf::actor parent_;
};

// Waits in the middle of its work the way actors without stacks do: by a behaviour on top of the one that it
// will go back to.
class ParkedServer : public Server {
 public:
  using Server::Server;

  caf::behavior make_behavior() override {
    caf::behavior underneath = Server::make_behavior();
    become(underneath);
    become(caf::keep_behavior, answering());
    return {};
  }
};

template <class ServerKind>
class SpawnLive : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    const std::size_t count = parameters.count;
    servers_.resize(count);  // its pages are not the processes'
    resident_before_ = resident_bytes();
    spawning_ = Stopwatch();
    std::uint64_t number = 0;
    for (caf::actor& server : servers_) server = spawn<ServerKind>(number++, me());
    return {[this](Ready) {
              if (++ready_ == parameters.count) all_ready();
            },
            [this](std::uint64_t value) {
              sum_ += value;
              if (++answers_ == parameters.count) all_answered();
            }};
  }

 private:
  void all_ready() {
    outcome.nanoseconds = spawning_.nanoseconds();
    outcome.operations = parameters.count;
    outcome.extra["bytes_per_process"] = resident_since(resident_before_, parameters.count);
    asking_ = Stopwatch();
    for (const caf::actor& server : servers_) send(server, Ask::value);
  }

  void all_answered() {
    const std::size_t count = parameters.count;
    outcome.extra["wake_and_reply_ns"] = asking_.nanoseconds() / static_cast<double>(count);
    require(sum_ == count * (count - 1) / 2, "an answer is missing or wrong");
    kill_all(servers_);
    quit();
  }

  std::vector<caf::actor> servers_;
  std::size_t resident_before_ = 0;
  std::size_t ready_ = 0;
  std::size_t answers_ = 0;
  std::uint64_t sum_ = 0;
  Stopwatch spawning_;
  Stopwatch asking_;
};

}  // namespace

Outcome spawn_exit(const Parameters& parameters) {
  return run_in_system<SpawnExit>(Policy::sharing, parameters);
}
Outcome spawn_live(const Parameters& parameters) {
  return run_in_system<SpawnLive<Server>>(Policy::sharing, parameters);
}
Outcome spawn_parked(const Parameters& parameters) {
  return run_in_system<SpawnLive<ParkedServer>>(Policy::sharing, parameters);
}

}  // namespace rival

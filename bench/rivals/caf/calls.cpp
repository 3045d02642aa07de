// gen_call and selective: what a request to a statically typed server costs, alone, among many clients, and
// by a client with a long queue.
#include "system.hpp"

namespace rival {
namespace {

// Adds, and answers with the sum.
using Adder = caf::typed_actor<caf::replies_to<std::size_t>::with<std::size_t>>;

class AdderServer : public Adder::base {
 public:
  using Adder::base::base;

  behavior_type make_behavior() override {
    return {[this](std::size_t by) { return sum_ += by; }};
  }

 private:
  std::size_t sum_ = 0;
};

// An actor and not a thread: one that blocks would pay for two switches of threads a call.
class Client : public caf::event_based_actor {
 public:
  Client(caf::actor_config& config, Adder server, std::size_t calls, caf::actor boss)
      : event_based_actor(config), server_(std::move(server)), left_(calls), boss_(std::move(boss)) {}

  caf::behavior make_behavior() override {
    call();
    return {};
  }

 protected:
  const caf::actor& boss() const { return boss_; }

  void call() {
    if (left_ == 0) return finish();
    --left_;
    // Urgent messages have a queue of their own, so that nothing lies before the answer: without this a call
    // took milliseconds beside 100,000 messages. await() is quicker than then(), which allows for others
    // meanwhile.
    request<caf::message_priority::high>(server_, caf::infinite, std::size_t{1}).await([this](std::size_t) {
      call();
    });
  }

  void finish() {
    send(boss_, Done::value);
    quit();
  }

 private:
  Adder server_;
  std::size_t left_;
  caf::actor boss_;
};

// Has a queue of messages that its behaviour leaves there.
class BusyClient : public Client {
 public:
  BusyClient(caf::actor_config& config, Adder server, std::size_t calls, caf::actor boss, std::size_t queued)
      : Client(config, std::move(server), calls, std::move(boss)), queued_(queued) {
    set_default_handler(caf::skip);
  }

  caf::behavior make_behavior() override {
    for (std::size_t i = 0; i < queued_; ++i) send(this, i);
    send(this, Go::value);
    return {[this](Go) {
      send(boss(), Ready::value);  // the queue is as long as it shall be
      call();
    }};
  }

 private:
  std::size_t queued_;
};

class Calls : public Driver {
 public:
  Calls(caf::actor_config& config, Run* run, bool queue) : Driver(config, run), queue_(queue) {}

  caf::behavior make_behavior() override {
    const std::size_t clients = queue_ ? 1 : parameters.processes;
    const std::size_t each = parameters.count / clients;
    clients_ = clients;
    outcome.operations = clients * each;
    server_ = spawn<AdderServer>();
    watch_ = Stopwatch();
    if (queue_) {
      spawn<BusyClient>(server_, each, me(), parameters.processes);
    } else {
      for (std::size_t i = 0; i < clients; ++i) spawn<Client>(server_, each, me());
    }
    return {[this](Ready) { watch_ = Stopwatch(); },
            [this](Done) {
              if (--clients_ == 0) finish();
            }};
  }

 private:
  void finish() {
    outcome.nanoseconds = watch_.nanoseconds();
    request(server_, caf::infinite, std::size_t{0}).then([this](std::size_t sum) {
      require(sum == outcome.operations, "a call is missing or doubled");
      kill(server_);
      quit();
    });
  }

  bool queue_;
  std::size_t clients_ = 0;
  Adder server_;
  Stopwatch watch_;
};

}  // namespace

Outcome gen_call(const Parameters& parameters) {
  return run_in_system<Calls>(Policy::stealing, parameters, false);
}
Outcome selective(const Parameters& parameters) {
  return run_in_system<Calls>(Policy::stealing, parameters, true);
}

}  // namespace rival

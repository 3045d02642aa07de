// ping_pong, ring, fan_in and mailbox: what a message costs, on its way and where it waits.
#include <stdexcept>

#include "system.hpp"

namespace rival {
namespace {

// -- ping_pong

class Partner : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[](Ask) { return Answer::value; }};
  }
};

class PingPong : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    partner_ = spawn<Partner>();
    watch_ = Stopwatch();
    send(partner_, Ask::value);
    return {[this](Answer) {
      if (++round_trips_ < parameters.count / 2) return send(partner_, Ask::value);
      outcome.operations = 2 * round_trips_;
      outcome.nanoseconds = watch_.nanoseconds();
      kill(partner_);
      quit();
    }};
  }

 private:
  caf::actor partner_;
  std::size_t round_trips_ = 0;
  Stopwatch watch_;
};

// -- ring: a token is the number of hops that are left.

class Member : public caf::event_based_actor {
 public:
  Member(caf::actor_config& config, caf::actor first) : event_based_actor(config), first_(std::move(first)) {}

  caf::behavior make_behavior() override {
    return {[this](caf::actor& next) {
              next_ = std::move(next);
              return Ready::value;
            },
            [this](std::size_t left) {
              if (left == 0) {
                send(first_, Done::value);
              } else {
                send(next_, left - 1);
              }
            }};
  }

  void on_exit() override { next_ = nullptr; }  // a ring keeps itself alive

 private:
  caf::actor first_;
  caf::actor next_;
};

class Ring : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    const std::size_t size = parameters.processes;
    for (std::size_t i = 0; i < size; ++i) members_.push_back(spawn<Member>(me()));
    for (std::size_t i = 0; i < size; ++i) send(members_[i], members_[(i + 1) % size]);
    return {[this](Ready) {
              if (++ready_ < members_.size()) return;
              watch_ = Stopwatch();
              send(members_[0], parameters.count);
            },
            [this](Done) {
              outcome.operations = parameters.count;
              outcome.nanoseconds = watch_.nanoseconds();
              kill_all(members_);
              quit();
            }};
  }

 private:
  std::vector<caf::actor> members_;
  std::size_t ready_ = 0;
  Stopwatch watch_;
};

// -- fan_in

class Sender : public caf::event_based_actor {
 public:
  Sender(caf::actor_config& config, caf::actor to, std::size_t count)
      : event_based_actor(config), to_(std::move(to)), count_(count) {}

  caf::behavior make_behavior() override {
    for (std::size_t i = 0; i < count_; ++i) send(to_, i);
    return {};
  }

 private:
  caf::actor to_;
  std::size_t count_;
};

class FanIn : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    const std::size_t senders = parameters.processes, each = parameters.count / senders;
    left_ = each * senders;
    watch_ = Stopwatch();
    for (std::size_t i = 0; i < senders; ++i) spawn<Sender>(me(), each);
    return {[this](std::size_t number) {
      sum_ += number;
      if (--left_ == 0) finish();
    }};
  }

 private:
  void finish() {
    const std::size_t senders = parameters.processes, each = parameters.count / senders;
    outcome.operations = each * senders;
    outcome.nanoseconds = watch_.nanoseconds();
    require(sum_ == senders * (each * (each - 1) / 2), "a message is missing or doubled");
    quit();
  }

  std::size_t left_ = 0;
  std::size_t sum_ = 0;
  Stopwatch watch_;
};

// -- mailbox

// Lets messages lie until it is told to take them.
class Hoarder : public caf::event_based_actor {
 public:
  Hoarder(caf::actor_config& config, std::size_t count) : event_based_actor(config), left_(count) {
    set_default_handler(caf::skip);
  }

  caf::behavior make_behavior() override {
    return {[](Ask) { return Ready::value; },
            [this](Go) {
              boss_ = caf::actor_cast<caf::actor>(current_sender());
              become([this](std::size_t number) {
                sum_ += number;
                if (--left_ > 0) return;
                send(boss_, sum_);
                boss_ = nullptr;  // which knows this one
                quit();
              });
            }};
  }

 private:
  std::size_t left_;
  std::size_t sum_ = 0;
  caf::actor boss_;
};

class Mailbox : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    owner_ = spawn<Hoarder>(parameters.count);
    send(owner_, Ask::value);
    return {[this](Ready) {
              if (++answers_ == 1) {
                fill();
              } else {
                measure();
              }
            },
            [this](std::size_t sum) {
              require(sum == parameters.count * (parameters.count - 1) / 2,
                      "a message is missing or doubled");
              quit();
            }};
  }

 private:
  void fill() {
    resident_before_ = resident_bytes();
    watch_ = Stopwatch();
    for (std::size_t i = 0; i < parameters.count; ++i) send(owner_, i);
    send(owner_, Ask::value);  // its answer says that all are in the queue
  }

  void measure() {
    outcome.operations = parameters.count;
    outcome.nanoseconds = watch_.nanoseconds();
    outcome.extra["bytes_per_message"] = resident_since(resident_before_, parameters.count);
    send(owner_, Go::value);
  }

  caf::actor owner_;
  int answers_ = 0;
  std::size_t resident_before_ = 0;
  Stopwatch watch_;
};

}  // namespace

Outcome ping_pong(const Parameters& parameters) {
  return run_in_system<PingPong>(Policy::stealing, parameters);
}
Outcome ring(const Parameters& parameters) {
  // All members start at once, so a large ring has a long queue. Later one runs at a time, and stealing
  // keeps it where it is.
  const Policy policy = parameters.processes > 5'000 ? Policy::sharing : Policy::stealing;
  return run_in_system<Ring>(policy, parameters);
}
Outcome fan_in(const Parameters& parameters) {
  if (parameters.count < parameters.processes)
    throw std::invalid_argument("fan_in needs a message of each sender");
  return run_in_system<FanIn>(Policy::stealing, parameters);
}
Outcome mailbox(const Parameters& parameters) { return run_in_system<Mailbox>(Policy::stealing, parameters); }

}  // namespace rival

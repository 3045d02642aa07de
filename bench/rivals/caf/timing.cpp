// timers, timer_cancel and idle: what waiting for the clock costs, and waiting for nothing.
#include "system.hpp"
#include "work.hpp"

namespace rival {
namespace {

using std::chrono::nanoseconds;

// -- timers

// A message says in nanoseconds when it was due. Late by the clock of the one who gets it.
class Receiver : public caf::event_based_actor {
 public:
  Receiver(caf::actor_config& config, caf::actor boss, Samples* late, std::size_t count)
      : event_based_actor(config), boss_(std::move(boss)), late_(*late), count_(count) {
    late_.reserve(count);
  }

  caf::behavior make_behavior() override {
    return {[this](std::int64_t due) {
      late_.push_back(nanoseconds(Clock::now().time_since_epoch()).count() - due);
      if (late_.size() < count_) return;
      send(boss_, Done::value);
      quit();
    }};
  }

 private:
  caf::actor boss_;
  Samples& late_;
  std::size_t count_;
};

class Timers : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    const std::size_t count = parameters.count;
    caf::actor receiver = spawn<Receiver>(me(), &late_, count);
    Stopwatch watch;
    for (std::size_t i = 0; i < count; ++i) {
      // What delayed_send() does, which would read the clock once more.
      const auto due = Clock::now() + timer_span(i);
      scheduled_send(receiver, due, std::int64_t{nanoseconds(due.time_since_epoch()).count()});
    }
    outcome.operations = count;
    outcome.nanoseconds = watch.nanoseconds();
    return {[this](Done) {
      add_lateness(outcome, late_);
      quit();
    }};
  }

 private:
  Samples late_;
};

// -- timer_cancel: of a delayed message nobody can say that it shall not come. What can be cancelled is the
// time-out of a request, so this takes the clock's part in requests.

class TimerCancel : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    const std::size_t count = parameters.count;
    std::vector<caf::message_id> started(count);
    watch_ = Stopwatch();
    for (caf::message_id& id : started) {
      id = new_request_id(caf::message_priority::normal).response_id();
      clock().set_request_timeout(Clock::now() + std::chrono::seconds(60), this, id);
    }
    starting_ = watch_.nanoseconds();
    for (caf::message_id id : started) clock().cancel_request_timeout(this, id);
    // The clock has a thread that takes orders one after the other; this is the last one.
    delayed_send(this, nanoseconds(1), Done::value);
    return {[this](Done) {
      const auto timers = static_cast<double>(parameters.count);
      outcome.operations = parameters.count;
      outcome.nanoseconds = watch_.nanoseconds();
      outcome.extra["start_ns"] = starting_ / timers;
      outcome.extra["cancel_ns"] = (outcome.nanoseconds - starting_) / timers;
      quit();
    }};
  }

 private:
  Stopwatch watch_;
  double starting_ = 0;
};

// -- idle

class Waiting : public caf::event_based_actor {
 public:
  Waiting(caf::actor_config& config, caf::actor parent)
      : event_based_actor(config), parent_(std::move(parent)) {}

  caf::behavior make_behavior() override {
    send(parent_, Ready::value);
    return {[](Ask) { return Answer::value; }};
  }

 private:
  caf::actor parent_;
};

class Idle : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    waiting_.resize(parameters.count);
    for (caf::actor& one : waiting_) one = spawn<Waiting>(me());
    return {[this](Ready) {
              if (++ready_ < waiting_.size()) return;
              before_ = cpu_seconds();
              delayed_send(this,
                           std::chrono::duration_cast<nanoseconds>(
                               std::chrono::duration<double>(parameters["seconds"])),
                           Go::value);
            },
            [this](Go) {
              const double used = cpu_seconds() - before_;
              outcome.operations = parameters.count;
              outcome.nanoseconds = used * 1e9;
              outcome.extra["idle_cpu_seconds"] = used;
              for (const caf::actor& one : waiting_) send(one, Ask::value);
            },
            [this](Answer) {  // from each: it is still there
              if (++answers_ < waiting_.size()) return;
              kill_all(waiting_);
              quit();
            }};
  }

 private:
  std::vector<caf::actor> waiting_;
  std::size_t ready_ = 0;
  std::size_t answers_ = 0;
  double before_ = 0;
};

}  // namespace

Outcome timers(const Parameters& parameters) { return run_in_system<Timers>(Policy::stealing, parameters); }
Outcome timer_cancel(const Parameters& parameters) {
  return run_in_system<TimerCancel>(Policy::stealing, parameters);
}
Outcome idle(const Parameters& parameters) { return run_in_system<Idle>(Policy::sharing, parameters); }

}  // namespace rival

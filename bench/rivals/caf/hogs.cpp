// hog_latency: what loops without end do to actors that talk and to those that wait for the clock.
#include "system.hpp"
#include "work.hpp"

namespace rival {
namespace {

using std::chrono::milliseconds;

class Hog : public caf::event_based_actor {
 public:
  Hog(caf::actor_config& config, const HogLatency* latency) : event_based_actor(config), latency_(*latency) {}

  caf::behavior make_behavior() override {
    latency_.loop();
    return {};
  }

 private:
  const HogLatency& latency_;
};

class Answering : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[](Ask) { return Answer::value; }};
  }
};

class RoundTrips : public caf::event_based_actor {
 public:
  RoundTrips(caf::actor_config& config, caf::actor boss, HogLatency* latency)
      : event_based_actor(config), boss_(std::move(boss)), latency_(*latency) {}

  caf::behavior make_behavior() override {
    partner_ = spawn<Answering>();
    begin_ = last_ = Clock::now();
    send(this, Go::value);
    return {[this](Go) { go_on(); },
            [this](Answer) {
              const auto now = Clock::now();
              latency_.trips.push_back((now - last_).count());
              last_ = now;
              go_on();
            }};
  }

 private:
  void go_on() {
    if (latency_.goes_on(begin_, last_)) return send(partner_, Ask::value);
    send_exit(partner_, caf::exit_reason::kill);
    send(boss_, Done::value);
    quit();
  }

  caf::actor boss_;
  HogLatency& latency_;
  caf::actor partner_;
  Clock::time_point begin_, last_;
};

// By how much each tick of a millisecond comes too late, measured from the one before it.
class Ticker : public caf::event_based_actor {
 public:
  Ticker(caf::actor_config& config, caf::actor boss, HogLatency* latency)
      : event_based_actor(config), boss_(std::move(boss)), latency_(*latency) {}

  caf::behavior make_behavior() override {
    begin_ = last_ = Clock::now();
    go_on();
    return {[this](Go) {
      const auto now = Clock::now();
      latency_.late.push_back((now - last_ - milliseconds(1)).count());
      last_ = now;
      go_on();
    }};
  }

 private:
  void go_on() {
    if (latency_.goes_on(begin_, last_)) return delayed_send(this, milliseconds(1), Go::value);
    send(boss_, Done::value);
    quit();
  }

  caf::actor boss_;
  HogLatency& latency_;
  Clock::time_point begin_, last_;
};

class HogDriver : public Driver {
 public:
  HogDriver(caf::actor_config& config, Run* run, HogLatency* latency)
      : Driver(config, run), latency_(*latency) {}

  caf::behavior make_behavior() override {
    for (std::size_t i = 0; i < parameters.processes; ++i) {
      if (parameters["detached"] != 0) {
        spawn<Hog, caf::detached>(&latency_);
      } else {
        spawn<Hog>(&latency_);
      }
    }
    delayed_send(this, milliseconds(20), Go::value);  // until all of them run
    return {[this](Go) {
              spawn<RoundTrips>(me(), &latency_);
              spawn<Ticker>(me(), &latency_);
            },
            [this](Done) {
              if (++done_ < 2) return;
              latency_.stop();
              quit();
            }};
  }

 private:
  HogLatency& latency_;
  int done_ = 0;
};

}  // namespace

Outcome hog_latency(const Parameters& parameters) {
  HogLatency latency{milliseconds(parameters.count)};
  // Under stealing the pair would go before the queue of its worker and starve the ticker without any hog.
  run_in_system<HogDriver>(Policy::sharing, parameters, &latency);
  return latency.outcome();
}

}  // namespace rival

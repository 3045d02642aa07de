// big and chameneos: many actors that all talk at once, each with any other, or all with one broker.
#include <optional>
#include <stdexcept>

#include "system.hpp"
#include "work.hpp"

namespace rival {
namespace {

// -- big

class Player : public caf::event_based_actor {
 public:
  // `all` belongs to the driver, which is there until all players are told to go.
  Player(caf::actor_config& config, caf::actor boss, const std::vector<caf::actor>* all, std::size_t number,
         std::size_t pings)
      : event_based_actor(config),
        boss_(std::move(boss)),
        all_(*all),
        number_(number),
        left_(pings),
        answered_(0) {}

  caf::behavior make_behavior() override {
    return {[this](Go) {
              partners_.emplace(number_, all_.size());
              ping_somebody();
            },
            [this](Ask) {
              ++answered_;
              return Answer::value;
            },
            [this](Answer) { ping_somebody(); }, [this](Report) { return answered_; }};
  }

 private:
  void ping_somebody() {
    if (left_ == 0) return send(boss_, Done::value);
    --left_;
    send(all_[partners_->next()], Ask::value);
  }

  caf::actor boss_;
  const std::vector<caf::actor>& all_;
  std::size_t number_;
  std::size_t left_;
  std::size_t answered_;
  std::optional<Partners> partners_;
};

class Big : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    const std::size_t size = parameters.processes;
    outcome.operations = parameters.count / size * size;
    for (std::size_t i = 0; i < size; ++i)
      players_.push_back(spawn<Player>(me(), &players_, i, parameters.count / size));
    watch_ = Stopwatch();
    for (const caf::actor& player : players_) send(player, Go::value);
    return {[this](Done) {
              if (++finished_ < players_.size()) return;
              outcome.nanoseconds = watch_.nanoseconds();
              for (const caf::actor& player : players_) send(player, Report::value);
            },
            [this](std::size_t pings) {
              answered_ += pings;
              if (++reports_ < players_.size()) return;
              require(answered_ == outcome.operations, "a ping is missing or doubled");
              kill_all(players_);
              quit();
            }};
  }

 private:
  std::vector<caf::actor> players_;
  std::size_t finished_ = 0;
  std::size_t reports_ = 0;
  std::size_t answered_ = 0;
  Stopwatch watch_;
};

// -- chameneos: a creature sends its colour to the broker and gets the other's, or is told that it is over.

class Broker : public caf::event_based_actor {
 public:
  Broker(caf::actor_config& config, std::size_t meetings) : event_based_actor(config), left_(meetings) {}

  caf::behavior make_behavior() override {
    return {[this](std::uint32_t colour) {
      caf::actor creature = caf::actor_cast<caf::actor>(current_sender());
      if (left_ == 0) return send(creature, Done::value);
      if (!first_) {
        first_ = std::move(creature);
        first_colour_ = colour;
        return;
      }
      send(first_, colour);
      send(creature, first_colour_);
      first_ = nullptr;
      --left_;
    }};
  }

 private:
  std::size_t left_;
  caf::actor first_;
  std::uint32_t first_colour_ = 0;
};

class Chameneo : public caf::event_based_actor {
 public:
  Chameneo(caf::actor_config& config, caf::actor broker, caf::actor boss, std::size_t number)
      : event_based_actor(config),
        broker_(std::move(broker)),
        boss_(std::move(boss)),
        number_(number),
        state_{0, first_colour(number)} {}

  caf::behavior make_behavior() override {
    send(broker_, state_.colour);
    return {[this](std::uint32_t other) {
              state_.colour = after_meeting(state_.colour, other);
              ++state_.meetings;
              send(broker_, state_.colour);
            },
            [this](Done) {
              send(boss_, number_, state_.meetings, state_.colour);
              quit();
            }};
  }

 private:
  caf::actor broker_;
  caf::actor boss_;
  std::size_t number_;
  Creature state_;
};

class Chameneos : public Driver {
 public:
  using Driver::Driver;

  caf::behavior make_behavior() override {
    creatures_.resize(parameters.processes);
    broker_ = spawn<Broker>(parameters.count);
    watch_ = Stopwatch();
    for (std::size_t i = 0; i < creatures_.size(); ++i) spawn<Chameneo>(broker_, me(), i);
    return {[this](std::size_t number, std::size_t meetings, std::uint32_t colour) {
      creatures_[number] = {meetings, colour};
      if (++reports_ < creatures_.size()) return;
      outcome.operations = parameters.count;
      outcome.nanoseconds = watch_.nanoseconds();
      check_creatures(creatures_, parameters.count);
      kill(broker_);
      quit();
    }};
  }

 private:
  std::vector<Creature> creatures_;
  std::size_t reports_ = 0;
  caf::actor broker_;
  Stopwatch watch_;
};

}  // namespace

Outcome big(const Parameters& parameters) {
  if (parameters.processes < 2) throw std::invalid_argument("big needs two processes at least");
  return run_in_system<Big>(Policy::sharing, parameters);
}

Outcome chameneos(const Parameters& parameters) {
  if (parameters.processes < 2) throw std::invalid_argument("chameneos needs two creatures at least");
  return run_in_system<Chameneos>(Policy::sharing, parameters);
}

}  // namespace rival

// big and chameneos: many fibers that all talk at once, each with any other, or all with one broker.
#include <deque>
#include <stdexcept>

#include "fibers.hpp"
#include "work.hpp"

namespace rival {
namespace {

// -- big

struct Note {
  enum class Kind { ping, pong, stop } kind;
  std::uint32_t from;
};

using Mailboxes = std::deque<Channel<Note>>;

class Player {
 public:
  Player(Mailboxes& all, std::size_t number)
      : all_(all), number_(static_cast<std::uint32_t>(number)), partners_(number, all.size()) {}

  // Says when it has got its pongs, and answers until it is told to stop. How many it answered is the result.
  std::size_t play(std::size_t pings, Channel<int>& finished) {
    for (; pings > 0; --pings) {
      all_[partners_.next()].push(Note{Note::Kind::ping, number_});
      while (answer_one() != Note::Kind::pong) {
      }
    }
    finished.push(0);
    while (answer_one() != Note::Kind::stop) {
    }
    return answered_;
  }

 private:
  Note::Kind answer_one() {
    const Note note = all_[number_].value_pop();
    if (note.kind == Note::Kind::ping) {
      ++answered_;
      all_[note.from].push(Note{Note::Kind::pong, number_});
    }
    return note.kind;
  }

  Mailboxes& all_;
  std::uint32_t number_;
  Partners partners_;
  std::size_t answered_ = 0;
};

Outcome play_big(std::size_t pings, std::size_t size) {
  Outcome outcome;
  const std::size_t each = pings / size;
  outcome.operations = each * size;
  // One ping of every other, a pong and a stop: nobody ever waits to push, so no two can wait for each other.
  Mailboxes mailboxes;
  for (std::size_t i = 0; i < size; ++i) mailboxes.emplace_back(room_for(size + 1));
  Channel<int> finished(room_for(size));
  std::vector<std::size_t> answered(size);
  Group players;
  Stopwatch watch;
  for (std::size_t i = 0; i < size; ++i)
    players.push_back(spawn([&mailboxes, i, each, &finished, &mine = answered[i]] {
      mine = Player(mailboxes, i).play(each, finished);
    }));
  for (std::size_t i = 0; i < size; ++i) finished.value_pop();
  outcome.nanoseconds = watch.nanoseconds();
  for (Channel<Note>& mailbox : mailboxes) mailbox.push(Note{Note::Kind::stop, 0});
  join_all(players);
  std::size_t sum = 0;
  for (std::size_t one : answered) sum += one;
  require(sum == outcome.operations, "a ping is missing or doubled");
  return outcome;
}

// -- chameneos

constexpr std::uint32_t over = 3;  // no colour

struct Meet {
  Channel<std::uint32_t>* creature;
  std::uint32_t colour;
};

void bring_together(Channel<Meet>& mailbox, std::size_t meetings, std::size_t creatures) {
  for (; meetings > 0; --meetings) {
    const Meet one = mailbox.value_pop(), other = mailbox.value_pop();
    one.creature->push(other.colour);
    other.creature->push(one.colour);
  }
  for (; creatures > 0; --creatures) mailbox.value_pop().creature->push(over);
}

void live_as_creature(Channel<Meet>& broker, Creature& self) {
  Channel<std::uint32_t> mailbox(room_for(1));
  for (;;) {
    broker.push(Meet{&mailbox, self.colour});
    const std::uint32_t other = mailbox.value_pop();
    if (other == over) return;
    self.colour = after_meeting(self.colour, other);
    ++self.meetings;
  }
}

Outcome play_chameneos(std::size_t meetings, std::size_t size) {
  std::vector<Creature> creatures(size);
  Channel<Meet> mailbox(room_for(size));
  Group group;
  Stopwatch watch;
  group.push_back(spawn([&] { bring_together(mailbox, meetings, size); }));
  for (std::size_t i = 0; i < size; ++i) {
    creatures[i].colour = first_colour(i);
    group.push_back(spawn([&mailbox, &self = creatures[i]] { live_as_creature(mailbox, self); }));
  }
  join_all(group);
  Outcome outcome;
  outcome.operations = meetings;
  outcome.nanoseconds = watch.nanoseconds();
  check_creatures(creatures, meetings);
  return outcome;
}

}  // namespace

Outcome big(const Parameters& parameters) {
  if (parameters.processes < 2) throw std::invalid_argument("big needs two processes at least");
  return run_in_fibers(parameters, [&] { return play_big(parameters.count, parameters.processes); });
}

Outcome chameneos(const Parameters& parameters) {
  if (parameters.processes < 2) throw std::invalid_argument("chameneos needs two creatures at least");
  return run_in_fibers(parameters, [&] { return play_chameneos(parameters.count, parameters.processes); });
}

}  // namespace rival

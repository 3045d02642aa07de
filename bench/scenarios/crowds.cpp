// big and chameneos: many processes that all talk at once, each with any other, or all with one broker. They
// are servers at rest: what one waits for is in its state, and a turn costs no switch to a stack of its own.
#include <optional>
#include <stdexcept>

#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Finished {};

// -- big

struct Ping {
  Pid from;
};
struct Pong {};
struct Begin {
  Shared<std::vector<Pid>> all;
};
struct HowMany {};
struct Answered {
  std::size_t pings;
};

struct Player {
  Pid boss;
  std::size_t number;
  std::size_t left;  // pings that it has yet to send
  std::uint32_t random;
  std::size_t answered = 0;
  std::optional<Shared<std::vector<Pid>>> all{};
};

// The same generator in every language: cheap, and good enough to choose a partner.
std::uint32_t next_random(std::uint32_t x) { return (x * 1103515245u + 12345u) & 0x7fffffffu; }

void ping_somebody(Player& player) {
  if (player.left == 0) return send(player.boss, Finished{});
  --player.left;
  player.random = next_random(player.random);
  const std::vector<Pid>& all = player.all->get();
  const std::size_t steps = 1 + (player.random >> 8) % (all.size() - 1);  // to another than itself
  send(all[(player.number + steps) % all.size()], Ping{self()});
}

void begin(Player& player, Begin message) {
  player.all = std::move(message.all);
  ping_somebody(player);
}
void answer(Player& player, Ping ping) {
  ++player.answered;
  send(ping.from, Pong{});
}
void go_on(Player& player, Pong) { ping_somebody(player); }
void report(Player& player, HowMany) { send(player.boss, Answered{player.answered}); }

// -- chameneos

using Colour = std::uint32_t;  // 0, 1, 2

struct Meet {
  Pid creature;
  Colour colour;
};
struct Met {
  Colour other;
};
struct Over {};
struct Report {
  std::size_t meetings;
  std::size_t colours;  // those that it took, added up
};
struct WhichColours {
  Pid from;
};
struct Expected {
  std::size_t colours;
};

struct Broker {
  std::size_t left;         // meetings to be
  std::size_t colours = 0;  // those that both shall have taken at each meeting, added up
  std::optional<Meet> first{};
};

void bring_together(Broker& broker, Meet meet) {
  if (broker.left == 0) return send(meet.creature, Over{});
  if (!broker.first) {
    broker.first = meet;
    return;
  }
  send(broker.first->creature, Met{meet.colour});
  send(meet.creature, Met{broker.first->colour});
  broker.colours += 2 * ((6 - broker.first->colour - meet.colour) % 3);  // another rule than change()'s
  broker.first.reset();
  --broker.left;
}
void say_colours(Broker& broker, WhichColours question) { send(question.from, Expected{broker.colours}); }

struct Creature {
  Pid broker;
  Pid boss;
  Colour colour;
  std::size_t meetings = 0;
  std::size_t colours = 0;
};

// Two of one colour keep it, two of different colours both take the third.
void change(Creature& creature, Met met) {
  if (met.other != creature.colour) creature.colour = 3 - creature.colour - met.other;
  ++creature.meetings;
  creature.colours += creature.colour;
  send(creature.broker, Meet{self(), creature.colour});
}
void sum_up(Creature& creature, Over) { send(creature.boss, Report{creature.meetings, creature.colours}); }

auto live_as_creature(Pid broker, Pid boss, Colour colour) {
  send(broker, Meet{self(), colour});
  return rest(Creature{broker, boss, colour}, change, sum_up);
}

}  // namespace

Outcome big(Runtime& runtime, const Parameters& parameters) {
  if (parameters.processes < 2) throw std::invalid_argument("big needs two processes at least");
  return runtime.run(
      [](std::size_t pings, std::size_t size) {
        Outcome outcome;
        const std::size_t each = pings / size;
        outcome.operations = each * size;
        std::vector<Pid> players;
        for (std::size_t number = 0; number < size; ++number)
          players.push_back(
              spawn([](Player player) { return rest(std::move(player), begin, answer, go_on, report); },
                    Player{self(), number, each, static_cast<std::uint32_t>(number + 1)}));
        for (Pid player : players) is_alive(player);  // all are at rest
        Shared<std::vector<Pid>> all(players);
        Stopwatch watch;
        for (Pid player : players) send(player, Begin{all});
        for (std::size_t i = 0; i < size; ++i) receive<Finished>();
        outcome.nanoseconds = watch.nanoseconds();
        std::size_t answered = 0;
        for (Pid player : players) send(player, HowMany{});
        for (std::size_t i = 0; i < size; ++i) answered += receive<Answered>().pings;
        require(answered == outcome.operations, "a ping is missing or doubled");
        for (Pid player : players) exit(player, ExitReason::kill);
        return outcome;
      },
      parameters.count, parameters.processes);
}

Outcome chameneos(Runtime& runtime, const Parameters& parameters) {
  if (parameters.processes < 2) throw std::invalid_argument("chameneos needs two creatures at least");
  return runtime.run(
      [](std::size_t meetings, std::size_t size) {
        Outcome outcome;
        outcome.operations = meetings;
        std::vector<Pid> creatures;
        Pid broker =
            spawn([](std::size_t left) { return rest(Broker{left}, bring_together, say_colours); }, meetings);
        Stopwatch watch;
        for (std::size_t i = 0; i < size; ++i)
          creatures.push_back(spawn(live_as_creature, broker, self(), static_cast<Colour>(i % 3)));
        std::size_t met = 0, colours = 0;
        for (std::size_t i = 0; i < size; ++i) {
          Report one = receive<Report>();
          met += one.meetings;
          colours += one.colours;
        }
        outcome.nanoseconds = watch.nanoseconds();
        require(met == 2 * meetings, "a meeting is missing or doubled");
        send(broker, WhichColours{self()});
        require(receive<Expected>().colours == colours, "creatures have changed to a wrong colour");
        for (Pid creature : creatures) exit(creature, ExitReason::kill);
        exit(broker, ExitReason::kill);
        return outcome;
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench

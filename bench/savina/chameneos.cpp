// chameneos: creatures meet in pairs at a place that a broker keeps, and both take a colour by those they
// had. The broker is the bottleneck, and everybody waits for somebody.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

using Colour = std::uint8_t;  // 0 to 2
constexpr Colour colours = 3;

// Their own colour if they agree, else the third one.
constexpr Colour complement(Colour mine, Colour other) {
  return mine == other ? mine : static_cast<Colour>(colours - mine - other);
}

struct Meet {
  Colour colour;
  Pid from;
};
struct Change {
  Colour colour;
};
struct Fade {};
struct Faded {
  std::size_t meetings;
  Colour colour;
};

struct Place {
  std::size_t meetings_left;
  std::size_t creatures;
  Pid waiting = {};
};

void come(Place& place, Meet meet) {
  if (place.meetings_left == 0) {
    send(meet.from, Fade{});
    if (--place.creatures == 0) exit(ExitReason::normal);
  } else if (!place.waiting) {
    place.waiting = meet.from;
  } else {
    --place.meetings_left;
    send(std::exchange(place.waiting, Pid()), meet);
  }
}

auto place(std::size_t meetings, std::size_t creatures) { return rest(Place{meetings, creatures}, come); }

struct Creature {
  Pid place;
  Pid whom_to_tell;
  Colour colour;
  std::size_t meetings = 0;
};

void take_colour(Creature& creature, Colour colour) {
  creature.colour = colour;
  ++creature.meetings;
  send(creature.place, Meet{colour, self()});
}

void meet_other(Creature& creature, Meet other) {
  const Colour colour = complement(creature.colour, other.colour);
  send(other.from, Change{colour});
  take_colour(creature, colour);
}

void change(Creature& creature, Change change) { take_colour(creature, change.colour); }

void fade(Creature& creature, Fade) {
  send(creature.whom_to_tell, Faded{creature.meetings, creature.colour});
  exit(ExitReason::normal);
}

auto creature(Pid place, Pid whom_to_tell, Colour colour) {
  send(place, Meet{colour, self()});
  return rest(Creature{place, whom_to_tell, colour}, meet_other, change, fade);
}

}  // namespace

Outcome chameneos(Runtime& runtime, const Parameters& parameters) {
  needs(parameters.processes >= 2, "chameneos meet in pairs: --processes 2 or more");
  return runtime.run(
      [](std::size_t meetings, std::size_t creatures) {
        Stopwatch watch;
        Crew crew;
        const Pid middle = crew.spawn(place, meetings, creatures);
        std::size_t colours_before = 0, colours_after = 0, met = 0;
        for (std::size_t i = 0; i < creatures; ++i) {
          const auto colour = static_cast<Colour>(i % colours);
          colours_before += colour;
          crew.spawn(creature, middle, self(), colour);
        }
        for (std::size_t i = 0; i < creatures; ++i) {
          const Faded faded = crew.receive<Faded>();
          met += faded.meetings;
          colours_after += faded.colour;
        }
        crew.await_ends();
        const double time = watch.nanoseconds();
        require(met == 2 * meetings, "a meeting is missing, doubled, or known to one side only");
        // a and b become -(a + b) each, modulo three, and -2(a + b) is a + b.
        require(colours_before % colours == colours_after % colours, "a meeting gave a wrong colour");
        return Outcome{meetings, time, {}};
      },
      parameters.count, parameters.processes);
}

}  // namespace throng_bench

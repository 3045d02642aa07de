// The crowd: many processes, each at rest with a number as its state.
#pragma once

#include <stdexcept>

#include "act.hpp"

namespace throng::command {

struct Member {
  std::uint32_t number;
};
struct Ask {
  Pid from;
};
struct Answer {
  std::uint32_t number;
};
struct Crash {};

// The body of a member. It returns at once and lives on as its state and two clauses: no stack, no thread.
inline auto member(std::uint32_t number) {
  return rest(
      Member{number}, [](Member& self, Ask ask) { send(ask.from, Answer{self.number}); },
      [](Member&, Crash) { throw std::runtime_error("a bug, made on purpose"); });
}

struct Spawning {
  double seconds = 0;       // until every one was at rest
  std::uint64_t alive = 0;  // of the runtime's processes, beside the one that spawned them
};

// Spawns a member for every place of `crowd`. Thread: host; the runtime runs nothing else.
Spawning spawn_everybody(Runtime& runtime, Progress& progress, std::vector<Pid>& crowd);

struct Answers {
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;  // different members that answered
  double seconds = 0;
};

// Asks every member, and waits for as many answers; a null pid in the crowd is passed over. Progress goes on
// from `steps_before`. Thread: host.
Answers ask_everybody(Runtime& runtime, Progress& progress, const std::vector<Pid>& crowd,
                      std::uint64_t steps_before = 0);

}  // namespace throng::command

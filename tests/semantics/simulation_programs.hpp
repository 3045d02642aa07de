// Small programs for the tests of simulated runs. Each returns what can differ from order to order.
#pragma once

#include "support.hpp"

namespace simulated_programs {

using namespace semantics;

// Which of three comes first.
inline int race() {
  for (int i = 0; i < 3; ++i) {
    spawn(
        [](Pid to, int mine) {
          yield();
          send(to, Number{mine});
        },
        self(), i);
  }
  return receive<Number>().value;
}

// In which order three that are linked to one hear of its end, as digits.
inline int links_and_monitors() {
  Pid centre = spawn([] { receive<Go>(); });
  for (int i = 1; i <= 3; ++i) {
    spawn(
        [](Pid watched, Pid to, int mine) {
          Monitor watch = monitor(watched);
          if (mine == 2) trap_exit(true);
          if (mine == 2) link(watched);
          send(to, Done{});
          expect_down(watch);
          send(to, Number{mine});
        },
        centre, self(), i);
  }
  for (int i = 0; i < 3; ++i) receive<Done>();
  send(centre, Go{});
  int order = 0;
  for (int i = 0; i < 3; ++i) order = order * 10 + receive<Number>().value;
  return order;
}

inline int time_outs() {
  int order = 0;
  Pid root = self();
  for (int i = 1; i <= 3; ++i) {
    spawn(
        [](Pid to, int mine) {
          send_after(1h, to, Number{mine});
          std::optional<Never> never = receive<Never>(std::chrono::minutes(mine));
          send(to, Number{never ? 9 : mine + 3});
        },
        root, i);
  }
  auto begin = Clock::now();
  for (int i = 0; i < 6; ++i) order = order * 10 + receive<Number>().value;
  return Clock::now() - begin >= 1h ? order : -1;
}

// Who gets a name, and who finds it.
inline int names() {
  for (int i = 1; i <= 3; ++i) {
    spawn(
        [](Pid to, int mine) {
          try {
            register_name("chair", self());
          } catch (const BadName&) {
            std::optional<Pid> owner = whereis("chair");
            send(to, Number{owner ? 10 + mine : 20 + mine});
            return;
          }
          yield();
          send(to, Number{mine});
        },
        self(), i);
  }
  int order = 0;
  for (int i = 0; i < 3; ++i) order = order * 100 + receive<Number>().value;
  return order;
}

inline int blocking_calls() {
  for (int i = 1; i <= 3; ++i) {
    spawn([](Pid to, int mine) { send(to, Number{blocking([](int value) { return value; }, mine)}); }, self(),
          i);
  }
  int order = 0;
  for (int i = 0; i < 3; ++i) order = order * 10 + receive<Number>().value;
  return order;
}

struct Heard {
  Pid to;
  int order = 0;
};

inline auto listener(Pid to) {
  return rest(Heard{to}, [](Heard& self, Number number) {
    self.order = self.order * 10 + number.value;
    if (self.order < 100) return;
    send(self.to, Number{self.order});
    exit(ExitReason::normal);
  });
}

// In which order a process at rest hears three others.
inline int resting() {
  Pid heard = spawn(listener, self());
  for (int i = 1; i <= 3; ++i) spawn([](Pid to, int mine) { send(to, Number{mine}); }, heard, i);
  return receive<Number>().value;
}

}  // namespace simulated_programs

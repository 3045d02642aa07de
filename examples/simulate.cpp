// A mistake that needs a certain order, found by running the program in many. Two workers look whether the
// seat is free and then take it: nearly always right, until one is switched away between its look and its
// act.
#include <cassert>
#include <cstdio>
#include <throng/simulation.hpp>
#include <throng/throng.hpp>

using namespace throng;

struct Got {
  bool seat;
};

void sit_down(Pid judge) {
  bool is_free = !whereis("seat");
  if (is_free) register_name("seat", self());  // throws if somebody was faster
  send(judge, Got{is_free});
  sleep(1h);  // nobody waits for it: the time is virtual
}

void dinner() {
  for (int i = 0; i < 2; ++i) spawn_monitor(sit_down, self());
  int seats = 0;
  for (int answers = 0; answers < 2; ++answers)
    receive([&](Got got) { seats += got.seat; },
            [](Down down) { exit(down.reason); });  // one of them failed, which is the mistake
  assert(seats == 1);
}

int main() {
  simulation::Exploration found = simulation::explore(dinner, [] {});
  assert(!found.passed());
  std::printf("%s\n", found.text().c_str());

  // What is left of the schedule is the one switch that does it, and it does it every time.
  assert(found.shrunk.schedule.deviations.size() == 1);
  auto again = simulation::replay(found.shrunk.schedule.text(), {}, dinner);
  assert(again.exit_reason() == found.shrunk.reason);

  // All orders of a program that asks once and for all instead: none goes wrong.
  auto right = simulation::exhaustive(
      [] {
        for (int i = 0; i < 2; ++i)
          spawn(
              [](Pid judge) {
                bool got = true;
                try {
                  register_name("seat", self());
                } catch (const BadName&) {
                  got = false;
                }
                send(judge, Got{got});
                receive<Got>();
              },
              self());
        return receive<Got>().seat + receive<Got>().seat;
      },
      [](int seats) { return seats == 1; });
  assert(right.passed() && right.complete);
  std::printf("%s\n", right.text().c_str());
}

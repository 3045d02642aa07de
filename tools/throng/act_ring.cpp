// A token goes round a ring of processes: the price of one message when nothing can be done ahead of time.
#include <fmt/format.h>

#include "act.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

struct Token {
  std::uint64_t hops;
};

void pass_on(Pid next) {
  for (;;) receive([&](Token token) { send(next, Token{token.hops + 1}); });
}

struct Journey {
  std::uint64_t hops = 0;
  std::uint64_t ended = 0;
  double seconds = 0;
};

// The first member of the ring, which also counts the rounds. Thread: in a process.
Journey send_round(const Sizes& sizes, Progress& progress) {
  std::vector<Pid> others;
  Pid next = self();
  for (std::uint64_t i = 1; i < sizes.ring_members; ++i) {
    next = spawn(pass_on, next);
    others.push_back(next);
  }
  Journey journey;
  auto begin = Clock::now();
  while (journey.hops < sizes.ring_hops) {
    send(next, Token{journey.hops + 1});
    journey.hops = receive<Token>().hops;
    progress.set(journey.hops);
  }
  journey.seconds = seconds_since(begin);
  journey.ended = end_and_watch(others);
  return journey;
}

std::string doing(const Sizes& sizes) {
  return fmt::format("pass a token round a ring of {}", grouped(sizes.ring_members));
}
std::uint64_t steps(const Sizes& sizes) { return sizes.ring_hops; }

Result play(Stage& stage) {
  const Sizes& sizes = stage.sizes;
  Journey journey = stage.runtime.run(trusted([&stage] { return send_round(stage.sizes, stage.progress); }));
  Result result{.count = journey.hops, .seconds = journey.seconds};
  result.add_times("hops of one token round the ring");
  result.meanings.push_back(
      fmt::format("Ring: with a single message under way, one process after the other is woken, takes it, "
                  "sends it on and waits again, {} for all of that.",
                  duration_text(result.each())));
  std::uint64_t rounds = (sizes.ring_hops + sizes.ring_members - 1) / sizes.ring_members;
  result.checks = {
      {"the token passed every member in every round", journey.hops == rounds * sizes.ring_members},
      {"every member of the ring ended when told to", journey.ended == sizes.ring_members - 1}};
  return result;
}

}  // namespace

const Act ring_act{"ring", doing, steps, play};

}  // namespace throng::command

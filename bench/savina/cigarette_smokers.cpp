// cigarette_smokers: an arbiter hands out to one of many smokers at random, and goes on as soon as that one
// has begun. The main process is the arbiter.
#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Smoke {
  std::size_t steps;
};
struct Smoking {};
struct End {};
struct Smoked {
  std::size_t index;
  std::size_t cigarettes;
  std::uint64_t work;
};

struct Smoker {
  Pid arbiter;
  Random random;
  Smoked smoked;
};

void smoke(Smoker& smoker, Smoke smoke) {
  send(smoker.arbiter, Smoking{});
  ++smoker.smoked.cigarettes;
  smoker.smoked.work += smoker.random.sum(smoke.steps);
}

void end(Smoker& smoker, End) {
  send(smoker.arbiter, smoker.smoked);
  exit(ExitReason::normal);
}

auto smoker(Pid arbiter, std::size_t index, Random random) {
  return rest(Smoker{arbiter, random, {index, 0, 0}}, smoke, end);
}

// The arbiter's choice: whom, and for how long.
struct Choice {
  std::size_t smoker;
  std::size_t steps;
};
Choice choose(Random& random, std::size_t smokers) {
  const std::size_t smoker = random.below(smokers);
  return {smoker, random.below(1000) + 10};
}

Random random_of(std::size_t smoker, std::uint64_t seed) { return Random{seed + 1 + smoker}; }

void check(const std::vector<Smoked>& found, std::size_t rounds, std::uint64_t seed) {
  std::vector<Smoked> wanted(found.size(), Smoked{0, 0, 0});
  std::vector<Random> randoms;
  for (std::size_t i = 0; i < found.size(); ++i) randoms.push_back(random_of(i, seed));
  Random random{seed};
  for (std::size_t i = 0; i < rounds; ++i) {
    const Choice choice = choose(random, found.size());
    ++wanted[choice.smoker].cigarettes;
    wanted[choice.smoker].work += randoms[choice.smoker].sum(choice.steps);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    require(found[i].cigarettes == wanted[i].cigarettes, "a smoker had too many or too few cigarettes");
    require(found[i].work == wanted[i].work, "a smoker smoked for another time than it was told");
  }
}

}  // namespace

Outcome cigarette_smokers(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t rounds, std::size_t smokers, std::uint64_t seed) {
        Stopwatch watch;
        Crew crew;
        std::vector<Pid> pids;
        for (std::size_t i = 0; i < smokers; ++i)
          pids.push_back(crew.spawn(smoker, self(), i, random_of(i, seed)));
        Random random{seed};
        for (std::size_t i = 0; i < rounds; ++i) {
          const Choice choice = choose(random, smokers);
          send(pids[choice.smoker], Smoke{choice.steps});
          crew.receive<Smoking>();
        }
        for (Pid pid : pids) send(pid, End{});
        std::vector<Smoked> found(smokers);
        for (std::size_t i = 0; i < smokers; ++i) {
          const Smoked smoked = crew.receive<Smoked>();
          found[smoked.index] = smoked;
        }
        crew.await_ends();
        const double time = watch.nanoseconds();
        check(found, rounds, seed);
        return Outcome{rounds, time, {}};
      },
      parameters.count, parameters.processes, parameters.size("seed"));
}

}  // namespace throng_bench

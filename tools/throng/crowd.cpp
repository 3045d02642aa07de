#include "crowd.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t show_every = 1'024;

// Until nobody waits for a worker: whoever has run once is at rest from then on.
void wait_until_all_have_run() {
  while (runtime_info().run_queue > 0) yield();
}

}  // namespace

Spawning spawn_everybody(Runtime& runtime, Progress& progress, std::vector<Pid>& crowd) {
  return runtime.run(trusted([&progress, &crowd] {
    auto begin = Clock::now();
    std::uint32_t number = 0;
    for (Pid& pid : crowd) {
      pid = spawn(member, number);
      if (++number % show_every == 0) progress.set(number);
    }
    wait_until_all_have_run();
    return Spawning{seconds_since(begin), runtime_info().processes - 1};
  }));
}

Answers ask_everybody(Runtime& runtime, Progress& progress, const std::vector<Pid>& crowd,
                      std::uint64_t steps_before) {
  return runtime.run(trusted([&progress, &crowd, steps_before] {
    Answers result;
    std::vector<bool> has_answered(crowd.size());
    auto begin = Clock::now();
    Ask question{self()};
    for (Pid member : crowd) {
      if (!member) continue;
      send(member, question);
      if (++result.asked % show_every == 0) progress.set(steps_before + result.asked);
    }
    for (std::uint64_t arrived = 1; arrived <= result.asked; ++arrived) {
      std::uint32_t number = receive<Answer>().number;
      if (number < has_answered.size() && !has_answered[number]) ++result.answered;
      if (number < has_answered.size()) has_answered[number] = true;
      if (arrived % show_every == 0) progress.set(steps_before + result.asked + arrived);
    }
    result.seconds = seconds_since(begin);
    return result;
  }));
}

}  // namespace throng::command

// One of many throws an exception that nobody catches. It ends, a monitor is told why, and all the others
// answer as before. On a runtime of its own, which keeps quiet about crashes; on the demo's own runtime one
// would be a mistake worth a line.
#include <fmt/format.h>

#include <utility>

#include "crowd.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

struct Crashed {
  ExitReason reason{};
  double seconds = 0;
};

Crashed crash(Pid victim) {
  monitor(victim);
  auto begin = Clock::now();
  send(victim, Crash{});
  ExitReason reason = receive<Down>().reason;
  return {reason, seconds_since(begin)};
}

std::string doing(const Sizes& sizes) {
  return fmt::format("let one of {} crash, then ask all the others", grouped(sizes.neighbours));
}
std::uint64_t steps(const Sizes& sizes) { return 3 * sizes.neighbours; }

Result play(Stage& stage) {
  RuntimeOptions options = stage.options;
  options.report_crashes = false;
  options.max_processes = stage.sizes.neighbours + 64;
  Runtime runtime(options);
  std::vector<Pid> crowd(stage.sizes.neighbours);
  spawn_everybody(runtime, stage.progress, crowd);
  Pid victim = std::exchange(crowd[crowd.size() / 2], Pid());
  Crashed crashed = runtime.run(crash, victim);
  Answers answers = ask_everybody(runtime, stage.progress, crowd, crowd.size());

  Result result{.count = 1, .seconds = crashed.seconds};
  result.rows.push_back({"process crashed, noticed by a monitor", 1, duration_text(crashed.seconds),
                         duration_text(crashed.seconds)});
  result.figures.push_back({"others_that_answered", static_cast<double>(answers.answered)});
  result.meanings.push_back(
      fmt::format("Crashed: a process threw an exception that nobody caught. Nothing else ended with it; who "
                  "watched it was told the reason (\"{}\"), and {} of its {} neighbours answered as before.",
                  crashed.reason.text(), grouped(answers.answered), grouped(answers.asked)));
  result.checks = {
      {"the crash was noticed with its reason",
       crashed.reason.is_error() && crashed.reason.text().find("made on purpose") != std::string::npos},
      {"all the others answered after the crash", answers.answered + 1 == stage.sizes.neighbours}};
  return result;
}

}  // namespace

const Act crash_act{"crash", doing, steps, play};

}  // namespace throng::command

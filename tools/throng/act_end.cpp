// The end: every process is told to shut down, and the runtime stops when the last one is gone.
#include <fmt/format.h>

#include "act.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

std::string doing(const Sizes&) { return "end everything in order"; }
std::uint64_t steps(const Sizes& sizes) { return sizes.processes; }

Result play(Stage& stage) {
  Result result{.count = stage.crowd.size()};
  // Half of it is granted before those that are left are killed; a healthy runtime needs a small part.
  auto deadline = std::chrono::seconds(20) + std::chrono::microseconds(20) * stage.sizes.processes;
  auto begin = Clock::now();
  ShutdownReport report = stage.runtime.stop(deadline);
  result.seconds = seconds_since(begin);
  result.add_times("processes ended");
  result.meanings.push_back(
      fmt::format("Ended: a process needs {} to end when all are told to.", duration_text(result.each())));
  result.checks = {{"every process ended when the runtime stopped",
                    report.overstayed.empty() && stage.runtime.info().processes == 0}};
  return result;
}

}  // namespace

const Act end_act{"end", doing, steps, play};

}  // namespace throng::command

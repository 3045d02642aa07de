#include "demo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "text.hpp"

namespace throng::command {
namespace {

// The first and the last are bound to their places; between them the order is a matter of telling.
constexpr const Act* all_acts[] = {&spawn_act, &answer_act, &ring_act, &fan_in_act, &pairs_act,
                                   &crash_act, &storm_act,  &hogs_act, &end_act};

std::size_t count_failed(const Result& result) {
  return static_cast<std::size_t>(std::ranges::count(result.checks, false, &Check::held));
}

// What ended an act's main process, for people.
[[noreturn]] void explain(const ProcessExited& exited) {
  std::string reason = exited.reason().text();
  if (reason.starts_with("std::bad_alloc")) throw std::bad_alloc();
  throw std::runtime_error("the demo broke off, because a process of its own ended with: " + reason);
}

Result play(const Act& act, std::size_t number, Stage& stage) {
  std::uint64_t steps = act.steps(stage.sizes);
  Progress::Measure measure;
  if (&act == &end_act) {  // no process of the demo's is left to count
    measure = [steps, &runtime = stage.runtime] { return steps - std::min(steps, runtime.info().processes); };
  }
  stage.progress.begin(fmt::format("  {}  {}", number, act.doing(stage.sizes)), steps, std::move(measure));
  auto begin = Clock::now();
  Result result = act.play(stage);
  stage.progress.end(fmt::format("{:>8}  {}", duration_text(seconds_since(begin)),
                                 count_failed(result) == 0 ? "ok" : "FAILED"));
  return result;
}

}  // namespace

std::size_t Performance::count_checks() const {
  std::size_t count = 0;
  for (const Played& played : acts) count += played.result.checks.size();
  return count;
}

std::size_t Performance::count_failures() const {
  std::size_t count = 0;
  for (const Played& played : acts) count += count_failed(played.result);
  return count;
}

Performance play_demo(const RuntimeOptions& options, const Sizes& sizes, std::FILE* out,
                      Progress::Style style) {
  Runtime runtime(options);
  Progress progress(out, style);  // after the runtime, so that it never looks at one that is gone
  Stage stage{options, runtime, progress, sizes};
  Performance performance{.workers = runtime.info().workers, .processes = sizes.processes};
  progress.say(fmt::format("throng {}: {} processes on {} worker{}\n", THRONG_VERSION,
                           in_words(sizes.processes), performance.workers,
                           performance.workers == 1 ? "" : "s"));
  progress.say(
      wrapped(
          "A process is a function with a mailbox of its own. Processes share nothing: they send messages, "
          "and are told when others end. Workers are the threads that run them.",
          0) +
      "\n");
  auto begin = Clock::now();
  try {
    for (const Act* act : all_acts) {
      performance.acts.push_back({act, play(*act, performance.acts.size() + 1, stage)});
    }
  } catch (const ProcessExited& exited) {
    explain(exited);
  }
  performance.seconds = seconds_since(begin);
  return performance;
}

std::size_t memory_needed(const Sizes& sizes) {
  constexpr std::size_t fixed = 64'000'000;
  constexpr std::size_t each_of_the_crowd = 800;  // the process, and a message to and from it
  constexpr std::size_t each_message = 100;       // should the receiver not get a turn until the end
  constexpr std::size_t each_stack = 6'000;
  return fixed + sizes.processes * each_of_the_crowd + sizes.messages * each_message +
         (sizes.ring_members + 2 * sizes.pairs) * each_stack;
}

std::size_t addresses_needed(const Sizes& sizes, std::size_t workers) {
  constexpr std::size_t fixed = std::size_t{1} << 30;  // what allocators reserve
  constexpr std::size_t each_thread = 80 << 20;        // its stack, and what allocators reserve for it
  constexpr std::size_t each_stack = 64 << 10;
  return fixed + memory_needed(sizes) + 2 * workers * each_thread +
         (sizes.alive_at_most() + sizes.neighbours) * each_stack;
}

}  // namespace throng::command

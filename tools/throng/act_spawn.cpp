// A million processes, each at rest with a state of its own.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "crowd.hpp"
#include "memory.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

constexpr std::uint64_t enough_to_weigh = 100'000;  // below, what a runtime costs anyway would drown it
constexpr std::uint64_t looked_at = 1'000;

// One that another worker has just started is not yet at rest, and the system may hold that worker up: it is
// asked again.
bool comes_to_own_no_stack(Pid process) {
  for (int asked = 0; asked < 10'000; ++asked) {
    auto info = process_info(process);
    if (!info || info->stack_size == 0) return info.has_value();
    yield();
  }
  return false;
}

// Of a sample: how many live and own no stack.
std::uint64_t count_without_stack(Stage& stage, std::uint64_t sample) {
  return stage.runtime.run(trusted([&stage, sample] {
    std::uint64_t without = 0;
    for (std::uint64_t i = 0; i < sample; ++i) {
      without += comes_to_own_no_stack(stage.crowd[i * stage.crowd.size() / sample]) ? 1 : 0;
    }
    return without;
  }));
}

void add_memory(Result& result, std::size_t before, std::size_t after) {
  double bytes = static_cast<double>(after - std::min(before, after));
  double each = bytes / static_cast<double>(result.count);
  bool known = result.count >= enough_to_weigh && before != 0;
  result.figures.push_back({"bytes_each", known ? each : std::numeric_limits<double>::quiet_NaN()});
  if (!known) return;
  result.rows.push_back({"memory of a process at rest", result.count, bytes_text(bytes), bytes_text(each)});
  result.meanings.push_back(fmt::format(
      "At rest: a process owns no stack and no thread; it is {} of the machine's memory, state and mailbox "
      "included.",
      bytes_text(each)));
}

std::string doing(const Sizes& sizes) { return fmt::format("spawn {} processes", in_words(sizes.processes)); }
std::uint64_t steps(const Sizes& sizes) { return sizes.processes; }

Result play(Stage& stage) {
  // The list is written to before the first weighing, so that it doesn't count as theirs.
  stage.crowd.assign(stage.sizes.processes, Pid());
  std::size_t before = resident_bytes();
  Result result{.count = stage.sizes.processes};
  Spawning spawning = spawn_everybody(stage.runtime, stage.progress, stage.crowd);
  result.seconds = spawning.seconds;
  std::size_t after = resident_bytes();

  result.add_times("processes spawned, now at rest");
  result.meanings.push_back(fmt::format("Spawned: starting a process takes {}, {} of them a second.",
                                        duration_text(result.each()), rate_text(1 / result.each())));
  add_memory(result, before, after);

  std::uint64_t sample = std::min(looked_at, result.count);
  result.checks = {{"every process that was spawned lives", spawning.alive == result.count},
                   {"processes at rest own no stack", count_without_stack(stage, sample) == sample}};
  return result;
}

}  // namespace

const Act spawn_act{"spawn", doing, steps, play};

}  // namespace throng::command

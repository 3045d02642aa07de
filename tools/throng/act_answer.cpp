// A message to each of the million, and an answer from each.
#include <fmt/format.h>

#include "crowd.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

std::string doing(const Sizes&) { return "send each a message, take an answer from each"; }
std::uint64_t steps(const Sizes& sizes) { return 2 * sizes.processes; }

Result play(Stage& stage) {
  Answers answers = ask_everybody(stage.runtime, stage.progress, stage.crowd);
  Result result{.count = 2 * answers.asked, .seconds = answers.seconds};
  result.add_times("messages to all of them and back");
  result.meanings.push_back(
      fmt::format("To all and back: each process was woken by a message, sent an answer and went back to its "
                  "rest. That takes {} for each of the two messages.",
                  duration_text(result.each())));
  result.checks = {{"each one answered, exactly once", answers.answered == stage.sizes.processes}};
  return result;
}

}  // namespace

const Act answer_act{"answer", doing, steps, play};

}  // namespace throng::command

// A tree of supervisors and servers in a storm: servers are killed at random, some supervisors too, while
// others are asked. When it is over the tree has its shape again, and it ends in order. On a runtime of its
// own, which keeps quiet about crashes.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "act.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

class Hand {
 public:
  struct Who {
    using Reply = Pid;
  };
  using Protocol = Messages<Who>;
  Pid handle_call(Who) { return self(); }
};

constexpr std::uint64_t hands_each = 100;
constexpr Intensity never_too_often{.restarts = 1'000'000'000, .within = std::chrono::seconds(60)};

std::uint64_t gangs_of(const Sizes& sizes) { return std::max<std::uint64_t>(1, sizes.neighbours / 1'000); }
std::uint64_t kills_of(const Sizes& sizes) { return 20 * gangs_of(sizes); }

struct Survived {
  std::uint64_t servers = 0;  // that answered afterwards
  std::uint64_t left = 0;     // processes that the tree left behind
  double start = 0, storm = 0, end = 0;
};

supervisor::Ref start_tree(std::uint64_t gangs) {
  supervisor::Spec gang{.intensity = never_too_often};
  for (std::uint64_t i = 0; i < hands_each; ++i)
    gang.children.push_back(supervisor::child<Hand>(std::to_string(i)));
  supervisor::Spec tree{.intensity = never_too_often};
  for (std::uint64_t i = 0; i < gangs; ++i)
    tree.children.push_back(supervisor::tree(std::to_string(i), gang));
  return supervisor::start_link(std::move(tree));
}

// Nobody, if it is ending just now.
std::vector<Pid> children_of(Pid supervisor) {
  std::vector<Pid> pids;
  try {
    for (const auto& child : supervisor::Ref(supervisor).which_children()) {
      if (child.pid) pids.push_back(*child.pid);
    }
  } catch (const CallFailed&) {
    pids.clear();
  }
  return pids;
}

void rage(supervisor::Ref root, std::uint64_t kills, Progress& progress) {
  std::minstd_rand random(42);
  auto one_of = [&](const std::vector<Pid>& pids) { return pids[random() % pids.size()]; };
  for (std::uint64_t i = 0; i < kills; ++i) {
    progress.set(i);
    std::vector<Pid> gangs = children_of(root.pid());
    if (gangs.empty()) continue;
    Pid victim = one_of(gangs);
    std::vector<Pid> hands = children_of(victim);
    if (i % 50 != 0 && !hands.empty()) victim = one_of(hands);
    exit(victim, ExitReason::kill);
  }
}

std::uint64_t count_answers(supervisor::Ref root) {
  std::uint64_t answers = 0;
  for (Pid gang : children_of(root.pid())) {
    for (Pid hand : children_of(gang)) {
      auto who = ServerRef<Hand>(hand).try_call(Hand::Who{});
      if (who && *who == hand) ++answers;
    }
  }
  return answers;
}

Survived survive(std::uint64_t gangs, std::uint64_t kills, Progress& progress) {
  trap_exit(true);
  Survived survived;
  std::size_t before = runtime_info().processes;
  auto begin = Clock::now();
  supervisor::Ref root = start_tree(gangs);
  survived.start = seconds_since(begin);
  begin = Clock::now();
  rage(root, kills, progress);
  survived.storm = seconds_since(begin);
  for (int tries = 0; tries < 100 && survived.servers != gangs * hands_each; ++tries) {
    survived.servers = count_answers(root);
    if (survived.servers != gangs * hands_each) sleep(std::chrono::milliseconds(20));
  }
  begin = Clock::now();
  root.stop(ExitReason::shutdown);
  survived.end = seconds_since(begin);
  survived.left = runtime_info().processes - before;
  return survived;
}

std::string doing(const Sizes& sizes) {
  return fmt::format("kill {} of {} supervised servers", grouped(kills_of(sizes)),
                     grouped(gangs_of(sizes) * hands_each));
}
std::uint64_t steps(const Sizes& sizes) { return kills_of(sizes); }

Result play(Stage& stage) {
  RuntimeOptions options = stage.options;
  options.report_crashes = false;
  std::uint64_t gangs = gangs_of(stage.sizes);
  options.max_processes = 4 * gangs * hands_each + 1024;
  Runtime runtime(options);
  Survived survived =
      runtime.run(trusted([&] { return survive(gangs, kills_of(stage.sizes), stage.progress); }));

  Result result{.count = kills_of(stage.sizes), .seconds = survived.storm};
  result.add_times("killed at random and restarted");
  result.figures.push_back({"supervised_servers", static_cast<double>(gangs * hands_each)});
  result.figures.push_back({"start_seconds", survived.start});
  result.figures.push_back({"shutdown_seconds", survived.end});
  result.meanings.push_back(fmt::format(
      "Killed at random: {} supervisors look after {} servers each. Whoever was killed was started again by "
      "its "
      "supervisor, supervisors with all their servers. The tree was started in {} and ended in order in {}.",
      grouped(gangs), hands_each, duration_text(survived.start), duration_text(survived.end)));
  result.checks = {
      {"every supervised server answered after the storm", survived.servers == gangs * hands_each},
      {"the tree left no process behind", survived.left == 0}};
  return result;
}

}  // namespace

const Act storm_act{"storm", doing, steps, play};

}  // namespace throng::command

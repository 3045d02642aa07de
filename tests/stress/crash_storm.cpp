// SUP-3..6 under a storm: a tree of supervisors with many workers each, which are killed at random, the
// supervisors now and then too. The tree keeps its shape, what must be restarted is, and it ends in order,
// leaving nothing.
//
// THRONG_STRESS_SCALE 1 is a thousand supervisors with a hundred workers each. THRONG_STORM_SECONDS makes the
// storm last so long instead of a number of kills.
#include <doctest/doctest.h>

#include <cstdlib>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr int workers_each = 100;
constexpr auto patience = 60s;

class Hand {
 public:
  struct Who {
    using Reply = Pid;
  };
  using Protocol = Messages<Who>;
  Pid handle_call(Who) { return self(); }
};

constexpr Intensity never_too_often{.restarts = 1'000'000'000, .within = 60s};

supervisor::Spec gang() {
  supervisor::Spec spec{.intensity = never_too_often};
  for (int i = 0; i < workers_each; ++i)
    spec.children.push_back(supervisor::child<Hand>("hand " + std::to_string(i)));
  return spec;
}

supervisor::Ref start_tree(int gangs) {
  supervisor::Spec spec{.intensity = never_too_often};
  for (int i = 0; i < gangs; ++i)
    spec.children.push_back(supervisor::tree("gang " + std::to_string(i), gang()));
  return supervisor::start_link(std::move(spec));
}

std::vector<Pid> pids_of(supervisor::Ref supervisor) {
  std::vector<Pid> pids;
  for (const supervisor::ChildInfo& child : supervisor.which_children()) {
    if (child.pid) pids.push_back(*child.pid);
  }
  return pids;
}

// A gang may be ending while it is asked.
std::vector<Pid> hands_of(Pid gang) {
  try {
    return pids_of(supervisor::Ref(gang));
  } catch (const CallFailed&) {
    return {};
  }
}

void kill_some(Random& random, const std::vector<Pid>& gangs) {
  Pid gang = gangs[random.below(gangs.size())];
  if (random.one_in(200)) {
    exit(gang, ExitReason::kill);
    return;
  }
  std::vector<Pid> hands = hands_of(gang);
  for (int i = 0; i < 8 && !hands.empty(); ++i)
    exit(hands[random.below(hands.size())], random.one_in(2) ? ExitReason::kill : ExitReason::custom(i));
}

// Every gang runs, and every hand of it, and answers under a pid of its own.
bool has_its_shape(supervisor::Ref root, std::size_t gangs) {
  std::vector<Pid> supervisors = pids_of(root);
  if (supervisors.size() != gangs) return false;
  for (Pid gang : supervisors) {
    std::vector<Pid> hands = hands_of(gang);
    if (hands.size() != workers_each) return false;
    for (Pid hand : hands) {
      auto who = ServerRef<Hand>(hand).try_call(Hand::Who{}, patience);
      if (!who || *who != hand) return false;
      ++progress;
    }
  }
  return true;
}

bool storm(std::uint64_t seed, int gangs, int kills, int seconds) {
  Random random(seed);
  trap_exit(true);
  std::size_t before = runtime_info().processes;
  supervisor::Ref root = start_tree(gangs);
  std::vector<Pid> supervisors = pids_of(root);
  auto end = Clock::now() + std::chrono::seconds(seconds);
  for (int i = 0; seconds > 0 ? Clock::now() < end : i < kills; ++i) {
    kill_some(random, supervisors);
    if (i % 64 == 0) supervisors = pids_of(root);
    ++progress;
  }
  auto deadline = Clock::now() + patience;
  bool whole = has_its_shape(root, static_cast<std::size_t>(gangs));
  while (!whole && Clock::now() < deadline) {
    sleep(10ms);
    whole = has_its_shape(root, static_cast<std::size_t>(gangs));
  }
  if (!whole) violated("the tree has not its shape again");
  root.stop(ExitReason::shutdown, patience);
  if (runtime_info().processes != before) violated("the tree left processes behind");
  while (auto exit = receive<Exit>(0ms)) {
    if (exit->from == root.pid() && exit->reason != ExitReason::shutdown)
      violated("the root ended with " + exit->reason.text());
  }
  return whole;
}

}  // namespace

TEST_CASE("SUP-3, SUP-5, SUP-6: a tree under random kills keeps its shape and ends in order") {
  std::uint64_t seed = announced_seed("crash_storm");
  const char* lasting = std::getenv("THRONG_STORM_SECONDS");
  int seconds = lasting != nullptr ? std::atoi(lasting) : 0;
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  CHECK(runtime.run(storm, seed, scaled(1'000), scaled(10'000), seconds));
  CHECK(violations.load() == 0);
  CHECK(runtime.stop(5s).overstayed.empty());
}

// Ten thousand linked pairs. One of each is killed; its partner traps exits and is told, and so is a monitor.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "act.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

struct Never {};
struct Paired {
  Pid survivor;
  Pid victim;
};
struct Noticed {
  Pid victim;
  bool was_killed;
};

void victim() { receive<Never>(); }

void survivor(Pid observer) {
  Pid partner = spawn_link(victim);
  send(observer, Paired{self(), partner});
  auto end = receive<Exit>();
  send(observer, Noticed{end.from, end.reason == ExitReason::killed});
}

struct Deaths {
  std::uint64_t noticed_by_link = 0;     // different victims
  std::uint64_t noticed_by_monitor = 0;  // different victims
  std::uint64_t survivors_ended_well = 0;
  double seconds = 0;
};

// Who watches all of them. Lives in one process.
class Observer {
 public:
  Observer(std::uint64_t pairs, Progress& progress) : pairs_(pairs), progress_(progress) {}

  Deaths run() {
    pair_up();
    auto begin = Clock::now();
    for (const auto& [pid, fate] : victims_) exit(pid, ExitReason::kill);
    // Three things happen for each pair: the link's message, the monitor's, and the survivor's own end.
    for (std::uint64_t heard = 1; heard <= 3 * pairs_; ++heard) {
      receive([this](const Down& down) { take(down); }, [this](Noticed noticed) { take(noticed); });
      progress_.set(2 * pairs_ + heard);
    }
    deaths_.seconds = seconds_since(begin);
    return deaths_;
  }

 private:
  struct Fate {
    bool seen_by_link = false;
    bool seen_by_monitor = false;
  };

  void pair_up() {
    SpawnOptions options;
    options.trap_exit = true;
    for (std::uint64_t spawned = 1; spawned <= pairs_; ++spawned) {
      spawn_monitor(options, survivor, self());
      progress_.set(spawned);
    }
    for (std::uint64_t paired = 1; paired <= pairs_; ++paired) {
      auto pair = receive<Paired>();
      victims_.try_emplace(pair.victim);
      monitor(pair.victim);
      progress_.set(pairs_ + paired);
    }
  }

  void take(const Down& down) {
    auto found = victims_.find(down.process);
    if (found == victims_.end()) {
      deaths_.survivors_ended_well += down.reason.is_normal();
    } else if (down.reason == ExitReason::killed && !std::exchange(found->second.seen_by_monitor, true)) {
      ++deaths_.noticed_by_monitor;
    }
  }

  void take(Noticed noticed) {
    auto found = victims_.find(noticed.victim);
    if (found == victims_.end() || !noticed.was_killed) return;
    if (!std::exchange(found->second.seen_by_link, true)) ++deaths_.noticed_by_link;
  }

  std::uint64_t pairs_;
  Progress& progress_;
  std::unordered_map<Pid, Fate> victims_;
  Deaths deaths_;
};

std::string doing(const Sizes& sizes) {
  return fmt::format("kill one of each of {} linked pairs", grouped(sizes.pairs));
}
std::uint64_t steps(const Sizes& sizes) { return 5 * sizes.pairs; }

Result play(Stage& stage) {
  std::uint64_t pairs = stage.sizes.pairs;
  Deaths deaths =
      stage.runtime.run(trusted([&stage, pairs] { return Observer(pairs, stage.progress).run(); }));
  Result result{.count = pairs, .seconds = deaths.seconds};
  result.add_times("processes killed, each noticed twice");
  result.meanings.push_back(
      fmt::format("Killed: one of each pair was. Its partner, bound to it by a link, was told and lived on; "
                  "so was an observer that only watched. {} of {} deaths were noticed both ways, {} for each "
                  "from the kill to the last word about it.",
                  grouped(std::min(deaths.noticed_by_link, deaths.noticed_by_monitor)), grouped(pairs),
                  duration_text(result.each())));
  result.checks = {{"every death was noticed by the linked partner", deaths.noticed_by_link == pairs},
                   {"every death was noticed by the monitor", deaths.noticed_by_monitor == pairs},
                   {"every partner lived on and ended by itself", deaths.survivors_ended_well == pairs}};
  return result;
}

}  // namespace

const Act pairs_act{"pairs", doing, steps, play};

}  // namespace throng::command

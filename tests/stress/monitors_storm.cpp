// MON-1, MON-2, MON-4: watchers that monitor targets again and again, living, dying and dead ones, and take
// some monitors back, while the targets die in all ways. Each monitor gives exactly one Down, with a reason
// its target can have had; a monitor that was taken back while it was active gives none.
#include <doctest/doctest.h>

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr int targets = 24;
constexpr int watchers = 8;
constexpr std::uint64_t most_calls = 60;

struct Die {
  std::uint64_t manner;
};

std::atomic<std::uint64_t> downs{0};
std::atomic<std::uint64_t> taken_back{0};
std::atomic<std::uint64_t> of_the_dead{0};

ExitReason own_words(Pid pid) { return ExitReason::custom(pid); }

void target() {
  switch (receive<Die>().manner % 3) {
    case 0:
      return;
    case 1:
      exit(own_words(self()));
    default:
      exit(self(), ExitReason::kill);
      violated("a process outlived its own kill");
  }
}

class Watcher {
 public:
  Watcher(std::uint64_t seed, std::vector<Pid> pids) : random_(seed), pids_(std::move(pids)) {}

  void watch() {
    for (std::uint64_t calls = 1 + random_.below(most_calls); calls > 0; --calls) {
      Pid pid = pids_[random_.below(pids_.size())];
      Monitor made = monitor(pid);
      if (!open_.emplace(made, pid).second) violated("two calls of monitor() gave the same monitor");
      newest_ = made;
      if (random_.one_in(4)) take_back();
      if (random_.one_in(4)) {
        while (std::optional<Down> down = receive<Down>(0ms)) take(*down);
      }
    }
    while (!open_.empty()) take(receive<Down>());
    // A Down comes from its target, so in order with these: nothing is on its way afterwards.
    for (Pid pid : pids_) {
      monitor(pid);
      receive<Down>();
      monitor(pid);
      if (receive<Down>().reason != ExitReason::noproc) violated("a dead process was not reported as such");
    }
    if (receive<Down>(0ms)) violated("a Down more than there were monitors");
  }

 private:
  void take_back() {
    auto mine = open_.find(newest_);
    if (mine == open_.end()) return;
    bool flushes = random_.one_in(2);
    bool active = demonitor(newest_, flushes);
    if (active || flushes) {
      // No later Down, and where it was flushed no earlier one.
      open_.erase(mine);
      closed_.insert(newest_);
      ++taken_back;
    }
  }

  void take(const Down& down) {
    ++downs;
    if (closed_.contains(down.monitor)) violated("a Down of a monitor that was taken back");
    auto mine = open_.find(down.monitor);
    if (mine == open_.end()) {
      violated("a second Down of one monitor");
      return;
    }
    if (mine->second != down.process) violated("a Down names another process than the monitor's");
    if (down.reason == ExitReason::noproc) ++of_the_dead;
    bool possible = down.reason.is_normal() || down.reason == ExitReason::noproc ||
                    down.reason == ExitReason::killed || down.reason == own_words(down.process);
    if (!possible) violated("a Down with a reason that nobody had: " + down.reason.text());
    open_.erase(mine);
  }

  Random random_;
  std::vector<Pid> pids_;
  Monitor newest_;
  std::unordered_map<Monitor, Pid> open_;
  std::unordered_set<Monitor> closed_;
};

void watcher(std::uint64_t seed, std::vector<Pid> pids) { Watcher(seed, std::move(pids)).watch(); }

bool storm(std::uint64_t seed, int rounds) {
  Random random(seed);
  bool good = true;
  for (int i = 0; i < rounds; ++i) {
    std::vector<Pid> pids;
    for (int t = 0; t < targets; ++t) pids.push_back(spawn(target));
    for (int w = 0; w < watchers; ++w) spawn_monitor(watcher, random.next(), pids);
    for (Pid pid : pids) {
      if (random.one_in(4)) yield();
      if (random.one_in(4)) {
        exit(pid, random.one_in(2) ? ExitReason::kill : own_words(pid));
      } else {
        send(pid, Die{random.next()});
      }
    }
    for (int w = 0; w < watchers; ++w) good = receive<Down>().reason.is_normal() && good;
    ++progress;
  }
  return good;
}

}  // namespace

TEST_CASE("MON-1, MON-4: storms of monitors, of the living and the dead: exactly one Down each") {
  std::uint64_t seed = announced_seed("monitors_storm");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  CHECK(runtime.run(storm, seed, scaled(30'000)));
  CHECK(violations.load() == 0);
  CHECK(taken_back.load() > 0);
  CHECK(of_the_dead.load() > 0);
  MESSAGE(downs.load() << " Down, " << of_the_dead.load() << " of the dead, " << taken_back.load()
                       << " taken back");
  CHECK(runtime.stop(5s).overstayed.empty());
}

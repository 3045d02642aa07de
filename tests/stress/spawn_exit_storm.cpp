// SPN-5 under a storm: bursts of processes that live briefly in a table much smaller than their number, so
// that blocks are reused all the time, while their parents send to pids that are long stale and monitor them.
// A message carries the pid it was meant for: nobody else may receive it. Every monitor gives one Down, for
// the pid it was made for.
#include <doctest/doctest.h>

#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr int breeders = 6;
constexpr std::size_t process_limit = 150;  // fewer than the breeders would have at once
constexpr std::size_t remembered = 128;     // pids of a breeder's, most of them stale
constexpr std::uint64_t most_at_once = 40;

struct MeantFor {
  Pid pid;
};
struct Leave {};

std::atomic<std::uint64_t> delivered{0};
std::atomic<std::uint64_t> limits_reached{0};
std::atomic<std::uint64_t> newest_serial{0};

void take(const MeantFor& message) {
  ++delivered;
  if (message.pid != self()) violated(self().text() + " received what was meant for " + message.pid.text());
}

// Leaves in one of several ways; `manner` is random.
void child(std::uint64_t manner) {
  switch (manner % 5) {
    case 0:
      return;
    case 1:
      exit(ExitReason::shutdown);
    case 2:
      if (std::optional<MeantFor> message = receive<MeantFor>(0ms)) take(*message);
      return;
    default:
      for (bool stays = true; stays;)
        receive([](const MeantFor& message) { take(message); }, [&](Leave) { stays = false; });
  }
}

class Breeder {
 public:
  explicit Breeder(std::uint64_t seed) : random_(seed) {}

  void burst() {
    for (std::uint64_t n = 1 + random_.below(most_at_once); n > 0; --n) {
      breed();
      Pid someone = pids_[random_.below(remembered)];
      if (!someone) continue;
      send(someone, MeantFor{someone});
      if (random_.one_in(2)) watched_.emplace(monitor(someone), someone);
    }
    for (Pid pid : std::exchange(brood_, {})) send(pid, Leave{});
    while (!watched_.empty()) take_down();
    if (receive<Down>(0ms)) violated("a Down came that no monitor is open for");
  }

 private:
  void breed() {
    try {
      Pid pid;
      if (random_.one_in(2)) {
        pid = spawn(child, random_.next());
      } else {
        auto [process, monitor] = spawn_monitor(child, random_.next());
        pid = process;
        watched_.emplace(monitor, pid);
      }
      brood_.push_back(pid);
      pids_[random_.below(remembered)] = pid;
      if (pid.serial() > newest_serial) newest_serial = pid.serial();
    } catch (const LimitReached&) {
      ++limits_reached;
      yield();
    }
  }

  void take_down() {
    Down down = receive<Down>();
    auto open = watched_.find(down.monitor);
    if (open == watched_.end()) {
      violated("a second Down for one monitor, or one of a stranger's");
      return;
    }
    if (open->second != down.process) violated("a Down for another process than the monitor's");
    bool known = down.reason.is_normal() || down.reason == ExitReason::noproc || down.reason.is_shutdown();
    if (!known) violated("a Down with a reason that nobody gave: " + down.reason.text());
    watched_.erase(open);
  }

  Random random_;
  std::vector<Pid> brood_;              // of this burst
  std::array<Pid, remembered> pids_{};  // of all bursts
  std::unordered_map<Monitor, Pid> watched_;
};

void breeder(std::uint64_t seed, int bursts) {
  Breeder breeder(seed);
  for (int i = 0; i < bursts; ++i) {
    breeder.burst();
    ++progress;
  }
}

bool storm(std::uint64_t seed, int bursts) {
  Random random(seed);
  for (int i = 0; i < breeders; ++i) spawn_monitor(breeder, random.next(), bursts);
  bool good = true;
  for (int i = 0; i < breeders; ++i) good = receive<Down>().reason.is_normal() && good;
  return good;
}

}  // namespace

TEST_CASE("SPN-5, MON-1: a storm of short lives: no stale pid reaches another, each monitor gives one Down") {
  std::uint64_t seed = announced_seed("spawn_exit_storm");
  RuntimeOptions options = two_workers(seed);
  options.max_processes = process_limit;
  Runtime runtime(options);
  Watchdog watchdog(runtime);
  CHECK(runtime.run(storm, seed, scaled(50'000)));
  CHECK(violations.load() == 0);
  CHECK(newest_serial.load() > 1);  // blocks were reused, or this shows nothing
  CHECK(delivered.load() > 0);
  MESSAGE(runtime.info().spawned << " processes, up to " << newest_serial.load() << " in one block, "
                                 << delivered.load() << " messages received, limit reached "
                                 << limits_reached.load() << " times");
  CHECK(runtime.stop(5s).overstayed.empty());
}

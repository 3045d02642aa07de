// LNK-1..4 under races: two processes link and unlink each other at random while one of them dies, checked
// against what each side may observe:
//
//   * after unlink() returned, that link has no effect on the caller; an Exit queued before stays;
//   * who is linked when the other dies is told: by an Exit if it traps exits, else it ends with the reason;
//   * when both sides are quiet and each has seen the other's last words, both agree whether they are linked.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr std::uint64_t most_steps = 8;
constexpr auto patience = 20s;  // for what is under way already

struct Meet {
  Pid other;
};
struct Quiet {};         // my last link or unlink is behind me
struct Acknowledged {};  // and I have seen that yours is
struct Report {
  bool linked;
};
struct Settled {  // no unlink of mine can be undone any more, nor a link
  bool linked;
};
struct Die {};
struct StillThere {};

ExitReason last_words() { return ExitReason::custom(std::string("last words")); }

bool has_link_to(Pid other) {
  std::vector<Pid> links = process_info(self())->links;
  return std::find(links.begin(), links.end(), other) != links.end();
}

int drain_exits() {
  int count = 0;
  while (receive<Exit>(0ms)) ++count;
  return count;
}

// -- both ends link and unlink, then one dies

void end_of_pair(Pid referee, std::uint64_t seed) {
  Random random(seed);
  trap_exit(true);
  Pid other = receive<Meet>().other;
  for (std::uint64_t steps = random.below(most_steps); steps > 0; --steps) {
    random.one_in(2) ? link(other) : unlink(other);
    if (random.one_in(4)) yield();
  }
  send(other, Quiet{});
  receive<Quiet>();
  send(other, Acknowledged{});
  receive<Acknowledged>();
  bool linked = has_link_to(other);
  if (drain_exits() > 0) violated("an Exit while the other lives");
  Monitor watch = monitor(other);
  send(referee, Report{linked});
  receive([](Die) { exit(last_words()); },
          [&](const Down& down) {
            if (down.monitor != watch) violated("a Down of a stranger's monitor");
            // Links are told before monitors, by the same sender: the Exit is here, or it never comes.
            int exits = drain_exits();
            if (exits != (linked ? 1 : 0))
              violated(std::to_string(exits) + " Exit, being " + (linked ? "linked" : "not linked"));
          });
}

void both_ends(Random& random) {
  std::array<Pid, 2> ends{};
  for (Pid& end : ends) end = spawn_monitor(end_of_pair, self(), random.next()).process;
  send(ends[0], Meet{ends[1]});
  send(ends[1], Meet{ends[0]});
  bool first = receive<Report>().linked;
  bool second = receive<Report>().linked;
  if (first != second) violated("two quiet processes disagree whether they are linked");
  send(ends[random.below(2)], Die{});
  for (int i = 0; i < 2; ++i) receive<Down>();
}

// -- one end links and unlinks, the other dies whenever it likes

void mortal() {
  receive<Die>();
  exit(last_words());
}

// Traps exits, and counts what it is told between its calls.
void trapping_end(Pid referee, Pid other, std::uint64_t seed) {
  Random random(seed);
  trap_exit(true);
  int links = 0;  // calls since the last unlink, each of which may be told of: the link it found was used up
  int told = 0;   // Exits since then
  for (std::uint64_t steps = 1 + random.below(most_steps); steps > 0; --steps) {
    if (random.one_in(2)) {
      link(other);
      ++links;
    } else {
      unlink(other);
      told += drain_exits();
      if (told > links) violated("more Exits than links were made");
      links = told = 0;
    }
    if (random.one_in(4)) yield();
  }
  send(referee, Settled{links > 0});
  // The other is dead when its Down comes. A monitor made just then is answered with noproc at once, while
  // the dying one may still be telling its links: the Exit may come after the Down, but it comes.
  monitor(other);
  receive<Down>();
  told += drain_exits();
  if (links == 0 && told != 0) violated("an Exit after unlink() returned");
  if (links > 0 && told == 0) told += receive<Exit>(patience) ? 1 : 0;
  if (links > 0 && told == 0) violated("a death while linked was not noticed");
  if (told > links) violated("more Exits than links were made");
}

// Does not trap exits: it ends with the other while they are linked, and outlives it otherwise.
void plain_end(Pid referee, Pid other, std::uint64_t seed) {
  Random random(seed);
  bool linked = false;
  for (std::uint64_t steps = 1 + random.below(most_steps); steps > 0; --steps) {
    linked = random.one_in(2);
    linked ? link(other) : unlink(other);  // link() to the dead: ends this one with noproc
    if (random.one_in(4)) yield();
  }
  send(referee, Settled{linked});
  monitor(other);
  receive<Down>();
  // Who is linked is gone by now, or will be at once: see trapping_end.
  if (linked) sleep(patience);
  if (linked) violated("who is linked and does not trap exits outlived the other");
  send(referee, StillThere{});
}

void one_end(Random& random, bool traps) {
  Pid other = spawn(mortal);
  spawn_monitor(traps ? trapping_end : plain_end, self(), other, random.next());
  bool died_early = random.one_in(2);
  if (died_early) {
    for (std::uint64_t pauses = random.below(3); pauses > 0; --pauses) yield();
    send(other, Die{});
  }
  std::optional<bool> linked;
  std::optional<ExitReason> reason;
  bool still_there = false;
  while (!reason) {
    receive(
        [&](Settled settled) {
          linked = settled.linked;
          if (!died_early) send(other, Die{});
        },
        [&](StillThere) { still_there = true; }, [&](const Down& down) { reason = down.reason; });
  }
  send(other, Die{});
  if (traps) {
    if (!reason->is_normal()) violated("a process that traps exits ended with " + reason->text());
  } else if (linked == false) {
    if (!still_there || !reason->is_normal())
      violated("after unlink() the other's death ended it with " + reason->text());
  } else if (*reason != last_words() && *reason != ExitReason::noproc) {
    violated("a linked death gave the reason " + reason->text());
  }
}

void referee(std::uint64_t seed, int rounds) {
  Random random(seed);
  for (int i = 0; i < rounds; ++i) {
    switch (random.below(3)) {
      case 0:
        both_ends(random);
        break;
      case 1:
        one_end(random, true);
        break;
      default:
        one_end(random, false);
    }
    ++progress;
  }
}

bool play(std::uint64_t seed, int rounds) {
  constexpr int referees = 8;
  Random random(seed);
  for (int i = 0; i < referees; ++i) spawn_monitor(referee, random.next(), rounds);
  bool good = true;
  for (int i = 0; i < referees; ++i) good = receive<Down>().reason.is_normal() && good;
  return good;
}

}  // namespace

TEST_CASE("LNK-2, LNK-3: links made and taken back from both ends while one dies: told exactly if linked") {
  std::uint64_t seed = announced_seed("link_unlink");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  CHECK(runtime.run(play, seed, scaled(150'000)));
  CHECK(violations.load() == 0);
  CHECK(runtime.stop(5s).overstayed.empty());
}

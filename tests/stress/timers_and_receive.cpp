// RCV-2, RCV-4, SCH-10: receives whose time-out races with the message they wait for, at random distances
// around the same moment. Either comes, never both and never neither; no time is up early, and the time-out
// of a receive that was left never ends another one. And timers that are cancelled as they fire: their
// message comes, or the time that was left does.
#include <doctest/doctest.h>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

using std::chrono::microseconds;

struct Ask {
  Pid from;
  int round;
  std::int64_t delay_us;
};
struct Reply {
  int round;
};
struct Tick {
  int number;
};

std::atomic<std::uint64_t> timeouts{0};
std::atomic<std::uint64_t> replies{0};
std::atomic<std::uint64_t> cancelled{0};
std::atomic<std::uint64_t> fired{0};

// Answers after the delay it is asked for: by waiting, or by a timer, or at once.
void partner(std::uint64_t seed) {
  Random random(seed);
  for (;;) {
    Ask ask = receive<Ask>();
    if (ask.round < 0) return;
    Reply reply{ask.round};
    if (ask.delay_us == 0) {
      send(ask.from, reply);
    } else if (random.one_in(2)) {
      send_after(microseconds(ask.delay_us), ask.from, reply);
    } else {
      sleep(microseconds(ask.delay_us));
      send(ask.from, reply);
    }
  }
}

class Racer {
 public:
  Racer(std::uint64_t seed, Pid partner) : random_(seed), partner_(partner) {}

  void round(int number) {
    if (random_.one_in(4))
      race_with_a_timer(number);
    else
      race_with_a_reply(number);
    if (receive<Reply>(0ms)) violated("a reply that was received before, or to nobody's question");
  }

 private:
  void race_with_a_reply(int number) {
    // Around the same moment; sometimes the time-out is far too long for a stale one to go unnoticed.
    auto delay = static_cast<std::int64_t>(random_.below(200));
    auto timeout = static_cast<std::int64_t>(random_.one_in(8) ? 2'000'000 : random_.below(200));
    send(partner_, Ask{self(), number, random_.one_in(4) ? 0 : delay});
    auto begin = Clock::now();
    bool came =
        receive(when([&](const Reply& reply) { return reply.round == number; }, [](Reply) { return true; }),
                after(microseconds(timeout), [] { return false; }));
    if (came) {
      ++replies;
      return;
    }
    ++timeouts;
    if (Clock::now() - begin < microseconds(timeout)) violated("a time-out came early");
    // Not both: the reply is still to come, once.
    Reply late = receive<Reply>();
    if (late.round != number) violated("a late reply to another question");
  }

  void race_with_a_timer(int number) {
    auto delay = microseconds(random_.below(100));
    auto begin = Clock::now();
    TimerId timer = send_after(delay, self(), Tick{number});
    if (random_.one_in(2)) sleep(microseconds(random_.below(100)));
    std::optional<Duration> left = cancel(timer);
    if (left) {
      ++cancelled;
      if (*left > delay) violated("more time was left of a timer than it had");
      if (receive<Tick>(0ms)) violated("a timer fired that was cancelled in time");
      return;
    }
    ++fired;
    if (Clock::now() - begin < delay) violated("a timer fired early");
    if (receive<Tick>().number != number) violated("a timer's message came in another's place");
  }

  Random random_;
  Pid partner_;
};

void racer(std::uint64_t seed, int rounds) {
  Random random(seed);
  Pid other = spawn_link(partner, random.next());
  Racer racer(random.next(), other);
  for (int number = 0; number < rounds; ++number) {
    racer.round(number);
    ++progress;
  }
  // Anything that comes twice, or after its cancellation, has come by then.
  sleep(1ms);
  if (receive<Tick>(0ms) || receive<Reply>(0ms)) violated("a message came late, and once too often");
  send(other, Ask{self(), -1, 0});
}

bool race(std::uint64_t seed, int rounds) {
  constexpr int racers = 8;
  Random random(seed);
  for (int i = 0; i < racers; ++i) spawn_monitor(racer, random.next(), rounds);
  bool good = true;
  for (int i = 0; i < racers; ++i) good = receive<Down>().reason.is_normal() && good;
  return good;
}

}  // namespace

TEST_CASE("RCV-4, SCH-10: a message and a time-out that race: one of them, never both, never early") {
  std::uint64_t seed = announced_seed("timers_and_receive");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  CHECK(runtime.run(race, seed, scaled(50'000)));
  CHECK(violations.load() == 0);
  CHECK(timeouts.load() > 0);  // both ways the races may end were seen, or this shows nothing
  CHECK(replies.load() > 0);
  CHECK(cancelled.load() > 0);
  CHECK(fired.load() > 0);
  MESSAGE(replies.load() << " in time, " << timeouts.load() << " timed out; " << cancelled.load()
                         << " cancelled, " << fired.load() << " fired");
  CHECK(runtime.stop(5s).overstayed.empty());
}

// No lost wake-up. First: pairs that play ping-pong with random pauses, few enough that both workers park and
// are woken all the time, while host threads hand in messages and processes from outside. Then, since timers
// and the others' traffic may cover for a wake-up that got lost: host threads that wait for the answer to
// each message, with nothing else to keep anybody awake. Who is forgotten stops for ever, which the watchdog
// notices.
#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr int pairs = 3;
constexpr int hosts = 2;

struct Ball {
  int bounces;
};
struct Meet {
  Pid other;
};
struct Poke {};
struct Enough {};

std::atomic<std::uint64_t> pokes_received{0};
std::atomic<std::uint64_t> visitors{0};
std::atomic<int> playing{0};

// Mostly none; else a wait, which lets the worker park, or a little work, which keeps it from parking.
void pause(Random& random) {
  switch (random.below(8)) {
    case 0:
      sleep(std::chrono::microseconds(random.below(150)));
      break;
    case 1:
      for (std::uint64_t n = random.below(2'000); n > 0; --n) static_cast<void>(random.next());
      break;
    case 2:
      yield();
      break;
    default:
      break;
  }
}

void player(std::uint64_t seed, int bounces) {
  Random random(seed);
  Pid other = receive<Meet>().other;
  for (bool plays = true; plays;) {
    receive(
        [&](Ball ball) {
          ++progress;
          pause(random);
          send(other, Ball{ball.bounces + 1});
          plays = ball.bounces < bounces;
        },
        [](Poke) { ++pokes_received; });
  }
  --playing;
  playing.notify_all();
  // Stays for those who poke it from outside.
  for (bool stays = true; stays;)
    receive([](Poke) { ++pokes_received; }, [&](Enough) { stays = false; }, [](Ball) {});
}

// Wakes the runtime from outside until told to stop; returns how often it poked somebody.
std::uint64_t poke_from_outside(Runtime& runtime, const std::vector<Pid>& players, std::uint64_t seed,
                                const std::atomic<bool>& enough) {
  Random random(seed);
  std::uint64_t pokes = 0;
  while (!enough) {
    if (random.one_in(4)) {
      runtime.spawn([] { ++visitors; });
    } else {
      runtime.send(players[random.below(players.size())], Poke{});
      ++pokes;
    }
    // Load, not waiting: the gaps in which workers fall asleep.
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(200)));
  }
  return pokes;
}

struct Ask {
  int number;
};
std::array<std::atomic<int>, hosts> answered{};

void answerer(int host) {
  auto& answers = answered[static_cast<std::size_t>(host)];
  for (int number = 0; number >= 0;) {
    number = receive<Ask>().number;
    answers = number;
    answers.notify_all();
  }
}

// Asks and waits for the answer; a little work in between, so that the moments at which a worker falls asleep
// and is woken meet in all ways.
void ask_and_wait(Runtime& runtime, int host, std::uint64_t seed, int questions) {
  Random random(seed);
  Pid process = runtime.spawn(answerer, host);
  auto& answers = answered[static_cast<std::size_t>(host)];
  for (int number = 1; number <= questions; ++number) {
    runtime.send(process, Ask{number});
    for (int seen = answers; seen != number; seen = answers) answers.wait(seen);
    ++progress;
    for (std::uint64_t n = random.below(20'000); n > 0; --n) static_cast<void>(random.next());
  }
  runtime.send(process, Ask{-1});
}

}  // namespace

TEST_CASE("no wake-up is lost while workers park and are woken all the time, from inside and outside") {
  std::uint64_t seed = announced_seed("wake_park");
  Random random(seed);
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  const int bounces = scaled(200'000);
  std::vector<Pid> players;
  playing = 2 * pairs;
  for (int i = 0; i < 2 * pairs; ++i) players.push_back(runtime.spawn(player, random.next(), bounces));
  for (std::size_t i = 0; i < players.size(); i += 2) {
    runtime.send(players[i], Meet{players[i + 1]});
    runtime.send(players[i + 1], Meet{players[i]});
    runtime.send(players[i], Ball{0});
  }
  std::atomic<bool> enough{false};
  std::array<std::uint64_t, hosts> pokes{};
  std::vector<std::thread> threads;
  for (std::uint64_t& count : pokes) {
    threads.emplace_back([&runtime, &players, &enough, &count, seed = random.next()] {
      count = poke_from_outside(runtime, players, seed, enough);
    });
  }
  for (int left = playing; left > 0; left = playing) playing.wait(left);
  enough = true;
  for (std::thread& thread : threads) thread.join();
  runtime.run(trusted([&players] {
    for (Pid player : players) monitor(player);
    for (Pid player : players) send(player, Enough{});
    for (std::size_t i = 0; i < players.size(); ++i) receive<Down>();
  }));
  std::uint64_t sent = 0;
  for (std::uint64_t count : pokes) sent += count;
  CHECK(pokes_received.load() == sent);
  CHECK(sent > 0);
  MESSAGE(progress.load() << " bounces, " << sent << " pokes and " << visitors.load()
                          << " visitors from outside, " << runtime.info().dispatches << " dispatches");
  CHECK(runtime.stop(5s).overstayed.empty());
}

TEST_CASE("no wake-up is lost where only the next question from outside would wake anybody") {
  std::uint64_t seed = announced_seed("wake_park, from outside");
  Random random(seed);
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  const int questions = scaled(60'000);
  std::vector<std::thread> threads;
  for (int host = 0; host < hosts; ++host) {
    threads.emplace_back(
        [&runtime, host, questions, seed = random.next()] { ask_and_wait(runtime, host, seed, questions); });
  }
  for (std::thread& thread : threads) thread.join();
  MESSAGE(runtime.info().dispatches << " dispatches");
  CHECK(runtime.stop(5s).overstayed.empty());
}

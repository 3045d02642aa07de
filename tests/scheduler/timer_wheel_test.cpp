// Behaviour of the timer wheel, on a clock that only moves when told. The random tests print their seed when
// they fail; THRONG_TEST_SEED replays one.
#include "../../scheduler/src/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <throng/scheduler/clock.hpp>

#include <throng/scheduler/random.hpp>

namespace {

using throng::detail::Expiry;
using throng::detail::ManualTime;
using throng::detail::Random;
using throng::detail::TimerKey;
using throng::detail::TimerWheel;

constexpr std::int64_t us = 1'000;
constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t year = 365 * 24 * 3600 * s;
constexpr std::size_t all = static_cast<std::size_t>(-1);

// The order in which payloads came out; a payload is a number in a pointer.
using Log = std::vector<std::uint64_t>;

void* number(std::uint64_t n) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(n)); }
std::uint64_t number_of(void* payload) { return reinterpret_cast<std::uintptr_t>(payload); }

void log_it(void* context, void* payload, std::uint64_t) noexcept {
  static_cast<Log*>(context)->push_back(number_of(payload));
}
void log_release(const Expiry& expiry) noexcept {
  static_cast<Log*>(expiry.context)->push_back(number_of(expiry.payload));
}

Expiry logging(Log& log, std::uint64_t n, std::uint64_t target = 0) {
  return Expiry{&log_it, &log, number(n), target};
}

std::uint64_t test_seed(std::uint64_t otherwise) {
  const char* const chosen = std::getenv("THRONG_TEST_SEED");
  return chosen == nullptr ? otherwise : std::strtoull(chosen, nullptr, 10);
}

TEST_CASE("a timer fires at its deadline and not a nanosecond before") {
  for (const std::int64_t delay :
       {std::int64_t{1}, 32'767 * 1L, 32'768 * 1L, 500 * us, 9 * ms, 3 * s, 4000 * s}) {
    CAPTURE(delay);
    ManualTime time(7 * s + 123);
    TimerWheel wheel(0, time.now());
    Log log;
    wheel.start(time.now() + delay, logging(log, 1));
    CHECK(wheel.next_deadline() == time.now() + delay);
    time.advance(delay - 1);
    CHECK(wheel.advance(time.now(), all) == 0);
    CHECK(wheel.next_deadline() == time.now() + 1);
    time.advance(1);
    CHECK(wheel.advance(time.now(), all) == 1);
    CHECK(log == Log{1});
    CHECK(wheel.size() == 0);
    CHECK(wheel.next_deadline() == TimerWheel::never);
  }
}

TEST_CASE("a zero or negative delay is due at the next advance, without time passing") {
  TimerWheel wheel(0, 5 * s);
  Log log;
  wheel.start(5 * s, logging(log, 1));
  wheel.start(4 * s, logging(log, 2));
  wheel.start(-1, logging(log, 3));
  wheel.start(std::numeric_limits<std::int64_t>::min(), logging(log, 4));
  CHECK(wheel.next_deadline() <= 5 * s);
  CHECK(wheel.advance(5 * s, all) == 4);
  CHECK(log == Log{2, 3, 4, 1});  // those whose tick had passed come first, in start order
}

TEST_CASE(
    "timers with the same deadline fire in start order, however far away it was when each was started") {
  TimerWheel wheel(0, 0);
  Log log;
  const std::int64_t deadline = 90'000 * s + 17;
  std::uint64_t next = 1;
  std::int64_t now = 0;
  for (const std::int64_t left : {90'000 * s, 5000 * s, 200 * s, s, 100 * ms, 5 * ms, 40 * us, 1L, 0L, -5L}) {
    now = deadline - left;
    for (int twice = 0; twice != 2; ++twice) {
      wheel.advance(now - (left == 0 ? 1 : 0), 0);
      wheel.start(deadline, logging(log, next++));
    }
  }
  wheel.advance(now, all);
  Log expected;
  for (std::uint64_t n = 1; n != next; ++n) expected.push_back(n);
  CHECK(log == expected);
}

TEST_CASE("huge durations neither overflow nor fire early") {
  TimerWheel wheel(0, s);
  Log log;
  wheel.start(TimerWheel::never, logging(log, 3));
  wheel.start(s + 150 * year, logging(log, 2));
  wheel.start(s + (std::int64_t{1} << 33) * ms, logging(log, 1));  // more milliseconds than 32 bits hold
  CHECK(wheel.advance(s + (std::int64_t{1} << 33) * ms - 1, all) == 0);
  CHECK(wheel.advance(s + (std::int64_t{1} << 33) * ms, all) == 1);
  CHECK(wheel.advance(s + 150 * year - 1, all) == 0);
  CHECK(wheel.advance(s + 150 * year, all) == 1);
  CHECK(wheel.advance(TimerWheel::never - 1, all) == 0);
  CHECK(wheel.size() == 1);
  CHECK(wheel.advance(TimerWheel::never, all) == 1);
  CHECK(log == Log{1, 2, 3});
}

TEST_CASE("cancel gives the deadline and the payload back once, and read sees only what is in the wheel") {
  TimerWheel wheel(3, 0);
  Log log;
  const TimerKey key = wheel.start(8 * s, logging(log, 42, 7));
  CHECK(key.wheel == 3);
  CHECK(key.generation != 0);
  CHECK(wheel.read(key) == 8 * s);
  const auto cancelled = wheel.cancel(key);
  REQUIRE(cancelled.has_value());
  CHECK(cancelled->deadline_ns == 8 * s);
  CHECK(number_of(cancelled->expiry.payload) == 42);
  CHECK(cancelled->expiry.target == 7);
  CHECK_FALSE(wheel.cancel(key).has_value());
  CHECK_FALSE(wheel.read(key).has_value());
  CHECK(wheel.next_deadline() == TimerWheel::never);
  CHECK(wheel.advance(9 * s, all) == 0);
  CHECK(log.empty());
}

TEST_CASE("a stale key, a zeroed key and a key of another wheel cancel nothing") {
  TimerWheel wheel(1, 0);
  Log log;
  const TimerKey stale = wheel.start(s, logging(log, 1));
  wheel.cancel(stale);
  const TimerKey newer = wheel.start(s, logging(log, 2));
  REQUIRE(newer.index == stale.index);  // the entry is reused, so only the generation tells them apart
  CHECK_FALSE(wheel.cancel(stale).has_value());
  CHECK_FALSE(wheel.cancel(TimerKey{}).has_value());
  CHECK_FALSE(wheel.cancel(TimerKey{1, newer.index, 0}).has_value());
  CHECK_FALSE(wheel.cancel(TimerKey{2, newer.index, newer.generation}).has_value());
  CHECK_FALSE(wheel.cancel(TimerKey{1, 0xfffffff0u, 1}).has_value());
  CHECK(wheel.advance(s, all) == 1);
  CHECK_FALSE(wheel.cancel(newer).has_value());
  CHECK(log == Log{2});
}

TEST_CASE("the limit cuts an advance short and the next one goes on in order") {
  TimerWheel wheel(0, 0);
  Log log;
  Log expected;
  for (std::uint64_t n = 1; n <= 300; ++n) {
    wheel.start(static_cast<std::int64_t>(n / 50) * ms, logging(log, n));
    expected.push_back(n);
  }
  while (wheel.next_deadline() <= s) CHECK(wheel.advance(s, 7) <= 7);
  CHECK(log == expected);
}

TEST_CASE("a large cascade is done in pieces, and timers started in the midst of it keep their order") {
  TimerWheel wheel(0, 0);
  Log log;
  std::uint64_t n = 1;
  const std::int64_t deadline = 5 * s;
  for (; n <= 3000; ++n) wheel.start(deadline, logging(log, n));
  CHECK(wheel.advance(deadline, 1) == 0);  // due, but the cascade takes longer than one call may
  CHECK(wheel.next_deadline() <= deadline);
  wheel.start(deadline, logging(log, n++));
  while (wheel.next_deadline() <= deadline) wheel.advance(deadline, 1);
  CHECK(std::is_sorted(log.begin(), log.end()));
  CHECK(log.size() == 3001);
}

struct Restarter {
  TimerWheel* wheel;
  std::int64_t deadline;
  TimerKey victim;
  int fired = 0;
  bool cancelled = false;
};

// Starts itself again, already due, the first two times; cancels its victim the first time.
void restart(void* context, void* payload, std::uint64_t target) noexcept {
  auto& self = *static_cast<Restarter*>(context);
  if (++self.fired == 1) self.cancelled = self.wheel->cancel(self.victim).has_value();
  if (self.fired < 3) self.wheel->start(self.deadline, Expiry{&restart, context, payload, target});
}

TEST_CASE(
    "a callback may start and cancel on the wheel that calls it, and cannot hold the advance for ever") {
  TimerWheel wheel(0, 0);
  Log log;
  Restarter restarter{&wheel, s, wheel.start(9 * s, logging(log, 1))};
  wheel.start(s, Expiry{&restart, &restarter, nullptr, 0});
  CHECK(wheel.advance(s, all) == 1);  // what it started meanwhile waits for the next call
  CHECK(restarter.cancelled);
  CHECK(wheel.next_deadline() <= s);
  while (wheel.next_deadline() <= s) CHECK(wheel.advance(s, all) == 1);
  CHECK(restarter.fired == 3);
  CHECK(wheel.size() == 0);
  CHECK(log.empty());
}

TEST_CASE("cancel_all_for removes the timers of one target and no others") {
  TimerWheel wheel(0, 0);
  Log fired;
  Log released;
  for (std::uint64_t n = 1; n <= 1000; ++n)
    wheel.start(static_cast<std::int64_t>(n) * ms, Expiry{&log_it, &released, number(n), 1 + n % 5});
  wheel.start(s, Expiry{&log_it, &released, number(5000), 0});
  CHECK(wheel.cancel_all_for(3, &log_release) == 200);
  CHECK(wheel.cancel_all_for(3, &log_release) == 0);
  CHECK(wheel.cancel_all_for(99, &log_release) == 0);
  CHECK(wheel.cancel_all_for(0, &log_release) == 0);
  CHECK(released.size() == 200);
  CHECK(std::all_of(released.begin(), released.end(), [](std::uint64_t n) { return 1 + n % 5 == 3; }));
  CHECK(wheel.size() == 801);
  released.clear();
  CHECK(wheel.advance(2 * s, all) == 801);
  CHECK(std::none_of(released.begin(), released.end(),
                     [](std::uint64_t n) { return n != 5000 && 1 + n % 5 == 3; }));
}

TEST_CASE("clear and the destructor hand every payload back once") {
  Log released;
  {
    TimerWheel wheel(0, 0, &log_release);
    for (std::uint64_t n = 0; n != 2000; ++n)
      wheel.start(static_cast<std::int64_t>(n * n) * ms, Expiry{&log_it, &released, number(n), n % 3});
    CHECK(wheel.clear(&log_release) == 2000);
    CHECK(wheel.size() == 0);
    CHECK(wheel.next_deadline() == TimerWheel::never);
    wheel.start(s, Expiry{&log_it, &released, number(2000), 1});
  }
  CHECK(released.size() == 2001);
  CHECK(std::set<std::uint64_t>(released.begin(), released.end()).size() == 2001);
}

// ---- against a model

struct Expected {
  std::int64_t deadline;
  std::uint64_t target;
  bool late;  // its tick had passed when it was started
  TimerKey key;
};

class Model {
 public:
  explicit Model(std::uint64_t seed) : random_(seed), wheel_(9, 0) {}

  void run(int steps) {
    for (int step = 0; step != steps; ++step) {
      const std::uint64_t what = random_.below(160);
      if (what < 20) advance();
      if (what >= 20 && what < 40) cancel_one();
      if (what == 40) cancel_target();
      if (what >= 60) start();
      REQUIRE(wheel_.size() == live_.size());
      for (const auto& [n, timer] : live_) REQUIRE(wheel_.next_deadline() <= timer.deadline);
    }
  }

 private:
  static std::int64_t tick(std::int64_t ns) { return ns < 0 ? 0 : ns >> 15; }

  // As many short delays as long ones, up to decades; some in the past, many equal.
  std::int64_t any_delay() {
    const auto bits = random_.below(60);
    const auto delay = static_cast<std::int64_t>(random_.next() & ((std::uint64_t{1} << bits) - 1));
    return random_.below(10) == 0 ? -delay : delay;
  }

  void start() {
    const std::uint64_t n = ++started_;
    std::int64_t deadline = time_.now() + any_delay();
    if (!live_.empty() && random_.below(4) == 0) deadline = live_.rbegin()->second.deadline;
    const std::uint64_t target = random_.below(6);
    const TimerKey key = wheel_.start(deadline, logging(log_, n, target));
    live_.emplace(n, Expected{deadline, target, tick(deadline) < hand_, key});
    dead_.push_back(key);
  }

  void cancel_one() {
    if (dead_.empty()) return;
    const TimerKey key = dead_[random_.below(dead_.size())];
    const auto found = std::find_if(live_.begin(), live_.end(), [&](const auto& pair) {
      return pair.second.key.index == key.index && pair.second.key.generation == key.generation;
    });
    const auto cancelled = wheel_.cancel(key);
    REQUIRE(cancelled.has_value() == (found != live_.end()));
    if (found == live_.end()) return;
    REQUIRE(cancelled->deadline_ns == found->second.deadline);
    REQUIRE(number_of(cancelled->expiry.payload) == found->first);
    live_.erase(found);
  }

  void cancel_target() {
    const std::uint64_t target = 1 + random_.below(5);
    const auto expected =
        std::erase_if(live_, [&](const auto& pair) { return pair.second.target == target; });
    REQUIRE(wheel_.cancel_all_for(target, nullptr) == expected);
  }

  void advance() {
    const std::int64_t step = std::abs(any_delay()) >> random_.below(30);
    if (time_.now() < 100 * year) time_.advance(step);
    const std::int64_t now = time_.now();
    log_.clear();
    const std::size_t limit = random_.below(2) == 0 ? all : 1 + random_.below(20);
    do {
      REQUIRE(wheel_.advance(now, limit) <= limit);
    } while (wheel_.next_deadline() <= now);
    std::vector<std::pair<std::int64_t, std::uint64_t>> due;
    for (const auto& [n, timer] : live_)
      if (timer.deadline <= now) due.emplace_back(timer.late ? -1 : tick(timer.deadline), n);
    std::sort(due.begin(), due.end());
    Log expected;
    for (const auto& entry : due) expected.push_back(entry.second);
    REQUIRE(log_ == expected);
    for (const std::uint64_t n : expected) live_.erase(n);
    hand_ = std::max(hand_, tick(now));
  }

  Random random_;
  ManualTime time_;
  TimerWheel wheel_;
  Log log_;
  std::map<std::uint64_t, Expected> live_;
  std::vector<TimerKey> dead_;  // every key ever, dead or not
  std::uint64_t started_ = 0;
  std::int64_t hand_ = 0;
};

TEST_CASE("random starts, cancels and advances agree with a model") {
  const std::uint64_t first = test_seed(20'000);
  for (std::uint64_t seed = first; seed != first + 60; ++seed) {
    INFO("seed " << seed);
    Model(seed).run(600);
  }
}

// ---- several threads

struct Fate {
  std::atomic<int> ends{0};
};
void end(void*, void* payload, std::uint64_t) noexcept { static_cast<Fate*>(payload)->ends.fetch_add(1); }
void end_early(const Expiry& expiry) noexcept { end(nullptr, expiry.payload, 0); }

TEST_CASE("with three threads at work on one wheel, each timer fires or is cancelled exactly once") {
  const std::uint64_t seed = test_seed(77);
  INFO("seed " << seed);
  constexpr std::size_t per_thread = 30000;
  ManualTime time;
  TimerWheel wheel(0, 0);
  std::vector<Fate> fates(3 * per_thread);
  const auto work = [&](std::size_t who) {
    Random random(seed + who);
    std::vector<std::pair<TimerKey, Fate*>> mine;
    for (std::size_t i = 0; i != per_thread; ++i) {
      Fate& fate = fates[who * per_thread + i];
      const auto delay = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(20 * ms)));
      const Expiry expiry{&end, nullptr, &fate, 1 + random.below(50)};
      mine.emplace_back(wheel.start(time.now() + delay, expiry), &fate);
      if (random.below(3) == 0) {
        const auto& [key, owner] = mine[random.below(mine.size())];
        if (wheel.cancel(key).has_value()) owner->ends.fetch_add(1);
      }
      if (random.below(4) == 0) {
        time.advance(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(ms))));
        wheel.advance(time.now(), 1 + random.below(64));
      }
      if (random.below(200) == 0) wheel.cancel_all_for(1 + random.below(50), &end_early);
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t who = 0; who != 3; ++who) threads.emplace_back(work, who);
  for (std::thread& thread : threads) thread.join();
  time.advance(s);
  while (wheel.next_deadline() <= time.now()) wheel.advance(time.now(), 100);
  CHECK(wheel.size() == 0);
  CHECK(std::all_of(fates.begin(), fates.end(), [](const Fate& fate) { return fate.ends == 1; }));
}

}  // namespace

// SIG-2 and SIG-7 with many processes that send to one at once, from both workers: nothing is lost, nothing
// comes twice, and each sender's messages come in the order sent, whatever their types.
#include <doctest/doctest.h>

#include <vector>

#include "stress/stress.hpp"

namespace {

using namespace throng;
using namespace throng_stress;

constexpr std::uint32_t credit = 500;  // how far a sender may be ahead of the receiver

struct Numbered {
  std::uint32_t sender;
  std::uint32_t number;
};
struct Padded {
  std::uint32_t sender;
  std::uint32_t number;
  std::string padding;
};
struct Go {};

void sender(Pid receiver, std::uint32_t me, std::uint32_t count, std::uint64_t seed) {
  Random random(seed);
  Alias alias_of_mine = alias();  // so that some messages take the other way in
  send(receiver, alias_of_mine);
  for (std::uint32_t number = 0; number < count; ++number) {
    if (random.one_in(8)) {
      send(receiver, Padded{me, number, std::string(random.below(80), 'x')});
    } else {
      send(receiver, Numbered{me, number});
    }
    if ((number + 1) % credit == 0) receive<Go>();
    if (random.one_in(200)) yield();
  }
}

struct Outcome {
  std::uint64_t received = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t broken = 0;
  bool left_over = false;
};

Outcome receiver(std::uint32_t senders, std::uint32_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Pid> pids;
  std::vector<Alias> aliases;
  std::vector<std::uint32_t> next(senders, 0);
  for (std::uint32_t i = 0; i < senders; ++i) pids.push_back(spawn(sender, self(), i, count, random.next()));
  for (std::uint32_t i = 0; i < senders; ++i) aliases.push_back(receive<Alias>());

  Outcome outcome;
  auto take = [&](std::uint32_t from, std::uint32_t number) {
    ++outcome.received;
    ++progress;
    if (number != next[from]) ++outcome.out_of_order;
    next[from] = number + 1;
    if ((number + 1) % credit != 0) return;
    if (random.one_in(2)) {
      send(pids[from], Go{});
      return;
    }
    for (const Alias& alias : aliases) {
      if (alias.owner() == pids[from]) send(alias, Go{});
    }
  };
  const std::uint64_t wanted = std::uint64_t{senders} * count;
  while (outcome.received < wanted) {
    receive([&](Numbered message) { take(message.sender, message.number); },
            [&](const Padded& message) {
              if (message.padding.find_first_not_of('x') != std::string::npos) ++outcome.broken;
              take(message.sender, message.number);
            });
  }
  receive([&](Numbered) { outcome.left_over = true; }, [&](const Padded&) { outcome.left_over = true; },
          after(0ms, [] {}));
  return outcome;
}

}  // namespace

TEST_CASE("SIG-2, SIG-7: many processes send to one: each one's messages come once, in order, all of them") {
  std::uint64_t seed = announced_seed("many_senders");
  Runtime runtime(two_workers(seed));
  Watchdog watchdog(runtime);
  constexpr std::uint32_t senders = 64;
  const auto count = static_cast<std::uint32_t>(scaled(1'500'000));
  Outcome outcome = runtime.run(receiver, senders, count, seed);
  CHECK(outcome.received == std::uint64_t{senders} * count);
  CHECK(outcome.out_of_order == 0);
  CHECK(outcome.broken == 0);
  CHECK_FALSE(outcome.left_over);
  MESSAGE(outcome.received << " messages, " << runtime.info().steals << " steals");
}

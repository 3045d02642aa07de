// Many senders and one receiver: the price of a message when the mailbox never runs dry.
#include <fmt/format.h>

#include "act.hpp"
#include "text.hpp"

namespace throng::command {
namespace {

struct Item {
  std::uint32_t sender;
  std::uint64_t number;
};

void sender(Pid to, std::uint32_t me, std::uint64_t count) {
  for (std::uint64_t number = 0; number < count; ++number) send(to, Item{me, number});
}

struct Harvest {
  std::uint64_t received = 0;
  std::uint64_t out_of_order = 0;
  double seconds = 0;
};

// Thread: in a process, the receiver.
Harvest gather(const Sizes& sizes, Progress& progress) {
  Harvest harvest;
  std::vector<std::uint64_t> next(sizes.senders);
  auto begin = Clock::now();
  for (std::uint32_t i = 0; i < sizes.senders; ++i) spawn(sender, self(), i, sizes.messages / sizes.senders);
  while (harvest.received < sizes.messages) {
    Item item = receive<Item>();
    harvest.out_of_order += next[item.sender]++ != item.number;
    if (++harvest.received % 1'024 == 0) progress.set(harvest.received);
  }
  harvest.seconds = seconds_since(begin);
  return harvest;
}

std::string doing(const Sizes& sizes) { return fmt::format("let {} processes send to one", sizes.senders); }
std::uint64_t steps(const Sizes& sizes) { return sizes.messages; }

Result play(Stage& stage) {
  Harvest harvest = stage.runtime.run(trusted([&stage] { return gather(stage.sizes, stage.progress); }));
  Result result{.count = harvest.received, .seconds = harvest.seconds};
  result.add_times(fmt::format("messages from {} senders to one", stage.sizes.senders));
  result.meanings.push_back(fmt::format("Many to one: where nobody waits for an answer, a message takes {}.",
                                        duration_text(result.each())));
  result.checks = {{"every message arrived, those of each sender in the order sent",
                    harvest.received == stage.sizes.messages && harvest.out_of_order == 0}};
  return result;
}

}  // namespace

const Act fan_in_act{"fan_in", doing, steps, play};

}  // namespace throng::command

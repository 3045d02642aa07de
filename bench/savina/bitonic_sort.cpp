// bitonic_sort: a sorting network of comparators, splitters and joiners, each a process. What it stresses is
// a huge graph of processes most of which see two messages in their life.
//
// For P = 2, 4, ... N and, within it, L = P, P/2, ... 2 there is a step: sequences of L numbers, each of
// which is made two halves, no number of the one larger than any of the other. In every other block of P
// numbers it is the other way round, so that two neighbouring blocks are a sequence for the next P.
#include <algorithm>
#include <bit>
#include <utility>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Value {
  std::uint64_t value;
};
struct Tagged {
  std::size_t source;
  std::uint64_t value;
};

// Deals what comes to others by turns, `run` numbers to each.
struct Splitter {
  std::vector<Pid> others;
  std::size_t run;
  std::size_t left;
  std::size_t dealt = 0;
};
// Takes `run` numbers from each source by turns.
struct Joiner {
  struct Lane {
    std::vector<std::uint64_t> values;
    std::size_t taken = 0;
  };
  Pid next;
  bool is_inner;  // it joins the comparators of one sequence, and has a number among its like
  std::size_t number;
  std::vector<Lane> lanes;
  std::size_t run;
  std::size_t left;
  std::size_t taken = 0;
};
struct Comparator {
  Pid next;
  std::size_t number;
  bool is_rising;
  bool has_first = false;
  std::uint64_t first = 0;
};

AtRest deal(Splitter& splitter, Value value) {
  send(splitter.others[splitter.dealt++ / splitter.run % splitter.others.size()], value);
  return splitter.dealt == splitter.left ? AtRest::ends : AtRest::stays;
}

AtRest join(Joiner& joiner, Tagged value) {
  joiner.lanes[value.source].values.push_back(value.value);
  for (;;) {
    Joiner::Lane& lane = joiner.lanes[joiner.taken / joiner.run % joiner.lanes.size()];
    if (lane.taken == lane.values.size()) return AtRest::stays;
    const std::uint64_t next = lane.values[lane.taken++];
    ++joiner.taken;
    if (joiner.is_inner) {
      send(joiner.next, Tagged{joiner.number, next});
    } else {
      send(joiner.next, Value{next});
    }
    if (joiner.taken == joiner.left) return AtRest::ends;
  }
}

AtRest compare(Comparator& comparator, Value value) {
  if (!std::exchange(comparator.has_first, true)) {
    comparator.first = value.value;
    return AtRest::stays;
  }
  auto [low, high] = std::minmax(comparator.first, value.value);
  send(comparator.next, Tagged{comparator.number, comparator.is_rising ? low : high});
  send(comparator.next, Tagged{comparator.number, comparator.is_rising ? high : low});
  return AtRest::ends;
}

Pid spawn_splitter(Splitter splitter) {
  return spawn([](Splitter made) { return rest(std::move(made), deal); }, std::move(splitter));
}
Pid spawn_joiner(Joiner joiner) {
  return spawn([](Joiner made) { return rest(std::move(made), join); }, std::move(joiner));
}
Pid spawn_comparator(Pid next, std::size_t number, bool is_rising) {
  return spawn([](Comparator made) { return rest(made, compare); }, Comparator{next, number, is_rising});
}

// Halves one sequence: number i meets number i + length/2, all smaller ones leave first.
Pid spawn_halving(Pid next, std::size_t number, std::size_t length, bool is_rising) {
  if (length == 2) return spawn_comparator(next, number, is_rising);
  const std::size_t half = length / 2;
  const Pid joiner = spawn_joiner({next, true, number, std::vector<Joiner::Lane>(half), 1, length});
  std::vector<Pid> comparators;
  for (std::size_t i = 0; i < half; ++i) comparators.push_back(spawn_comparator(joiner, i, is_rising));
  return spawn_splitter({std::move(comparators), 1, length});
}

Pid spawn_step(Pid next, std::size_t count, std::size_t block, std::size_t length) {
  const std::size_t sequences = count / length;
  const Pid joiner = spawn_joiner({next, false, 0, std::vector<Joiner::Lane>(sequences), length, count});
  std::vector<Pid> halvings;
  for (std::size_t i = 0; i < sequences; ++i)
    halvings.push_back(spawn_halving(joiner, i, length, i * length / block % 2 == 0));
  return spawn_splitter({std::move(halvings), length, count});
}

struct Network {
  Pid entrance;
  std::size_t messages = 0;  // that one number is, on its way through
};

// From the exit to the entrance.
Network spawn_network(Pid exit, std::size_t count) {
  Network network{exit, 1};
  for (std::size_t block = count; block >= 2; block /= 2) {
    for (std::size_t length = 2; length <= block; length *= 2) {
      network.entrance = spawn_step(network.entrance, count, block, length);
      network.messages += length == 2 ? 3 : 5;
    }
  }
  return network;
}

void send_values(Pid to, const std::vector<std::uint64_t>& values) {
  for (std::uint64_t value : values) send(to, Value{value});
}

Outcome sort_by_network(const Parameters& parameters) {
  const std::size_t count = parameters.count;
  auto values = seeded_values(count, std::uint64_t{1} << 60, parameters.size("seed"));
  auto expected = values;
  std::ranges::sort(expected);
  Stopwatch watch;
  const Network network = spawn_network(self(), count);
  spawn(send_values, network.entrance, std::move(values));
  std::vector<std::uint64_t> sorted;
  for (std::size_t i = 0; i < count; ++i) sorted.push_back(receive<Value>().value);
  Outcome outcome = outcome_of(count * network.messages, watch);
  require(sorted == expected, "the numbers are not those sent, or not in order");
  return outcome;
}

}  // namespace

Outcome bitonic_sort(Runtime& runtime, const Parameters& parameters) {
  needs(std::has_single_bit(parameters.count), "bitonic_sort needs a count that is a power of two");
  return runtime.run(sort_by_network, parameters);
}

}  // namespace throng_bench

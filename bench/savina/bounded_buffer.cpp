// bounded_buffer: producers and consumers of costly items, and between them a manager that holds up producers
// while its buffer is full.
#include <algorithm>
#include <cmath>
#include <deque>

#include "common.hpp"
#include "list.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Load {
  std::size_t items, producers, consumers, buffer, produce_cost, consume_cost;
  std::uint64_t seed;
};

struct Produce {};
struct Item {
  std::size_t number;
  double value;
  Pid producer;
};
struct Available {
  Pid consumer;
};
struct ProducerEnded {};
struct Stop {};
struct Managed {
  std::size_t peak;
};
struct Consumed {
  std::size_t items;
  std::size_t sum_of_numbers;
  double sum_of_values;
  double result;
};

// An item of cost c takes 100 c logarithms.
double process_item(double value, std::size_t cost, std::uint64_t seed) {
  Random random{seed + cost};
  for (std::size_t i = 0; i < std::max<std::size_t>(100 * cost, 1); ++i)
    value += std::log(random.unit() + 0.01);
  return value;
}

struct Manager {
  Load load;
  Pid whom_to_tell;
  std::deque<Pid> consumers;  // that wait for an item
  std::deque<Pid> producers;  // that were held up
  std::deque<Item> buffer;
  std::size_t producers_ended = 0;
  std::size_t peak = 0;
};

// Every producer may have an item under way when the buffer fills up: there is room kept for those.
void take_item(Manager& manager, Item item) {
  if (manager.consumers.empty()) {
    manager.buffer.push_back(item);
    manager.peak = std::max(manager.peak, manager.buffer.size());
  } else {
    send(manager.consumers.front(), item);
    manager.consumers.pop_front();
  }
  if (manager.buffer.size() >= manager.load.buffer - manager.load.producers) {
    manager.producers.push_back(item.producer);
  } else {
    send(item.producer, Produce{});
  }
}

void end_if_all_is_done(const Manager& manager) {
  if (manager.producers_ended < manager.load.producers) return;
  if (manager.consumers.size() < manager.load.consumers) return;
  for (Pid consumer : manager.consumers) send(consumer, Stop{});
  send(manager.whom_to_tell, Managed{manager.peak});
  exit(ExitReason::normal);
}

void take_consumer(Manager& manager, Available available) {
  if (manager.buffer.empty()) {
    manager.consumers.push_back(available.consumer);
    end_if_all_is_done(manager);
    return;
  }
  send(available.consumer, manager.buffer.front());
  manager.buffer.pop_front();
  if (manager.producers.empty()) return;
  send(manager.producers.front(), Produce{});
  manager.producers.pop_front();
}

void count_producer(Manager& manager, ProducerEnded) {
  ++manager.producers_ended;
  end_if_all_is_done(manager);
}

auto manager(Load load, Pid whom_to_tell) {
  return rest(Manager{load, whom_to_tell, {}, {}, {}}, take_item, take_consumer, count_producer);
}

struct Producer {
  Pid manager;
  Load load;
  std::size_t produced = 0;
  double value = 0;
};

void produce(Producer& producer, Produce) {
  if (producer.produced == producer.load.items) {
    send(producer.manager, ProducerEnded{});
    exit(ExitReason::normal);
  }
  producer.value = process_item(producer.value, producer.load.produce_cost, producer.load.seed);
  send(producer.manager, Item{producer.produced++, producer.value, self()});
}

auto producer(Pid manager, Load load) { return rest(Producer{manager, load}, produce); }

struct Consumer {
  Pid manager;
  Pid whom_to_tell;
  Load load;
  Consumed consumed = {0, 0, 0, 0};
};

void consume(Consumer& consumer, Item item) {
  Consumed& consumed = consumer.consumed;
  ++consumed.items;
  consumed.sum_of_numbers += item.number;
  consumed.sum_of_values += item.value;
  consumed.result =
      process_item(consumed.result + item.value, consumer.load.consume_cost, consumer.load.seed);
  send(consumer.manager, Available{self()});
}

void stop(Consumer& consumer, Stop) {
  send(consumer.whom_to_tell, consumer.consumed);
  exit(ExitReason::normal);
}

auto consumer(Pid manager, Pid whom_to_tell, Load load) {
  send(manager, Available{self()});
  return rest(Consumer{manager, whom_to_tell, load}, consume, stop);
}

bool is_near(double found, double wanted) { return std::abs(found - wanted) <= 1e-6 * std::abs(wanted); }

// All producers make the same items one after another, and it does not matter who consumes which: a
// consumer's result is what it was given, and the cost of each item.
void check(const Consumed& total, const Load& load) {
  double value = 0, sum_of_values = 0;
  for (std::size_t i = 0; i < load.items; ++i)
    sum_of_values += value = process_item(value, load.produce_cost, load.seed);
  sum_of_values *= static_cast<double>(load.producers);
  const std::size_t items = load.items * load.producers;
  const double cost_of_one = process_item(0, load.consume_cost, load.seed);
  require(total.items == items, "an item is missing or doubled");
  require(total.sum_of_numbers == items * (load.items - 1) / 2, "an item is missing, another one is doubled");
  require(is_near(total.sum_of_values, sum_of_values), "an item has another value");
  require(is_near(total.result, sum_of_values + static_cast<double>(items) * cost_of_one),
          "a consumer has another result");
}

Outcome play(Load load) {
  Stopwatch watch;
  Crew crew;
  const Pid middle = crew.spawn(manager, load, self());
  for (std::size_t i = 0; i < load.consumers; ++i) crew.spawn(consumer, middle, self(), load);
  for (std::size_t i = 0; i < load.producers; ++i) send(crew.spawn(producer, middle, load), Produce{});
  const std::size_t peak = crew.receive<Managed>().peak;
  Consumed total{0, 0, 0, 0};
  for (std::size_t i = 0; i < load.consumers; ++i) {
    const Consumed consumed = crew.receive<Consumed>();
    total.items += consumed.items;
    total.sum_of_numbers += consumed.sum_of_numbers;
    total.sum_of_values += consumed.sum_of_values;
    total.result += consumed.result;
  }
  crew.await_ends();
  const double time = watch.nanoseconds();
  check(total, load);
  require(peak <= load.buffer, "the buffer has overflowed");
  return Outcome{load.items * load.producers, time, {{"peak", static_cast<double>(peak)}}};
}

}  // namespace

Outcome bounded_buffer(Runtime& runtime, const Parameters& parameters) {
  const Load load{parameters.count,
                  parameters.processes,
                  parameters.size("consumers"),
                  parameters.size("buffer"),
                  parameters.size("produce_cost"),
                  parameters.size("consume_cost"),
                  parameters.size("seed")};
  needs(load.consumers > 0, "bounded_buffer: --set consumers=1 or more");
  needs(load.buffer > load.producers,
        "bounded_buffer: a place for every producer and one more: --set buffer above --processes");
  return runtime.run(play, load);
}

}  // namespace throng_bench

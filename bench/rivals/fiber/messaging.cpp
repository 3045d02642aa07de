// ping_pong, ring, fan_in and mailbox: what a message costs, on its way and where it waits. Channels are
// bounded; each has the size that its workload likes best.
#include <deque>
#include <stdexcept>

#include "fibers.hpp"

namespace rival {
namespace {

using Numbers = Channel<std::size_t>;

constexpr std::size_t stop = static_cast<std::size_t>(-1);

void answer_pings(Numbers& pings, Numbers& pongs) {
  for (std::size_t number = pings.value_pop(); number != stop; number = pings.value_pop()) pongs.push(number);
}

// A token is the number of hops that are left.
void pass_on(Numbers& mailbox, Numbers& next, Numbers& finished) {
  for (std::size_t left = mailbox.value_pop(); left != stop; left = mailbox.value_pop()) {
    if (left == 0) {
      finished.push(0);
    } else {
      next.push(left - 1);
    }
  }
}

}  // namespace

Outcome ping_pong(const Parameters& parameters) {
  return run_in_fibers(parameters, [round_trips = parameters.count / 2] {
    Numbers pings(room_for(1)), pongs(room_for(1));
    fibers::fiber partner = spawn([&] { answer_pings(pings, pongs); });
    std::size_t sum = 0;
    Stopwatch watch;
    for (std::size_t i = 0; i < round_trips; ++i) {
      pings.push(i);
      sum += pongs.value_pop();
    }
    Outcome outcome;
    outcome.operations = 2 * round_trips;
    outcome.nanoseconds = watch.nanoseconds();
    require(sum == round_trips * (round_trips - 1) / 2, "a message is missing or doubled");
    pings.push(stop);
    partner.join();
    return outcome;
  });
}

Outcome ring(const Parameters& parameters) {
  return run_in_fibers(parameters, [hops = parameters.count, size = parameters.processes] {
    std::deque<Numbers> mailboxes;
    for (std::size_t i = 0; i < size; ++i) mailboxes.emplace_back(room_for(1));
    Numbers finished(room_for(1));
    Group members;
    for (std::size_t i = 0; i < size; ++i)
      members.push_back(spawn([&mailbox = mailboxes[i], &next = mailboxes[(i + 1) % size], &finished] {
        pass_on(mailbox, next, finished);
      }));
    Stopwatch watch;
    mailboxes[0].push(hops);
    finished.value_pop();
    Outcome outcome;
    outcome.operations = hops;
    outcome.nanoseconds = watch.nanoseconds();
    for (Numbers& mailbox : mailboxes) mailbox.push(stop);
    join_all(members);
    return outcome;
  });
}

Outcome fan_in(const Parameters& parameters) {
  if (parameters.count < parameters.processes)
    throw std::invalid_argument("fan_in needs a message of each sender");

  return run_in_fibers(parameters, [messages = parameters.count, senders = parameters.processes] {
    const std::size_t each = messages / senders;
    Numbers mailbox(room_for(1000));  // far more than a turn's worth, and still in the cache
    Group group;
    Stopwatch watch;
    for (std::size_t i = 0; i < senders; ++i)
      group.push_back(spawn([&mailbox, each] {
        for (std::size_t number = 0; number < each; ++number) mailbox.push(number);
      }));
    std::size_t sum = 0;
    for (std::size_t i = 0; i < each * senders; ++i) sum += mailbox.value_pop();
    Outcome outcome;
    outcome.operations = each * senders;
    outcome.nanoseconds = watch.nanoseconds();
    require(sum == senders * (each * (each - 1) / 2), "a message is missing or doubled");
    join_all(group);
    return outcome;
  });
}

// Lets messages lie until it is told to take them.
Outcome mailbox(const Parameters& parameters) {
  return run_in_fibers(parameters, [count = parameters.count] {
    Numbers orders(room_for(1)), sums(room_for(1));
    const std::size_t before = resident_bytes();
    Numbers queue(room_for(count));  // the slots belong to the messages: they are there for them alone
    fibers::fiber owner = spawn([&] {
      orders.value_pop();
      std::size_t sum = 0;
      for (std::size_t i = 0; i < count; ++i) sum += queue.value_pop();
      sums.push(sum);
    });
    Stopwatch watch;
    for (std::size_t i = 0; i < count; ++i) queue.push(i);
    Outcome outcome;
    outcome.operations = count;
    outcome.nanoseconds = watch.nanoseconds();
    outcome.extra["bytes_per_message"] = resident_since(before, count);
    orders.push(0);
    require(sums.value_pop() == count * (count - 1) / 2, "a message is missing or doubled");
    owner.join();
    return outcome;
  });
}

}  // namespace rival

// What all workloads in Boost.Fiber begin with: threads that run fibers, and a root, the fiber that starts
// the workload and writes down what came of it. Processes are fibers, their mailboxes buffered channels.
#pragma once

#include <bit>
#include <boost/fiber/all.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "workloads.hpp"

namespace rival {

namespace fibers = boost::fibers;

template <class Message>
using Channel = fibers::buffered_channel<Message>;

// The capacity of a channel in which that many messages find room: a power of two, one slot stays empty.
inline std::size_t room_for(std::size_t messages) {
  return std::max<std::size_t>(2, std::bit_ceil(messages + 1));
}

// Enough for everything that a process of these workloads calls. More would cost addresses and no memory:
// what is not touched is not there.
constexpr std::size_t stack_bytes = 16 * 1024;

// The new process runs at once, until it waits for something, and its parent goes to the end of the queue. So
// what ends without waiting never needs a queue, and its stack is free for the next.
template <class Body>
fibers::fiber spawn(Body body) {
  return fibers::fiber(fibers::launch::dispatch, std::allocator_arg, fibers::fixedsize_stack(stack_bytes),
                       std::move(body));
}

using Group = std::vector<fibers::fiber>;

inline void join_all(Group& group) {
  for (fibers::fiber& fiber : group) fiber.join();
  group.clear();
}

// Runs the root on as many threads as there are workers, and waits for it. The threads stay for the next run:
// Boost.Fiber's work stealing lets the threads of a program be made known once.
void run_root(const Parameters& parameters, std::function<void()> root);

template <class Root>
Outcome run_in_fibers(const Parameters& parameters, Root root) {
  Outcome outcome;
  run_root(parameters, [&] { outcome = root(); });
  return outcome;
}

}  // namespace rival

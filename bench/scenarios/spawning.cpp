// spawn_exit and spawn_live: what a process costs that ends at once, and one that stays.
#include <atomic>

#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Go {};
struct Done {};
struct Ask {
  Pid from;
};
struct Answer {
  std::uint64_t value;
};
struct Ready {};

struct Countdown {
  std::atomic<std::size_t> left;
  Pid waiter;
};

// Trusted: the countdown outlives all who count on it.
auto counting(Countdown* countdown) {
  return trusted([countdown] {
    // pairs: the other counters' fetch_sub; the last one speaks for all
    if (countdown->left.fetch_sub(1, std::memory_order_acq_rel) == 1) send(countdown->waiter, Done{});
  });
}

// A server in its loop: rests without a stack, answers each question.
void server_at_rest_answer(std::uint64_t& value, Ask ask) { send(ask.from, Answer{value}); }

// One that waits inside a function, with its stack.
void server_with_stack(std::uint64_t value, Pid parent) {
  send(parent, Ready{});
  for (;;) send(receive<Ask>().from, Answer{value});
}

template <class Spawn>
Outcome live(std::size_t count, Spawn spawn_one) {
  Outcome outcome;
  std::vector<Pid> pids(count);  // its pages are not the processes'
  const std::size_t before = resident_bytes();
  Stopwatch spawning;
  std::uint64_t number = 0;
  for (Pid& pid : pids) pid = spawn_one(number++);
  // At normal priority, behind them all: they have come to rest when this one has its turn.
  for (std::size_t i = 0; i < count; ++i) receive<Ready>();
  outcome.nanoseconds = spawning.nanoseconds();
  outcome.extra["bytes_per_process"] = resident_since(before, count);
  outcome.operations = count;
  Stopwatch asking;
  for (Pid pid : pids) send(pid, Ask{self()});
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += receive<Answer>().value;
  outcome.extra["wake_and_reply_ns"] = asking.nanoseconds() / static_cast<double>(count);
  require(sum == count * (count - 1) / 2, "an answer is missing or wrong");
  for (Pid pid : pids) exit(pid, ExitReason::kill);
  return outcome;
}

}  // namespace

Outcome spawn_exit(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        Countdown countdown{count, self()};
        Stopwatch watch;
        for (std::size_t i = 0; i < count; ++i) spawn(counting(&countdown));
        receive<Done>();
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = watch.nanoseconds();
        return outcome;
      },
      parameters.count);
}

Outcome spawn_live(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        return live(count, [](std::uint64_t value) {
          return spawn(
              [](std::uint64_t kept, Pid parent) {
                send(parent, Ready{});
                return rest(kept, server_at_rest_answer);
              },
              value, self());
        });
      },
      parameters.count);
}

Outcome spawn_parked(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        return live(count, [](std::uint64_t value) { return spawn(server_with_stack, value, self()); });
      },
      parameters.count);
}

}  // namespace throng_bench

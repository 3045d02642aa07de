// mailbox and idle: what it costs to have something lie there, messages in a queue or processes that wait.
#include "workloads.hpp"

namespace throng_bench {

using namespace throng;

namespace {

struct Item {
  std::size_t number;
};
struct Empty {
  Pid from;
};
struct Sum {
  std::size_t value;
};
struct Ready {};
struct Never {};

// Lets messages lie until it is told to take them.
void hoard(std::size_t count) {
  Empty order = receive<Empty>();
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += receive<Item>().number;
  send(order.from, Sum{sum});
}

void wait_for_ever(Pid parent) {
  send(parent, Ready{});
  receive<Never>();
}

}  // namespace

Outcome mailbox(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count) {
        Pid owner = spawn_link(hoard, count);
        is_alive(owner);  // it has begun to wait
        const std::size_t before = resident_bytes();
        Stopwatch watch;
        for (std::size_t i = 0; i < count; ++i) send(owner, Item{i});
        is_alive(owner);  // all are in its queue
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = watch.nanoseconds();
        outcome.extra["bytes_per_message"] = resident_since(before, count);
        unlink(owner);
        send(owner, Empty{self()});
        require(receive<Sum>().value == count * (count - 1) / 2, "a message is missing or doubled");
        return outcome;
      },
      parameters.count);
}

Outcome idle(Runtime& runtime, const Parameters& parameters) {
  return runtime.run(
      [](std::size_t count, Duration span) {
        std::vector<Pid> waiting(count);
        for (Pid& pid : waiting) pid = spawn(wait_for_ever, self());
        for (std::size_t i = 0; i < count; ++i) receive<Ready>();
        const double before = cpu_seconds();
        sleep(span);
        const double used = cpu_seconds() - before;
        std::size_t alive = 0;
        for (Pid pid : waiting) alive += is_alive(pid) ? 1 : 0;
        require(alive == count, "a process that waits has gone");
        for (Pid pid : waiting) exit(pid, ExitReason::kill);
        Outcome outcome;
        outcome.operations = count;
        outcome.nanoseconds = used * 1e9;
        outcome.extra["idle_cpu_seconds"] = used;
        return outcome;
      },
      parameters.count,
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(parameters["seconds"])));
}

}  // namespace throng_bench
